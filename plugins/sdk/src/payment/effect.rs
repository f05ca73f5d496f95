//! What a payment provider wants done next, and how an operation ended.

use std::fmt;
use std::time::Duration;

/// What the host shall do next.
#[derive(Clone)]
pub enum Effect {
    /// Send an HTTP request. Answered by `HttpResponse`, `Timeout`, `ConnectFailed` or `ConnectionLost`.
    Http(HttpRequest),
    /// Send one message and read one. Answered by `TcpResponse`, `Timeout`, `ConnectFailed` or `ConnectionLost`.
    TcpExchange(TcpExchange),
    /// Wait. Answered by `Slept`.
    Sleep(Duration),
    /// Ask the payer. Answered by `PromptAnswer` or `Timeout`.
    Prompt(Prompt),
    /// The operation has ended; there is no further step.
    Done(Outcome),
    /// Make a JSON object durable before the next step; every later operation about this attempt gets it back as
    /// `payload_json.kept`. Answered by `Kept`.
    Keep(Vec<u8>),
}

/// An HTTP request. The host puts secrets in the place of `${secret:HANDLE}` in its path (percent-encoded), in values of its
/// headers and in its body (both as they stand). One with a handle that the plugin's settings do not name is not sent.
#[derive(Clone, Default)]
pub struct HttpRequest {
    /// Index into the allow-listed endpoints of the plugin's settings.
    pub endpoint: u32,
    /// For example `POST`.
    pub method: String,
    /// Path and query, starting with `/`.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Body, may be empty.
    pub body: Vec<u8>,
    /// Longest wait for the whole response.
    pub timeout_ms: u32,
    /// Sending the same bytes again has no second effect.
    pub repeatable: bool,
    /// The body is not to be journalled in clear.
    pub sensitive: bool,
}

/// What goes before each message on a TCP connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Nothing: each side closes its direction after its message.
    #[default]
    None,
    /// A 2-byte big-endian length.
    Length16,
    /// A 4-byte big-endian length.
    Length32,
}

/// One message out and one back on a TCP connection.
#[derive(Clone, Default)]
pub struct TcpExchange {
    /// Index into the allow-listed endpoints of the plugin's settings.
    pub endpoint: u32,
    /// The message.
    pub body: Vec<u8>,
    /// What goes before it.
    pub framing: Framing,
    /// Longest wait for the answer.
    pub timeout_ms: u32,
    /// Sending the same bytes again has no second effect.
    pub repeatable: bool,
    /// The message is not to be journalled in clear.
    pub sensitive: bool,
}

/// A question to the payer.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// `{"kind":"pin"|"otp"|"choice"|"confirm"|"text", …}`.
    pub json: String,
    /// Longest wait for the answer.
    pub timeout_ms: u32,
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect.
    Approved,
    /// It was refused and has no effect.
    Declined {
        /// Why, in `[a-z0-9_]`.
        code: String,
    },
    /// Accepted, not yet final: ask again by SYNC.
    Pending,
    /// It provably never reached the provider.
    NotSent,
    /// Nobody knows: ask by SYNC, then undo by REVERSE.
    Unknown,
}

/// The end of an operation.
#[derive(Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// The provider's own id, empty when it gave none.
    pub provider_ref: String,
    /// Details to keep, may be empty.
    pub result_json: Vec<u8>,
}

impl Outcome {
    /// An outcome without provider id or details.
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, provider_ref: String::new(), result_json: Vec::new() }
    }
}

// Requests, messages and details may hold tokens and card data: only the kind is printed.
impl fmt::Debug for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(request) => write!(f, "Http({} {})", request.method, request.path),
            Self::TcpExchange(exchange) => write!(f, "TcpExchange({} bytes)", exchange.body.len()),
            Self::Sleep(time) => write!(f, "Sleep({time:?})"),
            Self::Prompt(_) => f.write_str("Prompt"),
            Self::Keep(json) => write!(f, "Keep({} bytes)", json.len()),
            Self::Done(outcome) => write!(f, "Done({:?})", outcome.verdict),
        }
    }
}

impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}
