//! The C table of the payment trait.

use std::marker::PhantomData;

use crate::abi;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::export::machine::{self, Machine};
use crate::machine::Event;
use crate::payment::wire::read_request;
use crate::payment::{Effect, Op, Outcome, Payment};

/// The table of `P`.
pub(super) struct Tables<P>(PhantomData<P>);

impl<P: Payment> Tables<P> {
    pub(super) const PAYMENT: &'static abi::fp_payment_v1 = &abi::fp_payment_v1 {
        struct_size: size_of::<abi::fp_payment_v1>() as u32,
        ops_mask: mask(P::OPS),
        caps: P::CAPS.bits(),
        begin: Some(machine::begin::<Self>),
        step: Some(machine::step::<Self>),
        end: Some(machine::end::<Self>),
    };
}

const fn mask(ops: &[Op]) -> u32 {
    let (mut bits, mut index) = (0, 0);
    while index < ops.len() {
        bits |= 1 << ops[index].code();
        index += 1;
    }
    bits
}

impl<P: Payment> Machine for Tables<P> {
    type Plugin = P;
    type Asked = abi::fp_pay_request;
    type Task = P::Task;
    type Ending = Outcome;

    unsafe fn begin(plugin: &P, call: &Call<'_>, asked: &Self::Asked) -> Result<P::Task> {
        // SAFETY: the trait's contract.
        let request = unsafe { read_request(asked) }?;
        if !P::OPS.contains(&request.op) {
            return Err(Error::Unsupported(format!("operation {:?}", request.op)));
        }
        plugin.begin(call, &request)
    }

    fn step(plugin: &P, call: &Call<'_>, task: &mut P::Task, event: &Event) -> Result<Effect> {
        plugin.step(call, task, event)
    }
}
