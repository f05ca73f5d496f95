//! What happened since a provider's last step.

/// What happened.
#[derive(Clone)]
pub enum Event {
    /// The operation begins.
    Start,
    /// The provider answered an HTTP request.
    HttpResponse(HttpResponse),
    /// The provider answered a TCP message.
    TcpResponse(TcpResponse),
    /// The time given with the effect ran out.
    Timeout {
        /// At least one byte of the request had left.
        sent: bool,
    },
    /// No connection came about: nothing was sent.
    ConnectFailed,
    /// The connection broke.
    ConnectionLost {
        /// At least one byte of the request had left.
        sent: bool,
    },
    /// The wait is over.
    Slept,
    /// The person answered.
    PromptAnswer {
        /// The answer, shaped by the prompt's kind.
        json: Vec<u8>,
    },
    /// What was to be kept is durable.
    Kept,
}

/// An HTTP response.
#[derive(Clone, Default)]
pub struct HttpResponse {
    /// Status code.
    pub status: u16,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// Body, at most as long as the host keeps.
    pub body: Vec<u8>,
    /// The body was longer than the host keeps.
    pub truncated: bool,
}

/// A message read from a TCP connection.
#[derive(Clone, Default)]
pub struct TcpResponse {
    /// The message.
    pub body: Vec<u8>,
    /// It was longer than the host keeps.
    pub truncated: bool,
}
