//! A few seconds of encoded video, kept in memory.

use std::path::Path;
use std::sync::Arc;

use gstreamer as gst;

use super::codec::ClipCodec;
use super::scene::{Scene, shrunk};
use super::{SimulateError, encoder};
use crate::still::Still;

/// How a clip is made.
#[derive(Clone, Debug)]
pub struct ClipOptions {
    /// Width in pixels, a multiple of 2.
    pub width: u32,
    /// Height in pixels, a multiple of 2.
    pub height: u32,
    /// Pictures per second.
    pub fps: u32,
    /// Length in pictures; then it loops without a seam.
    pub pictures: u32,
    /// How it is encoded.
    pub codec: ClipCodec,
    /// Seconds from one key frame to the next, at most.
    pub key_every_s: u32,
    /// Sensor noise: largest deviation of a sample, 0..=32.
    pub noise: u8,
}

impl Default for ClipOptions {
    fn default() -> ClipOptions {
        let (width, height, codec) = (640, 480, ClipCodec::H264);
        ClipOptions { width, height, fps: 15, pictures: 150, codec, key_every_s: 1, noise: 3 }
    }
}

/// Encoded access units, ready to be looped. Cheap to clone.
#[derive(Clone)]
pub struct Clip {
    pub(super) inner: Arc<Encoded>,
}

pub(super) struct Encoded {
    pub(super) options: ClipOptions,
    pub(super) caps: gst::Caps,
    pub(super) pictures: Vec<gst::Buffer>,
    /// The same length of darkness, so that a camera can be covered.
    pub(super) black: Vec<gst::Buffer>,
}

impl Clip {
    /// Encodes a slow movement over the pictures, which stand side by side. About 5 ms a picture.
    ///
    /// # Errors
    /// [`SimulateError`] when the encoder is not installed or the options make no video.
    pub fn encode(pictures: &[Still], options: &ClipOptions) -> Result<Clip, SimulateError> {
        check(pictures, options)?;
        let scene = scene(pictures, options);
        Clip::painted(options, |index| scene.paint(index as usize))
    }

    /// Encodes pictures of the caller's own: interleaved RGB of the options' size, by index.
    ///
    /// # Errors
    /// [`SimulateError`] when the encoder is not installed or the options make no video.
    pub fn painted(
        options: &ClipOptions,
        paint: impl Fn(u32) -> Vec<u8> + Sync,
    ) -> Result<Clip, SimulateError> {
        check_options(options)?;
        let (caps, encoded) = encoder::encode(options, options.pictures, paint)?;
        let dark = vec![16; (options.width * options.height * 3) as usize];
        // One key frame and a second of nothing are enough: they loop, too.
        let (_, black) = encoder::encode(options, options.fps, |_| dark.clone())?;
        Ok(Clip { inner: Arc::new(Encoded { options: options.clone(), caps, pictures: encoded, black }) })
    }

    /// Writes the clip as a Matroska file, to be played as a recording.
    ///
    /// # Errors
    /// [`SimulateError::Missing`] or [`SimulateError::Broken`].
    pub fn save(&self, path: &Path) -> Result<(), SimulateError> {
        encoder::matroska(&self.inner, path)
    }

    /// How it was made.
    pub fn options(&self) -> &ClipOptions {
        &self.inner.options
    }

    /// Bytes of encoded video.
    pub fn bytes(&self) -> usize {
        self.inner.pictures.iter().map(|unit| unit.size()).sum()
    }
}

/// One picture of the clip as RGB, uncompressed: what a browser camera would push.
///
/// # Errors
/// [`SimulateError::Options`].
pub fn picture(pictures: &[Still], options: &ClipOptions, index: u32) -> Result<Still, SimulateError> {
    check(pictures, options)?;
    let rgb = scene(pictures, options).paint(index as usize);
    Still::from_rgb(options.width, options.height, rgb).ok_or(SimulateError::Options("a picture has pixels"))
}

fn scene(pictures: &[Still], options: &ClipOptions) -> Scene {
    let place = options.width / pictures.len().max(1) as u32;
    Scene {
        pictures: pictures.iter().map(|picture| shrunk(picture, place, options.height)).collect(),
        width: options.width as usize,
        height: options.height as usize,
        period: options.pictures as usize,
        noise: options.noise,
    }
}

fn check(pictures: &[Still], options: &ClipOptions) -> Result<(), SimulateError> {
    if pictures.is_empty() || pictures.len() > 8 {
        return Err(SimulateError::Options("a clip shows one to eight pictures"));
    }
    check_options(options)
}

fn check_options(options: &ClipOptions) -> Result<(), SimulateError> {
    let side = |value: u32| (64..=4096).contains(&value) && value.is_multiple_of(2);
    if !side(options.width) || !side(options.height) {
        return Err(SimulateError::Options("a clip is 64 to 4096 pixels wide and high, in even numbers"));
    }
    if !(1..=60).contains(&options.fps) || !(1..=3_600).contains(&options.pictures) || options.noise > 32 {
        return Err(SimulateError::Options("a clip has 1 to 60 fps, 1 to 3600 pictures and noise up to 32"));
    }
    if !(1..=60).contains(&options.key_every_s) {
        return Err(SimulateError::Options("a clip has a key frame every 1 to 60 seconds"));
    }
    Ok(())
}
