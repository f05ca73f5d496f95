//! Further factors: what was proved carries one charge, PINs are tried a few times only, instruments go with their
//! person.
use std::time::Duration;

use domain::{
    Secret, TransactionId, UserId,
    operation::Kind,
    step_up::{Factor, Unfit},
    transaction::{Event, State},
};
use store::{Details, NewProof, NewTransaction, PinTry, Place, StoreError};
use uuid::Uuid;

use crate::{
    Claim,
    bench::{Bench, MERCHANT, START, by, eur, later},
    claims,
    parallel::at_once,
};

pub(crate) const CLAIMS: &[Claim] = claims![
    what_was_proved_carries_one_charge,
    what_was_proved_long_ago_carries_nothing,
    what_was_proved_for_another_charge_carries_nothing,
    a_charge_that_fails_leaves_its_proof_unused,
    a_payment_leaves_step_up_with_a_proof_only,
    somebody_who_looked_long_ago_is_not_charged,
    each_third_try_locks_a_pin_for_longer,
    a_right_pin_ends_the_count,
    fifty_tries_at_once_let_three_through,
    a_pins_hash_is_sealed_and_its_pepper_is_the_persons,
    an_instrument_is_sealed_and_goes_with_its_person,
    a_first_payment_at_a_terminal_is_known_as_such,
];

const LOCKOUT: Duration = Duration::from_secs(900);
const TTL: Duration = Duration::from_secs(30);

