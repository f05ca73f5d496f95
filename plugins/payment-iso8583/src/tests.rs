//! One operation, step by step.

use plugin_sdk::{Money, Outcome, TcpResponse, Verdict};
use serde_json::{Value, json};

use super::*;
use crate::message::{Bitmap, Message};

const ATTEMPT: [u8; 16] = [0xa1; 16];
const CHARGE: [u8; 16] = [0x0b; 16];
const CARD: &str = "4242424242424242";

fn acquirer(more: &[(&str, Value)]) -> Acquirer {
    let mut settings =
        json!({ "terminal_id": "TERM0001", "merchant_id": "MERCHANT", "unlocated_is_final": true });
    for (name, value) in more {
        settings[*name] = value.clone();
    }
    let mut acquirer = Acquirer::create(Host::local(None)).unwrap();
    acquirer.configure(serde_json::from_value(settings).unwrap()).unwrap();
    acquirer
}

fn payload() -> Value {
    json!({ "kind": "sale", "sequence": 41, "begun_at_s": 1, "now_s": 1_764_374_401, "kept": null,
            "original": null, "instrument": { "token": CARD }, "wallet": { "status": "active" } })
}

fn kept(mti: &str, more: &Value) -> Value {
    let mut kept = json!({ "mti": mti, "processing": "000000", "stan": "000007", "rrn": "533221ABCDEF",
                           "sent": "1128215959", "amount": 1250, "currency": "978" });
    for (name, value) in more.as_object().into_iter().flatten() {
        kept[name] = value.clone();
    }
    kept
}

/// A payload about a charge that was authorised.
fn about_charge() -> Value {
    let mut payload = payload();
    payload["original"] = json!({ "kept": kept("0100", &json!({ "approval": "A1B2C3" })) });
    payload
}

fn request(op: Op, minor: i64, payload: &Value) -> Request {
    Request {
        op,
        attempt_ref: ATTEMPT,
        original_ref: (!matches!(op, Op::Authorize | Op::Sale)).then_some(CHARGE),
        provider_ref: None,
        money: (minor > 0).then(|| Money::new(minor, "EUR", 2).unwrap()),
        payload_json: payload.to_string().into_bytes(),
    }
}

/// What an operation does with what happens to it.
struct Run {
    acquirer: Acquirer,
    task: Task,
}

impl Run {
    fn new(acquirer: Acquirer, request: &Request) -> Self {
        let task = acquirer.begin(&Call::unbounded(), request).unwrap();
        Self { acquirer, task }
    }

    fn step(&mut self, event: &Event) -> Effect {
        self.acquirer.step(&Call::unbounded(), &mut self.task, event).unwrap()
    }

    /// The message that goes out now.
    fn sends(&mut self, event: &Event) -> Message {
        match self.step(event) {
            Effect::TcpExchange(exchange) => {
                assert!(exchange.sensitive && !exchange.repeatable);
                Message::decode(&exchange.body, Bitmap::Hex).unwrap()
            }
            other => panic!("{other:?} instead of a message"),
        }
    }

    /// What is to be kept now.
    fn keeps(&mut self, event: &Event) -> Value {
        match self.step(event) {
            Effect::Keep(json) => serde_json::from_slice(&json).unwrap(),
            other => panic!("{other:?} instead of something to keep"),
        }
    }

    /// How it ends now.
    fn ends(&mut self, event: &Event) -> Outcome {
        match self.step(event) {
            Effect::Done(outcome) => outcome,
            other => panic!("{other:?} instead of an end"),
        }
    }

    fn sleeps(&mut self, event: &Event) {
        assert!(matches!(self.step(event), Effect::Sleep(_)));
    }
}

/// The acquirer's answer to a message.
fn answer(message: &Message, code: &str) -> Event {
    let mti =
        if message.mti().starts_with("022") { "0230".into() } else { format!("{}10", &message.mti()[..2]) };
    let echo =
        [3, 4, 7, 11, 37, 41, 42, 49].into_iter().map(|number| (number, message.text(number).unwrap()));
    let answer = Message::new(&mti).unwrap().with(39, code).unwrap().with(38, "A1B2C3").unwrap();
    let answer = echo.fold(answer, |answer, (number, value)| answer.with(number, value).unwrap());
    Event::TcpResponse(TcpResponse { body: answer.encode(Bitmap::Hex), truncated: false })
}

fn code(outcome: &Outcome) -> String {
    match &outcome.verdict {
        Verdict::Declined { code } => code.clone(),
        verdict => format!("{verdict:?}"),
    }
}

