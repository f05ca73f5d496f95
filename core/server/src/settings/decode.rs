//! Which pictures of a camera are decoded, as settings and the interface say it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which of a camera's pictures are decoded.
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decode {
    /// Each.
    #[default]
    All,
    /// Only those that rest on no other.
    KeyFrames,
}

impl From<Decode> for pipeline::camera::Decode {
    fn from(decode: Decode) -> Self {
        match decode {
            Decode::All => Self::All,
            Decode::KeyFrames => Self::KeyFrames,
        }
    }
}

impl From<pipeline::camera::Decode> for Decode {
    fn from(decode: pipeline::camera::Decode) -> Self {
        match decode {
            pipeline::camera::Decode::All => Self::All,
            pipeline::camera::Decode::KeyFrames => Self::KeyFrames,
        }
    }
}
