//! A camera as the rest of the system sees it: its settings, its state, its numbers.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::source::{SourceError, SourceUrl};

mod backlog;
mod backoff;
mod burden;
mod cameras;
mod damage;
mod decode;
mod feed;
pub(crate) mod health;
pub mod identity;
mod learnt;
pub(crate) mod luma;
mod need;
pub(crate) mod pace;
mod push;
mod repeats;
pub(crate) mod seat;
pub(crate) mod supervisor;
mod texture;
mod trial;
pub(crate) mod view;
mod vigilance;

pub use cameras::{Cameras, CamerasOptions};
pub(crate) use decode::Unit;
pub use decode::{BadDecode, Decode};
pub use feed::{Fed, Feed, FeedCodec, FeedUnit};
pub use identity::{Identity, Pin, PinChange, PinEvent};
pub use need::Hold;
pub use push::Claim;
pub use seat::FrameSink;
pub use supervisor::Jitter;

/// Name of a camera: 1 to 40 of `a-z`, `0-9` and `-`, cheap to clone.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CameraId(std::sync::Arc<str>);

/// What to open and how.
#[derive(Clone, Debug)]
pub struct CameraConfig {
    /// The camera's name.
    pub id: CameraId,
    /// Where its pictures come from.
    pub source: SourceUrl,
    /// Which of its pictures are decoded.
    pub decode: Decode,
    /// Frames handed on for analysis, per second, at most.
    pub analysed_fps_max: u32,
    /// A picture that stays the same for this long is a frozen camera.
    pub frozen_after_ms: u64,
    /// Pictures that were shown before, up to this long ago, make a looped camera; 0 looks for no loops.
    pub loop_s_max: u64,
    /// How its view is watched.
    pub view: ViewOptions,
    /// When it is looked at less often.
    pub idle: IdleOptions,
}

/// When a camera is looked at less often, for nobody is there and nothing moves. By default it never is. A `push:` camera
/// never is either: whoever pushes waits for answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdleOptions {
    /// After so many milliseconds in which nobody was seen and nothing moved,
    pub after_ms: u64,
    /// its pictures are analysed at least every so many milliseconds; 0: as often as otherwise.
    pub look_ms_max: u64,
}

/// How a camera's view is watched. By default it is not.
#[derive(Clone, Copy, Debug, Default)]
pub struct ViewOptions {
    /// The view is known after so many seconds of good pictures; 0 watches nothing.
    pub learn_s: u64,
    /// Whether something that lies over the lens is looked for,
    pub covered: bool,
    /// a lens that is out of focus,
    pub blurred: bool,
    /// and a camera that was turned away.
    pub moved: bool,
}

/// How a camera does. Only [`CameraState::Live`] is good enough to pay by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CameraState {
    /// Being opened; no picture yet.
    Connecting,
    /// Delivers fresh pictures.
    Live,
    /// Connected, but no picture for two seconds.
    Stalled,
    /// Cannot be reached, or went away; it is tried again.
    Offline,
    /// Refuses our user and password; tried again rarely.
    Unauthorized,
    /// The camera is there but has no such stream.
    NotFound,
    /// Its codec or format cannot be decoded here.
    Unsupported,
    /// Delivers pictures in which nothing is to be seen, as in the dark.
    Black,
    /// Delivers the same picture again and again.
    Frozen,
    /// Shows again what it showed before: a recording is played.
    Looped,
    /// The link is too slow: pictures arrive, but late.
    Throttled,
    /// Its stream is damaged: pictures arrive, but not as the camera took them.
    Damaged,
    /// Something lies over the lens.
    Covered,
    /// Its pictures have lost their focus.
    Blurred,
    /// It sees another view than the one that it has learnt: it was pushed, or turned away.
    Moved,
    /// Delivers fresh pictures, but is another device than the one that the camera is pinned to.
    Replaced,
}

impl CameraState {
    /// Every state, in the order of the enum.
    pub const ALL: [CameraState; 16] = [
        CameraState::Connecting,
        CameraState::Live,
        CameraState::Stalled,
        CameraState::Offline,
        CameraState::Unauthorized,
        CameraState::NotFound,
        CameraState::Unsupported,
        CameraState::Black,
        CameraState::Frozen,
        CameraState::Looped,
        CameraState::Throttled,
        CameraState::Damaged,
        CameraState::Covered,
        CameraState::Blurred,
        CameraState::Moved,
        CameraState::Replaced,
    ];

