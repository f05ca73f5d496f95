//! The change of the recogniser on the wire.

use domain::model_change::{Gate, Missing, Report};
use serde::Serialize;
use utoipa::ToSchema;

use super::money::moment;
use super::names::ModelChangePhase;
use crate::app::model_change::Standing;

/// Where the change of the recogniser stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct ModelChange {
    /// idle, shadowing, cut_over, rolled_back or settled.
    #[schema(value_type = ModelChangePhase)]
    pub(crate) phase: String,
    #[schema(format = DateTime)]
    pub(crate) since: String,
    /// The model tag of the recogniser in force.
    pub(crate) active_tag: u32,
    /// The one that is tried beside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) candidate_tag: Option<u32>,
    /// The one that was in force before, and may be again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) previous_tag: Option<u32>,
    /// The one whose templates are being deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) leaving_tag: Option<u32>,
    /// The recognisers that the settings offer.
    pub(crate) offered_tags: Vec<u32>,
    /// People with a template of the other recogniser.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) coverage: Option<Coverage>,
    /// How often the candidate named the same person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) agreement: Option<Agreement>,
    /// Whether the candidate may take over.
    pub(crate) ready: bool,
    /// What it still lacks.
    pub(crate) missing: Vec<MissingReason>,
}

/// How many people would be known.
#[derive(Serialize, ToSchema)]
pub(crate) struct Coverage {
    /// Those with a live consent and a template of the recogniser in force.
    pub(crate) people: u64,
    pub(crate) covered: u64,
    pub(crate) share: f64,
    pub(crate) share_min: f64,
}

/// What the candidate said at visits.
#[derive(Serialize, ToSchema)]
pub(crate) struct Agreement {
    pub(crate) visits: u64,
    pub(crate) visits_min: u64,
    /// Different people who came.
    pub(crate) visitors: u64,
    pub(crate) agreed: u64,
    pub(crate) named_others: u64,
    pub(crate) named_nobody: u64,
    /// Absent before the first visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rate: Option<f64>,
    /// 95 % interval of the rate (Wilson).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ci95: Option<[f64; 2]>,
    /// What the lower end must reach.
    pub(crate) rate_min: f64,
}

/// One thing that a candidate lacks.
#[derive(Serialize, ToSchema)]
pub(crate) struct MissingReason {
    /// coverage, comparisons, agreement or impostor_scores.
    pub(crate) code: String,
    pub(crate) detail: String,
}

impl From<&Missing> for MissingReason {
    fn from(missing: &Missing) -> Self {
        Self { code: missing.code().to_owned(), detail: missing.to_string() }
    }
}

impl From<Standing> for ModelChange {
    fn from(standing: Standing) -> Self {
        let (roles, gate) = (standing.row.roles, standing.gate());
        let missing = match &gate {
            Some(Gate::Missing(missing)) => missing.iter().map(MissingReason::from).collect(),
            Some(Gate::Ready) | None => Vec::new(),
        };
        Self {
            phase: roles.phase.to_string(),
            since: moment(standing.row.changed_at),
            active_tag: roles.active,
            candidate_tag: roles.candidate(),
            previous_tag: roles.previous(),
            leaving_tag: standing.row.leaving,
            coverage: standing.report.map(|report| coverage(&report, &standing)),
            agreement: standing.report.map(|report| agreement(&report, &standing)),
            ready: gate == Some(Gate::Ready),
            missing,
            offered_tags: standing.offered,
        }
    }
}

fn coverage(report: &Report, standing: &Standing) -> Coverage {
    Coverage {
        people: report.people,
        covered: report.covered,
        share: report.coverage(),
        share_min: standing.rules.coverage_min,
    }
}

fn agreement(report: &Report, standing: &Standing) -> Agreement {
    let rate = report.agreement();
    Agreement {
        visits: report.compared,
        visits_min: standing.rules.comparisons_min,
        visitors: standing.visitors,
        agreed: report.agreed,
        named_others: report.named_others,
        named_nobody: report.compared.saturating_sub(report.agreed + report.named_others),
        rate: rate.map(|(rate, _)| rate),
        ci95: rate.map(|(_, interval)| interval),
        rate_min: standing.rules.agreement_min,
    }
}
