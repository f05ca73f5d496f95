//! The payment step machine as safe calls, and the checks of how its operations end.

use std::collections::BTreeSet;
use std::sync::Arc;

use plugin_sdk::payment::wire::RequestWire;
use plugin_sdk::{Caps, Effect, Event, Op, Outcome, Request, Verdict};

use crate::call::CallContext;
use crate::effect::{self, BODY_BYTES_MAX, code_flaw, reference_flaw, size_flaw};
use crate::error::CallError;
use crate::mount::{Mount, Pin};
use crate::operation::{Asked, Operation};
use crate::plugin::Plugin;

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

    /// The generation at work, for one operation.
    ///
    /// # Errors
    /// When the plugin is disabled.
    pub fn at_work(&self) -> Result<PaymentAtWork, CallError> {
        self.mount.enter().map(PaymentAtWork)
    }

    /// Takes on one operation. `attempt_ref` has to be durable before this is called.
    pub fn begin(&self, context: &CallContext, request: &Request) -> Result<PaymentTask, CallError> {
        self.at_work()?.begin(context, request)
    }
}

/// One generation of a provider, which stays at work for the operation that it is to begin.
pub struct PaymentAtWork(Pin);

impl PaymentAtWork {
    /// The secrets that the settings of this generation name.
    pub fn secret_handles(&self) -> &BTreeSet<String> {
        self.0.secret_handles()
    }

    /// As [`Payment::begin`].
    pub fn begin(self, context: &CallContext, request: &Request) -> Result<PaymentTask, CallError> {
        let Self(plugin) = self;
        if !offers(&plugin, request.op) {
            return Err(plugin.not_called(format!("it does not offer {:?}", request.op)));
        }
        let wire = RequestWire::new(request);
        Operation::begin(plugin, context, Asked::Payment(wire.raw())).map(PaymentTask)
    }
}

/// Whether a payment plugin offers an operation.
fn offers(plugin: &Plugin, op: Op) -> bool {
    let (ops_mask, _) = plugin.offers().payment.unwrap_or_default();
    ops_mask & (1 << op.code()) != 0
}

/// A running operation, which stays with the plugin that it began with. Dropping it ends it on the plugin's side, unless the plugin
/// is too busy to be told; it has no effect on the provider.
pub struct PaymentTask(Operation);

impl PaymentTask {
    /// What to do next, given what happened. The first event is [`Event::Start`]; `Done` is the last answer.
    ///
    /// After an error the operation's outcome is as unknown as its last effect left it.
    pub fn step(&mut self, context: &CallContext, event: &Event) -> Result<Effect, CallError> {
        self.0.step(context, event, flaw)
    }
}

/// What is wrong with an effect, if anything.
pub(crate) fn flaw(effect: &Effect) -> Option<String> {
    effect::flaw(effect, outcome_flaw)
}

fn outcome_flaw(outcome: &Outcome) -> Option<String> {
    if let Verdict::Declined { code } = &outcome.verdict
        && let Some(flaw) = code_flaw("decline", code)
    {
        return Some(flaw);
    }
    if !outcome.result_json.is_empty()
        && serde_json::from_slice::<serde::de::IgnoredAny>(&outcome.result_json).is_err()
    {
        return Some("result_json that is not JSON".into());
    }
    reference_flaw(&outcome.provider_ref).or(size_flaw(
        "result_json",
        outcome.result_json.len(),
        BODY_BYTES_MAX,
    ))
}

#[cfg(test)]
mod tests;