    /// Whether what it shows may be believed, and paid by.
    pub fn is_trusted(self) -> bool {
        self == CameraState::Live
    }

    /// Whether it has lost the view that it has learnt.
    pub fn is_of_view(self) -> bool {
        matches!(self, CameraState::Covered | CameraState::Blurred | CameraState::Moved)
    }

    /// What the pictures of a camera in this state are like, and what to do about it; empty where that depends.
    pub fn advice(self) -> &'static str {
        match self {
            CameraState::Black => "the picture is black: put light on, or uncover the lens",
            CameraState::Frozen => "the picture does not change: restart the camera",
            CameraState::Looped => "what it shows was shown before: look whether a recording is fed in",
            CameraState::Throttled => {
                "pictures come more than a second late: look at its network, or take a smaller stream"
            }
            CameraState::Damaged => "its stream arrives damaged: look at its cable and network",
            CameraState::Covered => "something lies over the lens: take it away",
            CameraState::Blurred => "the picture has lost its focus: clean the lens and focus it",
            CameraState::Moved => {
                "it sees another view than before: turn it back, or accept the view that is there"
            }
            _ => "",
        }
    }

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            CameraState::Connecting => "connecting",
            CameraState::Live => "live",
            CameraState::Stalled => "stalled",
            CameraState::Offline => "offline",
            CameraState::Unauthorized => "unauthorized",
            CameraState::NotFound => "not_found",
            CameraState::Unsupported => "unsupported",
            CameraState::Black => "black",
            CameraState::Frozen => "frozen",
            CameraState::Looped => "looped",
            CameraState::Throttled => "throttled",
            CameraState::Damaged => "damaged",
            CameraState::Covered => "covered",
            CameraState::Blurred => "blurred",
            CameraState::Moved => "moved",
            CameraState::Replaced => "replaced",
        }
    }
}

/// A camera's state and numbers at one moment.
#[derive(Clone, Debug)]
pub struct CameraStatus {
    /// The camera.
    pub id: CameraId,
    /// Its source; prints without credentials.
    pub source: SourceUrl,
    /// How it does.
    pub state: CameraState,
    /// What went wrong last, for a person to read; empty when nothing did. Holds no credentials.
    pub reason: String,
    /// Picture width in pixels, 0 before the first.
    pub width: u32,
    /// Picture height in pixels, 0 before the first.
    pub height: u32,
    /// Codec on the wire, such as `h264`; empty before the first picture.
    pub codec: String,
    /// The decoder that really runs, such as `avdec_h264`; empty before the first picture.
    pub decoder: String,
    /// Which of its pictures are to be decoded.
    pub decode: Decode,
    /// Which of its pictures are decoded at present.
    pub decodes: Decode,
    /// How far apart the stream's key frames are; `None` before the second.
    pub key_frame_distance: Option<Duration>,
    /// Pictures that came since the camera was added and were not decoded.
    pub frames_skipped: u64,
    /// Pictures decoded since the camera was added, and such that were pushed and superseded before.
    pub frames_in: u64,
    /// Of these, handed on for analysis.
    pub frames_analysed: u64,
    /// Decoded pictures per second, over the last seconds.
    pub fps: f32,
    /// Age of the newest picture; `None` before the first.
    pub frame_age: Option<Duration>,
    /// How often the source was opened again.
    pub reconnects: u64,
    /// How many preview viewers there are.
    pub viewers: usize,
}

/// A camera changed its state.
#[derive(Clone, Debug)]
pub struct CameraEvent {
    /// The camera.
    pub camera: CameraId,
    /// The state it left; `None` when it was just added.
    pub from: Option<CameraState>,
    /// The state it is in; `None` when it was removed.
    pub to: Option<CameraState>,
    /// What happened, for a person to read. Holds no credentials.
    pub reason: String,
}

