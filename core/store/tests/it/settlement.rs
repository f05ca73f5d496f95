//! Closed business days: what is in them, what a provider's file makes of them, what can't be changed.
use std::time::Duration;

use domain::{
    Currency, OperationId, SettlementId, Timestamp,
    ledger::AccountKind,
    operation::{Event, Kind},
    settlement::{BatchState, Day, Line, LineKind, Match},
};
use store::{By, Closing, ProviderFile, Resolution, SettlementLine, SettlementRow, StoreError};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, START, by, eur, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_closed_day_holds_what_moved_money_and_nothing_else,
    each_payment_is_in_one_closed_day,
    payments_that_are_approved_while_a_day_is_closed_are_in_one_day_each,
    a_late_payment_is_in_the_next_day,
    days_are_closed_once_in_order_and_none_is_left_out,
    a_closed_day_cannot_be_changed,
    a_file_that_agrees_leaves_nothing_to_look_at,
    every_break_is_posted_and_the_books_say_what_the_provider_says,
    a_capture_is_found_by_its_authorization,
    a_line_of_an_open_payment_names_it,
    a_file_is_compared_once,
    a_break_is_resolved_once_and_with_a_reason,
    a_payment_that_the_provider_has_a_day_later_leaves_the_suspense_account_empty,
    balances_go_on_from_day_to_day,
    a_report_shows_the_open_day_and_what_nobody_knows,
];

const PROVIDER: &str = "wallet";
const SALE: [Event; 2] = [Event::Submitted, Event::Approved];
const DAY: Duration = Duration::from_secs(86_400);

/// The day that [`START`] is in, and those after it, begin with it.
fn first() -> Day {
    "2027-01-15".parse().unwrap()
}

fn starts_at(day: Day) -> Timestamp {
    let mut at = START;
    let mut known = first();
    while known < day {
        known = known.next();
        at = at.plus(DAY);
    }
    if day < known { START.minus(DAY) } else { at }
}

fn close_at(bench: &Bench, by: By<'_>, day: Day) -> Result<SettlementRow, StoreError> {
    let closing =
        Closing { id: SettlementId(Uuid::now_v7()), provider: PROVIDER, day, starts_at: &starts_at };
    bench.store.close_settlement(by, &closing)
}

fn close(bench: &Bench) -> SettlementRow {
    close_at(bench, later(DAY), first()).unwrap()
}

fn sale(bench: &Bench, minor: i64) -> OperationId {
    let payer = bench.payer(&Uuid::now_v7().to_string(), minor);
    let payment = bench.identified(payer, eur(minor));
    bench.operate(payment, Kind::Sale, eur(minor), &SALE).operation.id
}

/// The provider's line of a request of ours.
fn line_of(bench: &Bench, id: OperationId) -> Line {
    let sql = format!("SELECT transaction_id AS line FROM operations WHERE id = '{id}'");
    let payment = bench.lines(&sql)[0].parse().unwrap();
    let found = bench.store.operations(payment).unwrap().into_iter().find(|row| row.id == id).unwrap();
    Line {
        provider_ref: String::new(),
        attempt: Some(found.attempt_ref),
        kind: LineKind::of(found.kind).unwrap(),
        amount: found.amount,
        fee: None,
        at: START,
    }
}

fn file(name: &str, lines: &[Line]) -> ProviderFile {
    ProviderFile { sha256: name.repeat(64)[..64].to_owned(), lines: lines.to_vec() }
}

fn compare(bench: &Bench, id: SettlementId, name: &str, lines: &[Line]) -> Result<SettlementRow, StoreError> {
    bench.store.compare_settlement(later(DAY), id, &file(name, lines))
}

fn lines(bench: &Bench, id: SettlementId) -> Vec<SettlementLine> {
    bench.store.settlement_lines(id, None, 0, 100).unwrap()
}

/// What a house account holds, in minor units.
fn posted(bench: &Bench, kind: AccountKind, owner: &str) -> i64 {
    let accounts = bench.store.accounts(owner).unwrap();
    let found = accounts.iter().find(|account| account.kind == kind && account.currency.code() == "EUR");
    found.map_or(0, |account| account.balance.posted)
}

