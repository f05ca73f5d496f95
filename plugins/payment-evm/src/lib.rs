//! ERC-20 transfers and anchored digests over an EVM node's JSON-RPC, as a sans-I/O payment step machine.
//!
//! The payer's value is in the host's ledger; on the chain it lies in the operator's hot wallet, from which sales and captures
//! pay the merchant's address. An operation signs once. Its bytes are kept by the host before they are broadcast, and the same
//! bytes are broadcast again until the chain has decided: `draft` is the part before the signature, `watch` the one after.

mod account;
pub mod amount;
mod draft;
pub mod fee;
pub mod kept;
mod next;
pub mod payload;
pub mod receipt;
pub mod refusal;
pub mod rpc;
pub mod settings;
mod setup;
mod task;
pub mod token;
pub mod transaction;
mod watch;

use plugin_sdk::{
    Call, Caps, Descriptor, Effect, Error, Event, Host, HostExtension, Limits, Op, Payment, Plugin, Request,
    Result, export_plugin,
};

use crate::settings::{Addresses, Settings};
use crate::setup::Setup;
pub use crate::task::Task;

/// The token of one chain.
pub struct Evm {
    host: Host,
    configured: Option<(Settings, Addresses)>,
    setup: Option<Setup>,
}

impl Plugin for Evm {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.payment-evm",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "ERC-20 token on an EVM chain",
        licence: "MIT",
        max_concurrency: 8,
        required_host_ext: &[HostExtension::Secret],
        config_schema: settings::SCHEMA,
    };

    type Config = Settings;

    fn create(host: Host) -> Result<Self> {
        Ok(Self { host, configured: None, setup: None })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        let addresses = settings.check().map_err(Error::Config)?;
        self.configured = Some((settings, addresses));
        Ok(())
    }

    fn activate(&mut self, _limits: &Limits) -> Result<()> {
        let (settings, addresses) =
            self.configured.clone().ok_or_else(|| Error::Invalid("activate before configure".into()))?;
        self.setup = Some(Setup::new(settings, addresses, &self.host)?);
        Ok(())
    }

    fn deactivate(&mut self) {
        self.setup = None;
    }
}

impl Evm {
    fn setup(&self) -> Result<&Setup> {
        self.setup.as_ref().ok_or_else(|| Error::Invalid("an operation before activate".into()))
    }
}

impl Payment for Evm {
    const OPS: &'static [Op] =
        &[Op::Authorize, Op::Capture, Op::Sale, Op::Void, Op::Refund, Op::Sync, Op::Reverse, Op::Anchor];
    const CAPS: Caps = Caps {
        idempotent: true,
        sync_by_ref: true,
        reversal: true,
        partial_capture: true,
        partial_refund: true,
        ledger: true,
        serial: true,
        ..Caps::NONE
    };
    type Task = Task;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Task> {
        Task::begin(self.setup()?, request)
    }

    fn step(&self, call: &Call<'_>, task: &mut Task, event: &Event) -> Result<Effect> {
        task.step(self.setup()?, call, event)
    }
}

export_plugin!(Evm: Payment);

#[cfg(test)]
#[path = "../tests/it/keys.rs"]
mod keys;
#[cfg(test)]
mod tests;
