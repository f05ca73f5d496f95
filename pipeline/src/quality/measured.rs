//! The figures of one face.

use plugin_host::Face;

use super::component::Component;
use super::patch::{Patch, Sampler};
use crate::eyes;

/// What was measured of one face.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measured {
    /// Distance between the eyes, in frame pixels.
    pub eye_distance_px: f32,
    /// From the eyes to the lower edge of the face's box, over the picture's height.
    pub head_share: f32,
    /// Variance of the Laplacian over the face's luma.
    pub sharpness_variance: f32,
    /// Mean luma, 0..=255.
    pub brightness_luma: f32,
    /// Share of the face that is nearly black, 0..=1.
    pub dark_share: f32,
    /// Share of the face that is nearly white, 0..=1.
    pub bright_share: f32,
    /// Standard deviation of the luma.
    pub contrast_luma: f32,
    /// Entropy of the luma, 0..=8 bits.
    pub dynamic_range_bits: f32,
    /// What the histograms of the face's halves have in common, 0..=1.
    pub uniformity_share: f32,
    /// Head turn in degrees.
    pub yaw_deg: f32,
    /// Nod in degrees.
    pub pitch_deg: f32,
    /// Tilt in degrees.
    pub roll_deg: f32,
    /// Gap between the lids over the eye's width, of the eye that is less open; `None` when it was not measured.
    pub eye_open_ratio: Option<f32>,
    /// How much darker an iris is than its eye, 0..=1, of the eye with less; `None` when the eyes have too few pixels.
    pub iris_darkness_share: Option<f32>,
    /// Gap between the lips over the mouth's width; `None` when it was not measured.
    pub mouth_open_ratio: Option<f32>,
    /// The mouth's width over the distance of the outer corners of the eyes; `None` when it was not measured.
    pub smile_ratio: Option<f32>,
    /// Presence of the face mesh, 0..=1.
    pub presence: f32,
    /// Share of the box outside the picture, 0..=1.
    pub outside_share: f32,
    /// Room around the eyes: left and right in distances of the eyes, above and below in head sizes.
    pub room: [f32; 4],
    /// The detector's confidence, 0..=1.
    pub score: f32,
}

impl Measured {
    pub(super) fn of(face: &Face, size: (u32, u32), sampler: &Sampler<'_>) -> Self {
        let [left, right, ..] = face.landmarks;
        let patch = Patch::of(face, sampler);
        let light = patch.light();
        let eyes = face.eye_open[0].min(face.eye_open[1]);
        Self {
            eye_distance_px: (right.x - left.x).hypot(right.y - left.y),
            head_share: head_px(face) / size.1 as f32,
            sharpness_variance: patch.sharpness_variance(),
            brightness_luma: patch.mean(),
            dark_share: light.dark_share,
            bright_share: light.bright_share,
            contrast_luma: patch.deviation(),
            dynamic_range_bits: light.entropy_bits,
            uniformity_share: light.uniformity_share,
            yaw_deg: face.yaw,
            pitch_deg: face.pitch,
            roll_deg: face.roll,
            eye_open_ratio: known(eyes),
            iris_darkness_share: eyes::each(face, sampler).map(|[left, right]| left.min(right)),
            mouth_open_ratio: known(face.mouth_open),
            smile_ratio: known(face.smile),
            presence: face.quality,
            outside_share: outside_share(face, size),
            room: room(face, size),
            score: face.score,
        }
    }

    /// What is judged of `component`: angles without their sign; `None` when it was not measured.
    pub fn figure(&self, component: Component) -> Option<f32> {
        let [left, right, above, below] = self.room;
        match component {
            Component::InterEyeDistance => Some(self.eye_distance_px),
            Component::HeadSize => Some(self.head_share),
            Component::Sharpness => Some(self.sharpness_variance),
            Component::LuminanceMean => Some(self.brightness_luma),
            Component::UnderExposure => Some(self.dark_share),
            Component::OverExposure => Some(self.bright_share),
            Component::LuminanceDeviation => Some(self.contrast_luma),
            Component::DynamicRange => Some(self.dynamic_range_bits),
            Component::IlluminationUniformity => Some(self.uniformity_share),
            Component::Yaw => Some(self.yaw_deg.abs()),
            Component::Pitch => Some(self.pitch_deg.abs()),
            Component::Roll => Some(self.roll_deg.abs()),
            Component::EyesOpen => self.eye_open_ratio,
            Component::EyesVisible => self.iris_darkness_share,
            Component::MouthClosed => self.mouth_open_ratio,
            Component::ExpressionNeutrality => self.smile_ratio,
            Component::FacePresence => Some(self.presence),
            Component::Outside => Some(self.outside_share),
            Component::LeftwardCrop => Some(left),
            Component::RightwardCrop => Some(right),
            Component::MarginAbove => Some(above),
            Component::MarginBelow => Some(below),
            Component::DetectionConfidence => Some(self.score),
        }
    }
}

/// A figure of the detector; 0 says that it was not measured.
fn known(figure: f32) -> Option<f32> {
    (figure != 0.0).then_some(figure)
}

/// The length from the eyes to the lower edge of the face's box, which is about the chin.
fn head_px(face: &Face) -> f32 {
    let [left, right, ..] = face.landmarks;
    face.bbox.y + face.bbox.h - (left.y + right.y) / 2.0
}

/// From the eyes to the picture's left, right, upper and lower edge, see [`Measured::room`].
fn room(face: &Face, (width, height): (u32, u32)) -> [f32; 4] {
    let [left, right, ..] = face.landmarks;
    let eyes = (right.x - left.x).hypot(right.y - left.y);
    let (middle, head) = ((left.y + right.y) / 2.0, head_px(face));
    [left.x / eyes, (width as f32 - right.x) / eyes, middle / head, (height as f32 - middle) / head]
}

/// How much of the face's box lies outside the picture.
pub(super) fn outside_share(face: &Face, (width, height): (u32, u32)) -> f32 {
    let b = &face.bbox;
    let inside = |from: f32, length: f32, end: f32| (from + length).min(end) - from.max(0.0);
    let across = inside(b.x, b.w, width as f32).max(0.0);
    let down = inside(b.y, b.h, height as f32).max(0.0);
    let all = b.w * b.h;
    if all > 0.0 { (1.0 - across * down / all).max(0.0) } else { 1.0 }
}