fn a_closed_day_holds_what_moved_money_and_nothing_else(bench: &Bench) {
    let payer = bench.payer("ada", 10_000);
    let payment = |kind, events: &[Event]| {
        let payment = bench.identified(payer, eur(300));
        bench.operate(payment, kind, eur(300), events);
        payment
    };
    let sold = payment(Kind::Sale, &SALE);
    bench.operate(sold, Kind::Refund, eur(100), &SALE);
    bench.operate(sold, Kind::Refund, eur(200), &[Event::Submitted, Event::Declined]);
    let captured = payment(Kind::Authorize, &SALE);
    bench.operate(captured, Kind::Capture, eur(300), &SALE);
    let voided = payment(Kind::Authorize, &SALE);
    bench.operate(voided, Kind::Void, eur(300), &SALE);
    payment(Kind::Authorize, &SALE);
    payment(Kind::Sale, &[Event::Submitted, Event::Declined]);
    payment(Kind::Sale, &[Event::Submitted, Event::AnswerLost]);
    payment(Kind::Sale, &[Event::Submitted]);
    let closed = close(bench);
    assert_eq!((closed.state, closed.operation_count, closed.breaks_left), (BatchState::Closed, 3, 0));
    let totals = closed.ours[0];
    assert_eq!((closed.ours.len(), totals.sale_count, totals.refund_count), (1, 2, 1));
    assert_eq!((totals.gross, totals.refunds, totals.fees, totals.net()), (600, 100, 0, 500));
    assert_eq!((closed.from, closed.until), (START, START.plus(DAY)));
    assert_eq!(bench.store.settlement(closed.id).unwrap().ours, closed.ours);
    let last = bench.store.audit(0, 500).unwrap().pop().unwrap();
    assert_eq!((last.action.as_str(), last.subject), ("settlement.closed", closed.id.to_string()));
    assert_eq!(bench.store.outbox(0, 500).unwrap().pop().unwrap().kind, "settlement.closed");
    bench.assert_sound();
}

fn each_payment_is_in_one_closed_day(bench: &Bench) {
    let mut all: Vec<String> = Vec::new();
    let mut day = first();
    for nth in 0..4_u32 {
        let payer = bench.payer(&format!("payer-{nth}"), 100);
        let begun = By { actor: "test", at: START.plus(Duration::from_secs(1)) };
        let payment = bench.identified(payer, eur(100));
        let prepared = bench.prepare_at(begun, payment, eur(100)).unwrap();
        for event in SALE {
            let outcome = store::Outcome { event, provider_ref: None, reason: None };
            let at = START.plus(DAY * nth).plus(Duration::from_secs(60));
            bench.store.settle_operation(By { actor: "test", at }, prepared.operation.id, &outcome).unwrap();
        }
        all.push(prepared.operation.id.to_string());
        let closed = close_at(bench, later(DAY * (nth + 1)), day).unwrap();
        assert_eq!(closed.operation_count, 1);
        day = day.next();
    }
    let assigned =
        bench.lines("SELECT operation_id AS line FROM settlement_operations ORDER BY operation_id");
    all.sort();
    assert_eq!(assigned, all);
    // A second time is refused by the database, whatever the program thinks.
    let again = bench.sql(
        "INSERT INTO settlement_operations SELECT operation_id, batch_id FROM settlement_operations LIMIT 1",
    );
    assert!(again.is_err());
}

fn payments_that_are_approved_while_a_day_is_closed_are_in_one_day_each(bench: &Bench) {
    const SALES: usize = 5;
    let gate = &std::sync::Barrier::new(5);
    let closed = std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                gate.wait();
                for _ in 0..SALES {
                    sale(bench, 100);
                }
            });
        }
        let closing = scope.spawn(move || {
            gate.wait();
            close_at(bench, later(Duration::from_secs(60)), first()).unwrap()
        });
        closing.join().unwrap()
    });
    let next = close_at(bench, later(DAY * 2), first().next()).unwrap();
    assert_eq!(closed.operation_count + next.operation_count, 20);
    assert_eq!(bench.lines("SELECT operation_id AS line FROM settlement_operations").len(), 20);
    bench.assert_sound();
}

fn a_late_payment_is_in_the_next_day(bench: &Bench) {
    sale(bench, 100);
    let early = close_at(bench, later(Duration::from_secs(3_600)), first()).unwrap();
    assert_eq!(early.operation_count, 1, "a day may be closed before it ends");
    let late = sale(bench, 200);
    let next = close_at(bench, later(DAY * 2), first().next()).unwrap();
    assert_eq!((next.operation_count, next.ours[0].gross), (1, 200));
    let found = bench
        .lines(&format!("SELECT batch_id AS line FROM settlement_operations WHERE operation_id = '{late}'"));
    assert_eq!(found, [next.id.to_string()]);
}

