//! The identity calls as a host of any age makes them.

use plugin_sdk::abi::fp_identity_v1;
use plugin_sdk::identity::wire::RequestWire;
use plugin_sdk::identity::{Caps, Effect, Finding, Op, Request};

use super::instance::Instance;
use super::machine::{Begun, Functions};
use super::vision::Way;
use crate::identity::{self, Identity, Promise};

/// What an identity provider says that it offers.
#[derive(Debug, Clone, Copy)]
pub struct Vouching(Promise);

impl Vouching {
    /// What a provider says of itself that a host has loaded.
    pub fn of(identity: &Identity) -> Self {
        Self(Promise::of(&identity.plugin()))
    }

    /// Whether it offers an operation.
    pub fn offers(&self, op: Op) -> bool {
        self.0.offers(op)
    }

    /// What it promises beyond its operations.
    pub fn caps(&self) -> Caps {
        self.0.caps
    }

    /// What is wrong with an effect about this request, if anything.
    pub fn flaw(&self, request: &Request, effect: &Effect) -> Option<String> {
        identity::told_flaw(request, effect).or_else(|| identity::flaw(self.0, effect))
    }
}

impl Instance {
    /// What the identity provider says that it offers.
    pub fn vouching(&self) -> Result<Vouching, String> {
        let fp_identity_v1 { ops_mask, caps, .. } = self.interface("facepay.identity/1")?;
        Ok(Vouching(Promise { ops_mask, caps: Caps::from_bits(caps) }))
    }

    /// `[work]` Asks an identity provider for an operation.
    pub fn begin_identity(&self, way: &Way, request: &Request) -> Begun<'_, Finding> {
        let fp_identity_v1 { begin, step, end, .. } = self.interface("facepay.identity/1")?;
        self.begun(way, *RequestWire::new(request).raw(), Functions { begin, step, end })
    }
}
