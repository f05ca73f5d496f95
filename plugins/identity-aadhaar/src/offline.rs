//! Verification without a network: a secure QR code or an offline e-KYC file, as an identity step machine that asks nobody.

use plugin_sdk::identity::{Assurance, Caps, Effect, Finding, Identity, Op, Request, Verdict};
use plugin_sdk::{Call, Descriptor, Error, Event, Host, HostExtension, Level, Plugin, Result, Secrets};

use crate::archive;
use crate::contact;
use crate::ekyc;
use crate::keyring::KeyRing;
use crate::payload::Payload;
use crate::person::Person;
use crate::qr;
use crate::reference::{self, Source};
use crate::refusal::Refusal;
use crate::settings::{SCHEMA, Settings};
use crate::text::hex;

/// Aadhaar documents that prove themselves.
pub struct Offline {
    host: Host,
    setup: Option<Setup>,
}

struct Setup {
    settings: Settings,
    ring: KeyRing,
    secrets: Secrets,
}

/// One verification.
pub struct Task {
    attempt_ref: [u8; 16],
    payload: Payload,
    now_s: u64,
    document: Vec<u8>,
}

impl Plugin for Offline {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.identity-aadhaar",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "Aadhaar, offline (not UIDAI-certified)",
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
        let ring = settings.ring().map_err(Error::Config)?;
        let secrets =
            self.host.secrets().ok_or_else(|| Error::Unsupported("the host keeps no keys".into()))?;
        self.setup = Some(Setup { settings, ring, secrets });
        Ok(())
    }
}

impl Identity for Offline {
    const OPS: &'static [Op] = &[Op::Verify];
    const CAPS: Caps = Caps { idempotent: true, offline: true, portrait: true };
    type Task = Task;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Task> {
        if request.op != Op::Verify {
            return Err(Error::Unsupported(
                "a document is verified at once: there is nothing to ask after".into(),
            ));
        }
        let payload = Payload::parse(&request.payload_json)?;
        let now_s = payload.now_s()?;
        Ok(Task { attempt_ref: request.attempt_ref, payload, now_s, document: request.document.clone() })
    }

    fn step(&self, _call: &Call<'_>, task: &mut Task, event: &Event) -> Result<Effect> {
        let setup = self.setup.as_ref().ok_or_else(|| Error::Invalid("a step before configure".into()))?;
        let (texts, age_s_max) = (&setup.settings.consent_texts, setup.settings.consent_age_s_max);
        let consent = match task.payload.consent(texts, task.now_s, age_s_max) {
            Ok(consent) => consent,
            Err(refusal) => return Ok(self.refused(refusal)),
        };
        let person = match event {
            // The consent is durable before anything of the document is looked at.
            Event::Start => return Ok(Effect::Keep(consent.kept())),
            Event::Kept => setup.person(task),
            _ => return Err(Error::Invalid("an event that nothing asked for".into())),
        };
        let person = match person {
            Ok(person) => person,
            Err(refusal) => return Ok(self.refused(refusal)),
        };
        let attempt = hex(&task.attempt_ref);
        let (text, given_at_s) = (&consent.text, consent.given_at_s);
        self.host.log(Level::Info, &format!("attempt {attempt}: consent {text} given at {given_at_s}"));
        let key = reference::key(&setup.secrets, &setup.settings.reference_key, &Source::Document(&person))?;
        let verdict = Verdict::Verified(person.attested(key, setup.assurance(task)));
        Ok(Effect::Done(Finding::new(verdict)))
    }
}

impl Offline {
    fn refused(&self, refusal: Refusal) -> Effect {
        let (code, advice) = (refusal.code(), refusal.advice());
        self.host.log(Level::Info, &format!("{code}: {advice}"));
        Effect::Done(Finding::new(Verdict::Refused { code: code.into() }))
    }
}

impl Setup {
    /// Whom the document is about, when all of it is as it should be.
    fn person(&self, task: &Task) -> Result<Person, Refusal> {
        let Settings { ekyc_age_s_max, qr_age_s_max, qr_versions, rsa_sha1, .. } = &self.settings;
        let secret = &task.payload.secret;
        if secret.number.is_some() {
            return Err(Refusal::NumberNotWanted);
        }
        let (person, age_s_max, share_code) = match task.payload.kind.as_str() {
            "aadhaar-qr" => (qr::verified(&task.document, &self.ring, qr_versions)?, *qr_age_s_max, ""),
            "aadhaar-ekyc" => {
                let text = archive::opened(&task.document, secret.share_code.as_deref())?;
                let person = ekyc::verified(&text, &self.ring, *rsa_sha1)?;
                (person, *ekyc_age_s_max, secret.share_code.as_deref().unwrap_or_default())
            }
            _ => return Err(Refusal::KindUnknown),
        };
        person.reference.is_fresh(task.now_s, age_s_max)?;
        let digit = person.reference.last_digit();
        let is_of = |hash: &Option<String>, told: &Option<String>, [differs, missing]: [Refusal; 2]| {
            let Some(told) = told else { return Ok(()) };
            let hash = hash.as_ref().ok_or(missing)?;
            if contact::is_of(hash, told, share_code, digit) { Ok(()) } else { Err(differs) }
        };
        is_of(&person.mobile_hash, &secret.mobile, [Refusal::MobileDiffers, Refusal::MobileNotRegistered])?;
        is_of(&person.email_hash, &secret.email, [Refusal::EmailDiffers, Refusal::EmailNotRegistered])?;
        Ok(person)
    }

    /// How surely. A code can be copied by whoever sees it; a file comes with the code that its holder chose. Neither is more, since
    /// neither says who hands it over.
    fn assurance(&self, task: &Task) -> Assurance {
        match task.payload.kind.as_str() {
            "aadhaar-ekyc" => Assurance::Substantial,
            _ => Assurance::Low,
        }
    }
}
