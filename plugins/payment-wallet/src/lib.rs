//! A closed-loop stored-value wallet as a sans-I/O payment step machine.
//!
//! The host's ledger is the book: it reserves the money before it asks, and posts or voids the reservation by the answer.
//! The wallet holds no state and needs no network. It is handed the wallet's and the reservation's state as
//! [`payload::Payload`] and decides by [`decide::decide`].

pub mod decide;
pub mod payload;
pub mod settings;

use plugin_sdk::{
    Call, Caps, Descriptor, Effect, Error, Event, Host, Op, Outcome, Payment, Plugin, Request, Result,
    export_plugin,
};

use crate::payload::Payload;
use crate::settings::Settings;

/// The wallet. Its settings are all that it keeps.
pub struct Wallet {
    settings: Settings,
}

impl Plugin for Wallet {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.payment-wallet",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "Stored-value wallet",
        licence: "MIT",
        max_concurrency: 8,
        required_host_ext: &[],
        config_schema: settings::SCHEMA,
    };

    type Config = Settings;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self { settings: Settings::default() })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        settings.check().map_err(Error::Config)?;
        self.settings = settings;
        Ok(())
    }
}

/// One operation, decided when it began: the wallet has nobody to ask.
pub struct Task {
    outcome: Outcome,
}

impl Payment for Wallet {
    const OPS: &'static [Op] =
        &[Op::Authorize, Op::Capture, Op::Sale, Op::Void, Op::Refund, Op::Sync, Op::Reverse];
    const CAPS: Caps = Caps {
        idempotent: true,
        sync_by_ref: true,
        reversal: true,
        partial_capture: true,
        partial_refund: true,
        ledger: true,
        ..Caps::NONE
    };
    type Task = Task;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Task> {
        let payload = Payload::parse(&request.payload_json)?;
        let outcome = decide::decide(&self.settings, request, &payload)?;
        Ok(Task { outcome })
    }

    fn step(&self, _call: &Call<'_>, task: &mut Task, event: &Event) -> Result<Effect> {
        match event {
            Event::Start => Ok(Effect::Done(task.outcome.clone())),
            _ => Err(Error::Invalid("the wallet asked for nothing that could have happened".into())),
        }
    }
}

export_plugin!(Wallet: Payment);

#[cfg(test)]
mod tests;
