//! The payment step machine as safe calls, and the checks of what it asks for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_sdk::payment::wire::{EventWire, RequestWire};
use plugin_sdk::{Caps, Effect, Event, HttpRequest, Op, Outcome, Request, Verdict};

use crate::call::CallContext;
use crate::error::CallError;
use crate::home::Task;
use crate::mount::{Mount, Pin};
use crate::plugin::Plugin;

/// Most steps of one operation.
const STEPS_MAX: u32 = 256;
/// Longest body of a request or message, and longest details of an outcome.
const BODY_BYTES_MAX: usize = 1 << 20;
/// Longest path with its query.
const PATH_BYTES_MAX: usize = 4096;
/// Longest object to keep with an operation.
const KEPT_BYTES_MAX: usize = 16 << 10;
/// Most headers of a request.
const HEADERS_MAX: usize = 64;
/// Longest provider's id.
const PROVIDER_REF_BYTES_MAX: usize = 255;
/// Longest decline code.
const DECLINE_CODE_BYTES_MAX: usize = 64;
/// Longest wait for a place in the plugin to end an operation in. After it the plugin's memory for it is lost.
const END_WAIT_MAX: Duration = Duration::from_secs(1);
/// Longest wait that an effect may ask for.
const WAIT_MAX: Duration = Duration::from_secs(15 * 60);

/// A payment provider.
#[derive(Clone)]
pub struct Payment {
    mount: Arc<Mount>,
}

impl Payment {
    pub(crate) fn new(mount: Arc<Mount>) -> Self {
        Self { mount }
    }

    /// The place of the plugin behind the provider.
    pub fn mount(&self) -> &Arc<Mount> {
        &self.mount
    }

    /// The plugin behind the provider.
    pub fn plugin(&self) -> Arc<Plugin> {
        self.mount.plugin()
    }

    /// Whether the provider offers an operation.
    pub fn offers(&self, op: Op) -> bool {
        offers(&self.plugin(), op)
    }

    /// What the provider can do beyond its operations.
    pub fn caps(&self) -> Caps {
        let (_, caps) = self.mount.offers().payment.unwrap_or_default();
        Caps::from_bits(caps)
    }

    /// Takes on one operation. `attempt_ref` has to be durable before this is called.
    pub fn begin(&self, context: &CallContext, request: &Request) -> Result<PaymentTask, CallError> {
        let plugin = self.mount.enter()?;
        if !offers(&plugin, request.op) {
            return Err(plugin.not_called(format!("it does not offer {:?}", request.op)));
        }
        let wire = RequestWire::new(request);
        let mut task = None;
        let called = plugin.call(context, |call| {
            let (status, begun) = plugin.home().begin(call, wire.raw())?;
            task = begun;
            Ok(status)
        });
        match (called, task) {
            (Ok(()) | Err(CallError::Overrun { .. }), None) => {
                Err(plugin.malformed("no task for an operation that it took on"))
            }
            // A late task is not used, but it exists: dropping it ends it.
            (called @ (Ok(()) | Err(CallError::Overrun { .. })), Some(task)) => {
                let task = PaymentTask { plugin, task, steps: 0, done: false };
                called.map(|()| task)
            }
            (Err(error), _) => Err(error),
        }
    }
}

/// Whether a payment plugin offers an operation.
fn offers(plugin: &Plugin, op: Op) -> bool {
    let (ops_mask, _) = plugin.offers().payment.unwrap_or_default();
    ops_mask & (1 << op.code()) != 0
}

/// A running operation, which stays with the plugin that it began with. Dropping it ends it on the plugin's side, unless the plugin is too busy to be told; it has no effect
/// on the provider.
pub struct PaymentTask {
    plugin: Pin,
    task: Task,
    steps: u32,
    done: bool,
}

impl PaymentTask {
    /// What to do next, given what happened. The first event is [`Event::Start`]; [`Effect::Done`] is the last answer.
    ///
    /// After an error the operation's outcome is as unknown as its last effect left it.
    pub fn step(&mut self, context: &CallContext, event: &Event) -> Result<Effect, CallError> {
        let plugin = &self.plugin;
        if self.done {
            return Err(plugin.not_called("the operation has ended"));
        }
        if matches!(event, Event::Start) != (self.steps == 0) {
            return Err(plugin.not_called("Start is the first event, and only the first"));
        }
        if self.steps >= STEPS_MAX {
            return Err(plugin.malformed(format!("no outcome after {STEPS_MAX} steps")));
        }
        self.steps += 1;
        let (wire, task) = (EventWire::new(event), &mut self.task);
        let mut read = None;
        plugin.call(context, |call| {
            let (status, effect) = plugin.home().step(call, task, wire.raw())?;
            read = effect;
            Ok(status)
        })?;
        let effect = read.ok_or_else(|| plugin.malformed("no effect for a step that it took"))?;
        let effect = effect.map_err(|error| plugin.malformed(format!("an effect: {error}")))?;
        if let Some(flaw) = flaw(&effect) {
            return Err(plugin.malformed(format!("an effect with {flaw}")));
        }
        self.done = matches!(effect, Effect::Done(_));
        Ok(effect)
    }
}

