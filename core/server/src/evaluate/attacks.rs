//! Simulated attacks before the chain that runs at the till: which layer stops them, and which stop at none.

mod actor;
mod asking;
mod attempt;
mod tally;

pub(crate) use attempt::{Attempted, FPS, Person, Plan, attempt};
pub use tally::{Layers, Outcome, SpeciesReport, Stopped};

use std::str::FromStr;

use pipeline::simulate::attack::Species;

/// A kind of attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The payer's own view without an attack: what is refused here is refused for the simulation's sake.
    Control,
    /// One of the simulator's species.
    Simulated(Species),
    /// An animated photograph whose attacker plays gestures at random, as one does who has a few clips and hears nothing.
    AnimatedBlind,
    /// An animated photograph that hears each prompt and obeys it.
    AnimatedPrompted,
}

/// There is no such kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no species {0}; known are {known}", known = Kind::all().map(Kind::name).collect::<Vec<_>>().join(", "))]
pub struct UnknownKind(String);

impl Kind {
    /// All of them, the control first.
    pub fn all() -> impl Iterator<Item = Kind> {
        let simulated = Species::ALL.into_iter().map(Kind::Simulated);
        [Kind::Control].into_iter().chain(simulated).chain([Kind::AnimatedBlind, Kind::AnimatedPrompted])
    }

    /// Stable machine-readable name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Control => "control",
            Kind::Simulated(species) => species.name(),
            Kind::AnimatedBlind => "animated-blind",
            Kind::AnimatedPrompted => "animated-prompted",
        }
    }

    /// Whether somebody else's living face is in it: then the attack is that the payer is taken for present, not that
    /// somebody is.
    pub fn shows_the_attacker(self) -> bool {
        matches!(self, Kind::Simulated(Species::InjectedSpliced | Species::InjectedSwapped))
    }

    /// Whether it takes a second person.
    pub fn needs_an_attacker(self) -> bool {
        self.shows_the_attacker() || self == Kind::Simulated(Species::PrintCutEyes)
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Kind::all().find(|kind| kind.name() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name() {
        let names: std::collections::BTreeSet<&str> = Kind::all().map(Kind::name).collect();
        assert_eq!(names.len(), Species::ALL.len() + 3);
        for kind in Kind::all() {
            assert_eq!(kind.name().parse(), Ok(kind));
        }
        let unknown = "mask".parse::<Kind>().unwrap_err().to_string();
        assert!(unknown.contains("animated-prompted") && unknown.contains("print-flat"), "{unknown}");
    }
}
