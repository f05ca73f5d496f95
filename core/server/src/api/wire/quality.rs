//! Face quality on the wire: what was measured, what is asked, what the person can do.

use pipeline::QualityReport;
use pipeline::quality::{Judged, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

/// One figure of a face that is not good enough.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct QualityFault {
    /// Stable name of the reason.
    pub(crate) reason: &'static str,
    /// Component after ISO/IEC 29794-5; `docs/quality.md` lists them.
    pub(crate) component: &'static str,
    /// In `unit`; absent when it is no number.
    pub(crate) measured: Option<f32>,
    /// In `unit`.
    pub(crate) allowed: f32,
    /// Whether `allowed` is `at_least` or `at_most`.
    pub(crate) bound: &'static str,
    pub(crate) unit: &'static str,
    /// What the person can do, to be read out.
    pub(crate) advice: &'static str,
}

impl From<&Refusal> for QualityFault {
    fn from(refusal: &Refusal) -> Self {
        Self {
            reason: refusal.reason.name(),
            component: refusal.component.name(),
            measured: finite(refusal.measured),
            allowed: refusal.allowed,
            bound: refusal.bound.name(),
            unit: refusal.component.unit(),
            advice: refusal.reason.advice(),
        }
    }
}

/// One component of a face's quality.
#[derive(Serialize, ToSchema)]
pub(crate) struct QualityComponent {
    /// Component after ISO/IEC 29794-5; `docs/quality.md` lists them.
    pub(crate) component: &'static str,
    /// In `unit`; absent when the detector does not measure it: then it is not judged.
    pub(crate) measured: Option<f32>,
    pub(crate) unit: &'static str,
    /// 0 (worst) to 100, comparable between components.
    pub(crate) score: Option<u8>,
    /// The least that is asked; absent when nothing is.
    pub(crate) allowed_min: Option<f32>,
    /// The most that is allowed; absent when anything is.
    pub(crate) allowed_max: Option<f32>,
}

impl From<Judged> for QualityComponent {
    fn from(judged: Judged) -> Self {
        Self {
            component: judged.component.name(),
            measured: judged.measured.and_then(finite),
            unit: judged.component.unit(),
            score: judged.score,
            allowed_min: judged.limits.min,
            allowed_max: judged.limits.max,
        }
    }
}

/// Every figure that is not good enough.
pub(crate) fn faults(report: &QualityReport) -> Vec<QualityFault> {
    report.reasons.iter().map(QualityFault::from).collect()
}

/// Every component.
pub(crate) fn components(report: &QualityReport) -> Vec<QualityComponent> {
    report.components().map(QualityComponent::from).collect()
}

/// JSON has no other numbers.
fn finite(figure: f32) -> Option<f32> {
    Some(figure).filter(|figure| figure.is_finite())
}
