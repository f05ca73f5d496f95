//! The step machine, row by row.

use std::sync::Arc;

use plugin_sdk::{
    Call, Error, HttpResponse, MacAlgorithm, Money, SecretService, SignAlgorithm, Verdict, monotonic_ns,
};
use serde_json::{Value, json};

use super::*;

mod charging;
mod later;
mod messages;
mod refusals;

const ATTEMPT: [u8; 16] = [0xa1; 16];
const ORIGINAL: [u8; 16] = [0x0b; 16];
const NOW_S: i64 = 1_800_000_000;

/// What an operation did, and how it ended.
struct Ended {
    /// `POST /v1/refunds`, `sleep 200ms`, `keep {…}`, one after another.
    did: Vec<String>,
    /// `Approved`, `declined code`, …
    said: String,
    provider_ref: String,
    requests: Vec<plugin_sdk::HttpRequest>,
}

fn stripe() -> Stripe {
    let mut stripe = Stripe::create(Host::local(None)).unwrap();
    stripe.configure(serde_json::from_value(json!({ "api_key": "stripe.key" })).unwrap()).unwrap();
    stripe
}

fn request(op: Op, minor: i64, payload: &Value) -> Request {
    Request {
        op,
        attempt_ref: ATTEMPT,
        original_ref: (!matches!(op, Op::Authorize | Op::Sale)).then_some(ORIGINAL),
        provider_ref: None,
        money: (minor > 0).then(|| Money::new(minor, "EUR", 2).unwrap()),
        payload_json: payload.to_string().into_bytes(),
    }
}

/// The payer's card.
fn card() -> Value {
    json!({ "instrument": { "token": "pm_1" } })
}

/// What the host knows about an attempt that began so many seconds ago, whose charge is `pi_1`.
fn about(kind: &str, age_s: i64) -> Value {
    json!({ "kind": kind, "now_s": NOW_S, "begun_at_s": NOW_S - age_s, "original": charge(Some("pi_1")) })
}

fn charge(provider_ref: Option<&str>) -> Value {
    json!({ "attempt": "0b".repeat(16), "begun_at_s": NOW_S - 50, "provider_ref": provider_ref,
            "amount": 1250, "currency": "EUR" })
}

/// Plays what happens to each request, one after another, and then nothing but lost connections.
fn play(request: &Request, happens: &[Event]) -> Ended {
    play_within(&Call::unbounded(), request, happens)
}

fn play_within(call: &Call<'_>, request: &Request, happens: &[Event]) -> Ended {
    let stripe = stripe();
    let mut happens = happens.iter().cloned();
    let (mut did, mut requests) = (Vec::new(), Vec::new());
    let mut task = stripe.begin(call, request).unwrap();
    let mut event = Event::Start;
    for _ in 0..64 {
        event = match stripe.step(call, &mut task, &event).unwrap() {
            Effect::Http(request) => {
                did.push(format!("{} {}", request.method, request.path));
                requests.push(request);
                happens.next().unwrap_or(Event::ConnectionLost { sent: true })
            }
            Effect::Sleep(time) => {
                did.push(format!("sleep {time:?}"));
                Event::Slept
            }
            Effect::Keep(json) => {
                did.push(format!("keep {}", String::from_utf8(json).unwrap()));
                Event::Kept
            }
            Effect::Done(outcome) => {
                assert_eq!(happens.next().map(|_| ()), None, "something more was to happen");
                let said = match outcome.verdict {
                    Verdict::Declined { code } => format!("declined {code}"),
                    verdict => format!("{verdict:?}"),
                };
                return Ended { did, said, provider_ref: outcome.provider_ref, requests };
            }
            other => panic!("{other:?}"),
        };
    }
    panic!("no end: {did:?}");
}

fn answer(status: u16, body: &Value) -> Event {
    text(status, &body.to_string())
}

fn text(status: u16, body: &str) -> Event {
    Event::HttpResponse(HttpResponse { status, body: body.as_bytes().to_vec(), ..HttpResponse::default() })
}

/// A PaymentIntent of attempt `0xa1…` over 12.50 EUR.
fn intent(status: &str) -> Value {
    json!({ "object": "payment_intent", "id": "pi_1", "status": status, "amount": 1250, "currency": "eur",
            "metadata": { "facepay_attempt": "a1".repeat(16) } })
}

/// The same, of the original attempt `0x0b…`.
fn original_intent(status: &str) -> Value {
    let mut intent = intent(status);
    intent["metadata"]["facepay_attempt"] = "0b".repeat(16).into();
    intent
}

fn refund(id: &str, attempt: &str, amount: i64, status: &str) -> Value {
    json!({ "object": "refund", "id": id, "status": status, "amount": amount, "payment_intent": "pi_1",
            "metadata": { "facepay_attempt": attempt.repeat(16) } })
}

fn list(data: &[Value], has_more: bool) -> Event {
    answer(200, &json!({ "object": "list", "data": data, "has_more": has_more }))
}

/// An error of Stripe's; empty codes are absent.
fn error(status: u16, kind: &str, code: &str, decline_code: &str) -> Event {
    let mut error = json!({ "type": kind, "message": "No." });
    for (name, code) in [("code", code), ("decline_code", decline_code)] {
        if !code.is_empty() {
            error[name] = code.into();
        }
    }
    answer(status, &json!({ "error": error }))
}

fn lost() -> Event {
    Event::ConnectionLost { sent: true }
}
