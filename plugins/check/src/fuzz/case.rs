//! One case: an instance with some settings, then calls in some order, and nothing left when it is gone.

use plugin_host::probe::{Age, Answer, Instance, ProbeHost, Sink};
use plugin_sdk::abi::{FP_E_CONFIG, FP_E_INTERNAL, FP_E_PANIC, FP_OK};

use super::FindingKind;
use super::counters::machines;
use super::draw::garbled;
use super::looks::{Looks, look};
use crate::case::Stop;
use crate::eye::Eye;
use crate::held::Held;
use crate::sample::Sampler;
use crate::seed::Chance;
use crate::subject::{LIMITS, Subject, said};

/// Calls of one life.
const CALLS: usize = 60;
/// Most bytes that a life may leave behind which went before in the same way.
const LEFT_BYTES_MAX: u64 = 8 << 20;
/// Most letters of settings that are shown.
const SHOWN_MAX: usize = 120;

/// Why a case ended early.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    Found(FindingKind, String),
    Skip(String),
}

impl From<Stop> for Broken {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Fail(why) => Self::Found(FindingKind::Malformed, why),
            Stop::Skip(why) => Self::Skip(why),
        }
    }
}

impl Broken {
    pub(crate) fn malformed<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self::Found(FindingKind::Malformed, why.into()))
    }
}

/// Hears what is done next.
pub(crate) type Doing<'a> = dyn FnMut(String) + 'a;

/// Lives the same life twice: what the second leaves that the first did not is a leak.
pub(crate) fn case(subject: &Subject, doing: &mut Doing<'_>) -> Result<(), Broken> {
    if let Some(extension) = subject.missing() {
        return Err(Broken::Skip(format!("it requires {extension}, which is not offered here")));
    }
    let host = subject.host();
    life(subject, &host, doing)?;
    let before = Held::now()?;
    life(subject, &host, doing)?;
    let left = Held::settled(&before)?.since(&before);
    match () {
        () if left.threads > 0 => leaked(format!("{} threads", left.threads)),
        () if left.descriptors > 0 => leaked(format!("{} file descriptors", left.descriptors)),
        () if left.memory_bytes > LEFT_BYTES_MAX => {
            leaked(format!("{} KiB of memory", left.memory_bytes >> 10))
        }
        () => Ok(()),
    }
}

fn leaked(what: String) -> Result<(), Broken> {
    Err(Broken::Found(FindingKind::Leak, format!("an instance that is gone left {what}")))
}

fn life(subject: &Subject, host: &ProbeHost, doing: &mut Doing<'_>) -> Result<(), Broken> {
    let mut chance = Chance::from_seed(subject.seed);
    let instance = match settled(subject, host, &mut chance, doing)? {
        Some(instance) => instance,
        None => {
            let instance = subject.created(host)?;
            doing("configure with the settings of the tests".into());
            subject.configured(&instance)?;
            instance
        }
    };
    doing("activate".into());
    let activated = instance.activate(&LIMITS, Age::Same, Sink::Keeps);
    sane("activate", &activated)?;
    if activated.status != FP_OK {
        return Ok(()); // drawn settings may ask for what is not there
    }
    calls(subject, &instance, &mut chance, doing)
}

/// An instance with drawn settings that it takes.
fn settled(
    subject: &Subject,
    host: &ProbeHost,
    chance: &mut Chance,
    doing: &mut Doing<'_>,
) -> Result<Option<Instance>, Broken> {
    let drawn = Sampler::new(chance).any(&subject.schema_json).to_string();
    let fitting = subject.schema.settle(&drawn).ok().map(|settled| settled.json);
    let (text, is_fair) = match (chance.below(3), fitting) {
        (0, _) => return Ok(None),
        (1, Some(fitting)) => (fitting, true),
        _ => (garbled(&drawn, chance), false),
    };
    let instance = subject.created(host)?;
    doing(format!("configure with {}", text.chars().take(SHOWN_MAX).collect::<String>().escape_debug()));
    let answer = instance.configure(&text, Sink::Keeps);
    sane("configure", &answer)?;
    match answer.status {
        FP_OK if is_fair => Ok(Some(instance)),
        FP_E_CONFIG if answer.reason.trim().is_empty() => Broken::malformed("FP_E_CONFIG and no word why"),
        FP_OK | FP_E_CONFIG => Ok(None),
        _ if is_fair => Broken::malformed(format!("configure answered {}", said(&answer))),
        _ => Ok(None),
    }
}

fn calls(
    subject: &Subject,
    instance: &Instance,
    chance: &mut Chance,
    doing: &mut Doing<'_>,
) -> Result<(), Broken> {
    let looks = Looks { eyes: Eye::of(subject, || instance.describe(Age::Same))?, instance };
    let mut machines = machines(subject, instance)?;
    for _ in 0..CALLS {
        match chance.below(40) {
            0 => {
                doing("health".into());
                sane("health", &instance.health(Sink::Keeps))?;
            }
            1 => {
                let id = garbled("facepay.liveness/1", chance);
                doing(format!("get_interface of {id:?}"));
                instance.table_address(&id);
            }
            2 => {
                machines.iter_mut().for_each(|machine| machine.close());
                again(subject, instance, doing)?;
            }
            _ => {
                let at = if machines.len() > 1 { chance.below(machines.len() as u64) as usize } else { 0 };
                match machines.get_mut(at) {
                    Some(machine) if looks.eyes.is_empty() || chance.once_in(2) => {
                        machine.call(chance, doing)?;
                    }
                    _ => look(&looks, chance, doing)?,
                }
            }
        }
    }
    Ok(())
}

/// From work and back to it.
fn again(subject: &Subject, instance: &Instance, doing: &mut Doing<'_>) -> Result<(), Broken> {
    doing("deactivate, and activate again".into());
    instance.deactivate();
    subject.configured(instance)?;
    let answer = instance.activate(&LIMITS, Age::Same, Sink::Keeps);
    match answer.status {
        FP_OK => Ok(()),
        _ => Broken::malformed(format!("activate again answered {}", said(&answer))),
    }
}

/// A status that the ABI has, and no panic; nothing was written to a sink that had refused.
pub(crate) fn sane(what: &str, answer: &Answer) -> Result<(), Broken> {
    match answer.status {
        FP_E_PANIC => Err(Broken::Found(FindingKind::Panic, format!("{what}: {}", answer.reason))),
        FP_E_INTERNAL..=FP_OK if answer.writes_after_refusal > 0 => {
            Broken::malformed(format!("{what} went on writing after the sink had refused"))
        }
        FP_E_INTERNAL..=FP_OK => Ok(()),
        status => Broken::malformed(format!("{what} answered status {status}, which the ABI does not have")),
    }
}
