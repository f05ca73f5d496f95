//! Does for payment and identity plugins what they may not do themselves: HTTP, messages over TCP, waiting, keeping to limits.
//!
//! The one rule that money depends on: once anything may have left this machine, a failure is
//! unknown, never a success and never "not sent".

pub(crate) mod endpoints;
mod message;
mod placeholder;

use std::future::Future;
use std::time::Duration;

use plugin_host::identity::{self, Finding};
use plugin_host::{Event, Outcome, StepEffect, Verdict};
use tokio::time::Instant;

use endpoints::Endpoints;

/// A begun operation of a plugin; calls block.
pub(crate) trait Steps: Send + 'static {
    /// What its operations end with.
    type End: End;

    /// The next effect, or the plugin's failure in one line.
    fn step(&mut self, event: &Event, remaining: Duration) -> Result<StepEffect<Self::End>, String>;
}

/// What an operation ends with, where it is not the plugin that says so.
pub(crate) trait End: Send + 'static {
    /// It provably never reached the provider.
    fn not_sent() -> Self;
    /// Nobody knows what became of it.
    fn unknown() -> Self;
    /// The same, but unknown where it claims that nothing was sent.
    fn doubted(self) -> Self;
}

impl End for Outcome {
    fn not_sent() -> Self {
        Self::new(Verdict::NotSent)
    }

    fn unknown() -> Self {
        Self::new(Verdict::Unknown)
    }

    fn doubted(self) -> Self {
        match self.verdict {
            Verdict::NotSent => Self { verdict: Verdict::Unknown, ..self },
            _ => self,
        }
    }
}

impl End for Finding {
    fn not_sent() -> Self {
        Self::new(identity::Verdict::NotSent)
    }

    fn unknown() -> Self {
        Self::new(identity::Verdict::Unknown)
    }

    fn doubted(self) -> Self {
        match self.verdict {
            identity::Verdict::NotSent => Self { verdict: identity::Verdict::Unknown, ..self },
            _ => self,
        }
    }
}

/// Where a plugin's notes on its operation are made durable.
pub(crate) trait Journal: Send + Sync {
    /// Keeps a JSON object; it is on the disk when this ends.
    fn keep(&self, json: Vec<u8>) -> impl Future<Output = Result<(), String>> + Send;
}

/// Bounds of one operation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) step_count_max: u32,
    pub(crate) deadline: Duration,
    /// Whether it asks about another operation: "not sent" is then about that one.
    pub(crate) asks: bool,
}

/// How an operation ended, and why, where the plugin itself did not say.
pub(crate) struct Ending<E = Outcome> {
    pub(crate) outcome: E,
    pub(crate) fault: Option<Fault>,
}

/// What a plugin did wrong, for logs and metrics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    pub(crate) detail: String,
}

/// Every kind of [`Fault`] of a plugin that was called.
pub(crate) const FAULT_KINDS: [&str; 6] = ["deadline", "panic", "hang", "error", "journal", "steps"];

/// Steps the operation to its end.
pub(crate) async fn drive<E: End>(
    mut steps: Box<dyn Steps<End = E>>,
    endpoints: &Endpoints,
    journal: &impl Journal,
    bounds: Bounds,
) -> Ending<E> {
    let deadline = Instant::now() + bounds.deadline;
    let mut sent = false;
    let mut event = Event::Start;
    for _ in 0..bounds.step_count_max {
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return failed(sent, "deadline", "the operation took longer than its deadline_ms_max");
        }
        let call = tokio::task::spawn_blocking(move || {
            let effect = steps.step(&event, remaining);
            (steps, effect)
        });
        // A plugin that hangs keeps its thread, but not the payment.
        let effect = match tokio::time::timeout(remaining, call).await {
            Ok(Ok((returned, effect))) => {
                steps = returned;
                effect
            }
            Ok(Err(_)) => return failed(sent, "panic", "the plugin panicked"),
            Err(_) => return failed(sent, "hang", "the plugin did not answer before the deadline"),
        };
        event = match effect {
            // "Not sent" is not the plugin's to claim once bytes have left.
            Ok(StepEffect::Done(outcome)) if sent && !bounds.asks => {
                return Ending { outcome: outcome.doubted(), fault: None };
            }
            Ok(StepEffect::Done(outcome)) => return Ending { outcome, fault: None },
            Ok(StepEffect::Http(request)) => {
                let event = endpoints.exchange(&request, deadline).await;
                sent |= may_have_left(&event);
                event
            }
            Ok(StepEffect::Sleep(time)) => {
                tokio::time::sleep_until(deadline.min(Instant::now() + time)).await;
                Event::Slept
            }
            Ok(StepEffect::TcpExchange(message)) => {
                let event = endpoints.exchange_message(&message, deadline).await;
                sent |= may_have_left(&event);
                event
            }
            // Nobody to ask: said as such, so that the plugin can decide.
            Ok(StepEffect::Prompt(_)) => Event::Timeout { sent: false },
            Ok(StepEffect::Keep(json)) => match journal.keep(json).await {
                Ok(()) => Event::Kept,
                Err(detail) => return failed(sent, "journal", &detail),
            },
            Err(detail) => return failed(sent, "error", &detail),
        };
    }
    failed(sent, "steps", "the plugin took more than step_count_max steps")
}

impl<E: End> Ending<E> {
    /// The end of an operation that never began.
    pub(crate) fn not_sent(kind: &'static str, detail: &str) -> Self {
        failed(false, kind, detail)
    }
}

fn may_have_left(event: &Event) -> bool {
    match event {
        Event::HttpResponse(_) | Event::TcpResponse(_) => true,
        Event::Timeout { sent } | Event::ConnectionLost { sent } => *sent,
        Event::Start | Event::ConnectFailed | Event::Slept | Event::Kept | Event::PromptAnswer { .. } => {
            false
        }
    }
}

fn failed<E: End>(sent: bool, kind: &'static str, detail: &str) -> Ending<E> {
    let outcome = if sent { E::unknown() } else { E::not_sent() };
    Ending { outcome, fault: Some(Fault { kind, detail: detail.to_owned() }) }
}

#[cfg(test)]
mod tests;
