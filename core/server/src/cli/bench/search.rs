//! `facepay bench search`: the exact search through a gallery of synthetic people.

use std::time::Instant;

use domain::threshold::similarity_min;
use pipeline::{Embedding, Gallery, Subject, TemplateId};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

use super::process;
use crate::app::threshold::Tails;
use crate::cli::Failure;

/// Values of one embedding, as the default recogniser makes them.
const DIM: usize = 512;
/// The model tag of the recogniser whose threshold is taken.
const RECOGNISER: u32 = 512_001;
const SEED: u64 = 20_261_124;
/// Noise on the probes, per value of a unit vector: genuine pairs then have a cosine of about 0.71.
const PROBE_NOISE: f32 = 1.0;

/// A random direction; Box and Muller's way to normal numbers.
fn direction(random: &mut StdRng) -> Vec<f32> {
    let pair = |random: &mut StdRng| {
        let (u, v): (f32, f32) = (random.random_range(f32::MIN_POSITIVE..1.0), random.random());
        let (radius, angle) = ((-2.0 * u.ln()).sqrt(), std::f32::consts::TAU * v);
        [radius * angle.cos(), radius * angle.sin()]
    };
    (0..DIM / 2).flat_map(|_| pair(random)).collect()
}

/// Half of the probes are people of the gallery with noise, half are strangers.
pub(super) fn search(people: usize, searches: usize, fpir_target: f64) -> Result<Value, Failure> {
    let broken = |error: &dyn std::error::Error| Failure::failed(error.to_string());
    let mut random = StdRng::seed_from_u64(SEED);
    let gallery = Gallery::new(DIM, 1);
    let mut originals = Vec::with_capacity(searches);
    let begun = Instant::now();
    for person in 0..people {
        let values = direction(&mut random);
        if originals.len() < searches.div_ceil(2) {
            originals.push((Subject(person as u128), values.clone()));
        }
        let embedding = Embedding::new(values).map_err(|e| broken(&e))?;
        let (template, subject) = (TemplateId(person as u128), Subject(person as u128));
        gallery.insert(template, subject, 1, &embedding).map_err(|e| broken(&e))?;
    }
    let ready_ms = begun.elapsed().as_secs_f64() * 1e3;
    let impostors = Tails::builtin().map_err(|error| broken(&error))?.impostors(Some(RECOGNISER));
    let least = similarity_min(&impostors, people, fpir_target, 0.0);
    let mut times = Vec::with_capacity(searches);
    let (mut best_right, mut missed, mut strangers_matched) = (0_usize, 0_usize, 0_usize);
    let (mut known, mut strangers) = (0_usize, 0_usize);
    for number in 0..searches {
        let mut values = direction(&mut random);
        let person = originals.get(number / 2).filter(|_| number % 2 == 0);
        if let Some((_, original)) = person {
            for (value, original) in values.iter_mut().zip(original) {
                *value = original + PROBE_NOISE * *value;
            }
        }
        let probe = Embedding::new(values).map_err(|e| broken(&e))?;
        let begun = Instant::now();
        let found = gallery.search(&probe);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let Some(found) = found else { continue };
        let matched = found.similarity >= least;
        match person {
            Some((subject, _)) => {
                known += 1;
                best_right += usize::from(found.subject == *subject);
                missed += usize::from(!(matched && found.subject == *subject));
            }
            None => {
                strangers += 1;
                strangers_matched += usize::from(matched);
            }
        }
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
    let rate = |count: usize, n: usize| count as f64 / n.max(1) as f64;
    Ok(json!({
        "n": people,
        "dim": DIM,
        "device": "cpu",
        "searches": searches,
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "recall_at_1": rate(best_right, known),
        "similarity_min": least,
        "fpir": rate(strangers_matched, strangers),
        "fnir": rate(missed, known),
        "ready_ms": ready_ms,
        "rss_mb": process::resident_mb(),
    }))
}
