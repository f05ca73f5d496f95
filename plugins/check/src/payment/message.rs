//! Messages of a provider: what is signed is believed, and nothing else.

use plugin_host::probe::{Extensions, Instance, ProbeHost, Way};
use plugin_sdk::{Event, Op, Request, Verdict};
use serde_json::{Value, json};

use super::ask::Till;
use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::drive::drive;
use crate::subject::Subject;

/// The age that no message may have, in seconds: a week.
const TOO_OLD_S: i64 = 7 * 24 * 60 * 60;
/// When the message of a person who says no time came, in seconds since 1970.
const NOW_S: i64 = 1_764_374_400;
/// Most letters of a message that are changed, one after another.
const FLIPS_MAX: usize = 512;

/// What a plugin made of a message.
struct Reading {
    is_believed: bool,
    has_event_id: bool,
    told: String,
}

fn offers(body: &Body) -> Result<(), Stop> {
    match body.offered().map_err(Stop::Fail)?.0.contains(&Op::Webhook) {
        true => Ok(()),
        false => Stop::skip("it reads no messages of its provider"),
    }
}

/// Has a message read, as one that came to the appliance from anybody.
fn read(subject: &Subject, body: &Body, message: &Value) -> Result<Reading, Stop> {
    let request = Request {
        original_ref: None,
        provider_ref: None,
        money: None,
        payload_json: message.to_string().into_bytes(),
        ..Till::new(subject).request(Op::Webhook, None)
    };
    let ran = drive(body, &Way::default(), &request, &mut |_| Event::ConnectFailed)?;
    let told = match (&ran.refused, ran.verdict()) {
        (Some(answer), _) => crate::subject::said(answer),
        (None, verdict) => format!("{verdict:?}"),
    };
    let result = ran.outcome.as_ref().and_then(|outcome| serde_json::from_slice(&outcome.result_json).ok());
    let has_event_id = result.is_some_and(|result: Value| result["event_id"].is_string());
    Ok(Reading { is_believed: ran.verdict() == Some(&Verdict::Approved), has_event_id, told })
}

/// Without a signature, or with nonsense in its place, no message is believed.
pub(crate) fn unsigned_messages(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    offers(&body)?;
    let names = ["signature", "x-signature", "authorization", "stripe-signature", "webhook-signature"];
    let nonsense: Vec<Value> = names.iter().map(|name| json!([name, "t=1,v1=00"])).collect();
    let sound = subject.message.clone().unwrap_or_else(|| json!({ "body": "{\"id\":\"evt_1\"}" }));
    let messages = [
        ("nothing", json!({ "headers": [], "body": "", "now_s": NOW_S })),
        ("a body alone", json!({ "headers": [], "body": sound["body"], "now_s": NOW_S })),
        ("a nonsense signature", json!({ "headers": nonsense, "body": sound["body"], "now_s": NOW_S })),
    ];
    for (what, message) in &messages {
        if read(subject, &body, message)?.is_believed {
            return Stop::fail(format!("it believes {what}"));
        }
    }
    Ok(format!("{} messages", messages.len()))
}

/// A message that is signed with the key of the tests is believed; changed, old, or under another key it is not.
pub(crate) fn signed_messages(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    offers(&body)?;
    let Some(given) = &subject.message else {
        return Stop::skip("give it a message that is signed with the key of the tests");
    };
    let mut message = given.clone();
    let now_s = message["now_s"].as_i64().unwrap_or(NOW_S);
    message["now_s"] = json!(now_s);
    let reading = read(subject, &body, &message)?;
    if !reading.is_believed || !reading.has_event_id {
        return Stop::fail(format!(
            "the message as it was given: {}, expected Approved with an event_id",
            reading.told
        ));
    }
    let believes = |message: &Value| Ok::<_, Stop>(read(subject, &body, message)?.is_believed);
    if read(subject, &Body::Here(under_another_key(subject)?), &message)?.is_believed {
        return Stop::fail("it believes the message under another key, too");
    }
    let old = with(&message, "now_s", json!(now_s + TOO_OLD_S));
    if believes(&old)? {
        return Stop::fail("it believes the message a week later, too: it can be sent again");
    }
    let text = message["body"].as_str().unwrap_or_default();
    for at in text.char_indices().map(|(at, _)| at).take(FLIPS_MAX) {
        if believes(&with(&message, "body", json!(flipped(text, at))))? {
            return Stop::fail(format!("it believes the message with another letter {at} in its body"));
        }
    }
    let signing = signing_headers(&message, &believes)?;
    Ok(format!("signed by {}", signing.join(", ")))
}

/// An instance whose keys are others.
fn under_another_key(subject: &Subject) -> Result<Instance, Stop> {
    let Some(secrets) = subject.offers.other_secrets.clone() else {
        return Stop::skip("there is no second key here");
    };
    let extensions = Extensions { none: false, inference: None, secrets: Some(secrets) };
    subject.active_on(&ProbeHost::new(&subject.manifest.id, extensions, subject.settled.as_ref().ok()))
}

/// The headers without which the message is not believed. There is one at least, and none of them can be changed.
fn signing_headers(
    message: &Value,
    believes: &dyn Fn(&Value) -> Result<bool, Stop>,
) -> Result<Vec<String>, Stop> {
    let headers = message["headers"].as_array().cloned().unwrap_or_default();
    let mut signing = Vec::new();
    for (index, header) in headers.iter().enumerate() {
        let mut others = headers.clone();
        others.remove(index);
        if believes(&with(message, "headers", Value::Array(others)))? {
            continue;
        }
        let (name, value) = (header[0].as_str().unwrap_or_default(), header[1].as_str().unwrap_or_default());
        let Some((last, _)) = value.char_indices().next_back() else { continue };
        let mut changed = headers.clone();
        changed[index] = json!([name, flipped(value, last)]);
        if believes(&with(message, "headers", Value::Array(changed)))? {
            return Stop::fail(format!("it believes the message with another last letter in {name}"));
        }
        signing.push(name.to_owned());
    }
    match signing.is_empty() {
        true => Stop::fail("it believes the message without any of its headers"),
        false => Ok(signing),
    }
}

fn with(message: &Value, field: &str, value: Value) -> Value {
    let mut message = message.clone();
    message[field] = value;
    message
}

/// The text with one bit of the letter at this place changed.
fn flipped(text: &str, at: usize) -> String {
    let mut letters = text[at..].chars();
    let other = letters.next().and_then(|letter| char::from_u32(u32::from(letter) ^ 1)).unwrap_or('?');
    format!("{}{other}{}", &text[..at], letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_is_changed_and_no_other() {
        assert_eq!(flipped("abc", 1), "acc");
        assert_eq!(flipped("a\u{e9}b", 1), "a\u{e8}b");
        assert_eq!(flipped("paid", 3), "paie");
    }
}
