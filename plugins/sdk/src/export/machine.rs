//! The C functions of a step machine, which the tables of payment and identity share.

use std::ffi::c_void;

use crate::abi::{self, Growing, fp_call, fp_effect, fp_event, fp_status};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::export::instance::{Instance, contain, take};
use crate::machine::wire::{EffectStorage, Ending, read_event};
use crate::machine::{Effect, Event};

/// One trait of a plugin that is a step machine.
pub(super) trait Machine {
    type Plugin;
    /// What is asked, in the shape of the ABI.
    type Asked: Growing;
    type Task: Send + 'static;
    type Ending: Ending;

    /// Takes on one operation.
    ///
    /// # Safety
    /// What `asked` points to is readable during the call.
    unsafe fn begin(plugin: &Self::Plugin, call: &Call<'_>, asked: &Self::Asked) -> Result<Self::Task>;

    fn step(
        plugin: &Self::Plugin,
        call: &Call<'_>,
        task: &mut Self::Task,
        event: &Event,
    ) -> Result<Effect<Self::Ending>>;
}

/// A running operation and the memory of its last effect.
struct Running<M: Machine> {
    task: M::Task,
    effect: Option<EffectStorage<M::Ending>>,
    done: bool,
}

/// [work]
pub(super) unsafe extern "C" fn begin<M: Machine>(
    this: *mut c_void,
    call: *const fp_call,
    request: *const M::Asked,
    task: *mut *mut c_void,
) -> fp_status {
    // SAFETY: the host calls on a live instance, and all arguments are valid during the call.
    unsafe {
        Instance::<M::Plugin>::work(this, call, |plugin, call| {
            if task.is_null() {
                return Err(Error::Invalid("no place for the task".into()));
            }
            let asked = take(request)?;
            let running = Running::<M> { task: M::begin(plugin, call, &asked)?, effect: None, done: false };
            *task = Box::into_raw(Box::new(running)).cast();
            Ok(())
        })
    }
}

/// [work] One at a time per task.
pub(super) unsafe extern "C" fn step<M: Machine>(
    this: *mut c_void,
    call: *const fp_call,
    task: *mut c_void,
    event: *const fp_event,
    next: *mut fp_effect,
) -> fp_status {
    // SAFETY: the host calls on a live instance; `task` came from `begin` and has not ended; nobody else uses it now.
    unsafe {
        Instance::<M::Plugin>::work(this, call, |plugin, call| {
            let running = task.cast::<Running<M>>().as_mut();
            let running = running.ok_or_else(|| Error::Invalid("no task".into()))?;
            if running.done {
                return Err(Error::Invalid("step after the operation ended".into()));
            }
            let event = read_event(&take(event)?)?;
            let effect = M::step(plugin, call, &mut running.task, &event)?;
            running.done = matches!(effect, Effect::Done(_));
            write_effect(running.effect.insert(EffectStorage::new(effect)?), next)
        })
    }
}

/// Writes an effect into the host's place.
///
/// # Safety
/// `next` is null or points to as many writable bytes as its `struct_size`, which the host has set, says (rule R1).
unsafe fn write_effect<E: Ending>(storage: &EffectStorage<E>, next: *mut fp_effect) -> Result<()> {
    // SAFETY: the caller's contract; what the effect points to lives in `storage`, which the task keeps.
    unsafe { abi::write(next, &storage.raw()) }.map_err(|error| Error::Invalid(error.to_string()))
}

/// [work] Always, once; also on a poisoned instance.
pub(super) unsafe extern "C" fn end<M: Machine>(_this: *mut c_void, task: *mut c_void) {
    if task.is_null() {
        return;
    }
    // SAFETY: `task` came from `Box::into_raw` in `begin`, and the host ends it once.
    let running = unsafe { Box::from_raw(task.cast::<Running<M>>()) };
    // A task's destructor has no caller to report to; the instance's next call shows whether it is still fit.
    let _ = contain(|| {
        drop(running);
        Ok(())
    });
}
