//! The wallet's answers, row by row.

use plugin_sdk::{Money, Verdict};
use serde_json::{Value, json};

use super::*;

const ATTEMPT: [u8; 16] = [0xa1; 16];
const ORIGINAL: [u8; 16] = [0x0b; 16];

fn wallet() -> Wallet {
    let mut wallet = Wallet::create(Host::local(None)).unwrap();
    let settings =
        json!({ "currencies": ["EUR", "JPY"], "sale_amount_max": 50_000, "refund_window_days": 30 });
    wallet.configure(serde_json::from_value(settings).unwrap()).unwrap();
    wallet
}

fn request(op: Op, minor: i64, currency: &str, payload: &Value) -> Request {
    Request {
        op,
        attempt_ref: ATTEMPT,
        original_ref: (!matches!(op, Op::Authorize | Op::Sale)).then_some(ORIGINAL),
        provider_ref: None,
        money: (minor > 0).then(|| Money::new(minor, currency, 2).unwrap()),
        payload_json: payload.to_string().into_bytes(),
    }
}

fn run(request: &Request) -> Result<Outcome> {
    let (wallet, call) = (wallet(), Call::unbounded());
    let mut task = wallet.begin(&call, request)?;
    match wallet.step(&call, &mut task, &Event::Start)? {
        Effect::Done(outcome) => Ok(outcome),
        other => panic!("the wallet does no I/O, but asked for {other:?}"),
    }
}

fn check(op: Op, minor: i64, currency: &str, payload: &Value, expected: &str) {
    let answer = match run(&request(op, minor, currency, payload)) {
        Ok(Outcome { verdict: Verdict::Declined { code }, .. }) => code,
        Ok(Outcome { verdict, .. }) => format!("{verdict:?}"),
        Err(error) => format!("error: {error}"),
    };
    assert_eq!(answer, expected, "{op:?} {minor} {currency} {payload}");
}

fn books(state: &str, amount: i64, currency: &str, status: &str) -> Value {
    json!({
        "reservation": { "state": state, "amount": amount, "currency": currency },
        "wallet": { "status": status },
    })
}

fn captured(amount: i64, refunded: i64, age_s: u64) -> Value {
    json!({ "amount": amount, "currency": "EUR", "refunded": refunded, "age_s": age_s })
}

#[test]
fn a_sale_or_authorisation_is_approved_only_when_exactly_it_is_held_from_an_active_wallet() {
    let rows = [
        (1250, "EUR", books("pending", 1250, "EUR", "active"), "Approved"),
        (50_000, "JPY", books("pending", 50_000, "JPY", "active"), "Approved"),
        (50_001, "EUR", books("pending", 50_001, "EUR", "active"), "amount_above_limit"),
        (1250, "USD", books("pending", 1250, "USD", "active"), "currency_not_enabled"),
        (1250, "EUR", books("pending", 1250, "EUR", "frozen"), "wallet_frozen"),
        (1250, "EUR", books("pending", 1250, "EUR", "closed"), "wallet_closed"),
        (
            1250,
            "EUR",
            json!({"reservation": {"state": "pending", "amount": 1250, "currency": "EUR"}}),
            "wallet_unknown",
        ),
        (1250, "EUR", books("none", 0, "", "active"), "reservation_missing"),
        (1250, "EUR", books("posted", 1250, "EUR", "active"), "Approved"),
        (1250, "EUR", books("posted", 1249, "EUR", "active"), "already_captured"),
        (1250, "EUR", books("voided", 1250, "EUR", "active"), "already_voided"),
        (1250, "EUR", books("pending", 1249, "EUR", "active"), "reservation_mismatch"),
        (1250, "EUR", books("pending", 1251, "EUR", "active"), "reservation_mismatch"),
        (1250, "EUR", books("pending", 1250, "JPY", "active"), "reservation_mismatch"),
        (0, "EUR", books("pending", 0, "EUR", "active"), "without an amount"),
    ];
    for op in [Op::Sale, Op::Authorize] {
        for (minor, currency, payload, expected) in &rows {
            let expected = match *expected {
                "without an amount" => format!("error: invalid call: {op:?} without an amount"),
                other => other.to_owned(),
            };
            check(op, *minor, currency, payload, &expected);
        }
    }
}

