//! An identity plugin for the reference office of `facepay plugin check`. Put your provider's paths and answers in the place of
//! `request` and `judge`, and keep what they keep: only a complete answer verifies anybody, and what the person confides goes into
//! bodies only.

use std::collections::BTreeMap;

use plugin_sdk::identity::{Assurance, Attested, Caps, Effect, Finding, Identity, Op, Request, Verdict};
use plugin_sdk::{Call, Descriptor, Event, Host, HttpRequest, HttpResponse, Plugin, Result};
use serde_json::Value;

struct Provider {
    settings: Settings,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Longest wait for an answer.
    timeout_ms: u32,
}

impl Plugin for Provider {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "{{id}}",
        version: "0.1.0",
        vendor: "{{vendor}}",
        name: "{{title}}",
        licence: "MIT",
        max_concurrency: 8, // calls at once on one instance; the host keeps to it
        required_host_ext: &[],
        config_schema: r#"{
            "type": "object",
            "properties": {
                "timeout_ms": { "type": "integer", "minimum": 100, "maximum": 60000, "default": 10000 }
            }
        }"#,
    };
    type Config = Settings;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self { settings: Settings { timeout_ms: 10_000 } })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        self.settings = settings;
        Ok(())
    }
}

impl Identity for Provider {
    const OPS: &'static [Op] = &[Op::Verify, Op::Sync];
    const CAPS: Caps = Caps { idempotent: true, ..Caps::NONE };
    type Task = Request;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Request> {
        Ok(request.clone())
    }

    fn step(&self, _call: &Call<'_>, task: &mut Request, event: &Event) -> Result<Effect> {
        let verdict = match event {
            Event::Start => return Ok(Effect::Http(self.request(task))),
            Event::HttpResponse(response) => return Ok(Effect::Done(judge(task.op, response))),
            // Nothing left: nobody was asked. What SYNC is about may have arrived all the same.
            Event::ConnectFailed | Event::Timeout { sent: false } | Event::ConnectionLost { sent: false }
                if task.op != Op::Sync =>
            {
                Verdict::NotSent
            }
            _ => Verdict::Unknown,
        };
        Ok(Effect::Done(Finding::new(verdict)))
    }
}

impl Provider {
    /// What to send: the attempt is the idempotency key, so that a repeat has no second effect.
    fn request(&self, task: &Request) -> HttpRequest {
        let timeout_ms = self.settings.timeout_ms;
        if task.op == Op::Sync {
            let original = task.original_ref.as_ref().map(|reference| hex(reference));
            let path = format!("/v1/verifications/{}", original.unwrap_or_default());
            return HttpRequest { method: "GET".into(), path, timeout_ms, ..HttpRequest::default() };
        }
        HttpRequest {
            method: "POST".into(),
            path: "/v1/verifications".into(),
            headers: vec![
                ("content-type".into(), "application/octet-stream".into()),
                ("idempotency-key".into(), hex(&task.attempt_ref)),
            ],
            body: task.document.clone(),
            timeout_ms,
            sensitive: true,
            ..HttpRequest::default()
        }
    }
}

/// What an answer proves. Whatever is cut, empty or of another kind proves nothing.
fn judge(op: Op, response: &HttpResponse) -> Finding {
    let body = Some(&response.body).filter(|_| !response.truncated);
    let body: Value = body.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    let (state, code, id) = (body["state"].as_str(), body["code"].as_str(), body["id"].as_str());
    let verdict = match (response.status, state, code) {
        (200, Some("verified"), _) => attested(&body).map_or(Verdict::Unknown, Verdict::Verified),
        (202, Some("pending"), _) => Verdict::Pending,
        (404, _, Some("unknown_attempt")) if op == Op::Sync => Verdict::NotSent,
        (422, _, Some(code)) => Verdict::Refused { code: word(code) },
        _ => Verdict::Unknown,
    };
    Finding { verdict, provider_ref: id.unwrap_or_default().to_owned() }
}

/// Whom the provider vouches for; nobody, where the answer is not whole.
fn attested(body: &Value) -> Option<Attested> {
    let text = |name: &str| body[name].as_str().map(str::to_owned);
    let assurance = match body["assurance"].as_str()? {
        "low" => Assurance::Low,
        "substantial" => Assurance::Substantial,
        "high" => Assurance::High,
        _ => return None,
    };
    let named = ["name", "birth_year"].map(|name| text(name).map(|value| (name.to_owned(), value)));
    Some(Attested {
        reference_key: text("reference_key")?, // lasting, and no number of the document
        issuer: text("issuer")?,
        issued_at_s: body["issued_at_s"].as_u64()?,
        assurance,
        attributes: named.into_iter().flatten().collect::<BTreeMap<_, _>>(),
        portrait: None,
    })
}

/// A provider's code as the code of a refusal: [a-z0-9_], 64 at most, not empty.
fn word(code: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let word: String = code.chars().map(letter).take(64).collect();
    if word.is_empty() { "refused".into() } else { word }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

plugin_sdk::export_plugin!(Provider: Identity);