fn days_are_closed_once_in_order_and_none_is_left_out(bench: &Bench) {
    sale(bench, 100);
    let (third, fifth) = (first().next().next(), first().next().next().next().next());
    let refused = |by: By<'_>, day| matches!(close_at(bench, by, day), Err(StoreError::Conflict(_)));
    let before = bench.written();
    assert!(refused(later(DAY * 3), third), "the payment of the first day would end in the third");
    assert!(refused(later(DAY), first().next().next()), "the third day has not begun");
    assert_eq!(bench.written(), before);
    close(bench);
    assert!(refused(later(DAY), first()), "closed already");
    close_at(bench, later(DAY * 3), third).unwrap();
    assert!(refused(later(DAY * 5), first().next()), "a later day is closed");
    assert_eq!(close_at(bench, later(DAY * 5), fifth).unwrap().operation_count, 0);
    let days = bench.store.settlements(None, 10).unwrap();
    assert_eq!(days.iter().map(|row| row.day).collect::<Vec<_>>(), [fifth, third, first()]);
    assert_eq!(bench.store.settlements(Some(days[1].id), 10).unwrap()[0].day, first());
}

fn a_closed_day_cannot_be_changed(bench: &Bench) {
    sale(bench, 100);
    let closed = close(bench);
    let (id, late) = (closed.id, sale(bench, 200));
    for sql in [
        "UPDATE settlement_batches SET day = '2020-01-01'".to_owned(),
        "UPDATE settlement_batches SET state = 'open'".to_owned(),
        "UPDATE settlement_batches SET closed_by = 'x'".to_owned(),
        "UPDATE settlement_operations SET batch_id = 'x'".to_owned(),
        "DELETE FROM settlement_operations".to_owned(),
        format!("INSERT INTO settlement_operations (operation_id, batch_id) VALUES ('{late}', '{id}')"),
    ] {
        assert!(bench.sql(&sql).is_err(), "{sql}");
    }
    assert_eq!(bench.store.settlement(id).unwrap().operation_count, 1);
    compare(bench, id, "a", &[]).unwrap();
    for sql in [
        "UPDATE settlement_lines SET amount = 1",
        "UPDATE settlement_lines SET match_state = 'matched'",
        "UPDATE settlement_batches SET file_sha256 = 'x'",
    ] {
        assert!(bench.sql(sql).is_err(), "{sql}");
    }
}

fn a_file_that_agrees_leaves_nothing_to_look_at(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(1_000));
    let sold = bench.operate(payment, Kind::Sale, eur(1_000), &SALE).operation.id;
    let back = bench.operate(payment, Kind::Refund, eur(400), &SALE).operation.id;
    let closed = close(bench);
    let theirs = [Line { fee: Some(eur(30)), ..line_of(bench, sold) }, line_of(bench, back)];
    let compared = compare(bench, closed.id, "a", &theirs).unwrap();
    assert_eq!((compared.state, compared.breaks_left), (BatchState::Matched, 0));
    let totals = compared.theirs[0];
    assert_eq!((totals.gross, totals.refunds, totals.fees, totals.net()), (1_000, 400, 30, 570));
    assert!(
        lines(bench, closed.id).iter().all(|line| line.state == Match::Matched && line.transfer.is_none())
    );
    assert_eq!(posted(bench, AccountKind::Fees, "house"), -30);
    assert_eq!(posted(bench, AccountKind::Clearing, PROVIDER), 30);
    assert_eq!(posted(bench, AccountKind::Suspense, "house"), 0);
    bench.assert_sound();
}

/// One day with one of each break.
fn broken_day(bench: &Bench) -> (SettlementRow, Vec<Line>) {
    let sold: Vec<OperationId> = [1_000, 500, 200].map(|minor| sale(bench, minor)).into();
    let closed = close(bench);
    let theirs = vec![
        line_of(bench, sold[0]),
        line_of(bench, sold[0]),
        Line { amount: eur(450), ..line_of(bench, sold[1]) },
        Line { attempt: None, provider_ref: "stranger".to_owned(), ..line_of(bench, sold[0]) },
        Line { kind: LineKind::Fee, amount: eur(7), attempt: None, ..line_of(bench, sold[0]) },
    ];
    (closed, theirs)
}

