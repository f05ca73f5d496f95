//! What a gate asks of a face: two gates are delivered, one to pay and one to enrol.

use super::component::{COMPONENTS, COUNT, Component};

/// Which gate a face has to pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Gate {
    /// To pay or to be named: asks only for what measurably hurts recognition.
    Payment,
    /// To be kept as a template, by which the person is recognised for years.
    Enrolment,
}

impl Gate {
    /// Both.
    pub const ALL: [Gate; 2] = [Gate::Payment, Gate::Enrolment];

    /// Stable machine-readable name, also of its settings.
    pub fn name(self) -> &'static str {
        match self {
            Gate::Payment => "payment",
            Gate::Enrolment => "enrolment",
        }
    }
}

/// What a figure must at least and at most be; `None` asks for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// The least.
    pub min: Option<f32>,
    /// The most.
    pub max: Option<f32>,
}

/// What a face must be like to pass a gate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualityOptions {
    limits: [Limits; COUNT],
}

/// One limit as it is delivered: its name in the settings, and its value for each gate.
type Delivered = (&'static str, f32, f32);

/// How the thresholds were chosen is told by `docs/quality.md`.
const DELIVERED: [Delivered; 24] = [
    ("eye_distance_px_min", 24.0, 36.0),
    ("head_share_max", 1.0, 0.8),
    ("sharpness_variance_min", 12.0, 40.0),
    ("brightness_luma_min", 40.0, 50.0),
    ("brightness_luma_max", 225.0, 215.0),
    ("dark_share_max", 1.0, 0.5),
    ("bright_share_max", 1.0, 0.05),
    ("contrast_luma_min", 12.0, 16.0),
    ("dynamic_range_bits_min", 0.0, 5.0),
    ("uniformity_share_min", 0.0, 0.2),
    ("yaw_deg_max", 35.0, 32.0),
    ("pitch_deg_max", 30.0, 22.0),
    ("roll_deg_max", 180.0, 20.0),
    ("eye_open_ratio_min", 0.0, 0.1),
    ("iris_darkness_share_min", 0.0, 0.0),
    ("mouth_open_ratio_max", 2.0, 0.45),
    ("smile_ratio_max", 2.0, 2.0),
    ("presence_min", 0.5, 0.8),
    ("outside_share_max", 0.1, 0.0),
    ("left_eye_distances_min", 0.0, 0.6),
    ("right_eye_distances_min", 0.0, 0.6),
    ("above_head_sizes_min", 0.0, 0.6),
    ("below_head_sizes_min", 0.0, 1.0),
    ("score_min", 0.5, 0.6),
];

impl Default for QualityOptions {
    fn default() -> Self {
        Self::for_payment()
    }
}

impl QualityOptions {
    /// The delivered gate of paying.
    pub fn for_payment() -> Self {
        Self::of(|limit| DELIVERED.iter().find(|(name, ..)| *name == limit).map(|row| row.1))
    }

    /// The delivered gate of enrolment.
    pub fn for_enrolment() -> Self {
        Self::of(|limit| DELIVERED.iter().find(|(name, ..)| *name == limit).map(|row| row.2))
    }

    /// Lets every face through.
    pub fn open() -> Self {
        Self { limits: [Limits::default(); COUNT] }
    }

    /// The gate with the limits that `named` gives, by their names in the settings. One at the end of its range, or
    /// without a value, asks for nothing.
    pub fn of(named: impl Fn(&str) -> Option<f32>) -> Self {
        let mut options = Self::open();
        for spec in &COMPONENTS {
            let [bottom, top] = spec.range;
            let value = |there: bool, end: &str, nothing: f32| {
                let value = named(&format!("{}_{end}", spec.figure)).filter(|_| there)?;
                // Written so that a value that is no number lets nobody through.
                (value != nothing).then_some(value)
            };
            let min = value(spec.below.is_some(), "min", bottom);
            let max = value(spec.above.is_some(), "max", top);
            options.limits[spec.component as usize] = Limits { min, max };
        }
        options
    }

    /// What is asked of `component`.
    pub fn limits(&self, component: Component) -> Limits {
        self.limits[component as usize]
    }

    /// The gate with other limits for `component`.
    #[must_use]
    pub fn with(mut self, component: Component, limits: Limits) -> Self {
        self.limits[component as usize] = limits;
        self
    }

    /// Every limit by its name in the settings, with its range.
    pub fn names() -> impl Iterator<Item = (String, [f32; 2])> {
        COMPONENTS.iter().flat_map(|spec| {
            let min = spec.below.map(|_| (format!("{}_min", spec.figure), spec.range));
            let max = spec.above.map(|_| (format!("{}_max", spec.figure), spec.range));
            min.into_iter().chain(max)
        })
    }
}
