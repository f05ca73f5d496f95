//! Counts for plots: added hour by hour, and read from payments as they stand.
use std::time::Duration;

use domain::{
    TransactionId,
    analytics::{Bucket, Series, Window},
    operation::{Event, Kind},
    transaction::{self, State},
};
use store::{AnalyticsFilter, By, Counted, Details, NewTransaction, Place};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{BRANCH, Bench, START, by, eur},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    counts_add_up_within_their_hour_and_place,
    old_counts_go,
    payments_are_counted_by_point_place_state_and_currency,
    reasons_of_refusals_are_counted,
];

const HOUR: Duration = Duration::from_secs(3_600);

fn of(camera: &str, series: Series, label: &str, bin: i32) -> Counted {
    Counted { camera: camera.to_owned(), series, label: label.to_owned(), bin }
}

/// From the start for so many hours.
fn hours(count: u32) -> Window {
    Window::new(START, START.plus(HOUR * count), Some(Bucket::Hour)).unwrap()
}

fn counted(
    bench: &Bench,
    filter: &AnalyticsFilter,
    window: Window,
    by_hour: bool,
) -> Vec<(Option<i64>, String, i32, u64)> {
    let series = [Series::Similarity, Series::Look];
    let counts = bench.store.counts(filter, window, &series, by_hour).unwrap();
    let mut counts: Vec<_> = counts
        .into_iter()
        .map(|found| {
            let hour = found.hour.map(|hour| (hour.0 - START.0) / 3_600_000_000);
            (hour, format!("{}/{}", found.of.camera, found.of.label), found.of.bin, found.count)
        })
        .collect();
    counts.sort();
    counts
}

fn counts_add_up_within_their_hour_and_place(bench: &Bench) {
    let known = of("till-1", Series::Similarity, "known", 30);
    let look = of("till-2", Series::Look, "unknown", 0);
    let stage = of("", Series::Stage, "detection", 99);
    let add = |branch: &str, hour: u32, counts: &[(Counted, u64)]| {
        bench.store.add_counts(branch, START.plus(HOUR * hour), counts).unwrap();
    };
    add(BRANCH, 0, &[(known.clone(), 2), (look.clone(), 1), (stage, 5)]);
    add(BRANCH, 0, &[(known.clone(), 3)]);
    add(BRANCH, 1, &[(known.clone(), 7)]);
    add("other", 1, &[(known.clone(), 11)]);
    add(BRANCH, 5, &[(look, 13)]);
    let (all, till) = ("till-1/known".to_owned(), "till-2/unknown".to_owned());
    let everywhere = AnalyticsFilter::default();
    let own = AnalyticsFilter { branch: Some(BRANCH.into()), camera: None };
    let at_till = AnalyticsFilter { branch: None, camera: Some("till-2".into()) };
    assert_eq!(
        counted(bench, &own, hours(5), true),
        [
            (Some(0), "/known".to_owned(), 30, 5),
            (Some(0), "/unknown".to_owned(), 0, 1),
            (Some(1), "/known".to_owned(), 30, 7)
        ],
        "hours are told of all places together"
    );
    assert_eq!(
        counted(bench, &own, hours(5), false),
        [(None, all.clone(), 30, 12), (None, till.clone(), 0, 1)]
    );
    // Branches stay apart.
    assert_eq!(
        counted(bench, &everywhere, hours(6), false),
        [(None, all.clone(), 30, 11), (None, all, 30, 12), (None, till.clone(), 0, 14)]
    );
    assert_eq!(counted(bench, &at_till, hours(5), false), [(None, till.clone(), 0, 1)]);
    let later = Window::new(START.plus(HOUR * 5 + HOUR / 2), START.plus(HOUR * 6), None).unwrap();
    assert_eq!(counted(bench, &own, later, false), [(None, till, 0, 13)], "the hour that the span begins in");
}

fn old_counts_go(bench: &Bench) {
    let look = of("till-1", Series::Look, "known", 0);
    for hour in [0, 1] {
        bench.store.add_counts(BRANCH, START.plus(HOUR * hour), &[(look.clone(), 1)]).unwrap();
    }
    bench.store.forget_counts(START.plus(HOUR)).unwrap();
    assert_eq!(
        counted(bench, &AnalyticsFilter::default(), hours(3), true),
        [(Some(1), "/known".into(), 0, 1)]
    );
}

