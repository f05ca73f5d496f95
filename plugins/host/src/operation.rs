//! A running operation of a step machine, kept to its order and its number of steps.

use std::time::{Duration, Instant};

use plugin_sdk::Event;
use plugin_sdk::abi::{fp_id_request, fp_pay_request};
use plugin_sdk::machine::Effect;
use plugin_sdk::machine::wire::{Ending, EventWire};

use crate::call::CallContext;
use crate::error::CallError;
use crate::home::Task;
use crate::mount::Pin;

/// Most steps of one operation.
const STEPS_MAX: u32 = 256;
/// Longest wait for a place in the plugin to end an operation in. After it the plugin's memory for it is lost.
const END_WAIT_MAX: Duration = Duration::from_secs(1);

/// What is asked of a step machine, in the shape of the ABI.
#[derive(Clone, Copy)]
pub(crate) enum Asked<'a> {
    Payment(&'a fp_pay_request),
    Identity(&'a fp_id_request),
}

/// A running operation, which stays with the plugin that it began with. Dropping it ends it on the plugin's side, unless the plugin
/// is too busy to be told.
pub(crate) struct Operation {
    plugin: Pin,
    task: Task,
    steps: u32,
    done: bool,
}

impl Operation {
    /// Has the plugin take on one operation.
    pub(crate) fn begin(plugin: Pin, context: &CallContext, asked: Asked<'_>) -> Result<Self, CallError> {
        let mut task = None;
        let called = plugin.call(context, |call| {
            let (status, begun) = plugin.home().begin(call, asked)?;
            task = begun;
            Ok(status)
        });
        match (called, task) {
            (Ok(()) | Err(CallError::Overrun { .. }), None) => {
                Err(plugin.malformed("no task for an operation that it took on"))
            }
            // A late task is not used, but it exists: dropping it ends it.
            (called @ (Ok(()) | Err(CallError::Overrun { .. })), Some(task)) => {
                let operation = Self { plugin, task, steps: 0, done: false };
                called.map(|()| operation)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// What to do next, given what happened. `flaw` says what is wrong with an effect, which is then not used.
    pub(crate) fn step<E: Ending>(
        &mut self,
        context: &CallContext,
        event: &Event,
        flaw: impl FnOnce(&Effect<E>) -> Option<String>,
    ) -> Result<Effect<E>, CallError> {
        let plugin = &self.plugin;
        if self.done {
            return Err(plugin.not_called("the operation has ended"));
        }
        if matches!(event, Event::Start) != (self.steps == 0) {
            return Err(plugin.not_called("Start is the first event, and only the first"));
        }
        if self.steps >= STEPS_MAX {
            return Err(plugin.malformed(format!("no outcome after {STEPS_MAX} steps")));
        }
        self.steps += 1;
        let (wire, task) = (EventWire::new(event), &mut self.task);
        let mut read = None;
        plugin.call(context, |call| {
            let (status, effect) = plugin.home().step(call, task, wire.raw())?;
            read = effect;
            Ok(status)
        })?;
        let effect = read.ok_or_else(|| plugin.malformed("no effect for a step that it took"))?;
        let effect = effect.map_err(|error| plugin.malformed(format!("an effect: {error}")))?;
        if let Some(flaw) = flaw(&effect) {
            return Err(plugin.malformed(format!("an effect with {flaw}")));
        }
        self.done = matches!(effect, Effect::Done(_));
        Ok(effect)
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let plugin = &self.plugin;
        // Bounded: whoever drops an operation may be a thread that others wait for.
        let Some(_permit) = plugin.permit(Instant::now() + END_WAIT_MAX) else {
            let id = &plugin.manifest().id;
            tracing::error!(plugin = %id, "plugin is fully occupied: an operation was left without its end");
            return;
        };
        plugin.home().end(&mut self.task);
    }
}
