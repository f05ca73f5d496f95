//! The place of a plugin at work. What is in it can be exchanged while calls go on: each call, and each operation of a payment
//! plugin, stays with the plugin that it began with.

use std::ops::Deref;
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::error::CallError;
use crate::faults::{LastFault, PluginState};
use crate::identity::Identity;
use crate::instance::Offers;
use crate::payment::Payment;
use crate::plugin::Plugin;
use crate::vision::{Detector, Liveness, Recognizer};

/// A place that a plugin holds. Its steps and providers are asked here, whichever generation holds it.
pub struct Mount {
    held: RwLock<Held>,
}

struct Held {
    plugin: Arc<Plugin>,
    generation: u64,
    /// Why nobody is let in.
    closed: Option<String>,
    /// How often it was closed.
    closings: u64,
    /// The last fault of the generations before.
    last_fault: Option<LastFault>,
}

/// Why a plugin cannot take another's place while calls go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// It is another plugin.
    #[error("{offered} cannot take the place of {held}")]
    Id {
        /// The plugin in the place.
        held: String,
        /// The plugin that was to take it.
        offered: String,
    },
    /// It can do other things.
    #[error("{id} offered {held} and now offers {offered}: restart the appliance to load it")]
    Offers {
        /// The plugin.
        id: String,
        /// What the generation in the place offers.
        held: String,
        /// What the new one offers.
        offered: String,
    },
    /// It was taken out of use meanwhile.
    #[error("{id} was disabled meanwhile")]
    Closed {
        /// The plugin.
        id: String,
    },
    /// Its embeddings do not compare with those of before: whoever is enrolled would not be recognised.
    #[error(
        "{id} embeds as model {offered} and not {held}: the enrolled templates do not compare with it; have it take over as \
         `facepay models change` does"
    )]
    Model {
        /// The plugin.
        id: String,
        /// Model tag, values and metric of the generation in the place.
        held: String,
        /// Those of the new one.
        offered: String,
    },
}

/// A plugin that holds a place no more. What began with it goes on until [`Self::drain`] gives it up.
pub struct Retired(Arc<Plugin>);

/// Keeps a plugin's generation as it is: dropped when what began with it has ended.
pub(crate) struct Pin(Arc<Plugin>);

/// How many calls and operations a plugin has under way.
#[derive(Default)]
pub(crate) struct Pins {
    count: Mutex<usize>,
    none: Condvar,
}

impl Mount {
    /// A place with a plugin in it.
    pub fn new(plugin: Arc<Plugin>) -> Arc<Self> {
        let held = Held { plugin, generation: 1, closed: None, closings: 0, last_fault: None };
        Arc::new(Self { held: RwLock::new(held) })
    }

    /// The plugin that holds the place.
    pub fn plugin(&self) -> Arc<Plugin> {
        Arc::clone(&self.read().plugin)
    }

    /// How many plugins have held the place, the present one included.
    pub fn generation(&self) -> u64 {
        self.read().generation
    }

    /// Whether the plugin can be called.
    pub fn state(&self) -> PluginState {
        let held = self.read();
        match &held.closed {
            Some(reason) => PluginState::Disabled { reason: reason.clone() },
            None => held.plugin.state(),
        }
    }

    /// What went wrong last, in this generation or one before.
    pub fn last_fault(&self) -> Option<LastFault> {
        let held = self.read();
        held.plugin.last_fault().or_else(|| held.last_fault.clone())
    }

    /// How often the place was closed: whoever is about to exchange its plugin reads it first.
    pub fn closings(&self) -> u64 {
        self.read().closings
    }