fn fields(message: &Message, numbers: &[u8]) -> Vec<String> {
    numbers.iter().map(|number| message.text(*number).unwrap_or("-").to_owned()).collect()
}

#[test]
fn the_names_of_a_message_are_durable_before_it_is_sent() {
    let mut run = Run::new(acquirer(&[]), &request(Op::Sale, 1250, &payload()));
    let kept = run.keeps(&Event::Start);
    let sent = run.sends(&Event::Kept);
    assert_eq!(sent.mti(), "0200");
    let names =
        ["processing", "sent", "stan", "rrn", "currency"].map(|name| kept[name].as_str().unwrap().to_owned());
    assert_eq!(fields(&sent, &[3, 7, 11, 37, 49]), names);
    assert_eq!(
        fields(&sent, &[2, 4, 12, 13, 18, 22, 25, 41, 42, 90]),
        [CARD, "000000001250", "000001", "1129", "-", "012", "00", "TERM0001", "MERCHANT       ", "-",]
    );
    assert_eq!(sent.text(48), Some("a1".repeat(16).as_str()));
    assert!(!kept.to_string().contains(CARD), "the card is kept elsewhere");
    let outcome = run.ends(&answer(&sent, "00"));
    assert_eq!(
        (code(&outcome), outcome.provider_ref),
        ("Approved".into(), kept["rrn"].as_str().unwrap().into())
    );
}

#[test]
fn what_was_begun_before_goes_out_as_a_repeat_with_the_names_that_it_had() {
    let mut payload = payload();
    payload["kept"] = kept("0200", &json!({}));
    let mut run = Run::new(acquirer(&[]), &request(Op::Sale, 1250, &payload));
    let sent = run.sends(&Event::Start);
    assert_eq!(sent.mti(), "0201");
    assert_eq!(fields(&sent, &[7, 11, 37]), ["1128215959", "000007", "533221ABCDEF"]);
    run.sleeps(&Event::ConnectFailed);
    run.sends(&Event::Slept);
    run.sleeps(&Event::ConnectFailed);
    run.sends(&Event::Slept);
    assert_eq!(code(&run.ends(&Event::ConnectFailed)), "Unknown", "it may have been sent before the crash");
}

#[test]
fn only_what_provably_never_left_was_not_sent() {
    for event in [Event::ConnectFailed, Event::Timeout { sent: false }, Event::ConnectionLost { sent: false }]
    {
        let mut run = Run::new(acquirer(&[]), &request(Op::Sale, 1250, &payload()));
        run.keeps(&Event::Start);
        run.sends(&Event::Kept);
        assert_eq!(code(&run.ends(&event)), "NotSent");
    }
    let truncated = Event::TcpResponse(TcpResponse { body: Vec::new(), truncated: true });
    let noise = Event::TcpResponse(TcpResponse { body: b"0210".to_vec(), truncated: false });
    for event in [Event::Timeout { sent: true }, Event::ConnectionLost { sent: true }, truncated, noise] {
        let mut run = Run::new(acquirer(&[]), &request(Op::Sale, 1250, &payload()));
        run.keeps(&Event::Start);
        let first = run.sends(&Event::Kept);
        run.sleeps(&event);
        let second = run.sends(&Event::Slept);
        assert_eq!(second, first.repeated());
        run.sleeps(&Event::ConnectFailed);
        run.sends(&Event::Slept);
        assert_eq!(code(&run.ends(&event)), "Unknown");
    }
}

#[test]
fn an_answer_to_a_repeat_ends_it_and_another_ones_answer_does_not() {
    let mut run = Run::new(acquirer(&[]), &request(Op::Sale, 1250, &payload()));
    run.keeps(&Event::Start);
    let sent = run.sends(&Event::Kept);
    run.sleeps(&answer(&sent.clone().with(11, "999999").unwrap(), "00"));
    run.sends(&Event::Slept);
    run.sleeps(&answer(&sent.clone().with(4, "000000001249").unwrap(), "00"));
    run.sends(&Event::Slept);
    assert_eq!(code(&run.ends(&answer(&sent, "51"))), "insufficient_funds");
}

