//! What the appliance is to the plugin: it does the HTTP, tells honestly what came of it, and keeps what is to be kept.

use std::io::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hmac::{Hmac, KeyInit, Mac};
use payment_stripe::Stripe;
use plugin_sdk::{
    Call, Effect, Error, Event, Host, HttpRequest, HttpResponse, MacAlgorithm, Money, Op, Payment, Plugin,
    Request, Result, SecretService, SignAlgorithm, Verdict,
};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::localstripe::{KEY, Localstripe};
use crate::message::{Message, connect};
use crate::proxy::Proxy;

/// The secret that webhooks are signed with.
pub(crate) const WEBHOOK_SECRET: &str = "whsec_test";
/// Most steps of one operation, as in the appliance's default settings.
const STEPS_MAX: usize = 64;

/// A plugin, the Stripe behind it, and what goes wrong between them.
pub(crate) struct Till {
    pub(crate) stripe: Localstripe,
    pub(crate) proxy: Proxy,
    plugin: Stripe,
}

/// How an operation ended: `Approved`, `declined card_declined`, …
pub(crate) struct Ended {
    pub(crate) said: String,
    pub(crate) provider_ref: String,
    pub(crate) kept: Value,
    pub(crate) result: Value,
}

struct Keys;

impl SecretService for Keys {
    fn mac(&self, handle: &str, _algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        assert_eq!(handle, "stripe.webhook");
        let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).expect("any key will do");
        mac.update(data);
        Ok(mac.finalize().into_bytes().to_vec())
    }

    fn sign(&self, _handle: &str, _algorithm: SignAlgorithm, _data: &[u8]) -> Result<Vec<u8>> {
        Err(Error::Unsupported("no private keys here".into()))
    }
}

impl Till {
    /// A till with an empty Stripe; none where there is no localstripe.
    pub(crate) fn open() -> Option<Self> {
        let stripe = Localstripe::start()?;
        let mut plugin = Stripe::create(Host::local_with_secrets(Arc::new(Keys))).unwrap();
        let settings = json!({ "api_key": "stripe.key", "webhook_secret": "stripe.webhook" });
        plugin.configure(serde_json::from_value(settings).unwrap()).unwrap();
        Some(Self { proxy: Proxy::before(stripe.address), stripe, plugin })
    }

    /// Charges a payment method.
    pub(crate) fn charge(&self, op: Op, attempt: u8, minor: i64, token: &str) -> Ended {
        let payload = json!({ "kind": kind(op), "now_s": now_s(), "begun_at_s": now_s(),
                              "instrument": { "token": token } });
        self.run(&request(op, attempt, None, Some(minor), payload))
    }

    /// Does something with an earlier charge, whose id is known or not.
    pub(crate) fn follow(
        &self,
        op: Op,
        attempt: u8,
        charge: (u8, Option<&str>),
        minor: Option<i64>,
    ) -> Ended {
        let payload = json!({ "kind": kind(op), "now_s": now_s(), "begun_at_s": now_s(),
                              "original": original(charge) });
        let mut request = request(op, attempt, Some(charge.0), minor, payload);
        request.provider_ref = charge.1.map(str::to_owned);
        self.run(&request)
    }

    /// Asks about or reverses an attempt by its reference alone, so many seconds after it began.
    pub(crate) fn later(&self, op: Op, about: (Op, u8), charge: Option<u8>, age_s: i64) -> Ended {
        let payload = json!({ "kind": kind(about.0), "now_s": now_s() + age_s, "begun_at_s": now_s(),
                              "original": charge.map(|charge| original((charge, None))) });
        self.run(&request(op, 0xee, Some(about.1), None, payload))
    }

    /// Runs an operation to its end.
    pub(crate) fn run(&self, request: &Request) -> Ended {
        let call = Call::unbounded();
        let mut kept = Value::Null;
        let mut event = Event::Start;
        let mut task = self.plugin.begin(&call, request).expect("the operation is taken on");
        for _ in 0..STEPS_MAX {
            event = match self.plugin.step(&call, &mut task, &event).expect("a step") {
                Effect::Http(request) => exchanged(self.proxy.address, &request),
                Effect::Sleep(_) => Event::Slept, // the proxy's script is what time would bring
                Effect::Keep(json) => {
                    kept = serde_json::from_slice(&json).expect("what is kept is JSON");
                    Event::Kept
                }
                Effect::Done(outcome) => {
                    let said = match outcome.verdict {
                        Verdict::Declined { code } => format!("declined {code}"),
                        verdict => format!("{verdict:?}"),
                    };
                    let result = serde_json::from_slice(&outcome.result_json).unwrap_or_default();
                    return Ended { said, provider_ref: outcome.provider_ref, kept, result };
                }
                other => panic!("{other:?}"),
            };
        }
        panic!("no end after {STEPS_MAX} steps");
    }
}

/// Sends the request with its secret in place, and says what came of it.
fn exchanged(to: SocketAddr, asked: &HttpRequest) -> Event {
    let key = |value: &str| value.replace("${secret:stripe.key}", KEY);
    let mut headers = vec![("host".to_owned(), "localhost".to_owned())];
    headers.extend(asked.headers.iter().map(|(name, value)| (name.to_lowercase(), key(value))));
    let first = format!("{} {} HTTP/1.1", asked.method, asked.path);
    let request = Message { first, headers, body: asked.body.clone() };
    let Ok(mut stream) = connect(to) else { return Event::ConnectFailed };
    if stream.write_all(&request.bytes()).is_err() {
        return Event::ConnectionLost { sent: true };
    }
    match Message::read(&mut stream) {
        Ok(answer) => Event::HttpResponse(HttpResponse {
            status: answer.status(),
            headers: answer.headers,
            body: answer.body,
            truncated: false,
        }),
        Err(_) => Event::ConnectionLost { sent: true },
    }
}

pub(crate) fn request(
    op: Op,
    attempt: u8,
    original: Option<u8>,
    minor: Option<i64>,
    payload: Value,
) -> Request {
    Request {
        op,
        attempt_ref: [attempt; 16],
        original_ref: original.map(|original| [original; 16]),
        provider_ref: None,
        money: minor.map(|minor| Money::new(minor, "EUR", 2).unwrap()),
        payload_json: payload.to_string().into_bytes(),
    }
}

fn original((attempt, provider_ref): (u8, Option<&str>)) -> Value {
    json!({ "attempt": hex::encode([attempt; 16]), "begun_at_s": now_s(), "provider_ref": provider_ref,
            "amount": 1250, "currency": "EUR" })
}

fn kind(op: Op) -> String {
    format!("{op:?}").to_lowercase()
}

pub(crate) fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    i64::try_from(since.as_secs()).expect("the clock is not that far")
}