fn every_break_is_posted_and_the_books_say_what_the_provider_says(bench: &Bench) {
    let (closed, theirs) = broken_day(bench);
    let compared = compare(bench, closed.id, "a", &theirs).unwrap();
    assert_eq!((compared.state, compared.breaks_left), (BatchState::WithBreaks, 4));
    let found = lines(bench, closed.id);
    let classes: Vec<_> = found.iter().map(|line| (line.number, line.state, line.difference)).collect();
    let expected = [
        (1, Match::Matched, 0),
        (2, Match::DuplicateTheirs, 1_000),
        (3, Match::AmountDiff, -50),
        (4, Match::MissingOurs, 1_000),
        (5, Match::Matched, 0),
        (6, Match::MissingTheirs, -200),
    ];
    assert_eq!(classes, expected);
    assert!(found.iter().all(|line| line.transfer.is_some() == (line.difference != 0)));
    assert_eq!(posted(bench, AccountKind::Suspense, "house"), 1_000 - 50 + 1_000 - 200);
    assert_eq!(posted(bench, AccountKind::Fees, "house"), -7);
    let statement = bench.store.settlement_statement(closed.id).unwrap();
    let owed: i64 = statement.entries.iter().map(store::StatementEntry::owed).sum();
    assert_eq!(owed, compared.theirs[0].net(), "what the statement adds up to is what the provider says");
    // What the ledger holds of the day: the merchant's sales, and what was posted against the provider.
    let clearing = posted(bench, AccountKind::Clearing, PROVIDER);
    assert_eq!(closed.ours[0].net() - clearing, compared.theirs[0].net());
    bench.assert_sound();
}

fn a_capture_is_found_by_its_authorization(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    bench.operate(payment, Kind::Authorize, eur(300), &SALE);
    let captured = bench.operate(payment, Kind::Capture, eur(300), &SALE).operation.id;
    let authorized = bench.store.operations(payment).unwrap()[0].attempt_ref;
    let closed = close(bench);
    let theirs = Line { attempt: Some(authorized), ..line_of(bench, captured) };
    assert_eq!(compare(bench, closed.id, "a", &[theirs]).unwrap().state, BatchState::Matched);
    assert_eq!(lines(bench, closed.id)[0].operation, Some(captured));
}

fn a_line_of_an_open_payment_names_it(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = bench.identified(payer, eur(300));
    let lost = [Event::Submitted, Event::AnswerLost];
    let open = bench.operate(payment, Kind::Sale, eur(300), &lost).operation.id;
    let closed = close(bench);
    assert_eq!(closed.operation_count, 0);
    compare(bench, closed.id, "a", &[line_of(bench, open)]).unwrap();
    let line = &lines(bench, closed.id)[0];
    assert_eq!((line.state, line.operation), (Match::MissingOurs, Some(open)));
    bench.assert_sound();
}

fn a_file_is_compared_once(bench: &Bench) {
    let sold = sale(bench, 100);
    let closed = close(bench);
    let theirs = [line_of(bench, sold)];
    compare(bench, closed.id, "a", &theirs).unwrap();
    let before = bench.written();
    let again = compare(bench, closed.id, "a", &theirs).unwrap();
    assert_eq!(
        (again.state, bench.written()),
        (BatchState::Matched, before),
        "the same file changes nothing"
    );
    assert!(matches!(compare(bench, closed.id, "b", &[]), Err(StoreError::Conflict(_))));
    let next = close_at(bench, later(DAY * 2), first().next()).unwrap();
    let refused = compare(bench, next.id, "a", &theirs);
    let Err(StoreError::Conflict(words)) = refused else { panic!("{refused:?}") };
    assert!(words.contains("another day"), "{words}");
    assert_eq!(bench.written().0, before.0 + 1);
    // Days on which nothing moved have the same file.
    compare(bench, next.id, "c", &[]).unwrap();
    let third = close_at(bench, later(DAY * 3), first().next().next()).unwrap();
    compare(bench, third.id, "c", &[]).unwrap();
    let unknown = SettlementId(Uuid::now_v7());
    assert!(matches!(compare(bench, unknown, "d", &[]), Err(StoreError::NotFound("settlement"))));
}

