//! Settings of appliances with the same people.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A centre holds a question for five seconds where it has nothing to tell; the line and a try that failed take their time too.
const OFFLINE_AFTER_S_MIN: u64 = 12;

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sync {
    pub centre: String,
    pub key: String,
    pub certificate: PathBuf,
    pub private_key: PathBuf,
    pub offline_after_s: u64,
    pub offline_h_max: u64,
    pub offline_day_amount_max: i64,
    pub look_up: bool,
    pub look_ups_per_min: u32,
    pub holds: Holds,
    pub visitors_h_max: u64,
    pub visitors_max: usize,
}

/// Whom of the centre's people an appliance holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    Everybody,
    Seen,
}

impl Holds {
    /// As it is written in the settings.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Seen => "seen",
        }
    }
}

impl Sync {
    /// Refuses values that parse but cannot work: the key, and what is wrong.
    pub(super) fn refused(&self) -> Option<(&'static str, &'static str)> {
        if self.holds == Holds::Seen && self.centre.is_empty() {
            return Some(("sync.holds", "may be \"seen\" only where sync.centre names the centre to ask"));
        }
        if self.offline_after_s < OFFLINE_AFTER_S_MIN {
            return Some((
                "sync.offline_after_s",
                "must be 12 or more: a centre without news is heard of every 5 seconds, and later over a slow line",
            ));
        }
        if !(1..=8_760).contains(&self.visitors_h_max) {
            return Some(("sync.visitors_h_max", "must lie between 1 and 8760"));
        }
        (!(1..=1_000_000).contains(&self.visitors_max))
            .then_some(("sync.visitors_max", "must lie between 1 and 1000000"))
    }
}
