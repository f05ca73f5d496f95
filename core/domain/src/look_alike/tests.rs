//! Who belongs together by looks.
use uuid::Uuid;

use super::*;

fn person(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

/// Pairs that look alike, and the groups they make.
type Row<'a> = (&'a [(u128, u128)], &'a [&'a [u128]]);

#[test]
fn whoever_looks_like_one_of_a_group_belongs_to_it() {
    let rows: [Row; 5] = [
        (&[], &[]),
        (&[(1, 2)], &[&[1, 2]]),
        (&[(1, 2), (3, 2), (5, 4)], &[&[1, 2, 3], &[4, 5]]),
        (&[(4, 3), (2, 1), (1, 4), (1, 2)], &[&[1, 2, 3, 4]]),
        (&[(7, 7)], &[]),
    ];
    for (pairs, expected) in rows {
        let pairs: Vec<_> = pairs.iter().map(|(a, b)| (person(*a), person(*b))).collect();
        let expected: Vec<Vec<_>> =
            expected.iter().map(|group| group.iter().map(|p| person(*p)).collect()).collect();
        assert_eq!(groups(&pairs), expected, "{pairs:?}");
    }
}

#[test]
fn a_long_chain_of_look_alikes_is_one_group() {
    let pairs: Vec<_> = (0..10_000).rev().map(|n| (person(n), person(n + 1))).collect();
    assert_eq!(groups(&pairs)[0].len(), 10_001);
}

#[test]
fn people_are_alike_from_a_match_on_and_the_same_from_a_sure_one_on() {
    let thresholds = Thresholds { match_min: 0.5, pay_min: 0.6 };
    let unmeasured = Thresholds { match_min: 0.5, pay_min: f32::INFINITY };
    for (similarity, alike) in [(0.49, false), (0.5, true), (0.9, true), (f32::NAN, true)] {
        assert_eq!(are_alike(similarity, &thresholds), alike, "{similarity}");
    }
    for (laid_down, thresholds, expected) in
        [(0.0, &thresholds, 0.6), (0.7, &thresholds, 0.7), (0.0, &unmeasured, 0.5)]
    {
        assert!((duplicate_min(laid_down, thresholds) - expected).abs() < 1e-6, "{laid_down}");
    }
}