fn a_break_is_resolved_once_and_with_a_reason(bench: &Bench) {
    let (closed, theirs) = broken_day(bench);
    compare(bench, closed.id, "a", &theirs).unwrap();
    let resolve = |number, write_off| {
        let resolution = Resolution { number, reason: "looked at".to_owned(), write_off };
        bench.store.resolve_settlement_line(by(), closed.id, &resolution)
    };
    let suspense = posted(bench, AccountKind::Suspense, "house");
    let line = resolve(2, false).unwrap();
    assert_eq!(line.resolved, Some((START, "test".to_owned(), "looked at".to_owned())));
    assert_eq!(posted(bench, AccountKind::Suspense, "house"), suspense, "it waits for its other half");
    resolve(3, true).unwrap();
    assert_eq!(posted(bench, AccountKind::Suspense, "house"), suspense + 50);
    assert_eq!(posted(bench, AccountKind::Fees, "house"), -7 - 50);
    for number in [1, 2, 5] {
        assert!(matches!(resolve(number, false), Err(StoreError::Conflict(_))), "{number}");
    }
    assert!(matches!(resolve(7, false), Err(StoreError::NotFound("settlement line"))));
    assert_eq!(bench.store.settlement(closed.id).unwrap().breaks_left, 2);
    resolve(4, true).unwrap();
    resolve(6, true).unwrap();
    let done = bench.store.settlement(closed.id).unwrap();
    assert_eq!((done.state, done.breaks_left), (BatchState::Matched, 0));
    assert_eq!(posted(bench, AccountKind::Suspense, "house"), 1_000, "only what was not written off");
    assert!(bench.store.audit(0, 500).unwrap().iter().all(|record| !record.detail.contains("looked at")));
    bench.assert_sound();
}

fn a_payment_that_the_provider_has_a_day_later_leaves_the_suspense_account_empty(bench: &Bench) {
    let sold = sale(bench, 100);
    let closed = close(bench);
    compare(bench, closed.id, "a", &[]).unwrap();
    assert_eq!(posted(bench, AccountKind::Suspense, "house"), -100);
    let next = close_at(bench, later(DAY * 2), first().next()).unwrap();
    compare(bench, next.id, "b", &[line_of(bench, sold)]).unwrap();
    let line = &lines(bench, next.id)[0];
    assert_eq!((line.state, line.operation), (Match::MissingOurs, Some(sold)));
    assert_eq!(posted(bench, AccountKind::Suspense, "house"), 0);
    assert_eq!(posted(bench, AccountKind::Clearing, PROVIDER), 0);
}

fn balances_go_on_from_day_to_day(bench: &Bench) {
    let (closed, theirs) = broken_day(bench);
    let net = compare(bench, closed.id, "a", &theirs).unwrap().theirs[0].net();
    sale(bench, 300);
    let next = close_at(bench, later(DAY * 2), first().next()).unwrap();
    let euro: Currency = "EUR".parse().unwrap();
    let statement = bench.store.settlement_statement(next.id).unwrap();
    assert_eq!(statement.opening, [(euro, net)]);
    assert_eq!(statement.entries.iter().map(store::StatementEntry::owed).collect::<Vec<_>>(), [300]);
    let third = close_at(bench, later(DAY * 3), first().next().next()).unwrap();
    let statement = bench.store.settlement_statement(third.id).unwrap();
    assert_eq!((statement.opening, statement.entries.len()), (vec![(euro, net + 300)], 0));
    assert!(bench.store.settlement_statement(closed.id).unwrap().opening.is_empty());
}

fn a_report_shows_the_open_day_and_what_nobody_knows(bench: &Bench) {
    let report = |day| bench.store.settlement_day(day, &starts_at).unwrap();
    assert!(report(first()).is_empty());
    sale(bench, 100);
    let payer = bench.payer("bob", 1_000);
    let payment = bench.identified(payer, eur(300));
    let lost = [Event::Submitted, Event::AnswerLost];
    let open = bench.operate(payment, Kind::Sale, eur(300), &lost).operation.id;
    let day = &report(first())[0];
    assert_eq!((day.provider.as_str(), day.closed.is_none(), day.ours[0].gross), (PROVIDER, true, 100));
    assert_eq!(day.open.iter().map(|open| open.id).collect::<Vec<_>>(), [open]);
    let closed = close(bench);
    sale(bench, 50);
    let day = &report(first())[0];
    assert_eq!(day.closed.as_ref().map(|row| row.id), Some(closed.id));
    assert_eq!((day.ours[0].gross, day.open.len()), (100, 1), "what came late is not in it");
    let next = &report(first().next())[0];
    assert_eq!((next.ours[0].gross, next.open.len()), (50, 1), "it is in the day after");
}
