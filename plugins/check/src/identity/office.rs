//! The reference office: people by their documents, behind a small HTTP interface, strict about attempts.
//!
//! `POST /v1/verifications` with the header `idempotency-key` (the attempt in hexadecimal) and the document as body answers 200
//! `{"id", "state": "verified", "reference_key", "issuer", "issued_at_s", "assurance", "name", "birth_year"}`, 202 `{"id", "state":
//! "pending"}` or 422 `{"code"}`. The same key again is answered from memory. `GET /v1/verifications/{attempt}` answers the same, or
//! 404 `unknown_attempt`: from then on that attempt is refused.

use std::collections::HashMap;

use plugin_sdk::{HttpRequest, HttpResponse};
use serde_json::{Value, json};

use crate::line::{Provider, json_response};

/// Who vouches.
pub(crate) const ISSUER: &str = "Reference office";

/// A person in the office's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) reference_key: String,
    pub(crate) name: String,
    pub(crate) birth_year: String,
    pub(crate) issued_at_s: u64,
    /// A clerk has to look first.
    pub(crate) slow: bool,
}

/// What came of an attempt.
#[derive(Debug, Clone)]
enum Decided {
    Verified(Person),
    Pending(Person),
    Refused(&'static str),
}

/// Everybody whom the office knows, and every attempt that it has heard of.
#[derive(Default)]
pub(crate) struct Office {
    people: HashMap<Vec<u8>, Person>,
    attempts: HashMap<String, Decided>,
    closed: Vec<String>,
}

impl Office {
    /// Enters somebody under a document, and says who it is.
    pub(crate) fn knows(&mut self, document: &[u8]) -> Person {
        let number = self.people.len();
        let person = Person {
            reference_key: format!("office-{:016x}", (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            name: format!("Person \"{number}\" Ærø"),
            birth_year: (1930 + number % 70).to_string(),
            issued_at_s: 1_700_000_000 + number as u64,
            slow: false,
        };
        self.people.entry(document.to_vec()).or_insert(person).clone()
    }

    /// As [`Self::knows`], of somebody at whom a clerk has to look.
    pub(crate) fn knows_slowly(&mut self, document: &[u8]) -> Person {
        self.knows(document);
        let person = self.people.get_mut(document);
        person
            .map(|person| {
                person.slow = true;
                person.clone()
            })
            .expect("just entered")
    }

    /// Whom an attempt verified.
    pub(crate) fn verified(&self, attempt: &str) -> Option<&Person> {
        match self.attempts.get(attempt) {
            Some(Decided::Verified(person)) => Some(person),
            _ => None,
        }
    }

    /// Whether the office has heard of an attempt and not turned it down.
    pub(crate) fn took_on(&self, attempt: &str) -> bool {
        matches!(self.attempts.get(attempt), Some(Decided::Verified(_) | Decided::Pending(_)))
    }

    /// Whether an attempt that has not come yet is refused when it does.
    pub(crate) fn is_closed(&self, attempt: &str) -> bool {
        self.closed.iter().any(|closed| closed == attempt)
    }

    /// The clerk looks at everybody who waits.
    pub(crate) fn decide(&mut self) {
        for decided in self.attempts.values_mut() {
            if let Decided::Pending(person) = decided {
                *decided = Decided::Verified(person.clone());
            }
        }
    }

    fn look(&mut self, attempt: &str) -> (u16, Value) {
        match self.attempts.get(attempt) {
            Some(decided) => said(attempt, decided),
            None => {
                self.closed.push(attempt.to_owned());
                (404, json!({ "code": "unknown_attempt" }))
            }
        }
    }

    fn verify(&mut self, running: &str, request: &HttpRequest) -> (u16, Value) {
        let key = request.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("idempotency-key"));
        let key = key.map_or_else(|| running.to_owned(), |(_, key)| key.clone());
        if self.closed.contains(&key) {
            return (422, json!({ "code": "closed" }));
        }
        let found = self.people.get(&request.body);
        let decided = match found {
            Some(person) if person.slow => Decided::Pending(person.clone()),
            Some(person) => Decided::Verified(person.clone()),
            None => Decided::Refused("not_genuine"),
        };
        let decided = self.attempts.entry(key.clone()).or_insert(decided);
        said(&key, decided)
    }
}

impl Provider for Office {
    fn handle(&mut self, running: &str, request: &HttpRequest) -> HttpResponse {
        let path = request.path.strip_prefix("/v1/verifications");
        let (status, body) = match (request.method.as_str(), path) {
            ("GET", Some(path)) => self.look(path.trim_start_matches('/')),
            ("POST", Some("")) => self.verify(running, request),
            _ => (404, json!({ "code": "no_such_path" })),
        };
        json_response(status, &body)
    }
}

fn said(attempt: &str, decided: &Decided) -> (u16, Value) {
    let id = format!("v-{}", attempt.get(..8).unwrap_or_default());
    match decided {
        Decided::Verified(person) => (
            200,
            json!({ "id": id, "state": "verified", "reference_key": person.reference_key, "issuer": ISSUER,
                    "issued_at_s": person.issued_at_s, "assurance": "substantial", "name": person.name,
                    "birth_year": person.birth_year }),
        ),
        Decided::Pending(_) => (202, json!({ "id": id, "state": "pending" })),
        Decided::Refused(code) => (422, json!({ "code": code })),
    }
}
