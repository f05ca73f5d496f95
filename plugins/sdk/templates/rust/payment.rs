//! A payment plugin for the reference provider of `facepay plugin check`. Put your provider's paths and answers in the place
//! of `request` and `judge`, and keep what they keep: only a complete answer proves anything.

use plugin_sdk::{
    Call, Caps, Descriptor, Effect, Event, Host, HttpRequest, HttpResponse, Op, Outcome, Payment, Plugin,
    Request, Result, Verdict,
};
use serde_json::{Value, json};

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

impl Payment for Provider {
    const OPS: &'static [Op] =
        &[Op::Authorize, Op::Capture, Op::Sale, Op::Void, Op::Refund, Op::Sync, Op::Reverse];
    const CAPS: Caps = Caps { idempotent: true, sync_by_ref: true, reversal: true, ..Caps::NONE };
    type Task = Request;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Request> {
        Ok(request.clone())
    }

    fn step(&self, _call: &Call<'_>, task: &mut Request, event: &Event) -> Result<Effect> {
        let verdict = match event {
            Event::Start => return Ok(Effect::Http(self.request(task))),
            Event::HttpResponse(response) => return Ok(Effect::Done(judge(task.op, response))),
            // Nothing left: nothing happened. What SYNC is about may have happened all the same.
            Event::ConnectFailed | Event::Timeout { sent: false } | Event::ConnectionLost { sent: false }
                if task.op != Op::Sync =>
            {
                Verdict::NotSent
            }
            _ => Verdict::Unknown,
        };
        Ok(Effect::Done(Outcome::new(verdict)))
    }
}

impl Provider {
    /// What to send: the attempt is the idempotency key, so that a repeat has no second effect.
    fn request(&self, task: &Request) -> HttpRequest {
        let original = task.original_ref.as_ref().map(|reference| hex(reference));
        let timeout_ms = self.settings.timeout_ms;
        if task.op == Op::Sync {
            let path = format!("/v1/attempts/{}", original.unwrap_or_default());
            return HttpRequest { method: "GET".into(), path, timeout_ms, ..HttpRequest::default() };
        }
        let money = task.money.as_ref();
        let body = json!({ "amount": money.map(|money| money.minor), "currency": money.map(|money| money.currency()),
                           "original": original });
        HttpRequest {
            method: "POST".into(),
            path: format!("/v1/{}", format!("{:?}", task.op).to_lowercase()),
            headers: vec![
                ("content-type".into(), "application/json".into()),
                ("idempotency-key".into(), hex(&task.attempt_ref)),
            ],
            body: body.to_string().into_bytes(),
            timeout_ms,
            ..HttpRequest::default()
        }
    }
}

/// What an answer proves. Whatever is cut, empty or of another kind proves nothing.
fn judge(op: Op, response: &HttpResponse) -> Outcome {
    let body = Some(&response.body).filter(|_| !response.truncated);
    let body: Value = body.and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default();
    let (state, code, id) = (body["state"].as_str(), body["code"].as_str(), body["id"].as_str());
    let verdict = match (response.status, state, code) {
        (200, Some("approved"), _) => Verdict::Approved,
        (404, _, Some("unknown_attempt")) if op == Op::Sync => Verdict::NotSent,
        (402, _, Some(code)) => Verdict::Declined { code: word(code) },
        _ => Verdict::Unknown,
    };
    let id = id.filter(|id| id.len() <= 255); // the host keeps no longer one
    Outcome { provider_ref: id.unwrap_or_default().to_owned(), ..Outcome::new(verdict) }
}

/// A provider's code as a decline code: [a-z0-9_], 64 at most, not empty.
fn word(code: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let word: String = code.chars().map(letter).take(64).collect();
    if word.is_empty() { "refused".into() } else { word }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

plugin_sdk::export_plugin!(Provider: Payment);
