//! The thresholds rise with the gallery and with what is asked of it, and fail closed.
use proptest::prelude::*;

use super::*;

fn point(similarity: f32, false_match_rate: f64) -> TailPoint {
    TailPoint { similarity, false_match_rate }
}

fn points() -> Vec<TailPoint> {
    [(0.15, 1e-1), (0.26, 1e-2), (0.34, 1e-3), (0.42, 1e-4), (0.50, 1e-5), (0.57, 1e-6)]
        .map(|(similarity, rate)| point(similarity, rate))
        .to_vec()
}

fn tail() -> ImpostorTail {
    ImpostorTail::new(points(), 30_000_000).unwrap()
}

fn own() -> Impostors {
    Impostors::of(tail())
}

const TARGETS: Targets = Targets { named: 1e-3, paid: 1e-4 };

#[test]
fn measured_points_are_met_and_the_tail_runs_on_beyond_them_at_the_flattest_of_the_last_slopes() {
    for (rate, similarity) in [
        (1e-1, 0.15),
        (1e-3, 0.34),
        (1e-4, 0.42),
        (3.162e-5, 0.46),
        (1e-6, 0.57),
        // The last decade costs 0.07, the two before it 0.08.
        (1e-7, 0.65),
        (1e-8, 0.73),
        // What is no rare event was not measured: the first point holds.
        (0.5, 0.15),
        (1e-12, 1.0),
    ] {
        let found = tail().similarity_at(rate);
        assert!((found - similarity).abs() < 1e-3, "{rate}: {found}");
    }
}

#[test]
fn no_extrapolation_is_laxer_than_the_last_measured_slope() {
    let per_decade = |a: &TailPoint, b: &TailPoint| {
        f64::from(b.similarity - a.similarity) / (a.false_match_rate / b.false_match_rate).log10()
    };
    // Each of the last steps in turn is the flat one.
    for steps in [[0.02, 0.08, 0.05], [0.09, 0.03, 0.04], [0.04, 0.05, 0.12]] {
        let mut points = points()[..3].to_vec();
        for (index, step) in steps.into_iter().enumerate() {
            let last = points[points.len() - 1];
            points.push(point(last.similarity + step, [1e-4, 1e-5, 1e-6][index]));
        }
        let tail = ImpostorTail::new(points.clone(), 30_000_000).unwrap();
        for decades in 1..4 {
            let found = f64::from(tail.similarity_at(10_f64.powi(-6 - decades)));
            let straight =
                f64::from(points[5].similarity) + f64::from(decades) * per_decade(&points[4], &points[5]);
            assert!(found >= straight - 1e-6, "{steps:?}: {found} < {straight}");
        }
        assert!(tail.is_measured_at(1e-6) && !tail.is_measured_at(0.9e-6));
    }
}

/// A tail of any steps up and any decades down.
fn any_tail() -> impl Strategy<Value = ImpostorTail> {
    prop::collection::vec((0.001_f32..0.1, 0.1_f64..1.5), 6..10).prop_map(|steps| {
        let (mut similarity, mut exponent) = (-0.2, 0.0);
        let points = steps.into_iter().map(|(rise, fall)| {
            (similarity, exponent) = (f32::min(similarity + rise, 1.0), exponent - fall);
            point(similarity, 10_f64.powf(exponent))
        });
        ImpostorTail::new(points.collect(), u64::MAX).unwrap()
    })
}

