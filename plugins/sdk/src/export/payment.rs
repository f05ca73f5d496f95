//! The C table of the payment trait.

use std::ffi::c_void;
use std::marker::PhantomData;

use crate::abi::{self, fp_call, fp_effect, fp_event, fp_pay_request, fp_status};
use crate::error::{Error, Result};
use crate::export::instance::{Instance, contain, take};
use crate::payment::wire::{EffectStorage, read_event, read_request};
use crate::payment::{Effect, Op, Payment};

/// The table of `P`.
pub(super) struct Tables<P>(PhantomData<P>);

impl<P: Payment> Tables<P> {
    pub(super) const PAYMENT: &'static abi::fp_payment_v1 = &abi::fp_payment_v1 {
        struct_size: size_of::<abi::fp_payment_v1>() as u32,
        ops_mask: mask(P::OPS),
        caps: P::CAPS.bits(),
        begin: Some(begin::<P>),
        step: Some(step::<P>),
        end: Some(end::<P>),
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

/// A running operation and the memory of its last effect.
struct Running<T> {
    task: T,
    effect: Option<EffectStorage>,
    done: bool,
}

/// [work]
unsafe extern "C" fn begin<P: Payment>(
    this: *mut c_void,
    call: *const fp_call,
    request: *const fp_pay_request,
    task: *mut *mut c_void,
) -> fp_status {
    // SAFETY: the host calls on a live instance, and all arguments are valid during the call.
    unsafe {
        Instance::<P>::work(this, call, |plugin, call| {
            if task.is_null() {
                return Err(Error::Invalid("no place for the task".into()));
            }
            let request = read_request(&take(request)?)?;
            if !P::OPS.contains(&request.op) {
                return Err(Error::Unsupported(format!("operation {:?}", request.op)));
            }
            let running = Running { task: plugin.begin(call, &request)?, effect: None, done: false };
            *task = Box::into_raw(Box::new(running)).cast();
            Ok(())
        })
    }
}

/// [work] One at a time per task.
unsafe extern "C" fn step<P: Payment>(
    this: *mut c_void,
    call: *const fp_call,
    task: *mut c_void,
    event: *const fp_event,
    next: *mut fp_effect,
) -> fp_status {
    // SAFETY: the host calls on a live instance; `task` came from `begin` and has not ended; nobody else uses it now.
    unsafe {
        Instance::<P>::work(this, call, |plugin, call| {
            let running = task.cast::<Running<P::Task>>().as_mut();
            let running = running.ok_or_else(|| Error::Invalid("no task".into()))?;
            if running.done {
                return Err(Error::Invalid("step after the operation ended".into()));
            }
            let event = read_event(&take(event)?)?;
            let effect = plugin.step(call, &mut running.task, &event)?;
            running.done = matches!(effect, Effect::Done(_));
            write_effect(running.effect.insert(EffectStorage::new(effect)?), next)
        })
    }
}

/// Writes an effect into the host's place.
///
/// # Safety
/// `next` is null or points to as many writable bytes as its `struct_size`, which the host has set, says (rule R1).
unsafe fn write_effect(storage: &EffectStorage, next: *mut fp_effect) -> Result<()> {
    // SAFETY: the caller's contract; what the effect points to lives in `storage`, which the task keeps.
    unsafe { abi::write(next, &storage.raw()) }.map_err(|error| Error::Invalid(error.to_string()))
}

/// [work] Always, once; also on a poisoned instance.
unsafe extern "C" fn end<P: Payment>(_this: *mut c_void, task: *mut c_void) {
    if task.is_null() {
        return;
    }
    // SAFETY: `task` came from `Box::into_raw` in `begin`, and the host ends it once.
    let running = unsafe { Box::from_raw(task.cast::<Running<P::Task>>()) };
    // A task's destructor has no caller to report to; the instance's next call shows whether it is still fit.
    let _ = contain(|| {
        drop(running);
        Ok(())
    });
}
