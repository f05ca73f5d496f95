//! What is asked of a payer besides the passive steps, by amount: the larger the payment, the more.

/// Gestures that there are.
const GESTURES_MAX: usize = 5;
/// Tries that can be given.
const TRIES_MAX: u32 = 10;

/// What is asked from an amount on, up to the next tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// From which amount on, in minor units.
    pub amount_min: i64,
    /// How many gestures, 1 to 5.
    pub gestures: usize,
    /// After so many failures the payment is refused, 1 to 10.
    pub tries_max: u32,
    /// Whether the PIN is asked for as well.
    pub pin: bool,
}

/// Tiers that make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTiers {
    /// A tier begins at nothing or below.
    #[error("a tier begins at an amount above zero")]
    Amount,
    /// More gestures than there are, or none.
    #[error("a tier asks for 1 to 5 gestures")]
    Gestures,
    /// No tries, or no end of them.
    #[error("a tier gives 1 to 10 tries")]
    Tries,
    /// Two tiers begin at the same amount.
    #[error("two tiers begin at {0}")]
    Twice(i64),
    /// A larger payment would be asked for less: fewer gestures, more tries, or no PIN.
    #[error("the tier from {0} asks for less than the one below it")]
    AsksLess(i64),
}

/// The tiers of one appliance, by amount; without any nobody is challenged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LivenessRules {
    /// Ascending, and each asks for no less than the one before it.
    tiers: Vec<Tier>,
}

impl LivenessRules {
    /// The tiers in any order.
    ///
    /// # Errors
    /// [`BadTiers`].
    pub fn new(mut tiers: Vec<Tier>) -> Result<Self, BadTiers> {
        tiers.sort_by_key(|tier| tier.amount_min);
        if let Some(wrong) = tiers.iter().find_map(Tier::wrong) {
            return Err(wrong);
        }
        for pair in tiers.windows(2) {
            let (low, high) = (pair[0], pair[1]);
            if low.amount_min == high.amount_min {
                return Err(BadTiers::Twice(high.amount_min));
            }
            if high.gestures < low.gestures || high.tries_max > low.tries_max || (low.pin && !high.pin) {
                return Err(BadTiers::AsksLess(high.amount_min));
            }
        }
        Ok(Self { tiers })
    }

    /// Everything there is, for every payment.
    #[must_use]
    pub fn strictest() -> Self {
        Self { tiers: vec![Tier { amount_min: 1, gestures: GESTURES_MAX, tries_max: 1, pin: true }] }
    }

    /// What is asked for a payment of `minor`; `None` where the passive steps are enough.
    #[must_use]
    pub fn tier(&self, minor: i64) -> Option<Tier> {
        self.tiers.iter().rev().find(|tier| tier.amount_min <= minor).copied()
    }

    /// Whether a payment of `minor` asks for a PIN.
    #[must_use]
    pub fn asks_pin(&self, minor: i64) -> bool {
        self.tier(minor).is_some_and(|tier| tier.pin)
    }
}

impl Tier {
    fn wrong(&self) -> Option<BadTiers> {
        let rules = [
            (self.amount_min > 0, BadTiers::Amount),
            ((1..=GESTURES_MAX).contains(&self.gestures), BadTiers::Gestures),
            ((1..=TRIES_MAX).contains(&self.tries_max), BadTiers::Tries),
        ];
        rules.into_iter().find(|(kept, _)| !kept).map(|(_, wrong)| wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tier(amount_min: i64, gestures: usize, tries_max: u32, pin: bool) -> Tier {
        Tier { amount_min, gestures, tries_max, pin }
    }

    #[test]
    fn each_amount_has_the_highest_tier_that_it_reaches() {
        let rules = LivenessRules::new(vec![tier(50_000, 5, 1, true), tier(10_000, 2, 3, false)]).unwrap();
        for (minor, gestures, pin) in [
            (9_999, None, false),
            (10_000, Some(2), false),
            (49_999, Some(2), false),
            (50_000, Some(5), true),
            (i64::MAX, Some(5), true),
        ] {
            assert_eq!(rules.tier(minor).map(|tier| tier.gestures), gestures, "{minor}");
            assert_eq!(rules.asks_pin(minor), pin, "{minor}");
        }
        assert_eq!(LivenessRules::default().tier(i64::MAX), None);
    }

    #[test]
    fn the_strictest_rules_ask_for_everything_of_every_payment() {
        let Tier { amount_min, gestures, tries_max, pin } = LivenessRules::strictest().tier(1).unwrap();
        assert_eq!((amount_min, gestures, tries_max, pin), (1, GESTURES_MAX, 1, true));
    }

    #[test]
    fn a_larger_payment_is_never_asked_for_less() {
        let low = tier(100, 3, 3, false);
        for (high, expected) in [
            (tier(200, 3, 3, false), Ok(())),
            (tier(200, 4, 2, true), Ok(())),
            (tier(200, 2, 3, false), Err(BadTiers::AsksLess(200))),
            (tier(200, 3, 4, false), Err(BadTiers::AsksLess(200))),
            (tier(100, 4, 3, false), Err(BadTiers::Twice(100))),
            (tier(50, 3, 3, true), Err(BadTiers::AsksLess(100))),
            (tier(0, 3, 3, false), Err(BadTiers::Amount)),
            (tier(200, 0, 3, false), Err(BadTiers::Gestures)),
            (tier(200, 6, 3, false), Err(BadTiers::Gestures)),
            (tier(200, 3, 0, false), Err(BadTiers::Tries)),
            (tier(200, 3, 11, false), Err(BadTiers::Tries)),
        ] {
            assert_eq!(LivenessRules::new(vec![low, high]).map(drop), expected, "{high:?}");
        }
    }
}
