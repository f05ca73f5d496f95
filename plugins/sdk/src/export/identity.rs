//! The C table of the identity trait.

use std::marker::PhantomData;

use crate::abi;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::export::machine::{self, Machine};
use crate::identity::wire::read_request;
use crate::identity::{Effect, Finding, Identity, Op};
use crate::machine::Event;

/// The table of `P`.
pub(super) struct Tables<P>(PhantomData<P>);

impl<P: Identity> Tables<P> {
    pub(super) const IDENTITY: &'static abi::fp_identity_v1 = &abi::fp_identity_v1 {
        struct_size: size_of::<abi::fp_identity_v1>() as u32,
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

impl<P: Identity> Machine for Tables<P> {
    type Plugin = P;
    type Asked = abi::fp_id_request;
    type Task = P::Task;
    type Ending = Finding;

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
