//! Whether a face is good enough to be recognised: named reasons, each with what was measured and what is allowed.

use plugin_host::Face;

mod patch;
#[cfg(test)]
mod tests;

use patch::Patch;
pub(crate) use patch::Sampler;

use crate::frame::{Colour, PixelFormat, Planes};

/// What a face must be like. The defaults are for paying at arm's length.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QualityOptions {
    /// Least distance between the eyes, in frame pixels.
    pub eye_distance_px_min: f32,
    /// Least variance of the Laplacian over the face's luma (0..=255) at the recogniser's scale.
    pub sharpness_variance_min: f32,
    /// Largest head turn to either side, in degrees.
    pub yaw_deg_max: f32,
    /// Largest nod up or down, in degrees.
    pub pitch_deg_max: f32,
    /// Least mean luma of the face, 0..=255.
    pub brightness_luma_min: f32,
    /// Largest mean luma of the face, 0..=255.
    pub brightness_luma_max: f32,
    /// Least standard deviation of the face's luma.
    pub contrast_luma_min: f32,
    /// Least presence of the face mesh, 0..=1: a covered face has none.
    pub presence_min: f32,
    /// Largest share of the face's box outside the picture, 0..=1.
    pub outside_share_max: f32,
    /// Least confidence of the detector, 0..=1.
    pub score_min: f32,
}

impl Default for QualityOptions {
    fn default() -> Self {
        Self {
            eye_distance_px_min: 24.0,
            sharpness_variance_min: 12.0,
            yaw_deg_max: 35.0,
            pitch_deg_max: 30.0,
            brightness_luma_min: 40.0,
            brightness_luma_max: 225.0,
            contrast_luma_min: 12.0,
            presence_min: 0.5,
            outside_share_max: 0.1,
            score_min: 0.5,
        }
    }
}

/// What was measured of one face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// Distance between the eyes, in frame pixels.
    pub eye_distance_px: f32,
    /// Variance of the Laplacian over the face's luma.
    pub sharpness_variance: f32,
    /// Head turn in degrees.
    pub yaw_deg: f32,
    /// Nod in degrees.
    pub pitch_deg: f32,
    /// Mean luma, 0..=255.
    pub brightness_luma: f32,
    /// Standard deviation of the luma.
    pub contrast_luma: f32,
    /// Presence of the face mesh, 0..=1.
    pub presence: f32,
    /// Share of the box outside the picture, 0..=1.
    pub outside_share: f32,
    /// The detector's confidence, 0..=1.
    pub score: f32,
}

/// Why a face is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum QualityReason {
    /// Too far away: come closer.
    TooSmall,
    /// Out of focus or moving: hold still.
    Blurred,
    /// Turned to the side, or looking up or down: look at the camera.
    Pose,
    /// Too little light.
    TooDark,
    /// Too much light.
    TooBright,
    /// Fog, backlight or a dirty lens.
    LowContrast,
    /// Covered.
    Occluded,
    /// Partly outside the picture.
    AtEdge,
    /// Hardly a face.
    LowScore,
}

impl QualityReason {
    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::TooSmall => "too_small",
            Self::Blurred => "blurred",
            Self::Pose => "pose",
            Self::TooDark => "too_dark",
            Self::TooBright => "too_bright",
            Self::LowContrast => "low_contrast",
            Self::Occluded => "occluded",
            Self::AtEdge => "at_edge",
            Self::LowScore => "low_score",
        }
    }
}

/// One refusal in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refusal {
    /// Why.
    pub reason: QualityReason,
    /// Which figure, with its unit, such as `eye_distance_px`.
    pub figure: &'static str,
    /// What was measured.
    pub measured: f32,
    /// What is allowed, at least or at most.
    pub allowed: f32,
}

/// The verdict on one face.
#[derive(Clone, Debug, PartialEq)]
pub struct QualityReport {
    /// Good enough.
    pub ok: bool,
    /// How good, 0..=1: the worst figure decides. Weighs this picture within its track.
    pub value: f32,
    /// The figures.
    pub measured: Measured,
    /// Why not; empty when `ok`.
    pub reasons: Vec<Refusal>,
}