proptest! {
    #[test]
    fn a_larger_gallery_or_a_rarer_target_never_asks_for_less(
        tail in any_tail(),
        n in 1_usize..1_000_000,
        more in 0_usize..1_000_000,
        exponent in -9.0_f64..-1.0,
        rarer in 0.0_f64..4.0,
        floor in 0.0_f32..0.6,
    ) {
        let impostors = Impostors::of(tail);
        let target = 10_f64.powf(exponent);
        let at = |n, target| similarity_min(&impostors, n, target, floor);
        prop_assert!(at(n, target) >= floor);
        prop_assert!(at(n + more, target) >= at(n, target));
        prop_assert!(at(n, target * 10_f64.powf(-rarer)) >= at(n, target));
        let targets = Targets { named: target, paid: target * 10_f64.powf(-rarer) };
        let (few, many) = (
            Thresholds::new(&impostors, targets, n, floor),
            Thresholds::new(&impostors, targets, n + more, floor),
        );
        prop_assert!(few.pay_min >= few.match_min);
        prop_assert!(many.pay_min >= few.pay_min && many.match_min >= few.match_min);
        prop_assert_eq!(few.judge(f32::NAN), Match::No);
    }

    #[test]
    fn a_site_never_asks_for_less(stored in any_tail(), site in any_tail(), exponent in -12.0_f64..-0.5) {
        let rate = 10_f64.powf(exponent);
        let here = Impostors::of(stored.clone()).shifted_by(&site);
        prop_assert!(here.similarity_at(rate) >= stored.similarity_at(rate));
    }
}

#[test]
fn a_search_among_a_thousand_spends_the_target_on_a_thousand_comparisons() {
    for (n, target, rate) in [(1, 1e-3, 1e-3), (1_000, 1e-3, 1e-6), (100_000, 1e-4, 1e-9)] {
        let found = false_match_rate(n, target);
        assert!((found / rate - 1.0).abs() < 1e-3, "{n}: {found}");
        // The other way round: so many comparisons at that rate are the target again.
        assert!((1.0 - (1.0 - found).powf(n as f64) - target).abs() < target * 1e-2);
    }
}

#[test]
fn paying_asks_for_no_less_than_being_named_even_where_the_targets_are_turned_round() {
    let turned = Targets { named: 1e-5, paid: 1e-2 };
    let found = Thresholds::new(&own(), turned, 100, 0.0);
    assert!(found.pay_min >= found.match_min);
}

#[test]
fn a_senseless_target_asks_for_the_impossible() {
    for target in [0.0, -1.0, f64::NAN] {
        assert!(similarity_min(&own(), 10, target, 0.3) >= 1.0, "{target}");
    }
    let thresholds = Thresholds::new(&own(), Targets { named: f64::NAN, paid: 1e-4 }, 10, 0.3);
    assert_eq!(thresholds.judge(0.99), Match::No);
}

#[test]
fn what_is_no_number_matches_nobody_and_is_not_ahead() {
    let thresholds = Thresholds::new(&own(), TARGETS, 100, 0.3);
    assert_eq!(thresholds.judge(f32::NAN), Match::No);
    assert!(!is_ahead(Some(f32::NAN), 0.05) && !is_ahead(Some(0.1), f32::NAN) && is_ahead(None, 0.05));
}

#[test]
fn between_the_two_thresholds_a_match_is_weak() {
    let thresholds = Thresholds::new(&own(), TARGETS, 100, 0.3);
    let (least, sure) = (thresholds.match_min, thresholds.pay_min);
    for (similarity, expected) in [
        (least.next_down(), Match::No),
        (least, Match::Weak),
        (sure.next_down(), Match::Weak),
        (sure, Match::Clear),
    ] {
        assert_eq!(thresholds.judge(similarity), expected, "{similarity}");
    }
}

#[test]
fn with_another_recognisers_scores_no_face_alone_pays() {
    let borrowed = Thresholds::new(&Impostors::borrowed(tail()), TARGETS, 1, 0.3);
    assert_eq!(borrowed.judge(1.0), Match::Weak);
    assert_eq!(borrowed.judge(f32::INFINITY), Match::No, "no cosine is infinite");
    assert_eq!(borrowed.match_min, Thresholds::new(&own(), TARGETS, 1, 0.3).match_min);
}

#[test]
fn the_floor_holds_for_tiny_galleries() {
    assert!(similarity_min(&own(), 1, 0.5, 0.35) >= 0.35);
}

