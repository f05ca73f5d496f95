//! Looking things up: one object by its id, and lists, newest first, a page at a time.

use serde_json::{Value, json};

use super::{Ledger, field, invalid, only, unknown};
use crate::http::HttpResponse;

const PAGE_DEFAULT: usize = 10;
const PAGE_MAX: usize = 100;

type Query = [(String, String)];

/// Answers a GET below `/v1/`.
pub(super) fn answer(ledger: &Ledger, path: &[&str], query: &Query) -> Result<HttpResponse, HttpResponse> {
    match path {
        ["payment_intents"] => {
            let all = (0..ledger.book.charges.len())
                .filter(|index| ledger.intents.contains_key(&ledger.book.charges[*index].id));
            list(all.rev().map(|index| ledger.intent(index)).collect(), query, "/v1/payment_intents")
        }
        ["refunds"] => {
            let of = field(query, "payment_intent");
            let all = (0..ledger.book.refunds.len()).filter(|index| {
                let refund = &ledger.book.refunds[*index];
                let charge = &ledger.book.charges[refund.charge].id;
                ledger.refunds.contains_key(&refund.id) && of.is_none_or(|of| of == charge)
            });
            list(all.rev().map(|index| ledger.refund(index)).collect(), query, "/v1/refunds")
        }
        ["payment_intents", id] if ledger.intents.contains_key(*id) => {
            let index = ledger.book.find(id).ok_or_else(|| unknown("resource_missing"))?;
            Ok(HttpResponse::json(200, &ledger.intent(index)))
        }
        ["refunds", id] => {
            let index = ledger.book.refunds.iter().position(|refund| refund.id == *id);
            let index = index.ok_or_else(|| unknown("resource_missing"))?;
            Ok(HttpResponse::json(200, &ledger.refund(index)))
        }
        ["payment_intents", _] => Err(unknown("resource_missing")),
        _ => Err(unknown("url_unknown")),
    }
}

/// One page of objects that are sorted newest first.
fn list(mut objects: Vec<Value>, query: &Query, url: &str) -> Result<HttpResponse, HttpResponse> {
    let names = ["limit", "starting_after", "payment_intent"];
    let times = ["created[gt]", "created[gte]", "created[lt]", "created[lte]"];
    only(query, &[&names[..], &times[..]].concat())?;
    for (name, bound) in query.iter().filter(|(name, _)| times.contains(&name.as_str())) {
        let bound: u64 = bound.parse().map_err(|_| invalid("parameter_invalid_integer", name))?;
        objects.retain(|object| {
            let created = object["created"].as_u64().unwrap_or(0);
            match name.as_str() {
                "created[gt]" => created > bound,
                "created[gte]" => created >= bound,
                "created[lt]" => created < bound,
                _ => created <= bound,
            }
        });
    }
    if let Some(after) = field(query, "starting_after") {
        let at = objects.iter().position(|object| object["id"] == after);
        let at = at.ok_or_else(|| invalid("resource_missing", "starting_after"))?;
        objects.drain(..=at);
    }
    let limit = match field(query, "limit").map(str::parse) {
        None => PAGE_DEFAULT,
        Some(Ok(limit @ 1..=PAGE_MAX)) => limit,
        Some(_) => return Err(invalid("parameter_invalid_integer", "limit")),
    };
    let has_more = objects.len() > limit;
    objects.truncate(limit);
    let page = json!({ "object": "list", "url": url, "has_more": has_more, "data": objects });
    Ok(HttpResponse::json(200, &page))
}
