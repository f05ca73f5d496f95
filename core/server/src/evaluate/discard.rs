//! Error versus discard (ISO/IEC 29794-1): how much better recognition gets when the pictures that are worst by one figure
//! of their quality are left out. A figure that makes it no better says nothing about recognition.

use std::collections::BTreeMap;

use pipeline::quality::{Bound, COMPONENTS, Component};
use pipeline::{Embedding, QualityReport};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::Serialize;

/// Shares of the pictures that are left out.
const SHARES: [f64; 3] = [0.02, 0.05, 0.1];
/// Resampled sets of people.
const ROUNDS: usize = 1_000;
const SEED: u64 = 20_261_129;

/// One picture with a usable face.
pub struct Sample<'a> {
    /// Who is in it.
    pub person: &'a str,
    /// The face.
    pub embedding: &'a Embedding,
    /// What was measured of it.
    pub quality: &'a QualityReport,
}

/// What leaving out pictures does at one threshold.
#[derive(Serialize)]
pub struct Discard {
    /// The threshold, the same for every share.
    pub similarity_min: f32,
    /// Genuine pairs of all pictures.
    pub genuine: u64,
    /// People who have such pairs.
    pub people: usize,
    /// The share of those pairs that the threshold refuses.
    pub fnmr: f64,
    /// By limit.
    pub limits: Vec<Curve>,
}

/// One limit of the quality gate, moved so far that it refuses more and more pictures.
#[derive(Serialize)]
pub struct Curve {
    /// The limit's name in the settings.
    pub limit: String,
    /// The component that it judges.
    pub component: &'static str,
    /// Pictures whose figure was measured.
    pub measured: usize,
    /// At each share.
    pub discarded: Vec<Point>,
}

/// A share of the pictures left out.
#[derive(Serialize)]
pub struct Point {
    /// Which share.
    pub share: f64,
    /// Pictures left out: fewer than the share where the limit falls among pictures with one and the same figure.
    pub pictures: usize,
    /// The limit that leaves them out, in the figure's unit.
    pub at: f32,
    /// Genuine pairs that are left.
    pub genuine: u64,
    /// The share of those that the threshold refuses.
    pub fnmr: f64,
    /// The 95 % interval of the change of that share when people are drawn anew; `None` for fewer than two people.
    pub change_ci95: Option<[f64; 2]>,
}

/// A genuine pair: whose it is, its pictures, whether the threshold refuses it.
struct Pair {
    person: usize,
    pictures: [usize; 2],
    refused: bool,
}

/// Refused and all pairs of one person: of all pictures, and of those that are left.
#[derive(Clone, Copy, Default)]
struct Count {
    before: [u64; 2],
    after: [u64; 2],
}

/// What every limit does to `samples` at the threshold `similarity_min`.
pub fn discard(samples: &[Sample<'_>], similarity_min: f32) -> Discard {
    let pairs = genuine_pairs(samples, similarity_min);
    let refused = pairs.iter().filter(|pair| pair.refused).count() as u64;
    let people = pairs.last().map_or(0, |pair| pair.person + 1);
    let sides = COMPONENTS.iter().flat_map(|spec| {
        let least = spec.below.map(|_| (spec, Bound::Least));
        least.into_iter().chain(spec.above.map(|_| (spec, Bound::Most)))
    });
    let limits = sides.map(|(spec, bound)| {
        let worst = worst_first(samples, spec.component, bound);
        let end = if bound == Bound::Least { "min" } else { "max" };
        Curve {
            limit: format!("{}_{end}", spec.figure),
            component: spec.name,
            measured: worst.len(),
            discarded: SHARES
                .iter()
                .filter_map(|share| point(*share, &worst, &pairs, samples.len()))
                .collect(),
        }
    });
    let limits = limits.collect();
    Discard {
        similarity_min,
        genuine: pairs.len() as u64,
        people,
        fnmr: rate([refused, pairs.len() as u64]),
        limits,
    }
}

/// Every pair of pictures of one person, by person; people without one have no number.
fn genuine_pairs(samples: &[Sample<'_>], similarity_min: f32) -> Vec<Pair> {
    let mut by_person: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, sample) in samples.iter().enumerate() {
        by_person.entry(sample.person).or_default().push(index);
    }
    let mut pairs = Vec::new();
    for (person, own) in by_person.values().filter(|own| own.len() > 1).enumerate() {
        for (place, &a) in own.iter().enumerate() {
            for &b in &own[place + 1..] {
                let refused = samples[a].embedding.similarity(samples[b].embedding) < similarity_min;
                pairs.push(Pair { person, pictures: [a, b], refused });
            }
        }
    }
    pairs
}

/// The pictures of which `component` was measured, the worst first: what is no number is worse than any.
fn worst_first(samples: &[Sample<'_>], component: Component, bound: Bound) -> Vec<(f32, usize)> {
    let figures = samples.iter().enumerate();
    let figures =
        figures.filter_map(|(index, sample)| Some((sample.quality.measured.figure(component)?, index)));
    let mut figures: Vec<(f32, usize)> = figures.collect();
    let badness = |figure: f32| match bound {
        _ if figure.is_nan() => f32::INFINITY,
        Bound::Least => -figure,
        Bound::Most => figure,
    };
    figures.sort_by(|a, b| badness(b.0).total_cmp(&badness(a.0)));
    figures
}

/// What is left without the worst `share` of `all` pictures; `None` where fewer were measured.
fn point(share: f64, worst: &[(f32, usize)], pairs: &[Pair], all: usize) -> Option<Point> {
    let (at, _) = *worst.get((share * all as f64).round() as usize)?;
    let out = worst.iter().take_while(|(figure, _)| *figure != at).count();
    let mut gone = vec![false; all];
    worst[..out].iter().for_each(|(_, index)| gone[*index] = true);
    let mut counts = vec![Count::default(); pairs.last()?.person + 1];
    for pair in pairs {
        let count = &mut counts[pair.person];
        let one = [u64::from(pair.refused), 1];
        count.before = sum(count.before, one);
        if pair.pictures.iter().all(|index| !gone[*index]) {
            count.after = sum(count.after, one);
        }
    }
    let [refused, genuine] = counts.iter().fold([0, 0], |all, count| sum(all, count.after));
    Some(Point {
        share,
        pictures: out,
        at,
        genuine,
        fnmr: rate([refused, genuine]),
        change_ci95: change95(&counts),
    })
}

fn change95(people: &[Count]) -> Option<[f64; 2]> {
    if people.len() < 2 {
        return None;
    }
    let mut random = StdRng::seed_from_u64(SEED);
    let mut changes: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let drawn = (0..people.len()).map(|_| people[random.random_range(0..people.len())]);
            let all = drawn.fold(Count::default(), |all, one| Count {
                before: sum(all.before, one.before),
                after: sum(all.after, one.after),
            });
            rate(all.after) - rate(all.before)
        })
        .collect();
    changes.sort_by(f64::total_cmp);
    let at = |share: f64| changes[((ROUNDS - 1) as f64 * share).round() as usize];
    Some([at(0.025), at(0.975)])
}

fn sum(a: [u64; 2], b: [u64; 2]) -> [u64; 2] {
    [a[0] + b[0], a[1] + b[1]]
}

fn rate([hits, all]: [u64; 2]) -> f64 {
    hits as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests;
