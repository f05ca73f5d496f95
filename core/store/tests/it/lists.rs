//! Lists: payments and records by what they are asked for, and who changed since.
use std::time::Duration;

use domain::{TransactionId, UserId, operation::Event, operation::Kind, transaction, user::Status};
use store::{AuditFilter, By, Details, NewTransaction, Place, TransactionFilter, UserChange};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{BRANCH, Bench, START, by, eur, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    payments_are_listed_by_what_is_asked,
    a_page_of_payments_goes_on_behind_the_last,
    records_are_listed_from_either_end_and_by_whom_what_and_when,
    what_is_recorded_about_a_payment_is_found_with_its_requests,
    who_changed_is_told_once_and_in_order,
    people_are_found_by_their_ids_and_listed_by_status,
];

const HOUR: Duration = Duration::from_secs(3_600);

fn opened(
    bench: &Bench,
    at: By<'_>,
    minor: i64,
    (terminal, branch, reference): (&str, &str, &str),
) -> TransactionId {
    let new = NewTransaction {
        id: TransactionId(Uuid::now_v7()),
        amount: eur(minor),
        reference: Some(reference.to_owned()),
        expires_at: at.at.plus(HOUR),
        place: Place { terminal: Some(terminal.to_owned()), branch: branch.to_owned() },
        provider: (minor > 500).then(|| "org.example.card".to_owned()),
    };
    bench.store.add_transaction(at, &new).unwrap().id
}

fn listed(bench: &Bench, filter: TransactionFilter) -> Vec<TransactionId> {
    let filter = TransactionFilter { limit: if filter.limit == 0 { 10 } else { filter.limit }, ..filter };
    bench.store.transactions(&filter).unwrap().iter().map(|row| row.id).collect()
}

fn payments_are_listed_by_what_is_asked(bench: &Bench) {
    let first = opened(bench, by(), 100, ("till-1", BRANCH, "a"));
    let second = opened(bench, later(HOUR), 700, ("till-2", BRANCH, "b"));
    let third = opened(bench, later(HOUR * 2), 900, ("till-1", "other", "a"));
    bench.store.step_transaction(by(), first, transaction::Event::Cancelled, &Details::default()).unwrap();
    let none = TransactionFilter::default;
    for (name, filter, expected) in [
        ("all", none(), vec![third, second, first]),
        ("terminal", TransactionFilter { terminal: Some("till-1".into()), ..none() }, vec![third, first]),
        ("branch", TransactionFilter { branch: Some("other".into()), ..none() }, vec![third]),
        ("reference", TransactionFilter { reference: Some("a".into()), ..none() }, vec![third, first]),
        (
            "provider",
            TransactionFilter { provider: Some("org.example.card".into()), ..none() },
            vec![third, second],
        ),
        ("state", TransactionFilter { state: Some(transaction::State::Cancelled), ..none() }, vec![first]),
        ("least", TransactionFilter { amount_min: Some(700), ..none() }, vec![third, second]),
        ("most", TransactionFilter { amount_max: Some(700), ..none() }, vec![second, first]),
        ("currency", TransactionFilter { currency: "INR".parse().ok(), ..none() }, vec![]),
        (
            "own currency",
            TransactionFilter { currency: "EUR".parse().ok(), ..none() },
            vec![third, second, first],
        ),
        ("from", TransactionFilter { from: Some(START.plus(HOUR)), ..none() }, vec![third, second]),
        ("until", TransactionFilter { until: Some(START.plus(HOUR)), ..none() }, vec![first]),
        (
            "both",
            TransactionFilter { terminal: Some("till-1".into()), until: Some(START.plus(HOUR)), ..none() },
            vec![first],
        ),
    ] {
        assert_eq!(listed(bench, filter), expected, "{name}");
    }
}

fn a_page_of_payments_goes_on_behind_the_last(bench: &Bench) {
    let ids: Vec<_> = (1..=5).map(|minor| opened(bench, by(), minor, ("till-1", BRANCH, "a"))).collect();
    let page = |before| listed(bench, TransactionFilter { before, limit: 2, ..TransactionFilter::default() });
    assert_eq!(page(None), [ids[4], ids[3]]);
    assert_eq!(page(Some(ids[3])), [ids[2], ids[1]]);
    assert_eq!(page(Some(ids[1])), [ids[0]]);
    let unknown = TransactionId(Uuid::now_v7());
    assert!(page(Some(unknown)).is_empty(), "nothing is behind a payment that there is not");
    // Newest by the moment at which they were opened, by whatever clock their ids were made.
    let earlier = opened(bench, By { actor: "test", at: START.minus(HOUR) }, 6, ("till-1", BRANCH, "a"));
    assert_eq!(page(Some(ids[1])), [ids[0], earlier]);
    assert!(page(Some(earlier)).is_empty());
}

