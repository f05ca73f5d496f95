//! Requests, events and effects in the shape of the ABI, both ways. Plugin side and host side use the same code.

use std::ffi::c_char;
use std::marker::PhantomData;
use std::time::Duration;

use super::{
    Effect, Event, Framing, HttpRequest, HttpResponse, Money, Op, Outcome, Prompt, Request, TcpExchange,
    TcpResponse, Verdict,
};
use crate::abi::{self, Growing, fp_bytes, fp_effect, fp_event, fp_money, fp_pay_request, fp_str};
use crate::error::{Error, Result};

type Headers = Vec<(String, String)>;

/// A request in the shape of the ABI, borrowing its texts.
pub struct RequestWire<'a> {
    raw: fp_pay_request,
    borrowed: PhantomData<&'a Request>,
}

impl<'a> RequestWire<'a> {
    /// The ABI's shape of `request`.
    pub fn new(request: &'a Request) -> Self {
        let mut raw = fp_pay_request::empty();
        raw.op = request.op.code();
        raw.attempt_ref = request.attempt_ref;
        raw.original_ref = request.original_ref.unwrap_or_default();
        raw.provider_ref = fp_str::of(request.provider_ref.as_deref().unwrap_or_default());
        raw.payload_json = fp_bytes::of(&request.payload_json);
        if let Some(money) = &request.money {
            raw.amount.minor = money.minor;
            raw.amount.exponent = money.exponent();
            for (place, letter) in raw.amount.currency.iter_mut().zip(money.currency().bytes()) {
                *place = letter as c_char;
            }
        }
        Self { raw, borrowed: PhantomData }
    }

    /// The struct to pass by pointer; valid as long as `self`.
    pub fn raw(&self) -> &fp_pay_request {
        &self.raw
    }
}

/// The request that the ABI carries.
///
/// # Safety
/// The texts that `raw` points to are readable during the call.
pub unsafe fn read_request(raw: &fp_pay_request) -> Result<Request> {
    // SAFETY: the caller's contract.
    let (provider_ref, payload) = unsafe { (raw.provider_ref.text()?, raw.payload_json.slice()?) };
    Ok(Request {
        op: Op::from_code(raw.op)?,
        attempt_ref: raw.attempt_ref,
        original_ref: Some(raw.original_ref).filter(|reference| *reference != [0; 16]),
        provider_ref: Some(provider_ref.to_owned()).filter(|reference| !reference.is_empty()),
        money: read_money(&raw.amount)?,
        payload_json: payload.to_vec(),
    })
}

fn read_money(raw: &fp_money) -> Result<Option<Money>> {
    let letters: Vec<u8> = raw.currency.iter().map(|letter| *letter as u8).collect();
    let code = letters.split(|byte| *byte == 0).next().unwrap_or_default();
    if code.is_empty() {
        return Ok(None);
    }
    let code = std::str::from_utf8(code).map_err(|_| Error::Invalid("currency code is not ASCII".into()))?;
    Money::new(raw.minor, code, raw.exponent).map(Some)
}

/// An event in the shape of the ABI, borrowing its bodies.
pub struct EventWire<'a> {
    raw: fp_event,
    _headers: Vec<u8>,
    borrowed: PhantomData<&'a Event>,
}

impl<'a> EventWire<'a> {
    /// The ABI's shape of `event`.
    pub fn new(event: &'a Event) -> Self {
        let mut raw = fp_event::empty();
        let mut headers = Vec::new();
        let cut = |truncated: bool| if truncated { abi::FP_EVF_TRUNCATED } else { 0 };
        let sent_flag = |sent: bool| if sent { abi::FP_EVF_SENT } else { 0 };
        (raw.kind, raw.flags) = match event {
            Event::Start => (abi::FP_EV_START, 0),
            Event::HttpResponse(response) => {
                headers = write_headers(&response.headers);
                raw.http_status = u32::from(response.status);
                raw.headers_json = fp_bytes::of(&headers);
                raw.body = fp_bytes::of(&response.body);
                (abi::FP_EV_HTTP_RESPONSE, cut(response.truncated))
            }
            Event::TcpResponse(response) => {
                raw.body = fp_bytes::of(&response.body);
                (abi::FP_EV_TCP_RESPONSE, cut(response.truncated))
            }
            Event::Timeout { sent } => (abi::FP_EV_TIMEOUT, sent_flag(*sent)),
            Event::ConnectFailed => (abi::FP_EV_CONNECT_FAILED, 0),
            Event::ConnectionLost { sent } => (abi::FP_EV_CONNECTION_LOST, sent_flag(*sent)),
            Event::Slept => (abi::FP_EV_SLEPT, 0),
            Event::PromptAnswer { json } => {
                raw.body = fp_bytes::of(json);
                (abi::FP_EV_PROMPT_ANSWER, 0)
            }
            Event::Kept => (abi::FP_EV_KEPT, 0),
        };
        Self { raw, _headers: headers, borrowed: PhantomData }
    }

