//! Cameras on the wire; never their credentials.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::settings::Decode;

/// A camera to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCamera {
    /// 1 to 40 of `a-z`, `0-9`, `-`.
    #[schema(pattern = "^[a-z0-9-]{1,40}$")]
    pub(crate) id: String,
    /// `rtsp(s)://…`, `v4l2:///dev/videoN`, `file:///…` or `push:`.
    pub(crate) source: String,
    pub(crate) name: Option<String>,
    /// `all` when absent. `key-frames` is for a camera that watches and sells nothing: it takes a fraction of the processor, and
    /// its turns are lost first when there is too much to look at.
    pub(crate) decode: Option<Decode>,
}

/// What to change about a camera; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CameraChange {
    pub(crate) source: Option<String>,
    pub(crate) name: Option<String>,
    /// In force with the next key frame; the camera stays open.
    pub(crate) decode: Option<Decode>,
}

/// A camera and how it does.
#[derive(Clone, Serialize, ToSchema)]
pub(crate) struct Camera {
    pub(crate) id: String,
    pub(crate) name: String,
    /// Without user, password and query.
    pub(crate) source: String,
    /// Which of its pictures are to be decoded.
    pub(crate) decode: Decode,
    pub(crate) health: CameraHealth,
}

/// How a camera does.
#[derive(Clone, Default, Serialize, ToSchema)]
pub(crate) struct CameraHealth {
    /// `live` is the only state that can pay; `refused` never ran, for the `reason`; `replaced` is another device and `moved`
    /// another view than before, until somebody accepts it or saves the camera's source anew.
    pub(crate) state: String,
    /// What went wrong last; empty when nothing did.
    pub(crate) reason: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) codec: String,
    /// The decoder that really runs.
    pub(crate) decoder: String,
    pub(crate) fps: f32,
    pub(crate) frames_in: u64,
    pub(crate) frames_analysed: u64,
    /// Pictures that came and were not decoded.
    pub(crate) frames_skipped: u64,
    /// Which of its pictures are decoded at present.
    pub(crate) decodes: Decode,
    /// How far apart its key frames are; absent before the second.
    pub(crate) key_frame_distance_ms: Option<u64>,
    pub(crate) frame_age_ms: Option<u64>,
    pub(crate) reconnects: u64,
}

/// A change of a camera's state.
#[derive(Serialize, ToSchema)]
pub(crate) struct CameraStateChange {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// Absent for a camera that was just added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) from: Option<String>,
    /// As in its health; `removed` for one that is gone.
    pub(crate) state: String,
    /// Why; empty when nothing went wrong.
    pub(crate) reason: String,
}

/// What opening a camera once has shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct CameraTest {
    pub(crate) codec: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) fps: f32,
    pub(crate) decoder: String,
    pub(crate) first_frame_ms: u64,
}