fn opened(
    bench: &Bench,
    at: Duration,
    minor: i64,
    (terminal, branch): (Option<&str>, &str),
) -> TransactionId {
    let new = NewTransaction {
        id: TransactionId(Uuid::now_v7()),
        amount: eur(minor),
        reference: None,
        expires_at: START.plus(HOUR * 100),
        place: Place { terminal: terminal.map(str::to_owned), branch: branch.to_owned() },
        provider: None,
    };
    bench.store.add_transaction(By { actor: "test", at: START.plus(at) }, &new).unwrap().id
}

fn payments_are_counted_by_point_place_state_and_currency(bench: &Bench) {
    let payer = bench.payer("ada", 10_000);
    // Two are paid in the first hour, one of them in part given back; one waits; one is at another branch, one too late.
    let details = Details { user: Some(payer), ..Details::default() };
    for (number, minor) in [(0, 500), (1, 700)] {
        let id = opened(bench, HOUR / 4, minor, (Some("till-1"), BRANCH));
        bench.store.step_transaction(by(), id, transaction::Event::Identified, &details).unwrap();
        let sale = bench.prepare(id, Kind::Sale, eur(minor)).unwrap().operation.id;
        bench.settle(sale, Event::Submitted).unwrap();
        bench.settle(sale, Event::Approved).unwrap();
        if number == 1 {
            let refund = bench.prepare(id, Kind::Refund, eur(200)).unwrap().operation.id;
            bench.settle(refund, Event::Submitted).unwrap();
            bench.settle(refund, Event::Approved).unwrap();
        }
    }
    opened(bench, HOUR, 900, (None, BRANCH));
    opened(bench, HOUR, 900, (Some("till-1"), "other"));
    opened(bench, HOUR * 3, 900, (Some("till-1"), BRANCH));
    let own = AnalyticsFilter { branch: Some(BRANCH.into()), camera: None };
    let found = bench.store.payment_counts(&own, hours(3), Some(Bucket::Hour)).unwrap();
    let told: Vec<_> = found
        .iter()
        .map(|row| {
            (row.at.since(START).as_secs() / 3_600, row.camera.as_str(), row.state, row.count, row.captured)
        })
        .collect();
    assert_eq!(
        told,
        [
            (0, "till-1", State::Captured, 1, 500),
            (0, "till-1", State::PartiallyRefunded, 1, 700),
            (1, "", State::RequiresIdentification, 1, 0)
        ]
    );
    let back = &found[1];
    assert_eq!((back.refunded, back.identified, back.confirmed, back.paid), (200, 1, 1, 1));
    assert_eq!((found[2].identified, found[2].confirmed, found[2].paid), (0, 0, 0));
    assert_eq!(back.currency.code(), "EUR");
    let tills = AnalyticsFilter { branch: None, camera: Some("till-1".into()) };
    assert_eq!(bench.store.payment_counts(&tills, hours(3), Some(Bucket::Hour)).unwrap().len(), 3);
    // The whole span in one.
    let whole = bench.store.payment_counts(&tills, hours(4), None).unwrap();
    let waiting =
        whole.iter().filter(|row| row.branch == BRANCH && row.state == State::RequiresIdentification);
    assert_eq!(waiting.map(|row| (row.at, row.count)).collect::<Vec<_>>(), [(START, 1)]);
    assert_eq!(whole.len(), 4);
    // A point of a week begins on a Monday, wherever the span does.
    let week = Window::new(START, START.plus(HOUR * 3), Some(Bucket::Week)).unwrap();
    let at = bench.store.payment_counts(&own, week, Some(Bucket::Week)).unwrap()[0].at;
    assert_eq!(at, Bucket::Week.start(START));
    assert_ne!(at, START);
}

fn reasons_of_refusals_are_counted(bench: &Bench) {
    for reason in ["limit_day", "limit_day", "no_consent"] {
        let id = opened(bench, HOUR / 2, 100, (Some("till-1"), BRANCH));
        let details = Details { reason: Some(reason.to_owned()), ..Details::default() };
        bench.store.step_transaction(by(), id, transaction::Event::PolicyDeclined, &details).unwrap();
    }
    opened(bench, HOUR / 2, 100, (Some("till-1"), BRANCH));
    let found = bench.store.payment_reasons(&AnalyticsFilter::default(), hours(1)).unwrap();
    let told: Vec<_> = found.iter().map(|row| (row.state, row.reason.as_str(), row.count)).collect();
    assert_eq!(told, [(State::Declined, "limit_day", 2), (State::Declined, "no_consent", 1)]);
    let elsewhere = AnalyticsFilter { branch: Some("other".into()), camera: None };
    assert!(bench.store.payment_reasons(&elsewhere, hours(1)).unwrap().is_empty());
}
