//! The identity step machine as safe calls, and the checks of what it asks for and finds.

use std::collections::BTreeSet;
use std::sync::Arc;

use plugin_sdk::Event;
use plugin_sdk::identity::wire::RequestWire;
pub use plugin_sdk::identity::{
    Assurance, Attested, Caps, Effect, Finding, Media, Op, Portrait, Request, Verdict,
};

use crate::call::CallContext;
use crate::effect::{self, BODY_BYTES_MAX, code_flaw, reference_flaw, size_flaw};
use crate::error::CallError;
use crate::mount::{Mount, Pin};
use crate::operation::{Asked, Operation};
use crate::plugin::Plugin;

mod attested;
mod confided;

use confided::Confided;

/// Largest document that is handed to a plugin, in bytes.
pub const DOCUMENT_BYTES_MAX: usize = 4 << 20;

/// An identity provider.
#[derive(Clone)]
pub struct Identity {
    mount: Arc<Mount>,
}

/// What a provider says that it offers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise {
    pub(crate) ops_mask: u32,
    pub(crate) caps: Caps,
}

impl Promise {
    pub(crate) fn of(plugin: &Plugin) -> Self {
        let (ops_mask, caps) = plugin.offers().identity.unwrap_or_default();
        Self { ops_mask, caps: Caps::from_bits(caps) }
    }

    pub(crate) fn offers(self, op: Op) -> bool {
        self.ops_mask & (1 << op.code()) != 0
    }
}

impl Identity {
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
        Promise::of(&self.plugin()).offers(op)
    }

    /// What the provider promises beyond its operations. The host keeps it to that.
    pub fn caps(&self) -> Caps {
        Promise::of(&self.plugin()).caps
    }

    /// The generation at work, for one operation.
    ///
    /// # Errors
    /// When the plugin is disabled.
    pub fn at_work(&self) -> Result<IdentityAtWork, CallError> {
        self.mount.enter().map(IdentityAtWork)
    }

    /// Takes on one operation. `attempt_ref` has to be durable before this is called.
    pub fn begin(&self, context: &CallContext, request: &Request) -> Result<IdentityTask, CallError> {
        self.at_work()?.begin(context, request)
    }
}

/// One generation of a provider, which stays at work for the operation that it is to begin.
pub struct IdentityAtWork(Pin);

impl IdentityAtWork {
    /// The secrets that the settings of this generation name.
    pub fn secret_handles(&self) -> &BTreeSet<String> {
        self.0.secret_handles()
    }

    /// As [`Identity::begin`].
    pub fn begin(self, context: &CallContext, request: &Request) -> Result<IdentityTask, CallError> {
        let Self(plugin) = self;
        let (promise, refused) = (Promise::of(&plugin), |what: String| plugin.not_called(what));
        if !promise.offers(request.op) {
            return Err(refused(format!("it does not offer {:?}", request.op)));
        }
        let too_large = size_flaw("a document", request.document.len(), DOCUMENT_BYTES_MAX);
        let too_large = too_large.or(size_flaw("a payload", request.payload_json.len(), BODY_BYTES_MAX));
        if let Some(what) = too_large {
            return Err(refused(what));
        }
        let confided = Confided::of(request).map_err(|what| refused(what.to_owned()))?;
        let wire = RequestWire::new(request);
        let operation = Operation::begin(plugin, context, Asked::Identity(wire.raw()))?;
        Ok(IdentityTask { operation, promise, confided })
    }
}

/// A running operation. Dropping it ends it on the plugin's side, unless the plugin is too busy to be told; it has no effect
/// on the provider. It knows what the person confided as long as it is.
pub struct IdentityTask {
    operation: Operation,
    promise: Promise,
    confided: Confided,
}

impl IdentityTask {
    /// What to do next, given what happened. The first event is [`Event::Start`]; `Done` is the last answer. Bodies that are
    /// to be sent are about a person: each is marked as sensitive.
    ///
    /// After an error nobody is verified.
    pub fn step(&mut self, context: &CallContext, event: &Event) -> Result<Effect, CallError> {
        let Self { operation, promise, confided } = self;
        if let Event::PromptAnswer { json } = event {
            confided.hears(json);
        }
        // What was confided is looked for first: the name of another flaw may quote it.
        let effect = operation.step(context, event, |effect| {
            confided.flaw(effect).map(str::to_owned).or_else(|| flaw(*promise, effect))
        })?;
        if let Effect::Prompt(prompt) = &effect {
            confided.asks(&prompt.json);
        }
        Ok(sensitive(effect))
    }
}

/// The effect, whose body is not to be journalled in clear.
fn sensitive(mut effect: Effect) -> Effect {
    match &mut effect {
        Effect::Http(request) => request.sensitive = true,
        Effect::TcpExchange(exchange) => exchange.sensitive = true,
        _ => {}
    }
    effect
}

/// What is wrong with an effect of a provider that promised this, if anything.
pub(crate) fn flaw(promise: Promise, effect: &Effect) -> Option<String> {
    if promise.caps.offline && matches!(effect, Effect::Http(_) | Effect::TcpExchange(_)) {
        return Some("a request, though it says that it asks nobody".into());
    }
    effect::flaw(effect, |finding| finding_flaw(promise, finding))
}

/// As [`Confided::flaw`], of what this request confides.
pub(crate) fn told_flaw(request: &Request, effect: &Effect) -> Option<String> {
    let confided = Confided::of(request).map(|confided| confided.flaw(effect));
    confided.unwrap_or_else(Some).map(str::to_owned)
}

fn finding_flaw(promise: Promise, finding: &Finding) -> Option<String> {
    let verdict = match &finding.verdict {
        Verdict::Verified(attested) if attested.portrait.is_some() && !promise.caps.portrait => {
            Some("a portrait, though it says that it gives none".into())
        }
        Verdict::Verified(attested) => attested::flaw(attested),
        Verdict::Refused { code } => code_flaw("refusal", code),
        Verdict::Pending if !promise.offers(Op::Sync) => {
            Some("a pending verdict, though nobody can ask after it".into())
        }
        Verdict::Pending | Verdict::NotSent | Verdict::Unknown => None,
    };
    verdict.or_else(|| reference_flaw(&finding.provider_ref))
}

#[cfg(test)]
mod tests;
