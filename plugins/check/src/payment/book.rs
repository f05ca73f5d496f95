//! The reference provider: a book of charges behind a small HTTP interface, strict about attempts.
//!
//! `POST /v1/{authorize|sale|capture|void|refund|reverse}` with the header `idempotency-key` (the attempt in hexadecimal) and the
//! body `{"amount", "currency", "original"}` answers 200 `{"id", "state": "approved"}` or 402 `{"code"}`. The same key again is
//! answered from memory; without a key every request counts anew. `GET /v1/attempts/{attempt}` answers the same, or 404: from
//! then on that attempt is refused, so 404 proves that it has no effect. `reverse` names the attempt that it undoes.

use std::collections::HashMap;

use plugin_sdk::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::line::{Provider, json_response};

/// What the provider did for one request.
#[derive(Debug, Clone, PartialEq)]
struct Answered {
    status: u16,
    body: Value,
}

/// A charge, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) held: i64,
    pub(crate) taken: i64,
    pub(crate) given_back: i64,
}

/// Everything that the provider knows.
#[derive(Default)]
pub(crate) struct Book {
    answers: HashMap<String, Answered>,
    charges: HashMap<String, Entry>,
    /// Which charge an attempt changed, and by how much, so that it can be undone.
    changes: HashMap<String, (String, Entry)>,
    /// Effects of each attempt that was running, whatever the request called itself.
    effects: HashMap<String, u32>,
    closed: Vec<String>,
    next_id: u64,
}

impl Book {
    /// Money that was taken and not given back.
    pub(crate) fn balance(&self) -> i64 {
        self.charges.values().map(|entry| entry.taken - entry.given_back).sum()
    }

    /// How often an attempt had an effect.
    pub(crate) fn effects(&self, attempt: &str) -> u32 {
        self.effects.get(attempt).copied().unwrap_or(0)
    }

    /// Whether an attempt's effect stands.
    pub(crate) fn stands(&self, attempt: &str) -> bool {
        self.changes.contains_key(attempt)
    }

    /// Whether an attempt that has not come yet is refused when it does.
    pub(crate) fn is_closed(&self, attempt: &str) -> bool {
        self.closed.iter().any(|closed| closed == attempt)
    }

    fn look(&mut self, path: &str) -> Answered {
        let attempt = path.strip_prefix("attempts/").unwrap_or_default().to_owned();
        match self.answers.get(&attempt) {
            Some(answered) => answered.clone(),
            None => {
                self.closed.push(attempt);
                refusal(404, "unknown_attempt")
            }
        }
    }

    fn post(&mut self, running: &str, kind: &str, request: &HttpRequest) -> Answered {
        let key = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        self.next_id += 1;
        let key = key.map_or_else(|| format!("without-key-{}", self.next_id), |(_, key)| key.clone());
        if let Some(answered) = self.answers.get(&key) {
            return answered.clone();
        }
        if self.closed.contains(&key) {
            return refusal(402, "closed");
        }
        let Ok(body) = serde_json::from_slice::<Value>(&request.body) else { return refusal(400, "no_json") };
        let answered = match self.change(&key, kind, &body) {
            Ok(()) => {
                *self.effects.entry(running.to_owned()).or_default() += 1;
                Answered {
                    status: 200,
                    body: json!({ "id": format!("r-{}", self.next_id), "state": "approved" }),
                }
            }
            Err(code) => refusal(402, code),
        };
        self.answers.insert(key, answered.clone());
        answered
    }

    /// Changes the book, or says why not.
    fn change(&mut self, key: &str, kind: &str, body: &Value) -> Result<(), &'static str> {
        let amount = body["amount"].as_i64().unwrap_or(0);
        let original = body["original"].as_str().unwrap_or_default().to_owned();
        if kind == "reverse" {
            return self.reverse(key, &original);
        }
        let charge = if matches!(kind, "authorize" | "sale") { key.to_owned() } else { original };
        let entry = self.charges.get(&charge).copied();
        let left = entry.map_or(0, |entry| entry.taken - entry.given_back);
        let change = match (kind, entry) {
            ("authorize", None) if amount > 0 => Entry { held: amount, ..Entry::default() },
            ("sale", None) if amount > 0 => Entry { taken: amount, ..Entry::default() },
            ("capture", Some(entry)) if (1..=entry.held).contains(&amount) => {
                Entry { held: -entry.held, taken: amount, given_back: 0 }
            }
            ("void", Some(entry)) if entry.held > 0 => Entry { held: -entry.held, ..Entry::default() },
            ("refund", Some(_)) if (1..=left).contains(&amount) => {
                Entry { given_back: amount, ..Entry::default() }
            }
            _ => return Err("not_possible"),
        };
        self.apply(&charge, change);
        self.changes.insert(key.to_owned(), (charge, change));
        Ok(())
    }

    /// Undoes an attempt; one that never came is refused when it comes.
    fn reverse(&mut self, key: &str, original: &str) -> Result<(), &'static str> {
        self.closed.push(original.to_owned());
        if let Some((charge, change)) = self.changes.remove(original) {
            self.apply(
                &charge,
                Entry { held: -change.held, taken: -change.taken, given_back: -change.given_back },
            );
            self.answers.insert(original.to_owned(), refusal(402, "reversed"));
        }
        self.changes.insert(key.to_owned(), (key.to_owned(), Entry::default()));
        Ok(())
    }

    fn apply(&mut self, charge: &str, change: Entry) {
        let entry = self.charges.entry(charge.to_owned()).or_default();
        entry.held += change.held;
        entry.taken += change.taken;
        entry.given_back += change.given_back;
    }
}

impl Provider for Book {
    fn handle(&mut self, running: &str, request: &HttpRequest) -> HttpResponse {
        let answered = match (request.method.as_str(), request.path.strip_prefix("/v1/")) {
            ("GET", Some(path)) => self.look(path),
            ("POST", Some(kind)) => self.post(running, kind, request),
            _ => refusal(404, "no_such_path"),
        };
        json_response(answered.status, &answered.body)
    }
}

fn refusal(status: u16, code: &str) -> Answered {
    Answered { status, body: json!({ "code": code }) }
}
