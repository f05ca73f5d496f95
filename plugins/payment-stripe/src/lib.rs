//! Stripe PaymentIntents as a sans-I/O payment step machine.
//!
//! Stripe holds the books: the plugin says what to send, reads the answers, and finds an attempt again by the metadata that
//! it was made with. The same bytes may go out several times, because each request carries an idempotency key made from its
//! attempt. What is neither done nor refused for certain ends as `Unknown`, and SYNC and REVERSE take it from there.

pub mod payload;
pub mod settings;

mod amount;
mod answer;
mod ask;
mod clock;
mod errand;
mod judge;
mod operation;
mod sending;
mod webhook;

use plugin_sdk::{
    Call, Caps, Descriptor, Effect, Error, Event, Host, HostExtension, Op, Outcome, Payment, Plugin, Request,
    Result, export_plugin,
};

pub use crate::operation::Operation;
use crate::settings::Settings;
use crate::webhook::Message;

/// One Stripe account. Its settings are all that it keeps.
pub struct Stripe {
    host: Host,
    settings: Settings,
}

impl Plugin for Stripe {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.payment-stripe",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "Stripe",
        licence: "MIT",
        max_concurrency: 8,
        required_host_ext: &[HostExtension::Secret],
        config_schema: settings::SCHEMA,
    };

    type Config = Settings;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, settings: Settings::default() })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        settings.check().map_err(Error::Config)?;
        self.settings = settings;
        Ok(())
    }
}

/// What is under way.
pub enum Task {
    /// An operation at Stripe.
    Operation(Box<Operation>),
    /// A webhook, read when it came: there is nobody to ask.
    Webhook(Outcome),
}

impl Payment for Stripe {
    const OPS: &'static [Op] =
        &[Op::Authorize, Op::Capture, Op::Sale, Op::Void, Op::Refund, Op::Sync, Op::Reverse, Op::Webhook];
    const CAPS: Caps = Caps {
        idempotent: true,
        sync_by_ref: true,
        reversal: true,
        partial_capture: true,
        partial_refund: true,
        webhook: true,
        ..Caps::NONE
    };
    type Task = Task;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Task> {
        if request.op == Op::Webhook {
            let message = Message::parse(&request.payload_json)?;
            let handle = self.settings.webhook_secret.as_deref();
            return message.outcome(self.host.secrets().as_ref(), handle).map(Task::Webhook);
        }
        Ok(Task::Operation(Box::new(Operation::begin(&self.settings, request)?)))
    }

    fn step(&self, call: &Call<'_>, task: &mut Task, event: &Event) -> Result<Effect> {
        match (task, event) {
            (Task::Operation(operation), event) => operation.step(call, event),
            (Task::Webhook(outcome), Event::Start) => Ok(Effect::Done(outcome.clone())),
            (Task::Webhook(_), _) => Err(Error::Invalid("a webhook asks for nothing".into())),
        }
    }
}

export_plugin!(Stripe: Payment);

#[cfg(test)]
mod tests;
