//! The impostor scores that thresholds are computed from, and what they ask for at this moment.

use std::collections::HashMap;
use std::path::Path;

use domain::threshold::{ImpostorTail, Impostors, InvalidTail, TailPoint, Thresholds};
use models::manifest::{self, Manifest, Weights};
use parking_lot::RwLock;
use pipeline::Space;
use store::{Store, StoreError};

use super::App;
use super::start::StartError;
use crate::api::chain;
use crate::folders;
use crate::metrics::Metrics;

/// The impostor scores of the recognisers that this machine knows, and of its own people.
pub(crate) struct Tails {
    known: Vec<Known>,
    /// Of this site's people, by the recogniser that they were measured with.
    site: RwLock<HashMap<u32, ImpostorTail>>,
}

struct Known {
    model_tag: u32,
    tail: ImpostorTail,
    spread: f32,
    /// Whether others may borrow it. dlib's embeddings lie so close together that strangers have cosines of 0.9: its
    /// scores say nothing about another recogniser's.
    is_lent: bool,
}

/// The rate at which tails are told strict from lax.
const STRICT_AT: f64 = 1e-6;

impl Tails {
    /// Those of `manifest`, and those this build was made with.
    pub(crate) fn of(manifest: &Manifest) -> Result<Self, StartError> {
        let builtin = Manifest::builtin().map_err(|error| StartError::Configuration(chain(&error)))?;
        let mut known: Vec<Known> = Vec::new();
        for (model_tag, impostors, is_lent) in measured(manifest).chain(measured(&builtin)) {
            if known.iter().any(|known| known.model_tag == model_tag) {
                continue;
            }
            let tail = tail(impostors).map_err(|error| {
                StartError::Configuration(format!("the model manifest, model tag {model_tag}: {error}"))
            })?;
            known.push(Known { model_tag, tail, spread: impostors.same_person_spread, is_lent });
        }
        match known.iter().all(|known| !known.is_lent) {
            true => Err(StartError::Configuration("the model manifest has no impostor scores".to_owned())),
            false => Ok(Self { known, site: RwLock::default() }),
        }
    }

    /// Those of the weights that the settings name.
    pub(crate) fn in_folder(weights: &Path) -> Result<Self, StartError> {
        let manifest = Manifest::read(&folders::weights(weights).join("manifest.toml"));
        Self::of(&manifest.map_err(|error| StartError::Unavailable(chain(&error)))?)
    }

    /// Those this build was made with.
    pub(crate) fn builtin() -> Result<Self, StartError> {
        let builtin = Manifest::builtin().map_err(|error| StartError::Configuration(chain(&error)))?;
        Self::of(&builtin)
    }

    /// The scores of the recogniser `model_tag`. One that nobody measured borrows the strictest of those that are
    /// delivered: it names people, but no face alone pays. Where no recogniser runs, the strictest stand for what none measures.
    pub(crate) fn impostors(&self, model_tag: Option<u32>) -> Impostors {
        let strictest = || self.strictest().tail.clone();
        let Some(tag) = model_tag else { return Impostors::of(strictest()) };
        let impostors = match self.known.iter().find(|known| known.model_tag == tag) {
            Some(known) => Impostors::of(known.tail.clone()),
            None => Impostors::borrowed(strictest()),
        };
        match self.site.read().get(&tag) {
            Some(site) => impostors.shifted_by(site),
            None => impostors,
        }
    }

    /// By how much two pictures of one person differ under the recogniser `model_tag`; for an unknown one, the most.
    pub(crate) fn spread(&self, model_tag: Option<u32>) -> f32 {
        let own = self.known.iter().find(|known| Some(known.model_tag) == model_tag);
        let lent = self.known.iter().filter(|known| known.is_lent);
        let most = || lent.map(|known| known.spread).fold(0.0, f32::max);
        own.map_or_else(most, |known| known.spread)
    }

    /// From now on this site's people are as alike as `site` says under the recogniser `model_tag`, if that is
    /// stricter than what was said before. Says whether it is.
    pub(crate) fn take_up(&self, model_tag: u32, site: ImpostorTail) -> bool {
        let before = self.impostors(Some(model_tag));
        let stricter = before.clone().shifted_by(&site).shift() > before.shift();
        if stricter {
            self.site.write().insert(model_tag, site);
        }
        stricter
    }

    /// Takes up what was measured here before.
    pub(crate) fn remember(&self, store: &Store, model_tag: u32) -> Result<(), StoreError> {
        let known = store.calibration(model_tag)?;
        if let Some(site) = known.and_then(|known| known.scores.tail(known.people)) {
            self.take_up(model_tag, site);
        }
        Ok(())
    }

    fn strictest(&self) -> &Known {
        let at = |known: &&Known| known.tail.similarity_at(STRICT_AT);
        let lent = self.known.iter().filter(|known| known.is_lent);
        let strictest = lent.max_by(|a, b| at(a).total_cmp(&at(b)));
        strictest.expect("there is one, as `of` sees to")
    }
}

/// Every tag with measured scores, and whether others may borrow them.
fn measured(manifest: &Manifest) -> impl Iterator<Item = (u32, &manifest::Impostors, bool)> {
    let single = manifest.models.iter().filter_map(|entry| {
        let is_delivered = matches!(entry.weights, Weights::Delivered(_));
        Some((entry.model_tag?, entry.impostors.as_ref()?, is_delivered))
    });
    single.chain(manifest.sets.iter().map(|set| (set.model_tag, &set.impostors, true)))
}

/// The tail as the rules weigh it.
pub(crate) fn tail(impostors: &manifest::Impostors) -> Result<ImpostorTail, InvalidTail> {
    let point = |(similarity, false_match_rate): &(f32, f64)| TailPoint {
        similarity: *similarity,
        false_match_rate: *false_match_rate,
    };
    ImpostorTail::new(impostors.points.iter().map(point).collect(), impostors.comparisons)
}

impl App {
    /// What a face must reach that is searched for among the templates of `space` as they are.
    pub(crate) fn thresholds_of(&self, space: &Space) -> Thresholds {
        self.policy_of(Some(space.model_tag())).thresholds(self.searched(space.gallery().len()), false)
    }
}

/// Brings the metrics of the thresholds up to this moment.
pub(crate) fn observe(app: &App, metrics: &Metrics) {
    let Ok(vision) = app.vision() else { return };
    let policy = app.policy();
    let search = policy.thresholds(app.searched(vision.gallery().len()), false);
    let claim = policy.thresholds(1, true);
    let duplicate = super::look_alike::duplicate_min(app, &search);
    for (of, least) in [
        ("identify", search.match_min),
        ("pay", search.pay_min),
        ("verify", claim.match_min),
        ("duplicate", duplicate),
    ] {
        metrics.observe_threshold(of, least);
    }
}

#[cfg(test)]
mod tests;
