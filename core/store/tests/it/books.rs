//! What is written beside each change: audit records, messages, idempotency keys and facts.
use std::time::Duration;

use domain::operation::{Event, Kind};
use store::{Claim as KeyClaim, SavedResponse};

use crate::{
    Claim,
    bench::{Bench, START, by, eur, later},
    claims,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    a_book_that_was_changed_is_found,
    the_database_itself_refuses_what_no_ledger_does,
    each_change_has_its_record_and_no_name_in_it,
    a_key_gets_the_answer_it_got_before,
    a_released_key_is_fresh_again,
    a_fact_is_what_was_said_first,
];

fn a_book_that_was_changed_is_found(bench: &Bench) {
    let ada = bench.payer("ada", 1_000);
    bench.assert_sound();
    let payment = bench.identified(ada, eur(300));
    let sold = bench.operate(payment, Kind::Sale, eur(300), &[Event::Submitted, Event::Approved]).operation;
    let account = bench.store.accounts(&ada.to_string()).unwrap()[0].id;
    bench.assert_sound();
    for (damage, found, repair) in [
        (
            format!("UPDATE accounts SET posted = posted + 1 WHERE owner = '{ada}'"),
            format!("account {account} does not hold what its transfers say"),
            format!("UPDATE accounts SET posted = posted - 1 WHERE owner = '{ada}'"),
        ),
        (
            "UPDATE operations SET state = 'declined'".to_owned(),
            format!("operation {} is declined, and its transfer is posted", sold.id),
            "UPDATE operations SET state = 'approved'".to_owned(),
        ),
        (
            "UPDATE operations SET amount = 299".to_owned(),
            format!("operation {} is approved, and its transfer is posted with 300", sold.id),
            "UPDATE operations SET amount = 300".to_owned(),
        ),
        (
            "UPDATE transactions SET captured = 299".to_owned(),
            format!("transaction {payment} says that it took 299, and its requests took 300"),
            "UPDATE transactions SET captured = 300".to_owned(),
        ),
        (
            "UPDATE transactions SET refunded = 1".to_owned(),
            format!("transaction {payment} says that it gave 1 back, and its requests gave 0"),
            "UPDATE transactions SET refunded = 0".to_owned(),
        ),
    ] {
        bench.sql(&damage).unwrap();
        let fault = bench.store.ledger_verify().unwrap().unwrap_err();
        assert_eq!(fault.to_string(), found, "{damage}");
        bench.sql(&repair).unwrap();
        bench.assert_sound();
    }
}

fn the_database_itself_refuses_what_no_ledger_does(bench: &Bench) {
    let ada = bench.payer("ada", 1_000);
    let payment = bench.identified(ada, eur(300));
    bench.operate(payment, Kind::Sale, eur(300), &[Event::Submitted, Event::Approved]);
    bench.prepare(bench.identified(ada, eur(5)), Kind::Sale, eur(5)).unwrap();
    for damage in [
        "UPDATE transfers SET state = 'pending', settled_at = NULL, posted = 0",
        "UPDATE transfers SET amount = 301 WHERE state = 'posted'",
        "UPDATE transfers SET purpose = 'gift' WHERE state = 'pending'",
        "UPDATE transfers SET state = 'posted', posted = 6, settled_at = 1 WHERE state = 'pending'",
        "UPDATE transfers SET state = 'voided', posted = 5, settled_at = 1 WHERE state = 'pending'",
        "DELETE FROM transfers",
        "UPDATE accounts SET posted = -1 WHERE kind = 'wallet'",
        "UPDATE accounts SET pending_debits = posted + 1 WHERE kind = 'merchant'",
        "UPDATE accounts SET pending_credits = -1",
        "UPDATE transactions SET refunded = captured + 1",
        "UPDATE transactions SET captured = amount + 1",
        "UPDATE spending SET amount = -1",
        "INSERT INTO transfers SELECT 'x', debit_account, credit_account, amount, 'JPY', 'pending', 0, purpose, NULL, 1, NULL
         FROM transfers WHERE state = 'pending'",
        "INSERT INTO transfers SELECT 'x', debit_account, debit_account, amount, currency, 'pending', 0, purpose, NULL, 1, NULL
         FROM transfers WHERE state = 'pending'",
    ] {
        assert!(bench.sql(damage).is_err(), "{damage}");
        bench.assert_sound();
    }
}

fn each_change_has_its_record_and_no_name_in_it(bench: &Bench) {
    // A name that no id can contain: ids are hexadecimal.
    let yusuf = bench.payer("yusuf", 1_000);
    bench.consent(yusuf, Duration::from_secs(60));
    let records = bench.store.audit(0, 100).unwrap();
    let actions: Vec<&str> = records.iter().map(|record| record.action.as_str()).collect();
    assert_eq!(actions, ["user.added", "wallet.funded", "consent.given"]);
    for text in records.iter().flat_map(|record| [&record.subject, &record.detail]) {
        assert!(!text.contains("yusuf") && !text.contains('@'), "{text}");
    }
    assert_eq!(bench.store.audit(1, 1).unwrap()[0].action, "wallet.funded");
}

fn a_key_gets_the_answer_it_got_before(bench: &Bench) {
    let claim = |scope: &str, body: u8| bench.store.claim(scope, "key", &[body; 32], START).unwrap();
    let answer = SavedResponse { status: 201, body: b"{}".to_vec() };
    assert_eq!(claim("POST /a", 1), KeyClaim::Fresh);
    assert_eq!(claim("POST /a", 1), KeyClaim::InFlight);
    bench.store.finish("POST /a", "key", &answer).unwrap();
    assert_eq!(claim("POST /a", 1), KeyClaim::Replay(answer));
    assert_eq!(claim("POST /a", 2), KeyClaim::Mismatch);
    assert_eq!(claim("POST /b", 2), KeyClaim::Fresh, "a key means nothing on another route");
    let unknown = SavedResponse { status: 409, body: b"{}".to_vec() };
    assert_eq!(bench.store.end_claims(START, &unknown).unwrap(), 0, "it may still be at work");
    let minute_later = later(Duration::from_secs(60)).at;
    assert_eq!(bench.store.end_claims(minute_later, &unknown).unwrap(), 1, "one has its answer");
    assert_eq!(claim("POST /b", 2), KeyClaim::Replay(unknown));
    let day_later = later(Duration::from_secs(86_400)).at;
    assert_eq!(bench.store.forget_answers(day_later).unwrap(), 2);
    assert_eq!(claim("POST /a", 2), KeyClaim::Fresh);
}

fn a_released_key_is_fresh_again(bench: &Bench) {
    let claim = || bench.store.claim("POST /a", "key", &[1; 32], START).unwrap();
    let answer = SavedResponse { status: 200, body: Vec::new() };
    assert_eq!(claim(), KeyClaim::Fresh);
    bench.store.release("POST /a", "key").unwrap();
    assert_eq!(claim(), KeyClaim::Fresh);
    bench.store.finish("POST /a", "key", &answer).unwrap();
    bench.store.release("POST /a", "key").unwrap();
    assert_eq!(claim(), KeyClaim::Replay(answer), "an answer that was given stays");
}

fn a_fact_is_what_was_said_first(bench: &Bench) {
    assert_eq!(bench.store.fact("colour").unwrap(), None);
    assert_eq!(bench.store.fact_once("colour", "red").unwrap(), "red");
    assert_eq!(bench.store.fact_once("colour", "blue").unwrap(), "red");
    assert_eq!(bench.store.fact("colour").unwrap().as_deref(), Some("red"));
    assert_eq!(bench.written(), (0, 0));
    assert_eq!(by().at, START);
}
