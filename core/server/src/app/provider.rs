//! Payment providers: which plugins are loaded, which one takes a payment, what each can be asked.

use domain::operation::{Answers, Kind};
use plugin_host::{Caps, Op, Payment, PluginState};
use store::Source;
use tokio::sync::{Mutex, MutexGuard};

use super::StartError;
use crate::api::Problem;

/// The loaded payment plugins; the first takes the payments that name none.
#[derive(Default)]
pub(crate) struct Providers(Vec<Provider>);

/// One payment plugin.
pub(crate) struct Provider {
    id: String,
    payment: Payment,
    caps: Caps,
    turn: Mutex<()>,
}

impl Providers {
    /// `payments` in the order of the settings. One whose open questions nobody but a person could answer is taken only
    /// where a person is there to do so.
    pub(crate) fn new(payments: Vec<Payment>, attended: bool) -> Result<Self, StartError> {
        for payment in &payments {
            let caps = payment.caps();
            if !(attended || caps.sync_by_ref || caps.idempotent || caps.reversal) {
                let plugin = payment.plugin();
                let id = &plugin.manifest().id;
                return Err(StartError::Configuration(format!(
                    "{id} can neither be asked again nor undo: its lost answers are for people to resolve; set \
                     payment.attended = true where somebody does"
                )));
            }
        }
        let provider = |payment: Payment| {
            let (id, caps) = (payment.plugin().manifest().id.clone(), payment.caps());
            Provider { id, payment, caps, turn: Mutex::default() }
        };
        Ok(Self(payments.into_iter().map(provider).collect()))
    }

    /// Every one.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Provider> {
        self.0.iter()
    }

    /// The one with this id, with or without our own prefix; the first when none is named.
    pub(crate) fn find(&self, id: Option<&str>) -> Option<&Provider> {
        let Some(id) = id else { return self.0.first() };
        let is = |known: &str| known == id || known.strip_prefix("org.facepay.") == Some(id);
        self.0.iter().find(|provider| is(provider.id()))
    }

    /// The full id of a provider that a caller names.
    pub(crate) fn named(&self, id: &str) -> Result<String, Problem> {
        let known = || self.0.iter().map(Provider::id).collect::<Vec<_>>().join(", ");
        let unknown = || {
            Problem::unprocessable(
                "provider_unknown",
                format!("there is no provider {id:.80}; there are: {}", known()),
            )
        };
        self.find(Some(id)).map(|provider| provider.id().to_owned()).ok_or_else(unknown)
    }
}

impl Provider {
    /// The plugin's id.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The plugin.
    pub(crate) fn payment(&self) -> &Payment {
        &self.payment
    }

    /// Whether an operator took it out of use.
    pub(crate) fn is_disabled(&self) -> bool {
        matches!(self.payment.mount().state(), PluginState::Disabled { .. })
    }

    /// Where its payers' money is.
    pub(crate) fn source(&self) -> Source {
        if self.caps.ledger { Source::Wallet } else { Source::Provider }
    }

    /// What it can be asked about an open request of `kind`.
    pub(crate) fn answers(&self, kind: Kind) -> Answers {
        let sync = self.caps.sync_by_ref && self.payment.offers(Op::Sync) && kind != Kind::Reversal;
        Answers {
            sync,
            reverse: self.caps.reversal && self.payment.offers(Op::Reverse),
            repeat: self.caps.idempotent || kind == Kind::Reversal,
        }
    }

    /// A turn of a provider that takes one operation at a time; the others need none.
    pub(crate) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        match self.caps.serial {
            true => Some(self.turn.lock().await),
            false => None,
        }
    }
}
