//! The step machine: consent is kept, the request goes out once, and only a signed answer to it verifies anybody.

use plugin_sdk::identity::{Assurance, Attested, Caps, Effect, Finding, Identity, Op, Request, Verdict};
use plugin_sdk::{
    Call, Descriptor, Error, Event, Host, HostExtension, HttpRequest, HttpResponse, Level, Plugin, Result,
    Secrets, SignAlgorithm,
};

use super::lint::{Lint, lint};
use super::pid::Pid;
use super::request::AuthRequest;
use super::response::{Answer, Asked, answer};
use super::settings::{Factor, SCHEMA, Settings, Signer};
use crate::keyring::KeyRing;
use crate::number::Number;
use crate::payload::Payload;
use crate::person::ISSUER;
use crate::reference::{self, Source};
use crate::refusal::Refusal;
use crate::signature;
use crate::text::hex;

/// Authentication through an AUA.
pub struct Online {
    host: Host,
    setup: Option<Setup>,
}

struct Setup {
    settings: Settings,
    ring: KeyRing,
    signer: Option<Signer>,
    secrets: Secrets,
}

/// One authentication.
pub struct Task {
    attempt_ref: [u8; 16],
    payload: Payload,
    now_s: u64,
    document: Vec<u8>,
    /// The request is out, or was.
    asked: Option<Number>,
}

impl Plugin for Online {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.identity-aadhaar-auth",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "Aadhaar authentication through an AUA (not UIDAI-certified)",
        licence: "MIT",
        max_concurrency: 8,
        required_host_ext: &[HostExtension::Secret],
        config_schema: SCHEMA,
    };

    type Config = Settings;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, setup: None })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        let (ring, signer) = settings.check().map_err(Error::Config)?;
        let secrets =
            self.host.secrets().ok_or_else(|| Error::Unsupported("the host keeps no keys".into()))?;
        self.setup = Some(Setup { settings, ring, signer, secrets });
        Ok(())
    }
}

impl Identity for Online {
    const OPS: &'static [Op] = &[Op::Verify];
    const CAPS: Caps = Caps { idempotent: true, ..Caps::NONE };
    type Task = Task;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Task> {
        if request.op != Op::Verify {
            return Err(Error::Unsupported("UIDAI does not say what it answered before".into()));
        }
        let payload = Payload::parse(&request.payload_json)?;
        let now_s = payload.now_s()?;
        let document = request.document.clone();
        Ok(Task { attempt_ref: request.attempt_ref, payload, now_s, document, asked: None })
    }

    fn step(&self, _call: &Call<'_>, task: &mut Task, event: &Event) -> Result<Effect> {
        let setup = self.setup.as_ref().ok_or_else(|| Error::Invalid("a step before configure".into()))?;
        match (event, task.asked.is_some()) {
            (Event::Start, false) => Ok(self.begun(setup, task)),
            (Event::Kept, false) => self.asking(setup, task),
            (Event::HttpResponse(response), true) => self.heard(setup, task, response),
            (
                Event::ConnectFailed | Event::Timeout { sent: false } | Event::ConnectionLost { sent: false },
                true,
            ) => Ok(Effect::Done(Finding::new(Verdict::NotSent))),
            (_, true) => Ok(Effect::Done(Finding::new(Verdict::Unknown))),
            (_, false) => Err(Error::Invalid("an event that nothing asked for".into())),
        }
    }
}

impl Online {
    /// The consent is durable before anything is asked.
    fn begun(&self, setup: &Setup, task: &Task) -> Effect {
        let Settings { consent_texts, consent_age_s_max, .. } = &setup.settings;
        match task.payload.consent(consent_texts, task.now_s, *consent_age_s_max) {
            Ok(consent) => {
                let attempt = hex(&task.attempt_ref);
                let (text, given_at_s) = (&consent.text, consent.given_at_s);
                self.host
                    .log(Level::Info, &format!("attempt {attempt}: consent {text} given at {given_at_s}"));
                Effect::Keep(consent.kept())
            }
            Err(refusal) => self.refused(refusal.code(), refusal.advice()),
        }
    }