#[test]
fn an_authorisation_keeps_its_code_and_its_capture_shows_it() {
    let mut run = Run::new(acquirer(&[]), &request(Op::Authorize, 1250, &payload()));
    let first = run.keeps(&Event::Start);
    let sent = run.sends(&Event::Kept);
    let second = run.keeps(&answer(&sent, "00"));
    assert_eq!((&second["approval"], &second["stan"]), (&json!("A1B2C3"), &first["stan"]));
    assert_eq!(code(&run.ends(&Event::Kept)), "Approved");

    let mut payload = payload();
    payload["original"] = json!({ "kept": second });
    let mut run = Run::new(acquirer(&[]), &request(Op::Capture, 1000, &payload));
    run.keeps(&Event::Start);
    let sent = run.sends(&Event::Kept);
    let named = format!("0100000042{}{:022}", first["sent"].as_str().unwrap(), 0);
    assert_eq!(sent.mti(), "0220");
    assert_eq!(fields(&sent, &[4, 25, 38, 90]), ["000000001000", "06", "A1B2C3", &named]);
    assert_eq!(sent.text(37), first["rrn"].as_str(), "one purchase, one reference");
}

#[test]
fn each_operation_has_its_message() {
    let rows = [
        (Op::Authorize, payload(), ["0100", "000000", "000000001250", "-", "012"]),
        (Op::Sale, payload(), ["0200", "000000", "000000001250", "-", "012"]),
        (Op::Refund, about_charge(), ["0200", "200000", "000000001250", "A1B2C3", "012"]),
        (Op::Capture, about_charge(), ["0220", "000000", "000000001250", "A1B2C3", "012"]),
        (Op::Void, about_charge(), ["0400", "000000", "000000001250", "A1B2C3", "-"]),
    ];
    for (op, payload, expected) in rows {
        let minor = if matches!(op, Op::Authorize | Op::Sale | Op::Refund) { 1250 } else { 0 };
        let mut run =
            Run::new(acquirer(&[("merchant_category", json!("5812"))]), &request(op, minor, &payload));
        run.keeps(&Event::Start);
        let sent = run.sends(&Event::Kept);
        let mut found = vec![sent.mti().to_owned()];
        found.extend(fields(&sent, &[3, 4, 38, 22]));
        assert_eq!(found, expected, "{op:?}");
        assert_eq!(sent.text(18).is_some(), op != Op::Void);
        let about =
            (!matches!(op, Op::Authorize | Op::Sale)).then(|| format!("01000000071128215959{:022}", 0));
        assert_eq!(sent.text(90), about.as_deref(), "{op:?}");
    }
}

#[test]
fn a_reversal_names_its_original_exactly_and_is_repeated_until_acknowledged() {
    let mut payload = payload();
    payload["kept"] = kept("0200", &json!({}));
    let mut run = Run::new(acquirer(&[]), &request(Op::Reverse, 0, &payload));
    let sent = run.sends(&Event::Start);
    assert_eq!(sent.mti(), "0400");
    let named = format!("02000000071128215959{:022}", 0);
    assert_eq!(
        fields(&sent, &[4, 7, 11, 37, 90]),
        ["000000001250", "1129000001", "000007", "533221ABCDEF", &named,]
    );
    assert_eq!(sent.text(48), Some("0b".repeat(16).as_str()), "the attempt that it undoes");
    run.sleeps(&Event::ConnectFailed);
    assert_eq!(run.sends(&Event::Slept).mti(), "0400");
    run.sleeps(&Event::Timeout { sent: true });
    assert_eq!(run.sends(&Event::Slept).mti(), "0401");
    assert_eq!(code(&run.ends(&answer(&sent, "00"))), "Approved");
}

#[test]
fn a_reversal_that_did_not_get_through_is_open() {
    let mut payload = payload();
    payload["kept"] = kept("0200", &json!({}));
    let mut run = Run::new(acquirer(&[("repeat_count_max", json!(0))]), &request(Op::Reverse, 0, &payload));
    run.sends(&Event::Start);
    assert_eq!(code(&run.ends(&Event::ConnectFailed)), "Unknown");
}

#[test]
fn an_unlocated_original_is_undone_only_where_the_acquirer_promises_to_refuse_it() {
    for (is_final, expected) in [(true, "Approved"), (false, "Unknown")] {
        let mut payload = payload();
        payload["kept"] = kept("0200", &json!({}));
        let settings = [("unlocated_is_final", json!(is_final)), ("repeat_count_max", json!(0))];
        let mut run = Run::new(acquirer(&settings), &request(Op::Reverse, 0, &payload));
        let sent = run.sends(&Event::Start);
        assert_eq!(code(&run.ends(&answer(&sent, "25"))), expected);
    }
    let mut run = Run::new(acquirer(&[]), &request(Op::Void, 0, &about_charge()));
    run.keeps(&Event::Start);
    let sent = run.sends(&Event::Kept);
    assert_eq!(code(&run.ends(&answer(&sent, "25"))), "original_not_located");
}