/// Other pictures of a camera are decoded than before.
#[derive(Clone, Debug)]
pub struct DecodeEvent {
    /// The camera.
    pub camera: CameraId,
    /// What is decoded from now on.
    pub decodes: Decode,
    /// Not because it was set so: there is too much to decode, and nobody needs the camera.
    pub is_relief: bool,
}

/// What opening a source once has shown.
#[derive(Clone, Debug)]
pub struct CameraReport {
    /// Codec on the wire.
    pub codec: String,
    /// Picture width in pixels.
    pub width: u32,
    /// Picture height in pixels.
    pub height: u32,
    /// Measured pictures per second.
    pub fps: f32,
    /// The decoder that ran.
    pub decoder: String,
    /// From opening to the first decoded picture.
    pub first_frame: Duration,
}

/// Why a camera operation failed. [`CameraError::code`] is stable.
#[derive(Debug, thiserror::Error)]
pub enum CameraError {
    /// The name is taken: remove that camera first.
    #[error("there is already a camera {0}")]
    Exists(CameraId),
    /// No camera of this name.
    #[error("there is no camera {0}")]
    Unknown(CameraId),
    /// As many cameras as this appliance takes are running.
    #[error("no more than {0} cameras can run at once")]
    Full(usize),
    /// A setting is out of range.
    #[error("{0}")]
    Config(&'static str),
    /// The source may not be opened.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A pushed picture is not usable.
    #[error(transparent)]
    Picture(#[from] crate::still::StillError),
    /// Pictures can only be pushed to a camera whose source is `push:`.
    #[error("the camera {0} does not take pushed pictures")]
    NotPush(CameraId),
    /// Somebody else delivers the camera's pictures at present.
    #[error("another client delivers the pictures of the camera {0}")]
    Busy(CameraId),
    /// There is no picture yet.
    #[error("the camera {0} has delivered no picture yet")]
    NoPicture(CameraId),
    /// The source did not open; the state says why.
    #[error("the source is {}: {reason}", state.name())]
    Failed {
        /// What the source turned out to be.
        state: CameraState,
        /// The cause, for a person to read.
        reason: String,
    },
    /// Something on this machine is missing or broken.
    #[error("{0}")]
    Machine(String),
}

impl CameraError {
    /// Stable machine-readable name.
    pub fn code(&self) -> &'static str {
        match self {
            CameraError::Exists(_) => "camera_exists",
            CameraError::Unknown(_) => "camera_not_found",
            CameraError::Full(_) => "cameras_full",
            CameraError::Config(_) => "camera_config_invalid",
            CameraError::Source(source) => source.code(),
            CameraError::Picture(picture) => picture.code(),
            CameraError::NotPush(_) => "camera_not_push",
            CameraError::Busy(_) => "camera_busy",
            CameraError::NoPicture(_) => "camera_no_picture",
            CameraError::Failed { state, .. } => state.name(),
            CameraError::Machine(_) => "camera_machine",
        }
    }
}

/// The text is no camera name.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a camera name is 1 to 40 of a-z, 0-9 and -")]
pub struct BadCameraId;

impl CameraId {
    /// Names a source that is opened once, to see what it delivers.
    pub(crate) fn trial() -> CameraId {
        CameraId("trial".into())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for CameraId {
    type Err = BadCameraId;

    fn from_str(text: &str) -> Result<CameraId, BadCameraId> {
        let slug = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
        let ok = (1..=40).contains(&text.len()) && text.bytes().all(slug);
        if ok { Ok(CameraId(text.into())) } else { Err(BadCameraId) }
    }
}

impl fmt::Display for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_live_camera_is_trusted_and_one_in_any_other_state_is_not() {
        let found = CameraState::ALL.map(|state| (state.name(), state.is_trusted()));
        let wanted = [
            ("connecting", false),
            ("live", true),
            ("stalled", false),
            ("offline", false),
            ("unauthorized", false),
            ("not_found", false),
            ("unsupported", false),
            ("black", false),
            ("frozen", false),
            ("looped", false),
            ("throttled", false),
            ("damaged", false),
            ("covered", false),
            ("blurred", false),
            ("moved", false),
            ("replaced", false),
        ];
        assert_eq!(found, wanted);
    }
}
