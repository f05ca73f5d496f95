//! Texts and bytes by chance that look like what a plugin may read, and are not quite.

use plugin_host::{Event, HttpResponse, TcpResponse};
use serde_json::{Value, json};

use crate::seed::Chance;

/// Names that answers of providers have.
const NAMES: [&str; 12] = [
    "id", "state", "status", "code", "amount", "currency", "error", "data", "result", "object", "headers",
    "body",
];
/// Values that stand under them.
const WORDS: [&str; 10] = [
    "approved",
    "declined",
    "succeeded",
    "pending",
    "unknown_attempt",
    "0x",
    "0x1",
    "EUR",
    "",
    "\u{0}\u{fffd}\u{202e}",
];
/// How deep an answer is nested that goes too deep.
const DEEP: usize = 20_000;
/// Most bytes of noise.
const NOISE_BYTES_MAX: u64 = 600;

/// The text cut, doubled, or with other letters in it.
pub(crate) fn garbled(text: &str, chance: &mut Chance) -> String {
    let letters: Vec<char> = text.chars().collect();
    let at = chance.below(letters.len() as u64 + 1) as usize;
    let (head, tail) = letters.split_at(at);
    let (head, tail): (String, String) = (head.iter().collect(), tail.iter().collect());
    match chance.below(6) {
        0 => head,
        1 => format!("{head}{head}{tail}"),
        2 => format!("{head}\u{0}{tail}"),
        3 => format!("{head}{}{tail}", "[".repeat(chance.below(DEEP as u64) as usize)),
        4 => format!("{head}\u{1F4B3}\\u0000{tail}"),
        _ => format!("{head}-1e999{tail}"),
    }
}

/// Bytes that mean nothing.
pub(crate) fn noise(chance: &mut Chance) -> Vec<u8> {
    (0..chance.below(NOISE_BYTES_MAX)).map(|_| chance.next() as u8).collect()
}

/// A value of any kind, not deeper than three.
fn value(chance: &mut Chance, depth: usize) -> Value {
    match chance.below(if depth > 2 { 6 } else { 8 }) {
        0 => Value::Null,
        1 => json!(chance.once_in(2)),
        2 => json!(chance.next() as i64),
        3 => json!([0, -1, i64::MAX, i64::MIN][chance.below(4) as usize]),
        4 => json!(chance.unit() * 1e300),
        5 => json!(WORDS[chance.below(WORDS.len() as u64) as usize]),
        6 => Value::Array((0..chance.below(4)).map(|_| value(chance, depth + 1)).collect()),
        _ => object(chance, depth + 1),
    }
}

/// An object with names that providers use.
pub(crate) fn object(chance: &mut Chance, depth: usize) -> Value {
    let fields = (0..chance.below(6)).map(|_| {
        let name = NAMES[chance.below(NAMES.len() as u64) as usize].to_owned();
        (name, value(chance, depth))
    });
    Value::Object(fields.collect())
}

/// A body as no provider should send one, but may.
fn body(chance: &mut Chance) -> Vec<u8> {
    let sound = object(chance, 0).to_string();
    match chance.below(8) {
        0 => Vec::new(),
        1 => noise(chance),
        2 => garbled(&sound, chance).into_bytes(),
        3 => "[".repeat(DEEP).into_bytes(),
        4 => format!("{{\"id\":\"{}\"}}", "9".repeat(chance.below(70_000) as usize)).into_bytes(),
        5 => (0..chance.below(300)).map(|_| b"0123456789ABCDEF"[chance.below(16) as usize]).collect(),
        _ => sound.into_bytes(),
    }
}

fn headers(chance: &mut Chance) -> Vec<(String, String)> {
    let names = ["content-type", "date", "retry-after", "location", "x", "content-length"];
    let header = |chance: &mut Chance| {
        let name = names[chance.below(names.len() as u64) as usize].to_owned();
        (name, garbled("Sat, 29 Nov 2025 12:00:00 GMT", chance).replace(char::is_control, " "))
    };
    (0..chance.below(5)).map(|_| header(chance)).collect()
}

/// Something that may have happened, whatever was asked for.
pub(crate) fn event(chance: &mut Chance) -> Event {
    let statuses = [200, 201, 202, 204, 301, 400, 401, 402, 404, 409, 429, 500, 503, 0, u16::MAX];
    match chance.below(12) {
        0 => Event::TcpResponse(TcpResponse { body: body(chance), truncated: chance.once_in(8) }),
        1 => Event::Timeout { sent: chance.once_in(2) },
        2 => Event::ConnectFailed,
        3 => Event::ConnectionLost { sent: chance.once_in(2) },
        4 => Event::Slept,
        5 => Event::PromptAnswer { json: body(chance) },
        6 => Event::Kept,
        _ => Event::HttpResponse(HttpResponse {
            status: statuses[chance.below(statuses.len() as u64) as usize],
            headers: headers(chance),
            body: body(chance),
            truncated: chance.once_in(8),
        }),
    }
}

/// An event in a few words.
pub(crate) fn named(event: &Event) -> String {
    match event {
        Event::Start => "Start".into(),
        Event::HttpResponse(answer) => format!("HttpResponse {}, {} bytes", answer.status, answer.body.len()),
        Event::TcpResponse(answer) => format!("TcpResponse of {} bytes", answer.body.len()),
        Event::Timeout { sent } => format!("Timeout, sent {sent}"),
        Event::ConnectFailed => "ConnectFailed".into(),
        Event::ConnectionLost { sent } => format!("ConnectionLost, sent {sent}"),
        Event::Slept => "Slept".into(),
        Event::PromptAnswer { json } => format!("PromptAnswer of {} bytes", json.len()),
        Event::Kept => "Kept".into(),
    }
}
