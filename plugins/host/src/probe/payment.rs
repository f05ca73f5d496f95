//! The payment calls as a host of any age makes them.

use std::ffi::c_void;

use plugin_sdk::abi::{self, Growing, fp_payment_v1};
use plugin_sdk::payment::wire::{EventWire, RequestWire, read_effect};
use plugin_sdk::{Caps, Effect, Event, Op, Request};

use super::age::Laid;
use super::instance::Instance;
use super::sink::Answer;
use super::vision::Way;

/// A running operation. Ended on drop.
pub struct Task<'a> {
    instance: &'a Instance,
    table: fp_payment_v1,
    task: *mut c_void,
}

/// What a step answered.
pub struct Stepped {
    /// Status and reason.
    pub answer: Answer,
    /// The effect, when the status is `FP_OK`, or what is wrong with it.
    pub effect: Result<Effect, String>,
}

impl Instance {
    /// The operations that the provider offers, and its capabilities.
    pub fn offered(&self) -> Result<(Vec<Op>, Caps), String> {
        let table: fp_payment_v1 = self.interface("facepay.payment/1")?;
        let ops = Op::ALL.into_iter().filter(|op| table.ops_mask & (1 << op.code()) != 0);
        Ok((ops.collect(), Caps::from_bits(table.caps)))
    }

    /// `[work]` Asks for an operation; the outer error is of a plugin that is no provider, the inner of one that refuses.
    pub fn begin(&self, way: &Way, request: &Request) -> Result<Result<Task<'_>, Answer>, String> {
        let table: fp_payment_v1 = self.interface("facepay.payment/1")?;
        let begin = table.begin.ok_or("fp_payment_v1.begin is a null pointer")?;
        if table.step.is_none() || table.end.is_none() {
            return Err("fp_payment_v1.step or end is a null pointer".into());
        }
        let wire = RequestWire::new(request);
        let raw = Laid::of(way.age, &[*wire.raw()]).and_then(Laid::read_only);
        let raw = raw.map_err(|error| error.to_string())?;
        let mut task = std::ptr::null_mut();
        let answer = way.call(|call| {
            // SAFETY: [work]; request, call and place are valid during the call.
            unsafe { begin(self.this(), call, raw.as_ptr(), &raw mut task) }
        });
        match answer.status {
            abi::FP_OK if task.is_null() => Err("no task for an operation that it took on".into()),
            abi::FP_OK => Ok(Ok(Task { instance: self, table, task })),
            _ => Ok(Err(answer)),
        }
    }
}

impl Task<'_> {
    /// `[work]` Tells it what happened.
    pub fn step(&mut self, way: &Way, event: &Event) -> Stepped {
        let step = self.table.step.expect("checked in begin");
        let wire = EventWire::new(event);
        let event = Laid::of(way.age, &[*wire.raw()]).and_then(Laid::read_only).expect("memory for an event");
        let next = Laid::of(way.age, &[abi::fp_effect::empty()]).expect("memory for an effect");
        let answer = way.call(|call| {
            // SAFETY: [work], one at a time through `&mut self`; event, call and place are valid during the call.
            unsafe { step(self.instance.this(), call, self.task, event.as_ptr(), next.as_ptr()) }
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

impl Drop for Task<'_> {
    fn drop(&mut self) {
        if let Some(end) = self.table.end {
            // SAFETY: [work]; the task came from `begin` and is ended once, here.
            unsafe { end(self.instance.this(), self.task) };
        }
    }
}