#[test]
fn what_needs_no_message_is_decided_at_once() {
    let with = |token: Value| {
        let mut payload = payload();
        payload["instrument"] = token;
        payload
    };
    let of = |kept: Value| {
        let mut payload = payload();
        payload["kept"] = kept;
        payload
    };
    let rows = [
        (Op::Sale, 10, with(json!(null)), "instrument_missing"),
        (Op::Sale, 10, with(json!({ "token": "pm_card_visa" })), "instrument_invalid"),
        (Op::Authorize, 10, with(json!({ "token": "42424242424" })), "instrument_invalid"),
        (Op::Sale, 1_000_000_000_000, payload(), "amount_above_limit"),
        (Op::Capture, 10, with_currency("840"), "currency_mismatch"),
        (Op::Refund, 10, with_currency("840"), "currency_mismatch"),
        (Op::Reverse, 0, payload(), "Approved"), // nothing was kept, so nothing was sent
        (Op::Reverse, 0, of(kept("0400", &json!({}))), "void_not_reversible"),
    ];
    for (op, minor, payload, expected) in rows {
        let mut run = Run::new(acquirer(&[]), &request(op, minor, &payload));
        assert_eq!(code(&run.ends(&Event::Start)), expected, "{op:?} {payload}");
    }
    for (currency, exponent) in [("EUR", 3), ("XXX", 2)] {
        let money = Some(Money::new(10, currency, exponent).unwrap());
        let request = Request { money, ..request(Op::Sale, 1, &payload()) };
        assert_eq!(code(&Run::new(acquirer(&[]), &request).ends(&Event::Start)), "currency_not_supported");
    }
}

fn with_currency(number: &str) -> Value {
    let mut payload = payload();
    payload["original"] = json!({ "kept": kept("0100", &json!({ "currency": number })) });
    payload
}

#[test]
fn trace_numbers_run_in_a_circle_and_references_differ() {
    let mut references = std::collections::BTreeSet::new();
    for (sequence, expected) in [(0, "000001"), (41, "000042"), (999_998, "999999"), (999_999, "000001")] {
        let mut payload = payload();
        payload["sequence"] = json!(sequence);
        let mut request = request(Op::Sale, 1250, &payload);
        request.attempt_ref[15] = expected.as_bytes()[5].wrapping_add(sequence as u8);
        let kept = Run::new(acquirer(&[]), &request).keeps(&Event::Start);
        assert_eq!(kept["stan"], expected);
        let reference = kept["rrn"].as_str().unwrap().to_owned();
        assert!(reference.len() == 12 && reference.starts_with("533300"), "{reference}");
        references.insert(reference);
    }
    assert_eq!(references.len(), 4);
}

#[test]
fn a_request_that_says_too_little_is_an_error_without_its_values() {
    let mut secret = payload();
    secret["sequence"] = json!(CARD);
    let mut bent = payload();
    bent["kept"] = kept("0200", &json!({ "stan": CARD }));
    let rows = [
        (request(Op::Sale, 0, &payload()), "Sale without an amount"),
        (request(Op::Capture, 10, &payload()), "Capture without what its charge kept"),
        (request(Op::Void, 0, &payload()), "Void without what its charge kept"),
        (request(Op::Refund, 10, &payload()), "Refund without what its charge kept"),
        (request(Op::Sale, 10, &secret), "payload_json: Data at column"),
        (request(Op::Sale, 10, &bent), "data element 11 does not fit"),
        (request(Op::Sync, 0, &payload()), "operation Sync"),
    ];
    for (request, expected) in rows {
        let Err(error) = acquirer(&[]).begin(&Call::unbounded(), &request) else { panic!("{expected}") };
        assert!(error.to_string().contains(expected), "{error}");
        assert!(!error.to_string().contains(CARD), "{error}");
    }
}

#[test]
fn settings_that_the_schema_lets_through_are_checked_too() {
    let rows = [
        ("terminal_id", json!("TÉRM")),
        ("merchant_id", json!("a\nb")),
        ("entry_mode", json!("01x")),
        ("merchant_category", json!("58")),
    ];
    for (name, value) in rows {
        let mut settings = json!({ "terminal_id": "T", "merchant_id": "M", "unlocated_is_final": false });
        settings[name] = value;
        let settings = serde_json::from_value(settings).unwrap();
        let error = Acquirer::create(Host::local(None)).unwrap().configure(settings).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
    }
}
