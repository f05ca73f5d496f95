//! One operation of a payment or identity plugin, as the effects are driven through it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use plugin_host::identity::{self, Finding, Identity, IdentityAtWork};
use plugin_host::{
    CallContext, Effect, Event, IdentityTask, Outcome, Payment, PaymentAtWork, PaymentTask, Request,
};

use crate::api::chain;
use crate::effects::Steps;

/// One operation of the generation of a payment plugin that was at work when this was made. It begins with its first step.
pub(crate) struct PaymentSteps {
    /// Why there is none, where the plugin is disabled.
    at_work: Option<Result<PaymentAtWork, String>>,
    /// The secrets that its settings name.
    secrets: BTreeSet<String>,
    request: Request,
    task: Option<PaymentTask>,
}

impl PaymentSteps {
    pub(crate) fn new(payment: &Payment, request: Request) -> Self {
        let at_work = payment.at_work().map_err(|error| chain(&error));
        let secrets = at_work.as_ref().map(|at_work| at_work.secret_handles().clone()).unwrap_or_default();
        Self { at_work: Some(at_work), secrets, request, task: None }
    }

    /// The secrets that the settings of this very generation name.
    pub(crate) fn secret_handles(&self) -> &BTreeSet<String> {
        &self.secrets
    }
}

impl Steps for PaymentSteps {
    type End = Outcome;

    fn step(&mut self, event: &Event, remaining: Duration) -> Result<Effect, String> {
        let context = CallContext::until(Instant::now() + remaining);
        let task = match (self.task.take(), self.at_work.take()) {
            (Some(task), _) => task,
            (None, Some(at_work)) => {
                at_work?.begin(&context, &self.request).map_err(|error| chain(&error))?
            }
            (None, None) => return Err("the operation has failed before".to_owned()),
        };
        self.task.insert(task).step(&context, event).map_err(|error| chain(&error))
    }
}

/// The same for an identity plugin.
pub(crate) struct IdentitySteps {
    at_work: Option<Result<IdentityAtWork, String>>,
    secrets: BTreeSet<String>,
    request: identity::Request,
    task: Option<IdentityTask>,
}

impl IdentitySteps {
    pub(crate) fn new(identity: &Identity, request: identity::Request) -> Self {
        let at_work = identity.at_work().map_err(|error| chain(&error));
        let secrets = at_work.as_ref().map(|at_work| at_work.secret_handles().clone()).unwrap_or_default();
        Self { at_work: Some(at_work), secrets, request, task: None }
    }

    /// As [`PaymentSteps::secret_handles`].
    pub(crate) fn secret_handles(&self) -> &BTreeSet<String> {
        &self.secrets
    }
}

impl Steps for IdentitySteps {
    type End = Finding;

    fn step(&mut self, event: &Event, remaining: Duration) -> Result<identity::Effect, String> {
        let context = CallContext::until(Instant::now() + remaining);
        let task = match (self.task.take(), self.at_work.take()) {
            (Some(task), _) => task,
            (None, Some(at_work)) => {
                at_work?.begin(&context, &self.request).map_err(|error| chain(&error))?
            }
            (None, None) => return Err("the operation has failed before".to_owned()),
        };
        self.task.insert(task).step(&context, event).map_err(|error| chain(&error))
    }
}