    /// The struct to pass by pointer; valid as long as `self`.
    pub fn raw(&self) -> &fp_event {
        &self.raw
    }
}

/// The event that the ABI carries.
///
/// # Safety
/// The bodies that `raw` points to are readable during the call.
pub unsafe fn read_event(raw: &fp_event) -> Result<Event> {
    // SAFETY: the caller's contract.
    let (headers, body) = unsafe { (raw.headers_json.slice()?, raw.body.slice()?.to_vec()) };
    let truncated = raw.flags & abi::FP_EVF_TRUNCATED != 0;
    let sent = raw.flags & abi::FP_EVF_SENT != 0;
    Ok(match raw.kind {
        abi::FP_EV_START => Event::Start,
        abi::FP_EV_HTTP_RESPONSE => Event::HttpResponse(HttpResponse {
            status: u16::try_from(raw.http_status).map_err(|_| Error::Invalid("HTTP status".into()))?,
            headers: read_headers(headers)?,
            body,
            truncated,
        }),
        abi::FP_EV_TCP_RESPONSE => Event::TcpResponse(TcpResponse { body, truncated }),
        abi::FP_EV_TIMEOUT => Event::Timeout { sent },
        abi::FP_EV_CONNECT_FAILED => Event::ConnectFailed,
        abi::FP_EV_CONNECTION_LOST => Event::ConnectionLost { sent },
        abi::FP_EV_SLEPT => Event::Slept,
        abi::FP_EV_PROMPT_ANSWER => Event::PromptAnswer { json: body },
        abi::FP_EV_KEPT => Event::Kept,
        other => return Err(Error::Unsupported(format!("event kind {other}"))),
    })
}

/// An effect and what its ABI shape points to.
pub struct EffectStorage {
    effect: Effect,
    headers: Vec<u8>,
}

impl EffectStorage {
    /// Keeps an effect. Fails when a sleep is longer than the ABI can say.
    pub fn new(effect: Effect) -> Result<Self> {
        let headers = match &effect {
            Effect::Http(request) => write_headers(&request.headers),
            Effect::Sleep(time) if i64::try_from(time.as_nanos()).is_err() => {
                return Err(Error::Invalid(format!("sleep of {time:?}")));
            }
            _ => Vec::new(),
        };
        Ok(Self { effect, headers })
    }

    /// The ABI's shape; what it points to lives as long as `self`.
    pub fn raw(&self) -> fp_effect {
        let mut raw = fp_effect::empty();
        let flag = |on: bool, bit: u32| if on { bit } else { 0 };
        match &self.effect {
            Effect::Http(request) => {
                raw.kind = abi::FP_FX_HTTP;
                (raw.endpoint, raw.timeout_ms) = (request.endpoint, request.timeout_ms);
                (raw.method, raw.path) = (fp_str::of(&request.method), fp_str::of(&request.path));
                (raw.headers_json, raw.body) = (fp_bytes::of(&self.headers), fp_bytes::of(&request.body));
                raw.flags = flag(request.repeatable, abi::FP_FXF_REPEATABLE)
                    | flag(request.sensitive, abi::FP_FXF_SENSITIVE);
            }
            Effect::TcpExchange(exchange) => {
                raw.kind = abi::FP_FX_TCP_EXCHANGE;
                (raw.endpoint, raw.timeout_ms) = (exchange.endpoint, exchange.timeout_ms);
                raw.body = fp_bytes::of(&exchange.body);
                raw.flags = flag(exchange.repeatable, abi::FP_FXF_REPEATABLE)
                    | flag(exchange.sensitive, abi::FP_FXF_SENSITIVE)
                    | flag(exchange.framing == Framing::Length16, abi::FP_FXF_LENGTH_16)
                    | flag(exchange.framing == Framing::Length32, abi::FP_FXF_LENGTH_32);
            }
            Effect::Sleep(time) => {
                raw.kind = abi::FP_FX_SLEEP;
                raw.sleep_ns = i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
            }
            Effect::Prompt(prompt) => {
                raw.kind = abi::FP_FX_PROMPT;
                raw.timeout_ms = prompt.timeout_ms;
                raw.body = fp_bytes::of(prompt.json.as_bytes());
            }
            Effect::Keep(json) => {
                raw.kind = abi::FP_FX_KEEP;
                raw.body = fp_bytes::of(json);
            }
            Effect::Done(outcome) => write_outcome(&mut raw, outcome),
        }
        raw
    }
}

