//! Why a face is refused, and what the person can do about it.

/// Why a face is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QualityReason {
    /// Too far away.
    TooSmall,
    /// So near that the lens distorts the face.
    TooClose,
    /// Out of focus or moving.
    Blurred,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// Fog, backlight or a dirty lens.
    LowContrast,
    /// Light from one side.
    UnevenLight,
    /// Turned to the side, or looking up or down.
    Pose,
    /// Tilted to the shoulder.
    HeadTilted,
    /// Eyes shut, or hidden.
    EyesClosed,
    /// Mouth open.
    MouthOpen,
    /// No neutral face.
    Expression,
    /// Covered.
    Occluded,
    /// Partly outside the picture, or too near to its edge.
    AtEdge,
    /// Hardly a face.
    LowScore,
    /// Shows no more than a picture before it: sent again, or a camera that shows a still.
    DuplicateFrames,
}

impl QualityReason {
    /// Every reason.
    pub const ALL: [QualityReason; 16] = [
        Self::TooSmall,
        Self::TooClose,
        Self::Blurred,
        Self::TooDark,
        Self::TooBright,
        Self::LowContrast,
        Self::UnevenLight,
        Self::Pose,
        Self::HeadTilted,
        Self::EyesClosed,
        Self::MouthOpen,
        Self::Expression,
        Self::Occluded,
        Self::AtEdge,
        Self::LowScore,
        Self::DuplicateFrames,
    ];

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooSmall => "too_small",
            Self::TooClose => "too_close",
            Self::Blurred => "blurred",
            Self::TooDark => "too_dark",
            Self::TooBright => "too_bright",
            Self::LowContrast => "low_contrast",
            Self::UnevenLight => "uneven_light",
            Self::Pose => "pose",
            Self::HeadTilted => "head_tilted",
            Self::EyesClosed => "eyes_closed",
            Self::MouthOpen => "mouth_open",
            Self::Expression => "expression",
            Self::Occluded => "occluded",
            Self::AtEdge => "at_edge",
            Self::LowScore => "low_score",
            Self::DuplicateFrames => "duplicate_frames",
        }
    }

    /// What the person before the camera can do, as a sentence to be read out.
    pub fn advice(self) -> &'static str {
        match self {
            Self::TooSmall => "Come closer.",
            Self::TooClose => "Move back a little.",
            Self::Blurred => "Hold still.",
            Self::TooDark => "Turn to the light.",
            Self::TooBright => "Move out of the glaring light.",
            Self::LowContrast => "Move away from the light behind you, or have the camera cleaned.",
            Self::UnevenLight => "Turn so that the light falls on your whole face.",
            Self::Pose => "Look straight at the camera.",
            Self::HeadTilted => "Hold your head upright.",
            Self::EyesClosed => "Open your eyes, and take off dark glasses.",
            Self::MouthOpen => "Close your mouth.",
            Self::Expression => "Keep a neutral face.",
            Self::Occluded => "Take off what covers your face.",
            Self::AtEdge => "Move to the middle of the picture.",
            Self::LowScore => "Show your whole face to the camera.",
            Self::DuplicateFrames => "Move a little.",
        }
    }
}
