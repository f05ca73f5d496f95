//! What the appliance finds out about its machine, on the wire.

use serde::Serialize;
use utoipa::ToSchema;

use super::money::moment;
use super::names::CheckStatus;
use super::system::Compute;
use crate::app::doctor::{self, Examined, Status, count};

/// What was found at one moment.
#[derive(Serialize, ToSchema)]
pub(crate) struct Findings {
    pub(crate) checks: Vec<Finding>,
    /// The device that really runs the networks; absent where none runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<Compute>,
    pub(crate) summary: FindingCounts,
    #[schema(format = DateTime)]
    pub(crate) checked_at: String,
    pub(crate) took_ms: u64,
}

/// One check of many.
#[derive(Serialize, ToSchema)]
pub(crate) struct Finding {
    /// Stable: `area.what`.
    pub(crate) name: String,
    #[schema(value_type = CheckStatus)]
    pub(crate) status: &'static str,
    /// What was found.
    pub(crate) what: String,
    /// Why it matters.
    pub(crate) why: &'static str,
    /// The command or the setting that mends it.
    pub(crate) mend: String,
}

/// How many checks came to what.
#[derive(Serialize, ToSchema)]
pub(crate) struct FindingCounts {
    pub(crate) ok: usize,
    pub(crate) warn: usize,
    pub(crate) fail: usize,
    /// Not made, and the check says why.
    pub(crate) skip: usize,
}

impl From<&Examined> for Findings {
    fn from(examined: &Examined) -> Self {
        let finding = |check: &doctor::Check| Finding {
            name: check.name.clone(),
            status: check.status.as_str(),
            what: check.what.clone(),
            why: check.why,
            mend: check.mend.clone(),
        };
        let [ok, warn, fail, skip] = Status::ALL.map(|status| count(&examined.checks, status));
        Self {
            checks: examined.checks.iter().map(finding).collect(),
            device: examined.device.clone(),
            summary: FindingCounts { ok, warn, fail, skip },
            checked_at: moment(examined.at),
            took_ms: u64::try_from(examined.took.as_millis()).unwrap_or(u64::MAX),
        }
    }
}
