//! Bins and their edges, quantiles, spans and their points.
use super::*;

#[test]
fn a_score_is_in_the_bin_whose_edges_are_around_it() {
    for (series, score, bin, edges) in [
        (Series::Similarity, 0.0, 0, (0.0, 0.02)),
        (Series::Similarity, 0.619, 30, (0.6, 0.62)),
        (Series::Similarity, -1.0, -50, (-1.0, -0.98)),
        (Series::Similarity, -3.0, -50, (-1.0, -0.98)),
        (Series::Margin, 1.3, 65, (1.3, 1.32)),
        (Series::Margin, 9.0, 99, (1.98, 2.0)),
        (Series::Liveness, 0.97, 19, (0.95, 1.0)),
        (Series::Liveness, 1.0, 19, (0.95, 1.0)),
        (Series::Similarity, f32::NAN, -50, (-1.0, -0.98)),
    ] {
        assert_eq!(series.bin(score), bin, "{series} {score}");
        let (from, to) = series.edges(bin);
        assert!((from - edges.0).abs() < 1e-9 && (to - edges.1).abs() < 1e-9, "{series} {from} {to}");
    }
    assert_eq!(Series::Decision.bin(0.7), 0);
}

#[test]
fn quantiles_of_durations_are_right_to_a_bin() {
    let mut bins = Bins::default();
    assert_eq!(bins.quantile_ms(0.5), None);
    for ms in 1..=1_000_u64 {
        bins.add(duration_bin(Duration::from_millis(ms)), 1);
    }
    assert_eq!(bins.count(), 1_000);
    for (quantile, expected) in [(0.5, 500.0), (0.95, 950.0), (0.99, 990.0)] {
        let found = bins.quantile_ms(quantile).unwrap();
        assert!((found / expected - 1.0).abs() < 0.05, "{quantile}: {found}");
    }
    // Within 5 % for one alone as well, whatever it is.
    for micros in [1_u64, 17, 999, 1_000_000, 86_400_000_000] {
        let mut one = Bins::default();
        one.add(duration_bin(Duration::from_micros(micros)), 1);
        let found = one.quantile_ms(0.5).unwrap() * 1_000.0;
        assert!((found / micros as f64 - 1.0).abs() < 0.05, "{micros}: {found}");
    }
}

#[test]
fn scores_of_a_few_looks_are_not_shown() {
    let mut bins = Bins::default();
    bins.add(3, LOOKS_SHOWN_MIN - 1);
    assert!(!bins.may_be_shown());
    bins.add(40, 1);
    assert!(bins.may_be_shown());
}

/// 2026-01-31T12:30:00Z, a Saturday.
const NOON: Timestamp = Timestamp(1_769_862_600_000_000);
const DAY: i64 = 86_400_000_000;

#[test]
fn points_begin_on_the_hour_the_day_and_on_mondays() {
    assert_eq!(Bucket::Hour.start(NOON).0, NOON.0 - DAY / 48);
    assert_eq!(Bucket::Day.start(NOON).0, NOON.0 - DAY / 2 - DAY / 48);
    let monday = Bucket::Week.start(NOON);
    assert_eq!(monday.0, NOON.0 - 5 * DAY - DAY / 2 - DAY / 48);
    assert_eq!(
        (Bucket::Week.start(monday), Bucket::Week.start(Timestamp(monday.0 - 1)).0),
        (monday, monday.0 - 7 * DAY)
    );
    assert_eq!(Bucket::Day.start(Timestamp(-1)), Timestamp(-DAY));
}

#[test]
fn a_span_has_its_points_and_one_that_makes_no_sense_is_refused() {
    let until = |micros| Timestamp(NOON.0 + micros);
    let day = Window::new(NOON, until(DAY), None).unwrap();
    assert_eq!((day.bucket, day.starts().count()), (Bucket::Hour, 25));
    assert_eq!(day.starts().next(), Some(Bucket::Hour.start(NOON)));
    let month = Window::new(NOON, until(30 * DAY), None).unwrap();
    assert_eq!((month.bucket, month.starts().count()), (Bucket::Day, 31));
    for (until, bucket) in
        [(NOON, None), (until(-1), None), (until(401 * DAY), None), (until(200 * DAY), Some(Bucket::Hour))]
    {
        assert_eq!(Window::new(NOON, until, bucket), Err(BadWindow));
    }
}

#[test]
fn every_payment_is_counted_once_beside_all_that_were_opened() {
    let mut outcomes = Outcomes::default();
    for state in State::ALL {
        outcomes.add(*state, 2);
    }
    let Outcomes { opened, captured, authorized, declined, expired, cancelled, voided, in_doubt, waiting } =
        outcomes;
    assert_eq!(opened, 2 * State::ALL.len() as u64);
    assert_eq!((captured, waiting), (6, 8));
    assert_eq!(captured + authorized + declined + expired + cancelled + voided + in_doubt + waiting, opened);
}