fn write_outcome(raw: &mut fp_effect, outcome: &Outcome) {
    raw.kind = abi::FP_FX_DONE;
    raw.provider_ref = fp_str::of(&outcome.provider_ref);
    raw.result_json = fp_bytes::of(&outcome.result_json);
    raw.outcome = match &outcome.verdict {
        Verdict::Approved => abi::FP_OUT_APPROVED,
        Verdict::Declined { code } => {
            raw.decline_code = fp_str::of(code);
            abi::FP_OUT_DECLINED
        }
        Verdict::Pending => abi::FP_OUT_PENDING,
        Verdict::NotSent => abi::FP_OUT_NOT_SENT,
        Verdict::Unknown => abi::FP_OUT_UNKNOWN,
    };
}

/// The effect that the ABI carries. Kinds, outcomes and flags are checked, sizes are the caller's to check.
///
/// # Safety
/// What `raw` points to is readable during the call.
pub unsafe fn read_effect(raw: &fp_effect) -> Result<Effect> {
    let has = |bit: u32| raw.flags & bit != 0;
    let (repeatable, sensitive) = (has(abi::FP_FXF_REPEATABLE), has(abi::FP_FXF_SENSITIVE));
    // SAFETY: the caller's contract.
    let body = unsafe { raw.body.slice() }?;
    Ok(match raw.kind {
        abi::FP_FX_HTTP => Effect::Http(HttpRequest {
            endpoint: raw.endpoint,
            // SAFETY: the caller's contract.
            method: unsafe { raw.method.text() }?.to_owned(),
            // SAFETY: as above.
            path: unsafe { raw.path.text() }?.to_owned(),
            // SAFETY: as above.
            headers: read_headers(unsafe { raw.headers_json.slice() }?)?,
            body: body.to_vec(),
            timeout_ms: raw.timeout_ms,
            repeatable,
            sensitive,
        }),
        abi::FP_FX_TCP_EXCHANGE => Effect::TcpExchange(TcpExchange {
            endpoint: raw.endpoint,
            body: body.to_vec(),
            framing: match (has(abi::FP_FXF_LENGTH_16), has(abi::FP_FXF_LENGTH_32)) {
                (false, false) => Framing::None,
                (true, false) => Framing::Length16,
                (false, true) => Framing::Length32,
                (true, true) => return Err(Error::Invalid("two framings at once".into())),
            },
            timeout_ms: raw.timeout_ms,
            repeatable,
            sensitive,
        }),
        abi::FP_FX_SLEEP => {
            let nanoseconds =
                u64::try_from(raw.sleep_ns).map_err(|_| Error::Invalid("negative sleep".into()))?;
            Effect::Sleep(Duration::from_nanos(nanoseconds))
        }
        abi::FP_FX_PROMPT => {
            let json = String::from_utf8(body.to_vec());
            let json = json.map_err(|_| Error::Invalid("prompt is not UTF-8".into()))?;
            Effect::Prompt(Prompt { json, timeout_ms: raw.timeout_ms })
        }
        abi::FP_FX_KEEP => Effect::Keep(body.to_vec()),
        // SAFETY: the caller's contract.
        abi::FP_FX_DONE => Effect::Done(unsafe { read_outcome(raw) }?),
        other => return Err(Error::Unsupported(format!("effect kind {other}"))),
    })
}

/// # Safety
/// As [`read_effect`].
unsafe fn read_outcome(raw: &fp_effect) -> Result<Outcome> {
    // SAFETY: the caller's contract.
    let (code, provider_ref, result) =
        unsafe { (raw.decline_code.text()?, raw.provider_ref.text()?, raw.result_json.slice()?) };
    if code.is_empty() != (raw.outcome != abi::FP_OUT_DECLINED) {
        return Err(Error::Invalid("a decline code belongs to a declined outcome, and to no other".into()));
    }
    let verdict = match raw.outcome {
        abi::FP_OUT_APPROVED => Verdict::Approved,
        abi::FP_OUT_DECLINED => Verdict::Declined { code: code.to_owned() },
        abi::FP_OUT_PENDING => Verdict::Pending,
        abi::FP_OUT_NOT_SENT => Verdict::NotSent,
        abi::FP_OUT_UNKNOWN => Verdict::Unknown,
        other => return Err(Error::Unsupported(format!("outcome {other}"))),
    };
    Ok(Outcome { verdict, provider_ref: provider_ref.to_owned(), result_json: result.to_vec() })
}

fn write_headers(headers: &Headers) -> Vec<u8> {
    serde_json::to_vec(headers).expect("pairs of strings are always JSON")
}

fn read_headers(json: &[u8]) -> Result<Headers> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    serde_json::from_slice(json).map_err(|error| Error::Invalid(format!("headers: {error}")))
}
