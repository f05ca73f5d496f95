//! How far an appliance is from the centre that its people are kept at, and what may be spent there meanwhile.
use std::time::Duration;

use crate::{Timestamp, limits::Limits};

/// What an operator laid down for the time without the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfflineRules {
    /// For how long nothing needs to be heard of the centre.
    pub after: Duration,
    /// For how long payments go on without it.
    pub until: Duration,
    /// The largest sum within a day meanwhile, in minor units.
    pub day_amount_max: i64,
}

/// How near the centre is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// It was heard of a moment ago; so is everybody whom it keeps at home.
    Near,
    /// Not heard of for a while: somebody may have been blocked or erased meanwhile, or have spent elsewhere.
    Offline,
    /// Not for so long that nobody is known well enough.
    Lost,
}

/// The time at an appliance that knew `known` when `passed` ago it looked at its clock, which now says `now`. It never goes back and never
/// stands still, whatever becomes of the clock.
#[must_use]
pub fn onward(known: Timestamp, passed: Duration, now: Timestamp) -> Timestamp {
    known.plus(passed).max(now)
}

impl OfflineRules {
    /// At `now`, where the centre was last heard of at `heard`. A clock that was set back makes nobody nearer.
    #[must_use]
    pub fn reach(self, heard: Option<Timestamp>, now: Timestamp) -> Reach {
        let Some(heard) = heard else { return Reach::Lost };
        if heard > now.plus(self.after) {
            return Reach::Lost;
        }
        let age = now.since(heard);
        if age <= self.after {
            Reach::Near
        } else if age <= self.until {
            Reach::Offline
        } else {
            Reach::Lost
        }
    }

    /// What of `limits` is left to a person whom the centre keeps.
    #[must_use]
    pub fn limits(self, reach: Reach, limits: Limits) -> Limits {
        match reach {
            Reach::Near => limits,
            Reach::Offline | Reach::Lost => {
                let least = limits.day_amount_max.min(self.day_amount_max);
                Limits { day_amount_max: least, ..limits }
            }
        }
    }
}

impl Reach {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Offline => "offline",
            Self::Lost => "lost",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: OfflineRules = OfflineRules {
        after: Duration::from_secs(60),
        until: Duration::from_secs(72 * 3_600),
        day_amount_max: 2_000,
    };

    #[test]
    fn without_the_centre_less_may_be_spent_and_nothing_in_the_end() {
        let heard = Timestamp(1_800_000_000_000_000);
        let at = |seconds: u64| RULES.reach(Some(heard), heard.plus(Duration::from_secs(seconds)));
        assert_eq!(
            [0, 60, 61, 259_200, 259_201].map(at),
            [Reach::Near, Reach::Near, Reach::Offline, Reach::Offline, Reach::Lost]
        );
        assert_eq!(RULES.reach(None, heard), Reach::Lost, "never heard of");
        let limits = |day_amount_max| Limits { amount_max: 5_000, day_amount_max, hour_count_max: 9 };
        assert_eq!(RULES.limits(Reach::Near, limits(9_000)), limits(9_000));
        assert_eq!(RULES.limits(Reach::Offline, limits(9_000)), limits(2_000));
        assert_eq!(RULES.limits(Reach::Offline, limits(500)), limits(500), "no limit grows");
    }

    #[test]
    fn time_goes_on_while_the_clock_is_set_back() {
        let heard = Timestamp(1_800_000_000_000_000);
        let minute = Duration::from_secs(60);
        assert_eq!(onward(heard, minute, heard.plus(minute)), heard.plus(minute));
        assert_eq!(onward(heard, minute, heard.plus(600 * minute)), heard.plus(600 * minute), "set forward");
        let mut known = heard;
        for _ in 0..3 {
            known = onward(known, minute, heard.minus(600 * minute));
        }
        assert_eq!(known, heard.plus(3 * minute), "set back");
        assert_eq!(RULES.reach(Some(heard), known), Reach::Offline);
    }

    #[test]
    fn a_clock_that_was_set_back_makes_nobody_nearer() {
        let now = Timestamp(1_800_000_000_000_000);
        let ahead = |seconds: u64| RULES.reach(Some(now.plus(Duration::from_secs(seconds))), now);
        assert_eq!([1, 60, 61, 400_000].map(ahead), [Reach::Near, Reach::Near, Reach::Lost, Reach::Lost]);
    }
}