fn secs(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A payment at till-1 that asks its payer for a further factor.
pub(crate) fn waiting(bench: &Bench, user: UserId) -> TransactionId {
    let id = TransactionId(Uuid::now_v7());
    let expires_at = START.plus(secs(120));
    let place = Place { terminal: Some("till-1".to_owned()), branch: "main".to_owned() };
    let new = NewTransaction { id, amount: eur(300), reference: None, expires_at, place, provider: None };
    bench.store.add_transaction(by(), &new).unwrap();
    let details = Details {
        user: Some(user),
        reason: Some("amount".to_owned()),
        confirm_by: Some(START.plus(secs(60))),
        ..Details::default()
    };
    bench.store.step_transaction(by(), id, Event::StepUpRequired, &details).unwrap().id
}

pub(crate) fn proof(transaction: TransactionId) -> NewProof {
    NewProof { transaction, factor: Factor::Pin, identity: None, payee: MERCHANT.to_owned(), lasts: TTL }
}

fn proved(bench: &Bench, user: UserId) -> TransactionId {
    let payment = waiting(bench, user);
    let row = bench.store.prove_step_up(by(), &proof(payment)).unwrap();
    assert_eq!(row.state, State::RequiresConfirmation);
    payment
}

#[track_caller]
fn assert_unfit<T>(result: Result<T, StoreError>, expected: Unfit) {
    match result {
        Err(StoreError::Evidence(unfit)) => assert_eq!(unfit, expected),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was charged"),
    }
}

fn what_was_proved_carries_one_charge(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = proved(bench, payer);
    let prepared = bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    bench.settle(prepared.operation.id, domain::operation::Event::NotSent).unwrap();
    // The payment may be confirmed again, and asks for the factor again.
    let before = bench.written();
    assert_unfit(bench.prepare(payment, Kind::Sale, eur(300)), Unfit::Used);
    assert_eq!(bench.written(), before);
    let again = bench.store.prove_step_up(by(), &proof(payment)).unwrap();
    assert_eq!(again.state, State::RequiresConfirmation);
    bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    bench.assert_sound();
}

fn what_was_proved_long_ago_carries_nothing(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = proved(bench, payer);
    assert_unfit(bench.prepare_at(later(TTL), payment, eur(300)), Unfit::Expired);
    bench.prepare_at(later(TTL - Duration::from_micros(1)), payment, eur(300)).unwrap();
}

fn what_was_proved_for_another_charge_carries_nothing(bench: &Bench) {
    let payer = bench.payer("ada", 10_000);
    for change in ["amount = 299", "currency = 'USD'", "payee = 'other'", "terminal = 'main/till-2'"] {
        let payment = proved(bench, payer);
        bench.sql(&format!("UPDATE step_ups SET {change} WHERE transaction_id = '{payment}'")).unwrap();
        assert_unfit(bench.prepare(payment, Kind::Sale, eur(300)), Unfit::Mismatch);
    }
    // What was proved for one payment is of no use to another.
    let (first, second) = (proved(bench, payer), waiting(bench, payer));
    let refused = bench.prepare(second, Kind::Sale, eur(300));
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    bench.prepare(first, Kind::Authorize, eur(300)).unwrap();
}

fn a_charge_that_fails_leaves_its_proof_unused(bench: &Bench) {
    let payer = bench.payer("ada", 299);
    let payment = proved(bench, payer);
    let refused = bench.prepare(payment, Kind::Sale, eur(300));
    assert!(matches!(refused, Err(StoreError::InsufficientFunds { .. })));
    bench.fund(payer, 1).unwrap();
    bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
}

fn a_payment_leaves_step_up_with_a_proof_only(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = waiting(bench, payer);
    let before = bench.written();
    let refused = bench.store.step_transaction(by(), payment, Event::SteppedUp, &Details::default());
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    let late = bench.store.prove_step_up(later(secs(120)), &proof(payment));
    assert!(matches!(late, Err(StoreError::Conflict(_))));
    // Nor is there anything to prove for a payment that asks for nothing.
    let asks_nothing = bench.identified(payer, eur(300));
    let written = bench.written();
    let refused = bench.store.prove_step_up(by(), &proof(asks_nothing));
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    assert_eq!(bench.written(), written);
    assert_eq!(bench.store.transaction(payment).unwrap().state, State::RequiresStepUp);
    assert!(!bench.store.is_stepped_up(payment).unwrap());
    assert!(written > before);
}

fn somebody_who_looked_long_ago_is_not_charged(bench: &Bench) {
    let payer = bench.payer("ada", 1_000);
    let payment = waiting(bench, payer);
    bench.store.prove_step_up(later(secs(59)), &proof(payment)).unwrap();
    assert_unfit(bench.prepare_at(later(secs(60)), payment, eur(300)), Unfit::LookTooOld);
    bench.prepare_at(later(secs(59)), payment, eur(300)).unwrap();
}

fn with_pin(bench: &Bench, name: &str) -> UserId {
    let user = bench.payer(name, 1_000);
    bench.store.set_pin(by(), user, &Secret::new("hash".to_owned())).unwrap();
    user
}

/// Whether a try is let through at that moment; until when it is locked otherwise, in seconds.
fn tried(bench: &Bench, user: UserId, at: u64) -> Result<(), u64> {
    match bench.store.try_pin(later(secs(at)), user, LOCKOUT).unwrap() {
        PinTry::Admitted(hash) => {
            assert_eq!(hash.expose(), "hash");
            Ok(())
        }
        PinTry::Locked(until) => Err(until.since(START).as_secs()),
        PinTry::Missing => panic!("there is a PIN"),
    }
}

fn each_third_try_locks_a_pin_for_longer(bench: &Bench) {
    let user = with_pin(bench, "ada");
    let mut at = 0;
    for lock in [900, 1_800, 3_600] {
        for _ in 0..3 {
            assert_eq!(tried(bench, user, at), Ok(()));
        }
        // Tries that nobody looks at make it no longer.
        for _ in 0..5 {
            assert_eq!(tried(bench, user, at + lock - 1), Err(at + lock));
        }
        at += lock;
    }
    let nobody = bench.person("bob");
    assert!(matches!(bench.store.try_pin(by(), nobody, LOCKOUT).unwrap(), PinTry::Missing));
    // A new PIN starts anew.
    bench.store.set_pin(later(secs(at)), user, &Secret::new("hash".to_owned())).unwrap();
    assert_eq!(tried(bench, user, 0), Ok(()));
    bench.store.remove_pin(by(), user).unwrap();
    assert!(!bench.store.has_pin(user).unwrap());
    assert!(matches!(bench.store.remove_pin(by(), user), Err(StoreError::NotFound("pin"))));
}

fn a_right_pin_ends_the_count(bench: &Bench) {
    let user = with_pin(bench, "ada");
    for _ in 0..4 {
        assert_eq!(tried(bench, user, 0), Ok(()));
        assert_eq!(tried(bench, user, 0), Ok(()));
        proved(bench, user);
    }
    // A clerk's word says nothing of the PIN.
    let payment = waiting(bench, user);
    assert_eq!(tried(bench, user, 0), Ok(()));
    let vouched = NewProof { factor: Factor::Staff, ..proof(payment) };
    bench.store.prove_step_up(by(), &vouched).unwrap();
    assert_eq!((tried(bench, user, 0), tried(bench, user, 0)), (Ok(()), Ok(())));
    assert_eq!(tried(bench, user, 0), Err(900));
}

fn fifty_tries_at_once_let_three_through(bench: &Bench) {
    let user = with_pin(bench, "ada");
    let tries = at_once(50, |_| tried(bench, user, 0));
    assert_eq!(tries.iter().filter(|tried| tried.is_ok()).count(), 3);
    assert_eq!(tries.iter().filter(|tried| **tried == Err(900)).count(), 47);
    bench.assert_sound();
}

fn a_pins_hash_is_sealed_and_its_pepper_is_the_persons(bench: &Bench) {
    let (ada, bob) = (with_pin(bench, "ada"), with_pin(bench, "bob"));
    let hex = |table: &str, column: &str| {
        let read = if bench.url.starts_with("sqlite") {
            format!("hex({column})")
        } else {
            format!("encode({column}, 'hex')")
        };
        bench.lines(&format!("SELECT {read} AS line FROM {table}")).concat().to_lowercase()
    };
    assert!(!hex("pins", "hash_sealed").contains(&hex::encode("hash")));
    let pepper = |store: &store::Store, user| {
        store.peppered_pin(user, &Secret::new("4711".to_owned())).expose().clone()
    };
    assert_ne!(
        pepper(&bench.store, ada),
        pepper(&bench.store, bob),
        "the same PIN looks the same for nobody"
    );
    assert_eq!(pepper(&bench.store, ada), pepper(&bench.store, ada));
    // Another person's hash does not open as one's own.
    bench
        .sql(&format!(
            "UPDATE pins SET hash_sealed = (SELECT hash_sealed FROM pins WHERE user_id = '{bob}')
             WHERE user_id = '{ada}'"
        ))
        .unwrap();
    assert!(matches!(bench.store.try_pin(by(), ada, LOCKOUT), Err(StoreError::Seal)));
    bench.store.erase_user(by(), bob).unwrap();
    assert!(!bench.store.has_pin(bob).unwrap());
}

fn an_instrument_is_sealed_and_goes_with_its_person(bench: &Bench) {
    let ada = bench.payer("ada", 1_000);
    let token = |text: &str| Secret::new(text.to_owned());
    let known =
        |provider: &str| bench.store.instrument(ada, provider).unwrap().map(|token| token.expose().clone());
    assert_eq!(known("wallet"), None);
    bench.store.set_instrument(by(), ada, "wallet", &token("pm_1")).unwrap();
    bench.store.set_instrument(by(), ada, "other", &token("pm_2")).unwrap();
    bench.store.set_instrument(by(), ada, "wallet", &token("pm_3")).unwrap();
    assert_eq!((known("wallet").as_deref(), known("other").as_deref()), (Some("pm_3"), Some("pm_2")));
    let read =
        if bench.url.starts_with("sqlite") { "hex(token_sealed)" } else { "encode(token_sealed, 'hex')" };
    let stored = bench.lines(&format!("SELECT {read} AS line FROM instruments")).concat().to_lowercase();
    assert!(!stored.contains(&hex::encode("pm_")), "{stored}");
    // A charge at a provider is noted there.
    assert_eq!(bench.store.instrument_row(ada, "wallet").unwrap().used_at, None);
    let payment = bench.identified(ada, eur(300));
    bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    assert_eq!(bench.store.instrument_row(ada, "wallet").unwrap().used_at, Some(START));
    assert_eq!(bench.store.instrument_row(ada, "other").unwrap().used_at, None);
    // One provider's token is not another's.
    bench.sql("DELETE FROM instruments WHERE provider = 'other'").unwrap();
    bench.sql("UPDATE instruments SET provider = 'other'").unwrap();
    assert!(matches!(bench.store.instrument(ada, "other"), Err(StoreError::Seal)));
    bench.store.remove_instrument(by(), ada, "other").unwrap();
    assert!(matches!(
        bench.store.remove_instrument(by(), ada, "other"),
        Err(StoreError::NotFound("instrument"))
    ));
    bench.store.set_instrument(by(), ada, "wallet", &token("pm_4")).unwrap();
    bench.store.erase_user(by(), ada).unwrap();
    assert_eq!(known("wallet"), None);
    assert_eq!(bench.lines("SELECT CAST(COUNT(*) AS TEXT) AS line FROM instruments"), ["0"]);
    let gone = bench.store.set_instrument(by(), ada, "wallet", &token("pm_5"));
    assert!(matches!(gone, Err(StoreError::NotFound("user"))));
}

fn a_first_payment_at_a_terminal_is_known_as_such(bench: &Bench) {
    let (ada, bob) = (bench.payer("ada", 1_000), bench.payer("bob", 1_000));
    let knows = |user, terminal: &str| {
        let place = Place { terminal: Some(terminal.to_owned()), branch: "main".to_owned() };
        bench.store.has_paid_at(user, &place).unwrap()
    };
    let payment = proved(bench, ada);
    assert!(!knows(ada, "till-1"), "a payment that was not made is none");
    bench.prepare(payment, Kind::Sale, eur(300)).unwrap();
    assert!(knows(ada, "till-1") && !knows(ada, "till-2") && !knows(bob, "till-1"));
}