impl Drop for PaymentTask {
    fn drop(&mut self) {
        let plugin = &self.plugin;
        // Bounded: whoever drops a task may be a thread that others wait for.
        let Some(_permit) = plugin.permit(Instant::now() + END_WAIT_MAX) else {
            let id = &plugin.manifest().id;
            tracing::error!(plugin = %id, "plugin is fully occupied: an operation was left without its end");
            return;
        };
        plugin.home().end(&mut self.task);
    }
}

/// What is wrong with an effect, if anything.
pub(crate) fn flaw(effect: &Effect) -> Option<String> {
    match effect {
        Effect::Http(request) => http_flaw(request),
        Effect::TcpExchange(exchange) => {
            size_flaw("a message", exchange.body.len(), BODY_BYTES_MAX).or(wait_flaw(exchange.timeout_ms))
        }
        Effect::Sleep(time) => (*time > WAIT_MAX).then(|| format!("a sleep of {time:?}")),
        Effect::Prompt(prompt) => match serde_json::from_str::<serde_json::Value>(&prompt.json) {
            Ok(json) if json.get("kind").is_some_and(serde_json::Value::is_string) => {
                size_flaw("a prompt", prompt.json.len(), BODY_BYTES_MAX).or(wait_flaw(prompt.timeout_ms))
            }
            _ => Some("a prompt that is no JSON object with a kind".into()),
        },
        Effect::Keep(json) => kept_flaw(json),
        Effect::Done(outcome) => outcome_flaw(outcome),
    }
}

fn http_flaw(request: &HttpRequest) -> Option<String> {
    if request.method.is_empty()
        || request.method.len() > 16
        || !request.method.bytes().all(|b| b.is_ascii_uppercase())
    {
        return Some("a method that is not a short upper-case word".into());
    }
    let printable = |byte: u8| byte.is_ascii_graphic();
    if !request.path.starts_with('/')
        || request.path.starts_with("//")
        || !request.path.bytes().all(printable)
    {
        return Some("a path that is not absolute, printable ASCII".into());
    }
    let header = |(name, value): &(String, String)| {
        !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
            && !value.bytes().any(|byte| byte.is_ascii_control())
    };
    if request.headers.len() > HEADERS_MAX || !request.headers.iter().all(header) {
        return Some("too many or malformed headers".into());
    }
    size_flaw("a path", request.path.len(), PATH_BYTES_MAX)
        .or(size_flaw("a body", request.body.len(), BODY_BYTES_MAX))
        .or(wait_flaw(request.timeout_ms))
}

fn kept_flaw(json: &[u8]) -> Option<String> {
    match serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(json) {
        Ok(_) => size_flaw("what is to be kept", json.len(), KEPT_BYTES_MAX),
        Err(_) => Some("something to keep that is no JSON object".into()),
    }
}

fn outcome_flaw(outcome: &Outcome) -> Option<String> {
    if let Verdict::Declined { code } = &outcome.verdict
        && (code.len() > DECLINE_CODE_BYTES_MAX
            || !code.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'))
    {
        return Some("a decline code that is not a short word of [a-z0-9_]".into());
    }
    if !outcome.result_json.is_empty()
        && serde_json::from_slice::<serde::de::IgnoredAny>(&outcome.result_json).is_err()
    {
        return Some("result_json that is not JSON".into());
    }
    size_flaw("a provider_ref", outcome.provider_ref.len(), PROVIDER_REF_BYTES_MAX).or(size_flaw(
        "result_json",
        outcome.result_json.len(),
        BODY_BYTES_MAX,
    ))
}

fn size_flaw(name: &str, bytes: usize, bytes_max: usize) -> Option<String> {
    (bytes > bytes_max).then(|| format!("{name} of {bytes} bytes, at most {bytes_max}"))
}

fn wait_flaw(timeout_ms: u32) -> Option<String> {
    let time = Duration::from_millis(u64::from(timeout_ms));
    (time.is_zero() || time > WAIT_MAX)
        .then(|| format!("a timeout of {time:?}, not within 1ms..={WAIT_MAX:?}"))
}

#[cfg(test)]
mod tests;
