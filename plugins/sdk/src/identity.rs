//! The identity step machine: what is asked of a provider who vouches for people, and what it found.

use crate::abi;
use crate::call::Call;
use crate::error::Result;
use crate::machine::{self, Event};
use crate::plugin::Plugin;

mod finding;
mod request;
pub mod wire;

pub use finding::{Assurance, Attested, Finding, Media, Portrait, Verdict};
pub use request::{Op, Request};

/// What an identity provider wants done next.
pub type Effect = machine::Effect<Finding>;

/// What an identity provider promises beyond its operations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Caps {
    /// The same `attempt_ref` again has no second effect: nothing is billed or sent to the person twice.
    pub idempotent: bool,
    /// It asks nobody: no HTTP and no TCP.
    pub offline: bool,
    /// A verified person may come with a portrait.
    pub portrait: bool,
}

impl Caps {
    /// No capability.
    pub const NONE: Self = Self::from_bits(0);

    /// The capabilities that the ABI's bits name; unknown bits are ignored.
    pub const fn from_bits(bits: u64) -> Self {
        Self {
            idempotent: bits & abi::FP_IDC_IDEMPOTENT != 0,
            offline: bits & abi::FP_IDC_OFFLINE != 0,
            portrait: bits & abi::FP_IDC_PORTRAIT != 0,
        }
    }

    /// The ABI's bits.
    pub const fn bits(self) -> u64 {
        let idempotent = if self.idempotent { abi::FP_IDC_IDEMPOTENT } else { 0 };
        let offline = if self.offline { abi::FP_IDC_OFFLINE } else { 0 };
        let portrait = if self.portrait { abi::FP_IDC_PORTRAIT } else { 0 };
        idempotent | offline | portrait
    }
}

/// An identity provider. It does no I/O: it says what the host shall do and hears what came of it.
pub trait Identity: Plugin {
    /// The operations that it offers.
    const OPS: &'static [Op];
    /// What it promises beyond them.
    const CAPS: Caps;
    /// One running operation. Lives between steps, is never stored.
    type Task: Send + 'static;

    /// Takes on one operation.
    fn begin(&self, call: &Call<'_>, request: &Request) -> Result<Self::Task>;

    /// What to do next, given what happened. The first event is [`Event::Start`]; after
    /// [`Done`](machine::Effect::Done) there is no step.
    fn step(&self, call: &Call<'_>, task: &mut Self::Task, event: &Event) -> Result<Effect>;
}
