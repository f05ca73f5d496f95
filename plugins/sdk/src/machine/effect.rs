//! What a provider wants done next.

use std::fmt;
use std::time::Duration;

/// What the host shall do next; `E` is how an operation ends.
#[derive(Clone)]
pub enum Effect<E> {
    /// Send an HTTP request. Answered by `HttpResponse`, `Timeout`, `ConnectFailed` or `ConnectionLost`.
    Http(HttpRequest),
    /// Send one message and read one. Answered by `TcpResponse`, `Timeout`, `ConnectFailed` or `ConnectionLost`.
    TcpExchange(TcpExchange),
    /// Wait. Answered by `Slept`.
    Sleep(Duration),
    /// Ask the person. Answered by `PromptAnswer` or `Timeout`.
    Prompt(Prompt),
    /// The operation has ended; there is no further step.
    Done(E),
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

/// A question to the person.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// `{"kind":"pin"|"otp"|"choice"|"confirm"|"text", …}`.
    pub json: String,
    /// Longest wait for the answer.
    pub timeout_ms: u32,
}

// Requests and messages may hold tokens and personal data: only the kind is printed, and of an end what it prints itself.
impl<E: fmt::Debug> fmt::Debug for Effect<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(request) => write!(f, "Http({} {})", request.method, request.path),
            Self::TcpExchange(exchange) => write!(f, "TcpExchange({} bytes)", exchange.body.len()),
            Self::Sleep(time) => write!(f, "Sleep({time:?})"),
            Self::Prompt(_) => f.write_str("Prompt"),
            Self::Keep(json) => write!(f, "Keep({} bytes)", json.len()),
            Self::Done(ending) => write!(f, "Done({ending:?})"),
        }
    }
}
