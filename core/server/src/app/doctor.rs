//! Whether this machine is fit to be an appliance, and what mends what is not: the checks that `facepay doctor` and
//! `GET /system/doctor` are made of.

mod cameras;
mod compute;
mod config;
mod machine;
mod model_change;
mod network;
mod plugins;
mod secrets;
mod storage;
mod thresholds;

mod case;
mod places;
mod round;

use serde::Serialize;

pub(crate) use case::Case;
pub(crate) use places::Places;
pub(crate) use round::{Doctor, Examined, examined};
pub(crate) use storage::opened;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    Ok,
    Warn,
    Fail,
    Skip,
}

impl Status {
    /// Every one.
    pub(crate) const ALL: [Self; 4] = [Self::Ok, Self::Warn, Self::Fail, Self::Skip];

    /// Its name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skip => "skip",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    /// Stable: `area.what`.
    pub(crate) name: String,
    pub(crate) status: Status,
    /// What was found.
    pub(crate) what: String,
    /// Why it matters.
    pub(crate) why: &'static str,
    /// The command or the setting that mends it.
    pub(crate) mend: String,
}

/// A check before its finding.
struct Asked {
    name: String,
    why: &'static str,
    mend: String,
}

fn ask(name: impl Into<String>, why: &'static str, mend: impl Into<String>) -> Asked {
    Asked { name: name.into(), why, mend: mend.into() }
}

impl Asked {
    fn found(self, status: Status, what: impl Into<String>) -> Check {
        Check { name: self.name, status, what: what.into(), why: self.why, mend: self.mend }
    }

    /// Fails where the answer is an error.
    fn must(self, answer: Result<String, String>) -> Check {
        match answer {
            Ok(what) => self.found(Status::Ok, what),
            Err(what) => self.found(Status::Fail, what),
        }
    }

    /// Warns where the answer is an error.
    fn should(self, answer: Result<String, String>) -> Check {
        match answer {
            Ok(what) => self.found(Status::Ok, what),
            Err(what) => self.found(Status::Warn, what),
        }
    }
}

/// How many of `checks` came to this.
pub(crate) fn count(checks: &[Check], status: Status) -> usize {
    checks.iter().filter(|check| check.status == status).count()
}

/// Checks that are made at one go, and what they are called where they come to no end.
struct Probe {
    name: &'static str,
    checks: fn(&Case) -> Vec<Check>,
}

const fn probe(name: &'static str, checks: fn(&Case) -> Vec<Check>) -> Probe {
    Probe { name, checks }
}

/// All of them, in the order in which they are told.
static PROBES: [Probe; 15] = [
    probe("config.valid", config::valid),
    probe("storage.folder", storage::folder),
    probe("storage.database", storage::database),
    probe("storage.look_up", storage::look_up),
    probe("storage.backup", storage::backup),
    probe("network.port", network::port),
    probe("network.exposure", network::reach),
    probe("compute.device", compute::checks),
    probe("models.weights", compute::networks),
    probe("plugins", plugins::checks),
    probe("secrets", secrets::checks),
    probe("thresholds", thresholds::checks),
    probe("model_change.roles", model_change::check),
    probe("cameras", cameras::checks),
    probe("machine", machine::checks),
];

/// Makes every check here and now, one after the other. Blocks for as long as they take.
pub(crate) fn examine(case: &Case) -> Vec<Check> {
    PROBES.iter().flat_map(|probe| (probe.checks)(case)).collect()
}
