//! How far the worst group is from the best.

use serde::Serialize;

use crate::evaluate::interval::Rate;

/// A rate that rests on fewer errors says little: with thirty the true one lies within 30 % of it, nine times in ten
/// (G. R. Doddington's rule of 30, 2000).
pub const ERRORS_MIN: usize = 30;

/// The worst group's rate over the best one's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ratio {
    /// The group with the highest rate.
    pub worst: String,
    /// The group with the lowest.
    pub best: String,
    /// How many times as high; `None` where the best has no error.
    pub ratio: Option<f64>,
    /// Groups whose rate rests on fewer than [`ERRORS_MIN`] errors.
    pub few: Vec<String>,
    /// What to keep in mind, where some rate rests on few errors.
    pub warning: Option<String>,
}

impl Ratio {
    /// Compares the groups that have a rate; `None` with fewer than two.
    pub fn of(groups: &[(&str, Rate)]) -> Option<Self> {
        let rated: Vec<(&str, f64)> =
            groups.iter().filter_map(|(name, rate)| Some((*name, rate.rate?))).collect();
        let worst = rated.iter().copied().reduce(|a, b| if b.1 > a.1 { b } else { a })?;
        let best = rated.iter().copied().reduce(|a, b| if b.1 < a.1 { b } else { a })?;
        if rated.len() < 2 {
            return None;
        }
        let weak = groups.iter().filter(|(_, rate)| rate.count < ERRORS_MIN);
        let weak: Vec<(&str, Rate)> = weak.map(|(name, rate)| (*name, *rate)).collect();
        let said: Vec<String> =
            weak.iter().map(|(name, rate)| format!("{name} ({} of {})", rate.count, rate.n)).collect();
        let warning = (!weak.is_empty()).then(|| {
            format!("fewer than {ERRORS_MIN} errors in {}: too few to compare groups by", said.join(", "))
        });
        Some(Self {
            worst: worst.0.to_owned(),
            best: best.0.to_owned(),
            ratio: (best.1 > 0.0).then(|| worst.1 / best.1),
            few: weak.iter().map(|(name, _)| (*name).to_owned()).collect(),
            warning,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_is_compared_with_the_best_and_few_errors_are_told() {
        let many = [("a", Rate::of(40, 1_000)), ("b", Rate::of(100, 1_000)), ("c", Rate::of(50, 1_000))];
        let ratio = Ratio::of(&many).unwrap();
        assert_eq!((ratio.worst.as_str(), ratio.best.as_str(), ratio.ratio), ("b", "a", Some(2.5)));
        assert_eq!(ratio.warning, None);
        let few = Ratio::of(&[("a", Rate::of(0, 900)), ("b", Rate::of(100, 1_000))]).unwrap();
        assert_eq!((few.ratio, few.few), (None, vec!["a".to_owned()]));
        assert!(few.warning.is_some_and(|warning| warning.contains("a (0 of 900)")));
        let alone = [("a", Rate::of(40, 1_000)), ("b", Rate::of(0, 0))];
        assert!(Ratio::of(&alone).is_none(), "one group with a rate is no comparison");
    }
}
