//! The calls of step machines as a host of any age makes them.

use std::ffi::c_void;
use std::marker::PhantomData;

use plugin_sdk::abi::{self, Growing, fp_call, fp_status};
use plugin_sdk::machine::Effect;
use plugin_sdk::machine::wire::{Ending, EventWire, read_effect};
use plugin_sdk::{Event, Outcome};

use super::age::Laid;
use super::instance::Instance;
use super::sink::Answer;
use super::vision::Way;
use crate::instance::{EndFn, StepFn};

type BeginFn<R> = unsafe extern "C" fn(*mut c_void, *const fp_call, *const R, *mut *mut c_void) -> fp_status;

/// The functions of one table.
pub(super) struct Functions<R> {
    pub(super) begin: Option<BeginFn<R>>,
    pub(super) step: Option<StepFn>,
    pub(super) end: Option<EndFn>,
}

/// A running operation. Ended on drop.
pub struct Task<'a, E = Outcome> {
    instance: &'a Instance,
    step: StepFn,
    end: EndFn,
    task: *mut c_void,
    ending: PhantomData<E>,
}

/// What a step answered.
pub struct Stepped<E = Outcome> {
    /// Status and reason.
    pub answer: Answer,
    /// The effect, when the status is `FP_OK`, or what is wrong with it.
    pub effect: Result<Effect<E>, String>,
}

/// What came of a begin: the outer error is of a plugin that has no such table, the inner of one that refuses.
pub type Begun<'a, E = Outcome> = Result<Result<Task<'a, E>, Answer>, String>;

impl Instance {
    /// `[work]` Asks for an operation of a step machine.
    pub(super) fn begun<R: Growing, E: Ending>(
        &self,
        way: &Way,
        asked: R,
        Functions { begin, step, end }: Functions<R>,
    ) -> Begun<'_, E> {
        let (Some(begin), Some(step), Some(end)) = (begin, step, end) else {
            return Err("begin, step or end is a null pointer".into());
        };
        let raw = Laid::of(way.age, &[asked]).and_then(Laid::read_only);
        let raw = raw.map_err(|error| error.to_string())?;
        let mut task = std::ptr::null_mut();
        let answer = way.call(|call| {
            // SAFETY: [work]; request, call and place are valid during the call.
            unsafe { begin(self.this(), call, raw.as_ptr(), &raw mut task) }
        });
        match answer.status {
            abi::FP_OK if task.is_null() => Err("no task for an operation that it took on".into()),
            abi::FP_OK => Ok(Ok(Task { instance: self, step, end, task, ending: PhantomData })),
            _ => Ok(Err(answer)),
        }
    }
}

impl<E: Ending> Task<'_, E> {
    /// `[work]` Tells it what happened.
    pub fn step(&mut self, way: &Way, event: &Event) -> Stepped<E> {
        let wire = EventWire::new(event);
        let event = Laid::of(way.age, &[*wire.raw()]).and_then(Laid::read_only).expect("memory for an event");
        let next = Laid::of(way.age, &[abi::fp_effect::empty()]).expect("memory for an effect");
        let answer = way.call(|call| {
            // SAFETY: [work], one at a time through `&mut self`; event, call and place are valid during the call.
            unsafe { (self.step)(self.instance.this(), call, self.task, event.as_ptr(), next.as_ptr()) }
        });
        let effect = match answer.status {
            abi::FP_OK => next.answered::<abi::fp_effect>().and_then(|raw| {
                // SAFETY: what the effect points to is valid until the next step or end.
                unsafe { read_effect(&raw) }.map_err(|error| error.to_string())
            }),
            status => Err(format!("status {status}: {}", answer.reason)),
        };
        Stepped { answer, effect }
    }
}

impl<E> Drop for Task<'_, E> {
    fn drop(&mut self) {
        // SAFETY: [work]; the task came from `begin` and is ended once, here.
        unsafe { (self.end)(self.instance.this(), self.task) };
    }
}
