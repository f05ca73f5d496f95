//! Rates of errors with what they rest on, and how many more trials it would take to show what a standard asks for.

use serde::Serialize;
use serde_json::Value;

use super::measurement::{Measurement, of};
use super::plan::Part;
use crate::evaluate::interval::Rate;

/// A rate as the report shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Shown {
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) rate: Rate,
    /// What it may be.
    pub(super) target: f64,
    /// Who says so.
    pub(super) standard: &'static str,
    /// Of so many in all the interval would end below the target, were no more errors to come; nothing where it never would.
    pub(super) needed: Option<u64>,
    pub(super) part: Part,
}

/// Attacks that may pass, of each species (FIDO Biometric Requirements, IAPAR).
const ATTACKS_MAX: (f64, &str) = (0.07, "FIDO, IAPAR");
/// Living people who may be refused (iBeta, level 1).
const LIVING_MAX: (f64, &str) = (0.15, "iBeta, BPCER");
/// Strangers who may be taken for somebody, and people who may not be known (FIDO Biometric Requirements).
const FALSE_ACCEPTS_MAX: (f64, &str) = (1e-4, "FIDO, FAR");
const FALSE_REJECTS_MAX: (f64, &str) = (0.05, "FIDO, FRR");

/// Every rate that was measured; what rests on nothing is left out.
pub(super) fn rates(measurements: &[Measurement]) -> Vec<Shown> {
    let mut rates = Vec::new();
    let mut add = |part, name: String, counted: &Value, hits: &str, target| {
        rates.extend(shown(part, name, (&counted[hits], &counted["n"]), target));
    };
    for (species, found) in members(&of(measurements, Part::Attacks)["species"]) {
        let name = format!("{species}, simulated, passes without a challenge");
        add(Part::Attacks, name, &found["without_challenge"], "accepted", ATTACKS_MAX);
    }
    let tracks = &of(measurements, Part::Liveness)["per_track"];
    for (species, found) in members(&tracks["attacks"]) {
        add(Part::Liveness, format!("{species} passes"), found, "accepted", ATTACKS_MAX);
    }
    add(Part::Liveness, "living people refused".to_owned(), &tracks["bona_fide"], "refused", LIVING_MAX);
    let operating = &of(measurements, Part::Faces)["operating"];
    add(
        Part::Faces,
        "strangers taken for somebody".to_owned(),
        &operating["fmr"],
        "count",
        FALSE_ACCEPTS_MAX,
    );
    add(Part::Faces, "people not known again".to_owned(), &operating["fnmr"], "count", FALSE_REJECTS_MAX);
    rates
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn shown(
    part: Part,
    name: String,
    (hits, n): (&Value, &Value),
    (target, standard): (f64, &'static str),
) -> Option<Shown> {
    let (hits, n) = (hits.as_u64()?, n.as_u64().filter(|n| *n > 0)?);
    let rate = Rate::of(usize::try_from(hits).ok()?, usize::try_from(n).ok()?);
    Some(Shown { name, rate, target, standard, needed: domain::interval::needed95(hits, target), part })
}

impl Shown {
    /// How many trials are missing; none when the interval already ends below the target.
    pub(super) fn missing(&self) -> Option<u64> {
        self.needed.map(|needed| needed.saturating_sub(self.rate.n as u64))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rate_says_how_many_trials_are_missing() {
        let species = json!({ "print": { "without_challenge": { "n": 2, "accepted": 0 } } });
        let found = rates(&[Measurement::made(Part::Attacks, json!({ "species": species }))]);
        assert_eq!((found.len(), found[0].missing()), (1, Some(50)));
    }

    #[test]
    fn a_rate_without_trials_is_left_out() {
        let tracks = json!({
            "attacks": { "print": { "n": 0, "accepted": 0 }, "screen": { "n": 60, "accepted": 0 } },
            "bona_fide": { "n": 10, "refused": 10 },
        });
        let found = rates(&[Measurement::made(Part::Liveness, json!({ "per_track": tracks }))]);
        let names: Vec<&str> = found.iter().map(|rate| rate.name.as_str()).collect();
        assert_eq!(names, ["screen passes", "living people refused"]);
        assert_eq!(found[0].missing(), Some(0), "sixty without an error are enough for 7 %");
        assert_eq!(rates(&[]), []);
    }
}
