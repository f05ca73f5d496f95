//! A client that shows what came over the wire, also when it was cut short.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};
use sim_acquirer::Acquirer;

/// An answer: its status (0: none came), its JSON (null: none that is whole), whether it was a replay.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) is_replay: bool,
}

/// An acquirer of the test's own.
pub(crate) fn acquirer() -> Acquirer {
    Acquirer::start("127.0.0.1:0", "127.0.0.1:0").expect("a port is free")
}

pub(crate) fn get(acquirer: &Acquirer, path: &str) -> Value {
    exchange(acquirer, "GET", path, &[], "").body
}

pub(crate) fn control(acquirer: &Acquirer, path: &str, body: &Value) {
    let answer = exchange(acquirer, "POST", path, &[], &body.to_string());
    assert_eq!(answer.status, 200, "{path} {body}: {}", answer.body);
}

/// Posts a form under an idempotency key (none when empty).
pub(crate) fn post(acquirer: &Acquirer, path: &str, key: &str, form: &str) -> Answer {
    let keyed = [("Idempotency-Key", key)];
    exchange(acquirer, "POST", path, if key.is_empty() { &[] } else { &keyed }, form)
}

/// Charges 12.50 under a key; `more` is appended to the form.
pub(crate) fn charge(acquirer: &Acquirer, key: &str, more: &str) -> Answer {
    let form = format!(
        "amount=1250&currency=eur&confirm=true&payment_method=pm_card_visa&metadata[facepay_attempt]={key}{more}"
    );
    post(acquirer, "/v1/payment_intents", key, &form)
}

/// Lets the next request of a kind fail.
pub(crate) fn fail(acquirer: &Acquirer, on: &str, fault: &str) {
    control(acquirer, "/_sim/faults", &json!({ "script": [{ "on": on, "fault": fault }] }));
}

/// Waits until a request is being carried out.
pub(crate) fn until_taken_on(acquirer: &Acquirer) {
    while get(acquirer, "/_sim/faults")["in_flight"] == 0 {
        std::thread::yield_now();
    }
}

/// What the book says: charges that stand, taken, given back, attempts doubled. Money is conserved.
pub(crate) fn book(acquirer: &Acquirer) -> (usize, i64, i64, i64) {
    let book = get(acquirer, "/_sim/book");
    assert_eq!(book["conserved"], true, "{book}");
    let charges = book["charges"].as_array().expect("there are charges").iter();
    let standing = charges
        .filter(|charge| ["authorized", "captured"].contains(&charge["state"].as_str().expect("a state")));
    let total = |name: &str| book["totals"]["EUR"][name].as_i64().unwrap_or(0);
    let doubled = book["attempts"]["doubled"].as_i64().expect("a count");
    (standing.count(), total("captured"), total("refunded"), doubled)
}

pub(crate) fn exchange(
    acquirer: &Acquirer,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(acquirer.http()).expect("it listens");
    let mut head = format!("{method} {path} HTTP/1.1\r\nHost: sim\r\nContent-Length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "Authorization") {
        head += "Authorization: Bearer sk_test\r\n";
    }
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    write!(stream, "{head}\r\n{body}").expect("it reads");
    let mut text = String::new();
    _ = stream.read_to_string(&mut text); // a cut connection is one of the answers
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Answer {
        status: head.get(9..12).map_or(0, |status| status.parse().expect("a status")),
        body: serde_json::from_str(body).unwrap_or(Value::Null),
        is_replay: head.contains("\r\nIdempotent-Replayed: true\r\n"),
    }
}