fn records_are_listed_from_either_end_and_by_whom_what_and_when(bench: &Bench) {
    let before = bench.store.audit(0, 500).unwrap().len() as i64;
    // Further apart than appliances' clocks may be.
    for (hours, actor, minor) in [(0, "ada", 1), (3, "bob", 2), (6, "ada", 3), (9, "ada", 4)] {
        let at = START.plus(HOUR * hours);
        opened(bench, By { actor, at }, minor, ("till-1", BRANCH, "a"));
    }
    bench.person("zoe");
    let seqs = |filter: AuditFilter| -> Vec<i64> {
        let limit = if filter.limit == 0 { 10 } else { filter.limit };
        let filter = AuditFilter {
            behind: filter.behind.or((!filter.newest_first).then_some(before)),
            limit,
            ..filter
        };
        bench.store.audit_page(&filter).unwrap().iter().map(|row| row.seq - before).collect()
    };
    let none = AuditFilter::default;
    assert_eq!(seqs(none()), [1, 2, 3, 4, 5]);
    assert_eq!(seqs(AuditFilter { newest_first: true, limit: 2, ..none() }), [5, 4]);
    let behind = AuditFilter { newest_first: true, behind: Some(before + 4), limit: 2, ..none() };
    assert_eq!(seqs(behind), [3, 2]);
    assert_eq!(seqs(AuditFilter { actor: Some("ada".into()), ..none() }), [1, 3, 4]);
    assert_eq!(seqs(AuditFilter { action: Some("user.added".into()), ..none() }), [5]);
    assert_eq!(seqs(AuditFilter { action: Some("transaction.".into()), ..none() }), [1, 2, 3, 4]);
    // Signs that mean something to `LIKE` mean themselves.
    for action in ["user_added", "user_.", "%.", "user.add", "USER.added"] {
        assert!(seqs(AuditFilter { action: Some(action.into()), ..none() }).is_empty(), "{action}");
    }
    let (from, until) = (Some(START.plus(HOUR * 3)), Some(START.plus(HOUR * 9)));
    assert_eq!(seqs(AuditFilter { from, until, ..none() }), [2, 3]);
    assert_eq!(seqs(AuditFilter { from, until, newest_first: true, ..none() }), [3, 2]);
    assert_eq!(seqs(AuditFilter { from: Some(START.plus(HOUR * 10)), ..none() }), [0_i64; 0]);
    // One that somebody took out hides no other.
    bench.sql(&format!("DELETE FROM audit WHERE seq IN ({}, {})", before + 2, before + 3)).unwrap();
    for hour in 1..=9 {
        let from = Some(START.plus(HOUR * hour));
        assert_eq!(seqs(AuditFilter { from, ..none() }), [4], "{hour}");
    }
}

fn what_is_recorded_about_a_payment_is_found_with_its_requests(bench: &Bench) {
    let (payer, other) = (bench.payer("ada", 1_000), bench.payer("bob", 1_000));
    let paid = bench.identified(payer, eur(500));
    bench.identified(other, eur(500));
    let sale = bench.prepare(paid, Kind::Sale, eur(500)).unwrap().operation.id;
    for event in [Event::Submitted, Event::Approved] {
        bench.settle(sale, event).unwrap();
    }
    let about = |subjects: &[String]| -> Vec<String> {
        bench.store.audit_about(subjects, 100).unwrap().into_iter().map(|row| row.action).collect()
    };
    assert_eq!(
        about(&[paid.to_string()]),
        ["transaction.opened", "transaction.identified", "transaction.confirmed", "transaction.captured"]
    );
    let whole = about(&[paid.to_string(), sale.to_string()]);
    assert_eq!(whole.len(), 7, "{whole:?}");
    assert_eq!(whole.iter().filter(|action| action.starts_with("operation.")).count(), 3, "{whole:?}");
    assert_eq!(bench.store.audit_about(&[paid.to_string()], 2).unwrap().len(), 2);
}

fn who_changed_is_told_once_and_in_order(bench: &Bench) {
    let people: Vec<UserId> = ["ada", "bob", "cyd"].map(|name| bench.person(name)).to_vec();
    let changes = |behind, limit| bench.store.user_changes(behind, limit).unwrap();
    // All three at one moment: the ids tell them apart.
    let first = changes((START, None), 2);
    assert_eq!(first, [(people[0], START), (people[1], START)]);
    assert_eq!(changes((START, Some(people[1])), 2), [(people[2], START)]);
    let change = UserChange { name: Some("Ada King".to_owned()), ..UserChange::default() };
    bench.store.change_user(later(HOUR), people[0], &change).unwrap();
    assert_eq!(changes((START, Some(people[2])), 10), [(people[0], START.plus(HOUR))]);
    assert_eq!(changes((START, Some(people[1])), 10).len(), 2);
    assert!(changes((START.plus(HOUR), Some(people[0])), 10).is_empty());
}

fn people_are_found_by_their_ids_and_listed_by_status(bench: &Bench) {
    let people: Vec<UserId> = ["ada", "bob", "cyd"].map(|name| bench.person(name)).to_vec();
    let nobody = UserId(Uuid::now_v7());
    let named = bench.store.users_named(&[people[2], nobody, people[0]]).unwrap();
    let names: Vec<&str> = named.iter().map(|row| row.profile.name.as_str()).collect();
    assert_eq!(names, ["ada", "cyd"]);
    assert!(bench.store.users_named(&[]).unwrap().is_empty());
    let change = UserChange { status: Some(Status::Blocked), ..UserChange::default() };
    bench.store.change_user(by(), people[1], &change).unwrap();
    let of = |status| -> Vec<UserId> {
        bench.store.users_in(status, None, 10).unwrap().iter().map(|row| row.id).collect()
    };
    assert_eq!(of(Some(Status::Blocked)), [people[1]]);
    assert_eq!(of(Some(Status::Active)), [people[0], people[2]]);
    assert_eq!(of(None), people);
}