#[test]
fn the_lower_of_the_two_limits_holds() {
    for (sale_max, expected) in [(1000, "Approved"), (999, "amount_above_limit"), (i64::MAX, "Approved")] {
        let mut payload = books("pending", 1000, "EUR", "active");
        payload["wallet"]["sale_max"] = json!(sale_max);
        check(Op::Sale, 1000, "EUR", &payload, expected);
    }
    let mut payload = books("pending", 50_001, "EUR", "active");
    payload["wallet"]["sale_max"] = json!(i64::MAX);
    check(Op::Sale, 50_001, "EUR", &payload, "amount_above_limit");
}

#[test]
fn a_capture_takes_what_is_held_or_less() {
    let rows = [
        (1000, "EUR", books("pending", 1000, "EUR", "active"), "Approved"),
        (1, "EUR", books("pending", 1000, "EUR", "active"), "Approved"),
        (0, "EUR", books("pending", 1000, "EUR", "active"), "Approved"),
        (1000, "EUR", books("pending", 1000, "EUR", "frozen"), "Approved"),
        (1001, "EUR", books("pending", 1000, "EUR", "active"), "capture_above_reserved"),
        (1000, "JPY", books("pending", 1000, "EUR", "active"), "reservation_mismatch"),
        (1000, "USD", books("pending", 1000, "USD", "active"), "currency_not_enabled"),
        (1000, "EUR", books("none", 0, "", "active"), "reservation_missing"),
        (1000, "EUR", books("posted", 1000, "EUR", "active"), "already_captured"),
        (1000, "EUR", books("voided", 1000, "EUR", "active"), "already_voided"),
    ];
    for (minor, currency, payload, expected) in rows {
        check(Op::Capture, minor, currency, &payload, expected);
    }
}

#[test]
fn a_void_lets_go_of_what_is_held_and_of_nothing_else() {
    let rows = [
        ("pending", "Approved"),
        ("voided", "Approved"),
        ("posted", "already_captured"),
        ("none", "reservation_missing"),
    ];
    for (state, expected) in rows {
        check(Op::Void, 0, "EUR", &books(state, 1000, "EUR", "frozen"), expected);
    }
}

#[test]
fn a_refund_gives_back_no_more_than_was_taken_and_not_too_late() {
    const DAY: u64 = 24 * 60 * 60;
    let rows = [
        (1000, 1000, 0, 0, "Approved"),
        (400, 1000, 600, 0, "Approved"),
        (401, 1000, 600, 0, "refund_above_captured"),
        (1, 1000, 1000, 0, "refund_above_captured"),
        (1, 1000, 1001, 0, "refund_above_captured"),
        (1000, 1000, 0, 30 * DAY, "Approved"),
        (1000, 1000, 0, 30 * DAY + 1, "refund_window_passed"),
    ];
    for (minor, amount, refunded, age_s, expected) in rows {
        let mut payload = books("pending", minor, "EUR", "frozen");
        payload["captured"] = captured(amount, refunded, age_s);
        check(Op::Refund, minor, "EUR", &payload, expected);
    }
    let captured = captured(1000, 0, 0);
    let states = [
        ("pending", "active", "Approved"),
        ("none", "active", "reservation_missing"),
        ("voided", "active", "already_voided"),
        ("pending", "closed", "wallet_closed"),
    ];
    for (state, status, expected) in states {
        let mut payload = books(state, 1000, "EUR", status);
        payload["captured"] = captured.clone();
        check(Op::Refund, 1000, "EUR", &payload, expected);
    }
    check(Op::Refund, 1000, "EUR", &books("pending", 1000, "EUR", "active"), "nothing_to_refund");
    let mut other = books("pending", 999, "EUR", "active");
    other["captured"] = captured.clone();
    check(Op::Refund, 1000, "EUR", &other, "reservation_mismatch");
    let mut foreign = books("pending", 1000, "JPY", "active");
    foreign["captured"] = captured;
    check(Op::Refund, 1000, "JPY", &foreign, "currency_mismatch");
}

#[test]
fn sync_answers_from_the_books_alone() {
    let rows =
        [("posted", "Approved"), ("pending", "NotSent"), ("voided", "already_voided"), ("none", "NotSent")];
    for (state, expected) in rows {
        check(Op::Sync, 0, "EUR", &json!({ "reservation": { "state": state } }), expected);
    }
}

