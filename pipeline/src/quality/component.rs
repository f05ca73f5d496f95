//! The components of face quality, named after ISO/IEC 29794-5:2025: one row for each.

use super::reason::QualityReason as Why;

/// One aspect of a face's quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Component {
    /// How far apart the eyes are.
    InterEyeDistance,
    /// How much of the picture's height the head takes.
    HeadSize,
    /// How much fine detail there is.
    Sharpness,
    /// How bright the face is.
    LuminanceMean,
    /// How much of the face is nearly black.
    UnderExposure,
    /// How much of the face is nearly white.
    OverExposure,
    /// How far bright and dark are from each other.
    LuminanceDeviation,
    /// How many different shades there are.
    DynamicRange,
    /// How alike the light on both halves of the face is.
    IlluminationUniformity,
    /// The head's turn to the side.
    Yaw,
    /// The head's nod.
    Pitch,
    /// The head's tilt to the shoulder.
    Roll,
    /// How open the eyes are.
    EyesOpen,
    /// How well the irises can be seen.
    EyesVisible,
    /// How open the mouth is.
    MouthClosed,
    /// How far the mouth is drawn out.
    ExpressionNeutrality,
    /// How surely an uncovered face is there.
    FacePresence,
    /// How much of the face is outside the picture.
    Outside,
    /// Room to the left of the eyes.
    LeftwardCrop,
    /// Room to the right of the eyes.
    RightwardCrop,
    /// Room above the eyes.
    MarginAbove,
    /// Room below the eyes.
    MarginBelow,
    /// How sure the detector is.
    DetectionConfidence,
}

/// What is known of a component.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Which one.
    pub component: Component,
    /// Stable machine-readable name.
    pub name: &'static str,
    /// The component of ISO/IEC 29794-5 that it follows; empty: none.
    pub standard: &'static str,
    /// The figure that is measured, with its unit last, as its limits are called in the settings.
    pub figure: &'static str,
    /// Unit of the figure.
    pub unit: &'static str,
    /// Least and largest value that a limit can have; a limit there asks for nothing.
    pub range: [f32; 2],
    /// Why a face below the least is refused; `None`: there is no least.
    pub below: Option<Why>,
    /// Why a face above the most is refused; `None`: there is no most.
    pub above: Option<Why>,
    /// What is measured.
    pub says: &'static str,
}

/// How many components there are.
pub(super) const COUNT: usize = 23;

impl Component {
    /// What is known of this one.
    pub fn spec(self) -> &'static Spec {
        &COMPONENTS[self as usize]
    }

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    /// Unit of what is measured.
    pub fn unit(self) -> &'static str {
        self.spec().unit
    }
}

