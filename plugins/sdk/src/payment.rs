//! The payment step machine: what is asked of a provider, what the host does for it, what came of it.

use crate::abi;
use crate::call::Call;
use crate::error::Result;
use crate::machine::{self, Event};
use crate::plugin::Plugin;

mod outcome;
mod request;
pub mod wire;

pub use outcome::{Outcome, Verdict};
pub use request::{Money, Op, Request};

/// What a payment provider wants done next.
pub type Effect = machine::Effect<Outcome>;

/// What a provider can do beyond its operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// The same `attempt_ref` again has no second effect.
    pub idempotent: bool,
    /// SYNC finds an operation by `original_ref` alone.
    pub sync_by_ref: bool,
    /// REVERSE undoes an operation whose outcome is unknown.
    pub reversal: bool,
    /// CAPTURE may take less than was authorised.
    pub partial_capture: bool,
    /// CAPTURE may be repeated until the authorised amount is used up.
    pub multi_capture: bool,
    /// REFUND may return less than was captured.
    pub partial_refund: bool,
    /// One payment may be split over several recipients.
    pub split: bool,
    /// The provider sends webhooks.
    pub webhook: bool,
    /// The host's ledger is the book: the payer's money is in its wallet, not elsewhere.
    pub ledger: bool,
    /// One operation at a time: the provider numbers its requests in one line.
    pub serial: bool,
}

impl Caps {
    /// No capability.
    pub const NONE: Self = Self::from_bits(0);

    /// The capabilities that the ABI's bits name; unknown bits are ignored.
    pub const fn from_bits(bits: u64) -> Self {
        Self {
            idempotent: bits & abi::FP_CAP_IDEMPOTENT != 0,
            sync_by_ref: bits & abi::FP_CAP_SYNC_BY_REF != 0,
            reversal: bits & abi::FP_CAP_REVERSAL != 0,
            partial_capture: bits & abi::FP_CAP_PARTIAL_CAPTURE != 0,
            multi_capture: bits & abi::FP_CAP_MULTI_CAPTURE != 0,
            partial_refund: bits & abi::FP_CAP_PARTIAL_REFUND != 0,
            split: bits & abi::FP_CAP_SPLIT != 0,
            webhook: bits & abi::FP_CAP_WEBHOOK != 0,
            ledger: bits & abi::FP_CAP_LEDGER != 0,
            serial: bits & abi::FP_CAP_SERIAL != 0,
        }
    }

    /// The ABI's bits.
    pub const fn bits(self) -> u64 {
        bit(self.idempotent, abi::FP_CAP_IDEMPOTENT)
            | bit(self.sync_by_ref, abi::FP_CAP_SYNC_BY_REF)
            | bit(self.reversal, abi::FP_CAP_REVERSAL)
            | bit(self.partial_capture, abi::FP_CAP_PARTIAL_CAPTURE)
            | bit(self.multi_capture, abi::FP_CAP_MULTI_CAPTURE)
            | bit(self.partial_refund, abi::FP_CAP_PARTIAL_REFUND)
            | bit(self.split, abi::FP_CAP_SPLIT)
            | bit(self.webhook, abi::FP_CAP_WEBHOOK)
            | bit(self.ledger, abi::FP_CAP_LEDGER)
            | bit(self.serial, abi::FP_CAP_SERIAL)
    }
}

/// `bit` when on, no bit otherwise.
const fn bit(on: bool, bit: u64) -> u64 {
    if on { bit } else { 0 }
}

/// A payment provider. It does no I/O: it says what the host shall do and hears what came of it.
pub trait Payment: Plugin {
    /// The operations that it offers.
    const OPS: &'static [Op];
    /// What it can do beyond them.
    const CAPS: Caps;
    /// One running operation. Lives between steps, is never stored.
    type Task: Send + 'static;

    /// Takes on one operation.
    fn begin(&self, call: &Call<'_>, request: &Request) -> Result<Self::Task>;

    /// What to do next, given what happened. The first event is [`Event::Start`]; after [`Effect::Done`] there is no step.
    fn step(&self, call: &Call<'_>, task: &mut Self::Task, event: &Event) -> Result<Effect>;
}