    /// Puts `next` in the place and opens it, unless it was closed since it had been closed `closings` times: calls that begin
    /// from here on go to it.
    ///
    /// # Errors
    /// [`ExchangeError`]; the place is as it was.
    pub fn exchange(&self, next: Arc<Plugin>, closings: u64) -> Result<Retired, ExchangeError> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        may_follow(&held.plugin, &next)?;
        if held.closings != closings {
            return Err(ExchangeError::Closed { id: next.manifest().id.clone() });
        }
        let last_fault = held.plugin.last_fault().or_else(|| held.last_fault.take());
        let generation = held.generation + 1;
        let next = Held { plugin: next, generation, closed: None, closings, last_fault };
        Ok(Retired(std::mem::replace(&mut *held, next).plugin))
    }

    /// Whether `next` could take the place.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub fn may_exchange(&self, next: &Plugin) -> Result<(), ExchangeError> {
        may_follow(&self.read().plugin, next)
    }

    /// Lets nobody in any more, until a plugin is put in the place anew.
    pub fn close(&self, reason: &str) -> Retired {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        held.closed = Some(reason.to_owned());
        held.closings += 1;
        Retired(Arc::clone(&held.plugin))
    }

    /// The detector, where the plugin is one.
    pub fn detector(self: &Arc<Self>) -> Option<Detector> {
        self.offers().detector.then(|| Detector::new(Arc::clone(self)))
    }

    /// The liveness step, where the plugin is one.
    pub fn liveness(self: &Arc<Self>) -> Option<Liveness> {
        self.offers().liveness.then(|| Liveness::new(Arc::clone(self)))
    }

    /// The recogniser, where the plugin is one.
    pub fn recognizer(self: &Arc<Self>) -> Option<Recognizer> {
        Some(Recognizer::new(Arc::clone(self), self.offers().recognizer?))
    }

    /// The payment provider, where the plugin is one.
    pub fn payment(self: &Arc<Self>) -> Option<Payment> {
        self.offers().payment.is_some().then(|| Payment::new(Arc::clone(self)))
    }

    /// The identity provider, where the plugin is one.
    pub fn identity(self: &Arc<Self>) -> Option<Identity> {
        self.offers().identity.is_some().then(|| Identity::new(Arc::clone(self)))
    }

    pub(crate) fn offers(&self) -> Offers {
        self.read().plugin.offers()
    }

    /// The plugin for one call or operation, which stays with it.
    pub(crate) fn enter(&self) -> Result<Pin, CallError> {
        let held = self.read();
        match &held.closed {
            Some(reason) => {
                let id = held.plugin.manifest().id.clone();
                Err(CallError::Disabled { id, reason: reason.clone() })
            }
            // Under the lock: whoever exchanges the plugin after this sees the pin.
            None => Ok(Pin::new(&held.plugin)),
        }
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Held> {
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Retired {
    /// Waits until all that began with the plugin has ended, `within` at most, and then ends its process where it has one:
    /// what is still under way there is lost. Says whether all had ended. Blocks.
    pub fn drain(self, within: Duration) -> bool {
        let drained = self.0.pins().all_gone(Instant::now() + within);
        self.0.stop();
        drained
    }
}

impl Pin {
    fn new(plugin: &Arc<Plugin>) -> Self {
        *plugin.pins().lock() += 1;
        Self(Arc::clone(plugin))
    }
}

impl Deref for Pin {
    type Target = Plugin;

    fn deref(&self) -> &Plugin {
        &self.0
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let pins = self.0.pins();
        let mut count = pins.lock();
        *count -= 1;
        if *count == 0 {
            pins.none.notify_all();
        }
    }
}

impl Pins {
    fn lock(&self) -> std::sync::MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn all_gone(&self, until: Instant) -> bool {
        let mut count = self.lock();
        while *count > 0 {
            let left = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
            let Some(left) = left else { return false };
            count = self.none.wait_timeout(count, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// Whether `next` can do what whoever holds handles to `held` relies on.
fn may_follow(held: &Plugin, next: &Plugin) -> Result<(), ExchangeError> {
    let (held_id, id) = (&held.manifest().id, next.manifest().id.clone());
    if *held_id != id {
        return Err(ExchangeError::Id { held: held_id.clone(), offered: id });
    }
    follows(held.offers(), next.offers()).map_err(|broken| broken.of(id))
}

/// Which promise a new generation would break.
#[derive(Debug, PartialEq, Eq)]
enum Broken {
    Offers(String, String),
    Model(String, String),
}

impl Broken {
    fn of(self, id: String) -> ExchangeError {
        match self {
            Self::Offers(held, offered) => ExchangeError::Offers { id, held, offered },
            Self::Model(held, offered) => ExchangeError::Model { id, held, offered },
        }
    }
}

/// A new generation offers the same interfaces, the same model and the same capabilities; operations may be added.
fn follows(held: Offers, next: Offers) -> Result<(), Broken> {
    let interfaces = |offers: &Offers| {
        let all = [
            ("detection", offers.detector),
            ("liveness", offers.liveness),
            ("recognition", offers.recognizer.is_some()),
            ("payment", offers.payment.is_some()),
            ("identity", offers.identity.is_some()),
        ];
        all.iter().filter(|(_, offered)| *offered).map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    };
    if interfaces(&held) != interfaces(&next) {
        return Err(Broken::Offers(interfaces(&held), interfaces(&next)));
    }
    if let (Some(before), Some(after)) = (held.recognizer, next.recognizer)
        && before != after
    {
        let shown = |info: plugin_sdk::EmbeddingInfo| {
            format!("{} ({} values, {:?})", info.model_tag, info.dim, info.metric)
        };
        return Err(Broken::Model(shown(before), shown(after)));
    }
    for (before, after) in [(held.payment, next.payment), (held.identity, next.identity)] {
        let (Some((ops, caps)), Some((ops_next, caps_next))) = (before, after) else { continue };
        if caps != caps_next || ops & !ops_next != 0 {
            let shown = |ops: u32, caps: u64| format!("operations {ops:#x} with capabilities {caps:#x}");
            return Err(Broken::Offers(shown(ops, caps), shown(ops_next, caps_next)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use plugin_sdk::{EmbeddingInfo, Metric};

    use super::*;

    #[test]
    fn a_generation_follows_when_it_keeps_every_promise() {
        let model = |model_tag, dim| Some(EmbeddingInfo { dim, metric: Metric::Cosine, model_tag });
        let recogniser = |model_tag, dim| Offers { recognizer: model(model_tag, dim), ..Offers::default() };
        let payment = |ops, caps| Offers { payment: Some((ops, caps)), ..Offers::default() };
        let identity = |ops, caps| Offers { identity: Some((ops, caps)), ..Offers::default() };
        let detector = Offers { detector: true, ..Offers::default() };
        for offers in [detector, recogniser(7, 512), payment(0b110, 3)] {
            assert_eq!(follows(offers, offers), Ok(()));
        }
        assert_eq!(follows(payment(0b110, 3), payment(0b1110, 3)), Ok(()), "an operation more");
        for (held, next) in
            [(7, 512), (8, 512), (7, 256)].map(|(tag, dim)| (recogniser(9, 512), recogniser(tag, dim)))
        {
            assert!(matches!(follows(held, next), Err(Broken::Model(..))), "{next:?}");
        }
        for (held, next) in [
            (payment(0b110, 3), payment(0b100, 3)),
            (payment(0b110, 3), payment(0b110, 1)),
            (detector, Offers::default()),
            (detector, Offers { liveness: true, ..detector }),
            (detector, payment(0b110, 3)),
            (payment(0b110, 3), identity(0b110, 3)),
            (identity(0b10, 1), identity(0b10, 0)),
        ] {
            assert!(matches!(follows(held, next), Err(Broken::Offers(..))), "{next:?}");
        }
    }
}
