//! Whether a face is good enough: components after ISO/IEC 29794-5, measured once, judged by the gate of the occasion.

use plugin_host::Face;

mod component;
mod measured;
mod options;
mod patch;
mod reason;
mod score;
#[cfg(test)]
mod tests;

pub use component::{COMPONENTS, Component, Spec};
pub use measured::Measured;
pub use options::{Gate, Limits, QualityOptions};
pub(crate) use patch::Sampler;
pub use reason::QualityReason;

use crate::frame::{Colour, PixelFormat, Planes};

/// Which end of the allowed range a figure missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It is less than the least.
    Least,
    /// It is more than the most.
    Most,
}

impl Bound {
    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Bound::Least => "at_least",
            Bound::Most => "at_most",
        }
    }
}

/// One refusal in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refusal {
    /// Why.
    pub reason: QualityReason,
    /// Of which component.
    pub component: Component,
    /// What was measured.
    pub measured: f32,
    /// What is allowed, at least or at most.
    pub allowed: f32,
    /// Which of the two.
    pub bound: Bound,
}

/// The verdict of a gate on one face.
#[derive(Clone, Debug, PartialEq)]
pub struct QualityReport {
    /// Good enough.
    pub ok: bool,
    /// Shows no more than a picture of its track before it: it is not refused for what it is like, but counts for nothing.
    pub duplicate: bool,
    /// How good, 0..=1: the worst figure decides. Weighs this picture within its track.
    pub value: f32,
    /// The figures.
    pub measured: Measured,
    /// Why not; empty when `ok`.
    pub reasons: Vec<Refusal>,
    /// What was asked.
    pub asked: QualityOptions,
}

/// One component of a report.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Judged {
    /// Which one.
    pub component: Component,
    /// In its own unit; `None` when it was not measured, and so not judged.
    pub measured: Option<f32>,
    /// From 0 to 100, as comparable between components as ISO/IEC 29794-5 makes them.
    pub score: Option<u8>,
    /// What the gate asks.
    pub limits: Limits,
}

impl QualityReport {
    /// Every component, judged or not.
    pub fn components(&self) -> impl Iterator<Item = Judged> {
        COMPONENTS.iter().map(|spec| {
            let component = spec.component;
            let measured = self.measured.figure(component);
            let score = measured.map(|measured| score::score(component, measured));
            Judged { component, measured, score, limits: self.asked.limits(component) }
        })
    }

    /// The names of the reasons, each once.
    pub fn reason_names(&self) -> Vec<&'static str> {
        let mut names: Vec<&str> = Vec::with_capacity(self.reasons.len());
        let duplicate = self.duplicate.then_some(QualityReason::DuplicateFrames);
        for name in
            self.reasons.iter().map(|refusal| refusal.reason).chain(duplicate).map(QualityReason::name)
        {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// Measures one face of a picture.
pub fn measure(
    face: &Face,
    size: (u32, u32),
    planes: &Planes<'_>,
    format: PixelFormat,
    colour: Colour,
) -> Measured {
    Measured::of(face, size, &Sampler::new(size, planes, format, colour))
}

/// Judges the figures. A figure that is no number is refused where it is asked for; one that was not measured is not
/// judged.
pub fn judge(measured: &Measured, options: &QualityOptions) -> QualityReport {
    let mut reasons = Vec::new();
    for spec in &COMPONENTS {
        let component = spec.component;
        let Some(figure) = measured.figure(component) else { continue };
        let Limits { min, max } = options.limits(component);
        let refusal =
            |bound, (allowed, reason)| Refusal { reason, component, measured: figure, allowed, bound };
        // What is no number is never good.
        let (enough, few) = (|min: &f32| figure >= *min, |max: &f32| figure <= *max);
        let too_low = min.filter(|min| !enough(min)).zip(spec.below);
        let too_high = max.filter(|max| !few(max)).zip(spec.above);
        reasons.extend(too_low.map(|missed| refusal(Bound::Least, missed)));
        reasons.extend(too_high.map(|missed| refusal(Bound::Most, missed)));
    }
    QualityReport {
        ok: reasons.is_empty(),
        duplicate: false,
        value: value(measured, options),
        measured: *measured,
        reasons,
        asked: *options,
    }
}

/// 1 for a face that is well within every bound, falling to 0 at the bound's far side.
fn value(m: &Measured, options: &QualityOptions) -> f32 {
    let above = |component, measured: f32| match options.limits(component).min {
        Some(min) => measured / (2.0 * min.max(f32::EPSILON)),
        None => 1.0,
    };
    let below = |component, measured: f32| match options.limits(component).max {
        Some(max) => 1.0 - measured / (2.0 * max.max(f32::EPSILON)),
        None => 1.0,
    };
    let figures = [
        above(Component::InterEyeDistance, m.eye_distance_px),
        above(Component::Sharpness, m.sharpness_variance),
        below(Component::Yaw, m.yaw_deg.abs()),
        below(Component::Pitch, m.pitch_deg.abs()),
        above(Component::LuminanceDeviation, m.contrast_luma),
        m.presence,
        m.score,
    ];
    // A figure that is no number counts as the worst.
    figures.into_iter().map(|f| if f.is_nan() { 0.0 } else { f.clamp(0.0, 1.0) }).fold(1.0, f32::min)
}
