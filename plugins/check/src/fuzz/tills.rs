//! Payment operations by chance, several at once, each told of whatever may happen.

use plugin_host::probe::{Instance, Task, Way, effect_flaw};
use plugin_host::{Effect, Event, Money, Op, Request};
use plugin_sdk::abi::FP_OK;

use super::case::{Broken, Doing, sane};
use super::draw::{event, garbled, named, noise, object};
use crate::payment::Till;
use crate::seed::Chance;
use crate::subject::Subject;

/// Most operations at once.
const TASKS_MAX: usize = 4;
/// Most steps of one operation.
const STEPS_MAX: u32 = 40;

/// The running operations of one instance.
pub(crate) struct Tills<'a> {
    instance: &'a Instance,
    till: Till,
    offered: Vec<Op>,
    running: Vec<Running<'a>>,
}

struct Running<'a> {
    op: Op,
    task: Task<'a>,
    steps: u32,
    /// The request was one that a host may make: then every effect has to be sound.
    is_fair: bool,
}

impl<'a> Tills<'a> {
    pub(crate) fn new(subject: &Subject, instance: &'a Instance) -> Result<Self, Broken> {
        let (offered, _) = instance.offered().or_else(Broken::malformed)?;
        Ok(Self { instance, till: Till::new(subject), offered, running: Vec::new() })
    }

    /// Leaves every operation.
    pub(crate) fn close(&mut self) {
        self.running.clear();
    }

    /// One call by chance: a new operation, a step of one, or the end of one.
    pub(crate) fn call(&mut self, chance: &mut Chance, doing: &mut Doing<'_>) -> Result<(), Broken> {
        let count = self.running.len();
        let at = chance.below(count.max(1) as u64) as usize;
        match chance.below(8) {
            _ if count == 0 => self.begin(chance, doing),
            0 | 1 if count < TASKS_MAX => self.begin(chance, doing),
            2 => {
                let left = self.running.swap_remove(at);
                doing(format!("end of {:?} after {} steps", left.op, left.steps));
                drop(left);
                Ok(())
            }
            _ => self.step(at, chance, doing),
        }
    }

    fn begin(&mut self, chance: &mut Chance, doing: &mut Doing<'_>) -> Result<(), Broken> {
        let offered = (self.offered.len() as u64).max(1);
        let op = match self.offered.get(chance.below(offered) as usize) {
            Some(op) if !chance.once_in(10) => *op,
            _ => Op::ALL[chance.below(Op::ALL.len() as u64) as usize],
        };
        let (request, is_fair) = request(&mut self.till, op, chance);
        doing(format!("begin {op:?} with {} bytes of payload", request.payload_json.len()));
        match self.instance.begin(&Way::default(), &request).or_else(Broken::malformed)? {
            Ok(task) => self.running.push(Running { op, task, steps: 0, is_fair }),
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
        doing(format!("step {} of {:?}: {}", running.steps, running.op, named(&event)));
        let stepped = running.task.step(&Way::default(), &event);
        sane("step", &stepped.answer)?;
        let mut ended = stepped.answer.status != FP_OK || running.steps >= STEPS_MAX;
        if stepped.answer.status == FP_OK {
            let effect = stepped.effect.or_else(|why| Broken::malformed(format!("an effect: {why}")))?;
            if let Some(flaw) = effect_flaw(&effect).filter(|_| running.is_fair) {
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

/// A request, and whether a host may make it.
fn request(till: &mut Till, op: Op, chance: &mut Chance) -> (Request, bool) {
    let mut request = till.request(op, None);
    if chance.once_in(4) {
        let currency = ["EUR", "JPY", "XXX"][chance.below(3) as usize];
        let minor = [1, 99, 1_000_000, i64::MAX][chance.below(4) as usize];
        request.money = Money::new(minor, currency, chance.below(5) as u8).ok();
    }
    if chance.once_in(6) {
        request.provider_ref = Some(garbled("pi_3MtwBwLkdIwHu7ix28a3tqPa", chance));
    }
    if chance.once_in(6) {
        request.original_ref = chance.once_in(2).then(|| chance.bytes());
    }
    let is_fair = !chance.once_in(5);
    if !is_fair {
        let sound = String::from_utf8_lossy(&request.payload_json).into_owned();
        request.payload_json = match chance.below(4) {
            0 => Vec::new(),
            1 => noise(chance),
            2 => object(chance, 0).to_string().into_bytes(),
            _ => garbled(&sound, chance).into_bytes(),
        };
    }
    (request, is_fair)
}
