//! The parts are the whole, nobody pays nothing, and a slow way of counting gives the same parts.
use proptest::prelude::*;

use super::*;
use crate::money::MINOR_MAX;

fn eur(minor: i64) -> Money {
    Money::new(minor, "EUR".parse().unwrap()).unwrap()
}

fn minors(parts: Vec<Money>) -> Vec<i64> {
    parts.into_iter().map(Money::minor).collect()
}

#[test]
fn what_is_left_by_rounding_goes_to_those_who_lost_most_and_of_equals_to_the_first() {
    for (whole, split, expected) in [
        (1000, Split::Equal { payers: 3 }, vec![334, 333, 333]),
        (1001, Split::Equal { payers: 3 }, vec![334, 334, 333]),
        (3, Split::Equal { payers: 3 }, vec![1, 1, 1]),
        (1000, Split::Shares(vec![2, 1]), vec![667, 333]),
        (100, Split::Shares(vec![1, 5]), vec![17, 83]),
        (10, Split::Shares(vec![3, 3, 4]), vec![3, 3, 4]),
        (5, Split::Shares(vec![1, 1, 2]), vec![1, 1, 3]),
        (1000, Split::Amounts(vec![1, 999]), vec![1, 999]),
    ] {
        assert_eq!(minors(split.parts(eur(whole)).unwrap()), expected, "{whole} {split:?}");
    }
}

#[test]
fn what_cannot_be_shared_is_refused_by_name() {
    for (whole, split, expected) in [
        (1000, Split::Equal { payers: 1 }, SplitError::Payers(1)),
        (1000, Split::Equal { payers: 17 }, SplitError::Payers(17)),
        (2, Split::Equal { payers: 3 }, SplitError::NothingToPay(3)),
        (10, Split::Shares(vec![1, 1000]), SplitError::NothingToPay(1)),
        (10, Split::Shares(vec![1, 0]), SplitError::Weight(2)),
        (10, Split::Shares(vec![-1, 5]), SplitError::Weight(1)),
        (10, Split::Shares(vec![1, i64::MAX]), SplitError::Weight(2)),
        (10, Split::Amounts(vec![4, 5]), SplitError::Sum { parts: 9, whole: 10 }),
        (10, Split::Amounts(vec![10, 0]), SplitError::NothingToPay(2)),
        (10, Split::Amounts(vec![20, -10]), SplitError::NothingToPay(2)),
        (
            10,
            Split::Amounts(vec![i64::MAX, i64::MAX]),
            SplitError::Sum { parts: 2 * i128::from(i64::MAX), whole: 10 },
        ),
    ] {
        assert_eq!(split.parts(eur(whole)), Err(expected), "{whole} {split:?}");
    }
}

/// Gives the units away one by one, each to whoever is furthest below their exact share.
fn slow(whole: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().copied().map(i128::from).sum();
    let mut parts: Vec<i64> =
        weights.iter().map(|w| i64::try_from(i128::from(whole) * i128::from(*w) / total).unwrap()).collect();
    let floors = parts.clone();
    while parts.iter().sum::<i64>() < whole {
        let missing = |at: usize| i128::from(whole) * i128::from(weights[at]) - i128::from(parts[at]) * total;
        let open = (0..parts.len()).filter(|at| parts[*at] == floors[*at]);
        let most = open.min_by_key(|at| std::cmp::Reverse(missing(*at))).unwrap();
        parts[most] += 1;
    }
    parts
}

proptest! {
    #[test]
    fn the_parts_are_the_whole_and_as_counted_slowly(
        whole in prop_oneof![1..2_000_i64, 1..=MINOR_MAX],
        weights in prop::collection::vec(prop_oneof![1..10_i64, 1..=WEIGHT_MAX], 1..=PAYERS_MAX),
    ) {
        let expected = slow(whole, &weights);
        match shares(eur(whole), &weights) {
            Ok(parts) => {
                let parts = minors(parts);
                prop_assert_eq!(parts.iter().copied().map(i128::from).sum::<i128>(), i128::from(whole));
                prop_assert!(parts.iter().all(|minor| *minor > 0));
                prop_assert_eq!(parts, expected);
            }
            Err(error) => {
                let first = expected.iter().position(|minor| *minor == 0).map(|at| SplitError::NothingToPay(at + 1));
                prop_assert_eq!(Some(error), first);
            }
        }
    }

    #[test]
    fn equal_parts_differ_by_one_unit_at_most(whole in 16..=MINOR_MAX, payers in 2..=PAYERS_MAX) {
        let parts = minors(Split::Equal { payers }.parts(eur(whole)).unwrap());
        prop_assert!(parts[0] - parts[payers - 1] <= 1);
        prop_assert!(parts.windows(2).all(|pair| pair[0] >= pair[1]));
    }

    #[test]
    fn whoever_weighs_more_never_pays_less(
        whole in 100..1_000_000_i64,
        weights in prop::collection::vec(1..50_i64, 2..=PAYERS_MAX),
    ) {
        if let Ok(parts) = shares(eur(whole), &weights) {
            for (a, b) in (0..parts.len()).flat_map(|a| (0..parts.len()).map(move |b| (a, b))) {
                if weights[a] > weights[b] {
                    prop_assert!(parts[a].minor() >= parts[b].minor());
                }
            }
        }
    }
}
