//! Card payments at an acquirer that speaks ISO 8583:1987, as a sans-I/O payment step machine.
//!
//! Each message's trace number, reference and time are durable before it is sent: a repeat after a crash is known as one,
//! and a reversal names its original exactly. There is no SYNC: the standard has no question for what became of a message.
//! What got no answer is repeated, and then undone by a reversal, which is repeated until it is acknowledged.

pub mod currency;
pub mod field;
pub mod message;
pub mod moment;
pub mod payload;
pub mod request;
pub mod response;
pub mod settings;
pub mod task;

use plugin_sdk::{
    Call, Caps, Descriptor, Effect, Error, Event, Host, Op, Payment, Plugin, Request, Result, export_plugin,
};

use crate::payload::Payload;
use crate::settings::Settings;
use crate::task::Task;

/// The acquirer. Its settings are all that it keeps.
pub struct Acquirer {
    settings: Option<Settings>,
}

impl Plugin for Acquirer {
    const DESCRIPTOR: Descriptor = Descriptor {
        id: "org.facepay.payment-iso8583",
        version: env!("CARGO_PKG_VERSION"),
        vendor: "FacePay",
        name: "ISO 8583 acquirer",
        licence: "MIT",
        max_concurrency: 16,
        required_host_ext: &[],
        config_schema: settings::SCHEMA,
    };

    type Config = Settings;

    fn create(_host: Host) -> Result<Self> {
        Ok(Self { settings: None })
    }

    fn configure(&mut self, settings: Settings) -> Result<()> {
        settings.check().map_err(Error::Config)?;
        self.settings = Some(settings);
        Ok(())
    }
}

impl Acquirer {
    fn settings(&self) -> Result<&Settings> {
        self.settings.as_ref().ok_or_else(|| Error::Invalid("an operation before configure".into()))
    }
}

impl Payment for Acquirer {
    const OPS: &'static [Op] = &[Op::Authorize, Op::Capture, Op::Sale, Op::Void, Op::Refund, Op::Reverse];
    const CAPS: Caps =
        Caps { idempotent: true, reversal: true, partial_capture: true, partial_refund: true, ..Caps::NONE };
    type Task = Task;

    fn begin(&self, _call: &Call<'_>, request: &Request) -> Result<Task> {
        let payload = Payload::parse(&request.payload_json)?;
        let plan = request::plan(self.settings()?, request, &payload)?;
        Ok(Task::new(request.op, plan, payload.kept.is_some()))
    }

    fn step(&self, _call: &Call<'_>, task: &mut Task, event: &Event) -> Result<Effect> {
        task.step(self.settings()?, event)
    }
}

export_plugin!(Acquirer: Payment);

#[cfg(test)]
mod tests;