    fn asking(&self, setup: &Setup, task: &mut Task) -> Result<Effect> {
        let told = |refusal: Refusal| Ok(self.refused(refusal.code(), refusal.advice()));
        if task.payload.kind != "aadhaar-auth" {
            return told(Refusal::KindUnknown);
        }
        let number = task.payload.secret.number.as_deref().and_then(Number::parse);
        let Some(number) = number else { return told(Refusal::NumberMalformed) };
        let pid = match Pid::parse(&task.document) {
            Ok(pid) => pid,
            Err(refusal) => return told(refusal),
        };
        let txn = hex(&task.attempt_ref);
        let request = AuthRequest { settings: &setup.settings, number: &number, txn: &txn, pid: &pid };
        let (body, path) = (setup.signed(request.xml())?, request.path());
        let faults = lint(&body, setup.lint(task.now_s));
        for fault in &faults {
            let (place, message) = (&fault.place, &fault.message);
            let uidai = fault.uidai.map(|code| format!(" (UIDAI would answer {code})")).unwrap_or_default();
            self.host.log(Level::Warn, &format!("{place}: {message}{uidai}"));
        }
        if !faults.is_empty() {
            return told(Refusal::RequestUnfit);
        }
        task.asked = Some(number);
        task.document = Vec::new();
        Ok(Effect::Http(HttpRequest {
            endpoint: setup.settings.endpoint,
            method: "POST".into(),
            path,
            headers: vec![("content-type".into(), "application/xml".into())],
            body: body.into_bytes(),
            timeout_ms: setup.settings.timeout_ms,
            repeatable: false,
            sensitive: true,
        }))
    }

    fn heard(&self, setup: &Setup, task: &Task, response: &HttpResponse) -> Result<Effect> {
        let unknown = |why: &str| {
            self.host.log(Level::Warn, &format!("an answer that proves nothing: {why}"));
            Ok(Effect::Done(Finding::new(Verdict::Unknown)))
        };
        if response.status != 200 || response.truncated {
            return unknown("its status, or it is too long");
        }
        let (txn, aua) = (hex(&task.attempt_ref), setup.settings.aua.as_str());
        let Settings { rsa_sha1, skew_s_max, timeout_ms, .. } = setup.settings;
        // The clock stood still while the answer was under way.
        let skew_s_max = skew_s_max + u64::from(timeout_ms / 1000);
        let asked =
            Asked { ring: &setup.ring, allows_sha1: rsa_sha1, txn: &txn, aua, now_s: task.now_s, skew_s_max };
        match answer(&response.body, asked) {
            Answer::Nothing(why) => unknown(why),
            Answer::No(error) if error.is_open => {
                self.host.log(Level::Warn, &format!("{}: {}", error.code, error.advice));
                Ok(Effect::Done(Finding::new(Verdict::Unknown)))
            }
            Answer::No(error) => Ok(self.refused(error.code, error.advice)),
            Answer::Yes { code, token, at_s } => {
                let Some(number) = &task.asked else { return unknown("nothing was asked") };
                let source = match &token {
                    Some(token) => Source::Token(token),
                    // Its holder replaces a virtual id at will: it is no lasting name of anybody.
                    None if number.is_virtual() => return unknown("it has no token for a virtual id"),
                    None => Source::Number(number.digits()),
                };
                let key = reference::key(&setup.secrets, &setup.settings.reference_key, &source)?;
                let verdict = Verdict::Verified(setup.attested(key, number, at_s));
                Ok(Effect::Done(Finding { verdict, provider_ref: code }))
            }
        }
    }

    fn refused(&self, code: &str, advice: &str) -> Effect {
        self.host.log(Level::Info, &format!("{code}: {advice}"));
        Effect::Done(Finding::new(Verdict::Refused { code: code.into() }))
    }
}

impl Setup {
    /// The request with its signature, where it is ours to sign.
    fn signed(&self, xml: String) -> Result<String> {
        let Some(signer) = &self.signer else { return Ok(xml) };
        let sign = |data: &[u8]| self.secrets.sign(&signer.handle, SignAlgorithm::RsaPkcs1Sha256, data);
        signature::signed(&xml, &signer.certificate_der, sign)
    }

    fn lint(&self, now_s: u64) -> Lint<'_> {
        let Settings { pid_age_s_max, skew_s_max, .. } = self.settings;
        let signer = self.signer.as_ref().map(|signer| &signer.ring);
        Lint { now_s, pid_age_s_max, skew_s_max, signer }
    }

    /// What UIDAI's yes attests: that the number is the person's, and nothing that it did not say.
    fn attested(&self, reference_key: String, number: &Number, issued_at_s: u64) -> Attested {
        let factor = match self.settings.factor {
            Factor::Face => "face",
            Factor::Finger => "finger",
            Factor::Iris => "iris",
            Factor::Otp => "otp",
        };
        let mut attributes = std::collections::BTreeMap::from([("factor".to_owned(), factor.to_owned())]);
        if !number.is_virtual() {
            attributes.insert("masked_number".into(), number.masked());
        }
        let assurance = Assurance::Substantial;
        let issuer = ISSUER.into();
        Attested { reference_key, issuer, issued_at_s, assurance, attributes, portrait: None }
    }
}