#[test]
fn a_reversal_is_always_accepted() {
    for state in ["pending", "posted", "voided", "none"] {
        check(Op::Reverse, 0, "EUR", &json!({ "reservation": { "state": state } }), "Approved");
    }
}

#[test]
fn an_attempt_whose_money_has_moved_is_approved_again_whatever_has_changed_since() {
    for op in [Op::Authorize, Op::Sale, Op::Refund] {
        for status in ["active", "frozen", "closed"] {
            check(op, 50_001, "USD", &books("posted", 50_001, "USD", status), "Approved");
        }
        let mut late = books("posted", 1000, "EUR", "active");
        late["captured"] = json!({ "amount": 1000, "currency": "EUR", "refunded": 1000, "age_s": u64::MAX });
        check(op, 1000, "EUR", &late, "Approved");
        for (moved, currency) in [(999, "EUR"), (1000, "JPY")] {
            let mut other = books("posted", moved, currency, "active");
            other["captured"] = captured(1000, 0, 0);
            check(op, 1000, "EUR", &other, "already_captured");
        }
    }
}

#[test]
fn an_operation_on_an_earlier_one_needs_its_reference() {
    for op in [Op::Capture, Op::Void, Op::Refund, Op::Sync, Op::Reverse] {
        let request =
            Request { original_ref: None, ..request(op, 10, "EUR", &books("pending", 10, "EUR", "active")) };
        let error = run(&request).map(|outcome| outcome.verdict).unwrap_err().to_string();
        assert_eq!(error, format!("invalid call: {op:?} without an original_ref"));
    }
}

#[test]
fn the_same_question_gets_the_same_answer_and_reference() {
    for op in Wallet::OPS {
        let mut payload = books("pending", 1000, "EUR", "active");
        payload["captured"] = captured(1000, 0, 0);
        let request = request(*op, 1000, "EUR", &payload);
        let (first, second) = (run(&request).unwrap(), run(&request).unwrap());
        assert!(first == second, "{op:?}");
        let about = if matches!(op, Op::Authorize | Op::Sale | Op::Refund) { "a1" } else { "0b" };
        assert_eq!(first.provider_ref, format!("wallet-{}", about.repeat(16)), "{op:?}");
    }
}

#[test]
fn a_payload_that_says_too_little_is_an_error_and_never_an_approval() {
    let rows = ["", "{}", "null", r#"{"reservation": {"state": "held"}}"#, r#"{"reservation": {}}"#, "[1]"];
    for payload in rows {
        let mut request = request(Op::Sale, 10, "EUR", &json!({}));
        request.payload_json = payload.as_bytes().to_vec();
        assert!(matches!(run(&request), Err(Error::Invalid(_))), "{payload}");
    }
}

#[test]
fn what_was_captured_is_said_in_full_and_not_below_zero() {
    let rows = [
        (json!({ "amount": 1000, "currency": "EUR", "age_s": 0 }), "missing field `refunded`"),
        (json!({ "amount": 1000, "refunded": 0, "age_s": 0 }), "missing field `currency`"),
        (captured(1000, -1, 0), "captured: an amount below zero"),
        (captured(-1000, 0, 0), "captured: an amount below zero"),
    ];
    for (said, expected) in rows {
        let mut payload = books("pending", 1000, "EUR", "active");
        payload["captured"] = said;
        let error = run(&request(Op::Refund, 1000, "EUR", &payload)).map(|outcome| outcome.verdict);
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with("invalid call: payload_json: ") && error.contains(expected), "{error}");
    }
}

#[test]
fn settings_that_the_schema_lets_through_are_checked_too() {
    let rows = [
        (json!({ "currencies": ["eur"], "sale_amount_max": 1 }), "currencies"),
        (json!({ "currencies": ["EUR"], "sale_amount_max": 0 }), "sale_amount_max"),
    ];
    for (settings, expected) in rows {
        let settings: Settings = serde_json::from_value(settings).unwrap();
        assert!(settings.check().unwrap_err().contains(expected));
    }
    assert!(
        serde_json::from_value::<Settings>(json!({ "currencies": [], "sale_amount_max": 1, "x": 1 }))
            .is_err()
    );
}
