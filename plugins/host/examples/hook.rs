//! A payment plugin for the appliance's tests: its provider takes money later, and says so by a message that is signed with a
//! secret.

use plugin_sdk::{
    Call, Caps, Descriptor, Effect, Error, Event, Host, HostExtension, HttpRequest, MacAlgorithm, Op,
    Outcome, Payment, Plugin, Request, Result, Verdict, export_plugin,
};
use serde_json::{Value, json};

struct Hook {
    host: Host,
    settings: Settings,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The secret that messages are signed with and requests are sent with.
    key: String,
}

enum Task {
    Pay { attempt: String },
    Ask { original: String },
    Anchor { sha256: String },
    Look { message: Value },
}

impl Plugin for Hook {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.hook",
        version: "0.1.0",
        vendor: "FacePay",
        name: "Test provider",
        licence: "MIT",
        max_concurrency: 4,
        required_host_ext: &[HostExtension::Secret],
        config_schema: r#"{"type":"object","required":["key"],
            "properties":{"key":{"type":"string","x-secret":true}}}"#,
    };
    type Config = Settings;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, settings: Settings::default() })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        self.settings = settings;
        Ok(())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Hook {
    fn request(&self, method: &str, path: String) -> Effect {
        let authorization = format!("Bearer ${{secret:{}}}", self.settings.key);
        Effect::Http(HttpRequest {
            method: method.to_owned(),
            path,
            headers: vec![("authorization".to_owned(), authorization)],
            timeout_ms: 5_000,
            ..HttpRequest::default()
        })
    }

    /// What the message says, when it bears the right code.
    fn look(&self, message: &Value) -> Result<Outcome> {
        let body = message["body"].as_str().unwrap_or_default();
        let secrets = self.host.secrets().ok_or_else(|| Error::Internal("no secrets".into()))?;
        let code = secrets.mac(&self.settings.key, MacAlgorithm::HmacSha256, body.as_bytes())?;
        let header = json!(["x-signature", hex(&code)]);
        if !message["headers"].as_array().is_some_and(|headers| headers.contains(&header)) {
            return Ok(Outcome::new(Verdict::Declined { code: "signature_invalid".into() }));
        }
        let said: Value = serde_json::from_str(body).map_err(|error| Error::Invalid(error.to_string()))?;
        if said["shop"] != "ours" {
            return Ok(Outcome::new(Verdict::Declined { code: "not_about_us".into() }));
        }
        let result = json!({ "event_id": said["event"], "attempt": said["attempt"] });
        Ok(Outcome { result_json: result.to_string().into_bytes(), ..Outcome::new(Verdict::Approved) })
    }
}

impl Payment for Hook {
    const OPS: &'static [Op] = &[Op::Sale, Op::Sync, Op::Webhook, Op::Anchor];
    const CAPS: Caps =
        Caps { idempotent: true, sync_by_ref: true, webhook: true, ledger: true, ..Caps::NONE };
    type Task = Task;

    fn begin(&self, _: &Call<'_>, request: &Request) -> Result<Task> {
        Ok(match request.op {
            Op::Webhook => Task::Look {
                message: serde_json::from_slice(&request.payload_json)
                    .map_err(|error| Error::Invalid(error.to_string()))?,
            },
            Op::Anchor => {
                let asked: Value = serde_json::from_slice(&request.payload_json)
                    .map_err(|error| Error::Invalid(error.to_string()))?;
                Task::Anchor { sha256: asked["sha256"].as_str().unwrap_or_default().to_owned() }
            }
            Op::Sync => Task::Ask { original: hex(&request.original_ref.unwrap_or_default()) },
            _ => Task::Pay { attempt: hex(&request.attempt_ref) },
        })
    }

    fn step(&self, _: &Call<'_>, task: &mut Task, event: &Event) -> Result<Effect> {
        let done = |verdict| Ok(Effect::Done(Outcome::new(verdict)));
        match (&*task, event) {
            (Task::Pay { attempt }, Event::Start) => Ok(self.request("POST", format!("/pay/{attempt}"))),
            (Task::Ask { original }, Event::Start) => Ok(self.request("GET", format!("/state/{original}"))),
            (Task::Anchor { sha256 }, Event::Start) => Ok(self.request("POST", format!("/anchor/{sha256}"))),
            (Task::Look { message }, _) => Ok(Effect::Done(self.look(message)?)),
            (Task::Ask { .. } | Task::Anchor { .. }, Event::HttpResponse(answer))
                if answer.body == b"paid" =>
            {
                done(Verdict::Approved)
            }
            (_, Event::HttpResponse(answer)) if answer.status == 200 => done(Verdict::Pending),
            _ => done(Verdict::Unknown),
        }
    }
}

export_plugin!(Hook: Payment);