/// A component with a least value.
const fn least(
    component: Component,
    names: [&'static str; 4],
    top: f32,
    why: Why,
    says: &'static str,
) -> Spec {
    let [name, standard, figure, unit] = names;
    let (below, above, range) = (Some(why), None, [0.0, top]);
    Spec { component, name, standard, figure, unit, range, below, above, says }
}

/// A component with a largest value.
const fn most(
    component: Component,
    names: [&'static str; 4],
    top: f32,
    why: Why,
    says: &'static str,
) -> Spec {
    let [name, standard, figure, unit] = names;
    let (below, above, range) = (None, Some(why), [0.0, top]);
    Spec { component, name, standard, figure, unit, range, below, above, says }
}

/// Every component, in the order of [`Component`].
pub const COMPONENTS: [Spec; COUNT] = [
    least(
        Component::InterEyeDistance,
        ["inter_eye_distance", "InterEyeDistance", "eye_distance_px", "px"],
        1000.0,
        Why::TooSmall,
        "distance between the eyes in the picture; not made larger for a turned head, which has fewer pixels, too",
    ),
    most(
        Component::HeadSize,
        ["head_size", "HeadSize", "head_share", "share"],
        1.0,
        Why::TooClose,
        "from the eyes to the lower edge of the face's box, over the picture's height",
    ),
    least(
        Component::Sharpness,
        ["sharpness", "Sharpness", "sharpness_variance", "luma²"],
        10_000.0,
        Why::Blurred,
        "variance of the Laplacian at the recogniser's scale",
    ),
    Spec {
        component: Component::LuminanceMean,
        name: "luminance_mean",
        standard: "LuminanceMean",
        figure: "brightness_luma",
        unit: "luma",
        range: [0.0, 255.0],
        below: Some(Why::TooDark),
        above: Some(Why::TooBright),
        says: "mean luma",
    },
    most(
        Component::UnderExposure,
        ["under_exposure", "UnderExposurePrevention", "dark_share", "share"],
        1.0,
        Why::TooDark,
        "share of the face with a luma of at most 25",
    ),
    most(
        Component::OverExposure,
        ["over_exposure", "OverExposurePrevention", "bright_share", "share"],
        1.0,
        Why::TooBright,
        "share of the face with a luma of at least 247",
    ),
    least(
        Component::LuminanceDeviation,
        ["luminance_deviation", "LuminanceVariance", "contrast_luma", "luma"],
        127.5,
        Why::LowContrast,
        "standard deviation of the luma",
    ),
    least(
        Component::DynamicRange,
        ["dynamic_range", "DynamicRange", "dynamic_range_bits", "bit"],
        8.0,
        Why::LowContrast,
        "entropy of the luma in 256 steps",
    ),
    least(
        Component::IlluminationUniformity,
        ["illumination_uniformity", "IlluminationUniformity", "uniformity_share", "share"],
        1.0,
        Why::UnevenLight,
        "what the histograms of the left and the right half have in common, in 32 steps of luma",
    ),
    most(
        Component::Yaw,
        ["head_pose_yaw", "HeadPoseYaw", "yaw_deg", "deg"],
        90.0,
        Why::Pose,
        "turn to either side",
    ),
    most(
        Component::Pitch,
        ["head_pose_pitch", "HeadPosePitch", "pitch_deg", "deg"],
        90.0,
        Why::Pose,
        "nod up or down",
    ),
    most(
        Component::Roll,
        ["head_pose_roll", "HeadPoseRoll", "roll_deg", "deg"],
        180.0,
        Why::HeadTilted,
        "tilt to either side",
    ),
    least(
        Component::EyesOpen,
        ["eyes_open", "EyesOpen", "eye_open_ratio", "ratio"],
        1.0,
        Why::EyesClosed,
        "gap between the lids over the eye's width, of the eye that is less open",
    ),
    least(
        Component::EyesVisible,
        ["eyes_visible", "EyesVisible", "iris_darkness_share", "share"],
        1.0,
        Why::EyesClosed,
        "how much darker the darkest tenth of an eye is than its middle, of the eye with less; shut lids and dark glasses have little",
    ),
    most(
        Component::MouthClosed,
        ["mouth_closed", "MouthClosed", "mouth_open_ratio", "ratio"],
        2.0,
        Why::MouthOpen,
        "gap between the lips over the mouth's width",
    ),
    most(
        Component::ExpressionNeutrality,
        ["expression_neutrality", "ExpressionNeutrality", "smile_ratio", "ratio"],
        2.0,
        Why::Expression,
        "the mouth's width over the distance of the outer corners of the eyes: a smile, not any other expression",
    ),
    least(
        Component::FacePresence,
        ["face_presence", "FaceOcclusionPrevention", "presence", "probability"],
        1.0,
        Why::Occluded,
        "the face mesh's own probability that a face is there, which a cover lowers",
    ),
    most(
        Component::Outside,
        ["outside", "", "outside_share", "share"],
        1.0,
        Why::AtEdge,
        "share of the face's box outside the picture",
    ),
    least(
        Component::LeftwardCrop,
        ["leftward_crop", "LeftwardCropOfTheFaceImage", "left_eye_distances", "eye distances"],
        3.0,
        Why::AtEdge,
        "from the picture's left edge to the nearer eye, over the distance of the eyes",
    ),
    least(
        Component::RightwardCrop,
        ["rightward_crop", "RightwardCropOfTheFaceImage", "right_eye_distances", "eye distances"],
        3.0,
        Why::AtEdge,
        "from the picture's right edge to the nearer eye, over the distance of the eyes",
    ),
    least(
        Component::MarginAbove,
        ["margin_above", "MarginAboveOfTheFaceImage", "above_head_sizes", "head sizes"],
        3.0,
        Why::AtEdge,
        "from the picture's upper edge to the eyes, over the length from the eyes to the lower edge of the face's box",
    ),
    least(
        Component::MarginBelow,
        ["margin_below", "MarginBelowOfTheFaceImage", "below_head_sizes", "head sizes"],
        3.0,
        Why::AtEdge,
        "from the eyes to the picture's lower edge, over the same length",
    ),
    least(
        Component::DetectionConfidence,
        ["detection_confidence", "", "score", "probability"],
        1.0,
        Why::LowScore,
        "the detector's confidence",
    ),
];
