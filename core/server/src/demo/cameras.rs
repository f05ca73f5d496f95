//! Two simulated cameras behind RTSP: the payer at `till-1`, a stranger at `till-2`.

use std::ops::Range;
use std::time::{Instant, SystemTime};

use bytes::Bytes;
use pipeline::camera::CameraId;
use pipeline::frame::{Capture, Frame};
use pipeline::preview::{Preview, PreviewError};
use pipeline::simulate::{Clip, ClipOptions, Mount, MountOptions, RtspFarm, SimulateError};
use pipeline::still::{Still, StillError, StillLimits, decode};

use super::scene::{self, Scene};

/// Eileen Collins, astronaut. NASA; public domain.
pub(crate) const PAYER_JPEG: &[u8] = include_bytes!("../../../../pipeline/assets/eileen-collins.jpg");
/// Grace Hopper, computer scientist. United States Navy; public domain. Never enrolled.
pub(crate) const STRANGER_JPEG: &[u8] = include_bytes!("../../../../pipeline/assets/grace-hopper.jpg");

/// What browsers encode a camera's pictures by, when they are not told otherwise: 0.92.
const BROWSER_QUALITY: u8 = 92;

/// Why there are no simulated cameras.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CamerasError {
    #[error("a built-in picture does not decode: {0}")]
    Picture(#[from] StillError),
    #[error(transparent)]
    Encode(#[from] PreviewError),
    #[error(transparent)]
    Simulate(#[from] SimulateError),
    #[error("the painter of a clip panicked")]
    Painter,
}

/// The simulated cameras; they end when this is dropped.
pub(crate) struct Cameras {
    pub(super) payer: Mount,
    pub(super) stranger: Mount,
    _farm: RtspFarm,
}

impl Cameras {
    /// Paints and encodes both clips, then serves them on a free loopback port. Blocks for about a second.
    pub(crate) fn start() -> Result<Self, CamerasError> {
        let (payer, stranger) = std::thread::scope(|scope| {
            let payer = scope.spawn(|| clip(PAYER_JPEG, 0..scene::PICTURES));
            let stranger = clip(STRANGER_JPEG, 0..scene::PICTURES);
            (payer.join().unwrap_or(Err(CamerasError::Painter)), stranger)
        });
        let farm = RtspFarm::start()?;
        Ok(Self {
            payer: farm.mount("till-1", &payer?, &MountOptions::default())?,
            stranger: farm.mount("till-2", &stranger?, &MountOptions::default())?,
            _farm: farm,
        })
    }

    /// Each camera's name, address and what it shows.
    pub(crate) fn list(&self) -> [(&'static str, &str, &'static str); 2] {
        [
            ("till-1", self.payer.url(), "Eileen Collins (picture: NASA), enrolled"),
            ("till-2", self.stranger.url(), "Grace Hopper (picture: US Navy), a stranger"),
        ]
    }
}

/// The payer stands in view all the time: what a camera of a benchmark sees.
pub(crate) fn standing_payer() -> Result<Clip, CamerasError> {
    clip(PAYER_JPEG, scene::STANDING)
}

/// The number in the barcode of the first picture of [`standing_payer`].
pub(crate) const STANDING_FIRST: u32 = scene::STANDING.start;

/// The place with nobody in it.
pub(crate) fn empty_place() -> Result<Clip, CamerasError> {
    clip(PAYER_JPEG, scene::EMPTY)
}

/// The number in the barcode of the first picture of [`empty_place`].
pub(crate) const EMPTY_FIRST: u32 = scene::EMPTY.start;

/// The same as JPEG pictures, such as a browser sends.
pub(crate) fn standing_payer_pictures() -> Result<Vec<Bytes>, CamerasError> {
    let scene = Scene::new(decode(PAYER_JPEG, &StillLimits::default())?);
    let camera: CameraId = "browser".parse().expect("a camera's name");
    let preview = Preview { quality: BROWSER_QUALITY, ..Preview::default() };
    let picture = |index: u32| {
        let still =
            Still::from_rgb(scene::WIDTH, scene::HEIGHT, scene.paint(index)).ok_or(StillError::Empty)?;
        let captured = Capture { at: Instant::now(), wall: SystemTime::now(), pts_ns: None };
        let frame = Frame::from_still(camera.clone(), index.into(), captured, still);
        Ok(preview.encode(&frame, &[])?)
    };
    scene::STANDING.map(picture).collect()
}

fn clip(jpeg: &[u8], round: Range<u32>) -> Result<Clip, CamerasError> {
    let person: Still = decode(jpeg, &StillLimits::default())?;
    let scene = Scene::new(person);
    let options = ClipOptions {
        width: scene::WIDTH,
        height: scene::HEIGHT,
        fps: scene::FPS,
        pictures: round.len() as u32,
        ..ClipOptions::default()
    };
    Ok(Clip::painted(&options, |index| scene.paint(round.start + index))?)
}

/// When a camera last sent its first picture of a round: the place is empty then.
pub(super) fn round_began(mount: &Mount) -> Option<Instant> {
    mount.captured_at(0)
}

/// When the whole face was last seen for the first time in a round.
pub(super) fn came_into_view(mount: &Mount) -> Option<Instant> {
    mount.captured_at(scene::IN_VIEW)
}
