//! Where documents are shown: the appliance's part of an offline verification.

use std::sync::Arc;

use identity_aadhaar::Offline;
use plugin_sdk::identity::{Attested, Effect, Identity, Op, Request, Verdict};
use plugin_sdk::{Call, Event, Host, Plugin};
use serde_json::{Value, json};

use crate::issuer::{EMAIL, MOBILE, NOW_S, SHARE_CODE};
use crate::keys::{HostKeys, certificate};

/// The attempt of every verification.
pub(crate) const ATTEMPT: [u8; 16] = [0xA7; 16];

/// A counter with the plugin set up.
pub(crate) struct Counter {
    offline: Offline,
    now_s: u64,
}

/// The usual settings, with these laid over them.
pub(crate) fn settings(more: &Value) -> Value {
    let mut settings = json!({
        "certificates": [certificate("former"), certificate("issuer")],
        "reference_key": "aadhaar.reference",
        "consent_texts": ["offline-v3"],
    });
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings
}

/// Consent as the appliance tells it.
pub(crate) fn consent(text: &str, given_at_s: u64) -> Value {
    json!({ "consent": { "text": text, "given_at_s": given_at_s } })
}

impl Counter {
    pub(crate) fn new() -> Self {
        Self::with(&json!({}))
    }

    pub(crate) fn with(more: &Value) -> Self {
        let mut offline = Offline::create(Host::local_with_secrets(Arc::new(HostKeys))).unwrap();
        offline.configure(serde_json::from_value(settings(more)).unwrap()).unwrap();
        Self { offline, now_s: NOW_S }
    }

    /// The same counter at another time.
    pub(crate) fn at(self, now_s: u64) -> Self {
        Self { now_s, ..self }
    }

    /// What comes of a document for which the person consented just now, and what was kept.
    pub(crate) fn verdict(&self, kind: &str, document: &[u8], secret: &Value) -> Verdict {
        self.verdict_after(kind, document, secret, &consent("offline-v3", self.now_s - 20))
    }

    /// The same, after another consent.
    pub(crate) fn verdict_after(
        &self,
        kind: &str,
        document: &[u8],
        secret: &Value,
        claim: &Value,
    ) -> Verdict {
        let payload = json!({ "kind": kind, "now_s": self.now_s, "claim": claim, "secret": secret });
        let request = Request {
            op: Op::Verify,
            attempt_ref: ATTEMPT,
            original_ref: None,
            provider_ref: None,
            payload_json: payload.to_string().into_bytes(),
            document: document.to_vec(),
        };
        let call = Call::unbounded();
        let mut task = self.offline.begin(&call, &request).unwrap();
        match self.offline.step(&call, &mut task, &Event::Start).unwrap() {
            Effect::Done(finding) => return finding.verdict,
            Effect::Keep(kept) => {
                let kept: Value = serde_json::from_slice(&kept).unwrap();
                assert_eq!(&kept, claim, "the consent is kept, and nothing else");
            }
            other => panic!("{other:?}"),
        }
        match self.offline.step(&call, &mut task, &Event::Kept).unwrap() {
            Effect::Done(finding) => finding.verdict,
            other => panic!("{other:?}"),
        }
    }

    /// The code that a secure QR code is refused with.
    pub(crate) fn qr_refusal(&self, document: &[u8]) -> String {
        code(self.verdict("aadhaar-qr", document, &json!({})))
    }

    /// The code that an offline e-KYC file is refused with.
    pub(crate) fn ekyc_refusal(&self, document: &[u8]) -> String {
        code(self.verdict("aadhaar-ekyc", document, &json!({ "share_code": SHARE_CODE })))
    }

    /// Whom a document attests, the person's contacts compared.
    pub(crate) fn attested(&self, kind: &str, document: &[u8]) -> Attested {
        let secret = json!({ "share_code": SHARE_CODE, "mobile": MOBILE, "email": EMAIL });
        match self.verdict(kind, document, &secret) {
            Verdict::Verified(attested) => attested,
            other => panic!("{other:?}"),
        }
    }
}

/// The code of a refusal; `verified` for none.
pub(crate) fn code(verdict: Verdict) -> String {
    match verdict {
        Verdict::Refused { code } => code,
        Verdict::Verified(_) => "verified".into(),
        other => format!("{other:?}"),
    }
}
