//! Events and effects in the shape of the ABI, both ways. Plugin side and host side use the same code.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use super::{Effect, Event, Framing, HttpRequest, HttpResponse, Prompt, TcpExchange, TcpResponse};
use crate::abi::{self, Growing, fp_bytes, fp_effect, fp_event, fp_str};
use crate::error::{Error, Result};

type Headers = Vec<(String, String)>;

/// How the operations of one kind of step machine end, in the shape of the ABI.
pub trait Ending: Clone + fmt::Debug + Send + Sized + 'static {
    /// JSON of its shape that it does not hold as such; empty for none.
    fn json(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Writes it into an effect that is zero but for its size and kind; `json` is what [`Self::json`] made and outlives `raw`.
    fn write(&self, json: &[u8], raw: &mut fp_effect);

    /// The end that the ABI carries. Verdicts and codes are checked, sizes are the caller's to check.
    ///
    /// # Safety
    /// What `raw` points to is readable during the call.
    unsafe fn read(raw: &fp_effect) -> Result<Self>;
}

/// The code of an end that was refused, which comes with the second of the verdicts, called `refusal`, and with no other.
///
/// # Safety
/// What `raw` points to is readable during the call.
pub(crate) unsafe fn read_code(raw: &fp_effect, refusal: &str) -> Result<String> {
    // SAFETY: the caller's contract.
    let code = unsafe { raw.decline_code.text() }?;
    if code.is_empty() != (raw.outcome != abi::FP_OUT_DECLINED) {
        return Err(Error::Invalid(format!(
            "a decline code belongs to a {refusal} outcome, and to no other"
        )));
    }
    Ok(code.to_owned())
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
pub struct EffectStorage<E> {
    effect: Effect<E>,
    json: Vec<u8>,
}

impl<E: Ending> EffectStorage<E> {
    /// Keeps an effect. Fails when a sleep is longer than the ABI can say.
    pub fn new(effect: Effect<E>) -> Result<Self> {
        let json = match &effect {
            Effect::Http(request) => write_headers(&request.headers),
            Effect::Sleep(time) if i64::try_from(time.as_nanos()).is_err() => {
                return Err(Error::Invalid(format!("sleep of {time:?}")));
            }
            Effect::Done(ending) => ending.json(),
            _ => Vec::new(),
        };
        Ok(Self { effect, json })
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
                (raw.headers_json, raw.body) = (fp_bytes::of(&self.json), fp_bytes::of(&request.body));
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
            Effect::Done(ending) => {
                raw.kind = abi::FP_FX_DONE;
                ending.write(&self.json, &mut raw);
            }
        }
        raw
    }
}

/// The effect that the ABI carries. Kinds, verdicts and flags are checked, sizes are the caller's to check.
///
/// # Safety
/// What `raw` points to is readable during the call.
pub unsafe fn read_effect<E: Ending>(raw: &fp_effect) -> Result<Effect<E>> {
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
        abi::FP_FX_DONE => Effect::Done(unsafe { E::read(raw) }?),
        other => return Err(Error::Unsupported(format!("effect kind {other}"))),
    })
}

fn write_headers(headers: &Headers) -> Vec<u8> {
    serde_json::to_vec(headers).expect("pairs of strings are always JSON")
}

fn read_headers(json: &[u8]) -> Result<Headers> {
    if json.is_empty() {
        return Ok(Vec::new());
    }
    // Without the text that serde would quote: it may be a secret, and a reason is logged.
    serde_json::from_slice(json).map_err(|error| {
        let (kind, column) = (error.classify(), error.column());
        Error::Invalid(format!("headers that are no pairs of texts ({kind:?} error, column {column})"))
    })
}