#[test]
fn points_must_rise_and_fall_and_rest_on_enough() {
    assert_eq!(tail().points().len(), 6);
    type Change = fn(&mut Vec<TailPoint>, &mut u64);
    let rows: Vec<Change> = vec![
        |points, _| points.clear(),
        |points, _| points.truncate(5),
        |points, _| points.swap(0, 1),
        |points, _| points[1].similarity = 0.1,
        |points, _| points[1].false_match_rate = 0.5,
        |points, _| points[5].similarity = 1.5,
        |points, _| points[5].similarity = f32::NAN,
        |points, _| points[5].false_match_rate = 0.0,
        |points, _| points[5].false_match_rate = f64::NAN,
        |_, comparisons| *comparisons = 9_999_000,
    ];
    for (index, change) in rows.into_iter().enumerate() {
        let (mut points, mut comparisons) = (points(), 30_000_000);
        change(&mut points, &mut comparisons);
        assert_eq!(ImpostorTail::new(points, comparisons), Err(InvalidTail), "row {index}");
    }
}

fn site(change: f32) -> ImpostorTail {
    let moved = points().into_iter().map(|p| point(p.similarity + change, p.false_match_rate));
    ImpostorTail::new(moved.collect(), 30_000_000).unwrap()
}

#[test]
fn a_site_makes_thresholds_stricter_and_never_looser() {
    for (change, shift) in [(0.05, 0.05), (0.0, 0.0), (-0.1, 0.0)] {
        let impostors = own().shifted_by(&site(change));
        assert!((impostors.shift() - shift).abs() < 1e-6, "{change}");
        for rate in [1e-2, 1e-5, 1e-7, 1e-9] {
            let (stored, here) = (own().similarity_at(rate), impostors.similarity_at(rate));
            assert!((here - (stored + shift)).abs() < 1e-5 && here >= stored, "{change}: {rate}");
        }
    }
    let twice = own().shifted_by(&site(0.05)).shifted_by(&site(-0.05));
    assert!((twice.shift() - 0.05).abs() < 1e-6, "a laxer site takes no strictness back");
}

/// So many scores as in a bell curve of this deviation around 0.05.
fn scores(count: u64, deviation: f64) -> Scores {
    let mut bins = vec![0; 400];
    for (index, bin) in bins.iter_mut().enumerate() {
        let x = (((index as f64 + 0.5) / 200.0 - 1.0) - 0.05) / deviation;
        let density = (-x * x / 2.0).exp() / (deviation * 2.506_628);
        *bin = (density * count as f64 / 200.0).round() as u64;
    }
    Scores::from_bins(bins).unwrap()
}

#[test]
fn a_sites_tail_needs_enough_people_and_enough_scores() {
    for (people, count, expected) in [
        (PEOPLE_MIN, 2 * SCORES_MIN, true),
        (PEOPLE_MIN - 1, 2 * SCORES_MIN, false),
        (PEOPLE_MIN, SCORES_MIN / 2, false),
        (0, 0, false),
    ] {
        assert_eq!(scores(count, 0.1).tail(people).is_some(), expected, "{people} people, {count}");
    }
}

#[test]
fn a_sites_tail_is_that_of_its_scores_rather_too_strict_than_too_lax() {
    let tail = scores(1_000_000, 0.1).tail(1_000).unwrap();
    // Of a bell curve one in a hundred lies 2.326 deviations above the middle, one in ten thousand 3.719.
    for (rate, exact) in [(1e-2, 0.05 + 0.2326), (1e-4, 0.05 + 0.3719)] {
        let found = tail.similarity_at(rate);
        assert!(found >= exact && found < exact + 0.02, "{rate}: {found}, {exact}");
    }
    assert_eq!(tail.points().last().unwrap().false_match_rate, 3e-5, "30 of a million");
}

#[test]
fn scores_are_counted_where_they_fall_and_come_back_as_they_were() {
    let mut scores = Scores::default();
    for similarity in [-1.5, -1.0, 0.0, 0.9999, 1.0, 7.0, f32::NAN] {
        scores.add(similarity);
    }
    assert_eq!((scores.total(), scores.bins()[0], scores.bins()[200], scores.bins()[399]), (6, 2, 1, 3));
    assert_eq!(Scores::from_bins(scores.bins().to_vec()), Some(scores));
    assert_eq!(Scores::from_bins(vec![0; 3]), None);
}