/// Measures one face of a picture.
pub fn measure(
    face: &Face,
    size: (u32, u32),
    planes: &Planes<'_>,
    format: PixelFormat,
    colour: Colour,
) -> Measured {
    let [left, right, ..] = face.landmarks;
    let patch = Patch::of(face, size, planes, format, colour);
    Measured {
        eye_distance_px: (right.x - left.x).hypot(right.y - left.y),
        sharpness_variance: patch.sharpness_variance(),
        yaw_deg: face.yaw,
        pitch_deg: face.pitch,
        brightness_luma: patch.mean(),
        contrast_luma: patch.deviation(),
        presence: face.quality,
        outside_share: outside_share(face, size),
        score: face.score,
    }
}

/// Judges the figures. A figure that is no number is refused.
pub fn judge(measured: &Measured, options: &QualityOptions) -> QualityReport {
    use QualityReason as Why;
    let m = measured;
    // Reason, figure, measured, allowed, and whether that is the least or the most.
    let figures = [
        (Why::TooSmall, "eye_distance_px", m.eye_distance_px, options.eye_distance_px_min, true),
        (Why::Blurred, "sharpness_variance", m.sharpness_variance, options.sharpness_variance_min, true),
        (Why::Pose, "yaw_deg", m.yaw_deg.abs(), options.yaw_deg_max, false),
        (Why::Pose, "pitch_deg", m.pitch_deg.abs(), options.pitch_deg_max, false),
        (Why::TooDark, "brightness_luma", m.brightness_luma, options.brightness_luma_min, true),
        (Why::TooBright, "brightness_luma", m.brightness_luma, options.brightness_luma_max, false),
        (Why::LowContrast, "contrast_luma", m.contrast_luma, options.contrast_luma_min, true),
        (Why::Occluded, "presence", m.presence, options.presence_min, true),
        (Why::AtEdge, "outside_share", m.outside_share, options.outside_share_max, false),
        (Why::LowScore, "score", m.score, options.score_min, true),
    ];
    let mut reasons = Vec::new();
    for (reason, figure, measured, allowed, least) in figures {
        let good = if least { measured >= allowed } else { measured <= allowed };
        if !good {
            reasons.push(Refusal { reason, figure, measured, allowed });
        }
    }
    QualityReport { ok: reasons.is_empty(), value: value(m, options), measured: *m, reasons }
}

/// 1 for a face that is well within every bound, falling to 0 at the bound's far side.
fn value(m: &Measured, options: &QualityOptions) -> f32 {
    let above = |measured: f32, min: f32| measured / (2.0 * min.max(f32::EPSILON));
    let below = |measured: f32, max: f32| 1.0 - measured / (2.0 * max.max(f32::EPSILON));
    let figures = [
        above(m.eye_distance_px, options.eye_distance_px_min),
        above(m.sharpness_variance, options.sharpness_variance_min),
        below(m.yaw_deg.abs(), options.yaw_deg_max),
        below(m.pitch_deg.abs(), options.pitch_deg_max),
        above(m.contrast_luma, options.contrast_luma_min),
        m.presence,
        m.score,
    ];
    // A figure that is no number counts as the worst.
    figures.into_iter().map(|f| if f.is_nan() { 0.0 } else { f.clamp(0.0, 1.0) }).fold(1.0, f32::min)
}

/// How much of the face's box lies outside the picture.
fn outside_share(face: &Face, (width, height): (u32, u32)) -> f32 {
    let b = &face.bbox;
    let inside = |from: f32, length: f32, end: f32| (from + length).min(end) - from.max(0.0);
    let across = inside(b.x, b.w, width as f32).max(0.0);
    let down = inside(b.y, b.h, height as f32).max(0.0);
    let all = b.w * b.h;
    if all > 0.0 { (1.0 - across * down / all).max(0.0) } else { 1.0 }
}
