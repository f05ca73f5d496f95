//! Operations of a step machine by chance, several at once, each told of whatever may happen.

use plugin_host::Event;
use plugin_host::probe::{Begun, Instance, Task, Way};
use plugin_sdk::abi::FP_OK;
use plugin_sdk::machine::Effect;
use plugin_sdk::machine::wire::Ending;

use super::case::{Broken, Doing, sane};
use super::draw::{event, named};
use crate::seed::Chance;

/// Most operations at once.
const TASKS_MAX: usize = 4;
/// Most steps of one operation.
const STEPS_MAX: u32 = 40;

/// What is asked of one kind of step machine.
pub(crate) trait Counter {
    /// How its operations end.
    type Ending: Ending;
    /// A request by chance.
    type Request;

    /// Draws a request, and says whether a host may make it.
    fn request(&mut self, chance: &mut Chance) -> (Self::Request, bool);

    /// The operation and its size, in a few words.
    fn named(request: &Self::Request) -> (String, String);

    /// Begins it.
    fn begin<'a>(instance: &'a Instance, request: &Self::Request) -> Begun<'a, Self::Ending>;

    /// What is wrong with an effect about a request that a host may make.
    fn flaw(&self, request: &Self::Request, effect: &Effect<Self::Ending>) -> Option<String>;
}

/// A step machine whose operations are called by chance, whatever they are about.
pub(crate) trait Machine {
    /// Leaves every operation.
    fn close(&mut self);

    /// One call by chance: a new operation, a step of one, or the end of one.
    fn call(&mut self, chance: &mut Chance, doing: &mut Doing<'_>) -> Result<(), Broken>;
}

/// The running operations of one instance.
pub(crate) struct Tills<'a, C: Counter> {
    instance: &'a Instance,
    counter: C,
    running: Vec<Running<'a, C>>,
}

struct Running<'a, C: Counter> {
    op: String,
    task: Task<'a, C::Ending>,
    request: C::Request,
    steps: u32,
    /// The request was one that a host may make: then every effect has to be sound.
    is_fair: bool,
}

impl<'a, C: Counter> Tills<'a, C> {
    pub(crate) fn new(instance: &'a Instance, counter: C) -> Self {
        Self { instance, counter, running: Vec::new() }
    }

    fn begin(&mut self, chance: &mut Chance, doing: &mut Doing<'_>) -> Result<(), Broken> {
        let (request, is_fair) = self.counter.request(chance);
        let (op, size) = C::named(&request);
        doing(format!("begin {op} with {size}"));
        match C::begin(self.instance, &request).or_else(Broken::malformed)? {
            Ok(task) => self.running.push(Running { op, task, request, steps: 0, is_fair }),
            Err(answer) => sane("begin", &answer)?,
        }
        Ok(())
    }

    fn step(&mut self, at: usize, chance: &mut Chance, doing: &mut Doing<'_>) -> Result<(), Broken> {
        let running = &mut self.running[at];
        let event = match running.steps {
            0 if !chance.once_in(20) => Event::Start,
            _ => event(chance),
        };
        running.steps += 1;
        doing(format!("step {} of {}: {}", running.steps, running.op, named(&event)));
        let stepped = running.task.step(&Way::default(), &event);
        sane("step", &stepped.answer)?;
        let mut ended = stepped.answer.status != FP_OK || running.steps >= STEPS_MAX;
        if stepped.answer.status == FP_OK {
            let effect = stepped.effect.or_else(|why| Broken::malformed(format!("an effect: {why}")))?;
            let flaw = self.counter.flaw(&running.request, &effect);
            if let Some(flaw) = flaw.filter(|_| running.is_fair) {
                return Broken::malformed(format!("an effect with {flaw}"));
            }
            ended |= matches!(effect, Effect::Done(_));
        }
        if ended {
            self.running.swap_remove(at);
        }
        Ok(())
    }
}

impl<C: Counter> Machine for Tills<'_, C> {
    fn close(&mut self) {
        self.running.clear();
    }

    fn call(&mut self, chance: &mut Chance, doing: &mut Doing<'_>) -> Result<(), Broken> {
        let count = self.running.len();
        let at = chance.below(count.max(1) as u64) as usize;
        match chance.below(8) {
            _ if count == 0 => self.begin(chance, doing),
            0 | 1 if count < TASKS_MAX => self.begin(chance, doing),
            2 => {
                let left = self.running.swap_remove(at);
                doing(format!("end of {} after {} steps", left.op, left.steps));
                drop(left);
                Ok(())
            }
            _ => self.step(at, chance, doing),
        }
    }
}
