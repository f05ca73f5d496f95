//! The step machine without I/O that payment and identity providers are: what the host shall do next, what happened, and how
//! an operation ended, which is each kind's own.

mod effect;
mod event;
pub mod wire;

pub use effect::{Effect, Framing, HttpRequest, Prompt, TcpExchange};
pub use event::{Event, HttpResponse, TcpResponse};
