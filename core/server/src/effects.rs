//! Does for a payment plugin what it may not do itself: HTTP, messages over TCP, waiting, keeping to limits.
//!
//! The one rule that money depends on: once anything may have left this machine, a failure is
//! [`Verdict::Unknown`], never a success and never "not sent".

pub(crate) mod endpoints;
mod message;
mod placeholder;

use std::future::Future;
use std::time::Duration;

use plugin_host::{Effect, Event, Outcome, Verdict};
use tokio::time::Instant;

use endpoints::Endpoints;

/// A begun operation of a payment plugin; calls block.
pub(crate) trait Steps: Send + 'static {
    /// The next effect, or the plugin's failure in one line.
    fn step(&mut self, event: &Event, remaining: Duration) -> Result<Effect, String>;
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
pub(crate) struct Ending {
    pub(crate) outcome: Outcome,
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
pub(crate) async fn drive(
    mut steps: Box<dyn Steps>,
    endpoints: &Endpoints,
    journal: &impl Journal,
    bounds: Bounds,
) -> Ending {
    let deadline = Instant::now() + bounds.deadline;
    let mut sent = false;
    let mut event = Event::Start;
    for _ in 0..bounds.step_count_max {
        let remaining = deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return failed(sent, "deadline", "the operation took longer than payment.deadline_ms_max");
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
            Ok(Effect::Done(outcome)) => {
                return Ending { outcome: honest(outcome, sent && !bounds.asks), fault: None };
            }
            Ok(Effect::Http(request)) => {
                let event = endpoints.exchange(&request, deadline).await;
                sent |= may_have_left(&event);
                event
            }
            Ok(Effect::Sleep(time)) => {
                tokio::time::sleep_until(deadline.min(Instant::now() + time)).await;
                Event::Slept
            }
            Ok(Effect::TcpExchange(message)) => {
                let event = endpoints.exchange_message(&message, deadline).await;
                sent |= may_have_left(&event);
                event
            }
            // Nobody to ask: said as such, so that the plugin can decide.
            Ok(Effect::Prompt(_)) => Event::Timeout { sent: false },
            Ok(Effect::Keep(json)) => match journal.keep(json).await {
                Ok(()) => Event::Kept,
                Err(detail) => return failed(sent, "journal", &detail),
            },
            Err(detail) => return failed(sent, "error", &detail),
        };
    }
    failed(sent, "steps", "the plugin took more than payment.step_count_max steps")
}

impl Ending {
    /// The end of an operation that never began.
    pub(crate) fn not_sent(kind: &'static str, detail: &str) -> Self {
        failed(false, kind, detail)
    }
}

/// "Not sent" is not the plugin's to claim once bytes have left.
fn honest(outcome: Outcome, sent: bool) -> Outcome {
    match outcome.verdict {
        Verdict::NotSent if sent => Outcome { verdict: Verdict::Unknown, ..outcome },
        _ => outcome,
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

fn failed(sent: bool, kind: &'static str, detail: &str) -> Ending {
    let verdict = if sent { Verdict::Unknown } else { Verdict::NotSent };
    let fault = Fault { kind, detail: detail.to_owned() };
    Ending { outcome: Outcome::new(verdict), fault: Some(fault) }
}

#[cfg(test)]
mod tests;
