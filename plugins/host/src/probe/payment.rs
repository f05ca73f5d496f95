//! The payment calls as a host of any age makes them.

use plugin_sdk::abi::fp_payment_v1;
use plugin_sdk::payment::wire::RequestWire;
use plugin_sdk::{Caps, Op, Request};

use super::instance::Instance;
use super::machine::{Begun, Functions};
use super::vision::Way;

impl Instance {
    /// The operations that the provider offers, and its capabilities.
    pub fn offered(&self) -> Result<(Vec<Op>, Caps), String> {
        let table: fp_payment_v1 = self.interface("facepay.payment/1")?;
        let ops = Op::ALL.into_iter().filter(|op| table.ops_mask & (1 << op.code()) != 0);
        Ok((ops.collect(), Caps::from_bits(table.caps)))
    }

    /// `[work]` Asks for an operation.
    pub fn begin(&self, way: &Way, request: &Request) -> Begun<'_> {
        let fp_payment_v1 { begin, step, end, .. } = self.interface("facepay.payment/1")?;
        self.begun(way, *RequestWire::new(request).raw(), Functions { begin, step, end })
    }
}
