//! `facepay bench search`: the exact search through a gallery of synthetic people, from an appliance's database.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use domain::threshold::similarity_min;
use domain::{ConsentId, FaceId, UserId};
use pipeline::{Embedding, Gallery, Subject, TemplateId, Top2};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use store::seal::Key;
use store::{DatabaseUrl, Store, Synthetic};
use uuid::Uuid;

use super::process;
use crate::app::start::machine_clock;
use crate::app::threshold::Tails;
use crate::app::vision;
use crate::cli::Failure;

/// Values of one embedding, as the default recogniser makes them.
const DIM: usize = 512;
/// The model tag of the recogniser whose threshold is taken.
const RECOGNISER: u32 = 512_001;
const SEED: u64 = 20_261_124;
/// Noise on the probes, per value of a unit vector: genuine pairs then have a cosine of about 0.71.
const PROBE_NOISE: f32 = 1.0;
/// People stored in one commit.
const STORED_AT_ONCE: usize = 1_000;
/// Faces of one frame, searched in one pass.
const BATCH: usize = 8;
/// Searches that are done over by comparing with everybody in f32.
const COMPARED_MAX: usize = 20;
/// People who are added while others are searched for.
const ADDED: u128 = 50;

/// Values drawn evenly: as directions of so many dimensions, strangers are as alike as if drawn evenly from a sphere.
fn direction(random: &mut StdRng) -> Vec<f32> {
    (0..DIM).map(|_| random.random_range(-1.0..1.0)).collect()
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::failed(crate::api::chain(error))
}

/// Somebody's template as it is enrolled.
fn person(random: &mut StdRng) -> Result<Vec<f32>, Failure> {
    let embedding = Embedding::new(direction(random)).map_err(|error| failed(&error))?;
    Ok(embedding.values().to_vec())
}

fn user(person: usize) -> UserId {
    UserId(Uuid::from_u128(person as u128 + 1))
}

/// Somebody to be searched for; `None` for a stranger.
struct Probe {
    embedding: Embedding,
    person: Option<Subject>,
}

/// Half of the probes are people of the gallery with noise, half are strangers.
fn probes(originals: &[Vec<f32>], searches: usize, random: &mut StdRng) -> Result<Vec<Probe>, Failure> {
    let scale = (DIM as f32 / 3.0).sqrt();
    let probe = |number: usize| {
        let mut values = direction(random);
        let person = originals.get(number / 2).filter(|_| number.is_multiple_of(2));
        for (value, original) in values.iter_mut().zip(person.into_iter().flatten()) {
            *value = original * scale + PROBE_NOISE * *value;
        }
        let embedding = Embedding::new(values).map_err(|error| failed(&error))?;
        Ok(Probe { embedding, person: person.map(|_| Subject(user(number / 2).0.as_u128())) })
    };
    (0..searches).map(probe).collect()
}

/// A new database with so many people; gives the templates of the first ones.
fn fill(store: &Store, people: usize, kept: usize, random: &mut StdRng) -> Result<Vec<Vec<f32>>, Failure> {
    let (mut originals, at) = (Vec::with_capacity(kept), machine_clock()());
    for first in (0..people).step_by(STORED_AT_ONCE) {
        let mut page = Vec::with_capacity(STORED_AT_ONCE);
        for number in first..people.min(first + STORED_AT_ONCE) {
            let (user, template) = (user(number), person(random)?);
            if originals.len() < kept {
                originals.push(template.clone());
            }
            page.push(Synthetic { user, consent: ConsentId(user.0), face: FaceId(user.0), template });
        }
        store.add_synthetic(at, RECOGNISER, &page)?;
    }
    Ok(originals)
}

/// Makes the database, starts a gallery from it and measures the searches one after the other.
pub(super) fn search(people: usize, searches: usize, fpir_target: f64) -> Result<Value, Failure> {
    // Not in the folder for temporary files, which may be in memory: people have to fit.
    let folder = tempfile::tempdir_in(".").map_err(|error| failed(&error))?;
    let path = folder.path().join("bench.db");
    let url: DatabaseUrl = format!("sqlite:{}", path.display()).parse()?;
    let store = Arc::new(Store::open(&url, Key::random())?);
    let mut random = StdRng::seed_from_u64(SEED);
    let originals = fill(&store, people, searches.div_ceil(2), &mut random)?;
    let begun = Instant::now();
    let gallery = vision::gallery(&store, DIM, RECOGNISER)?;
    let ready_ms = begun.elapsed().as_secs_f64() * 1e3;
    let probes = probes(&originals, searches, &mut random)?;
    let (mut times, mut found) = (Vec::with_capacity(searches), Vec::with_capacity(searches));
    for probe in &probes {
        let begun = Instant::now();
        found.push(gallery.search(&probe.embedding).map_err(|error| failed(&error))?);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let rss_mb = process::resident_mb();
    let impostors = Tails::builtin().map_err(|error| failed(&error))?.impostors(Some(RECOGNISER));
    let least = similarity_min(&impostors, people, fpir_target, 0.0);
    let mut report = json!({
        "n": people,
        "dim": DIM,
        "device": "cpu",
        "kernel": gallery.kernel(),
        "threads": Gallery::threads(),
        "searches": searches,
        "similarity_min": least,
        "ready_ms": ready_ms,
        "rss_mb": rss_mb,
        "database_mb": database_mb(&path),
    });
    add(&mut report, percentiles(times));
    add(&mut report, rates(&probes, &found, least));
    report["batch"] = batches(&gallery, &probes)?;
    report["naive_f32"] = naive(&store, &probes, &found)?;
    report["added"] = added((&store, &gallery), &probes, &mut random)?;
    Ok(report)
}

fn add(report: &mut Value, figures: Value) {
    if let (Value::Object(report), Value::Object(figures)) = (report, figures) {
        report.extend(figures);
    }
}

fn percentiles(mut times_ms: Vec<f64>) -> Value {
    times_ms.sort_by(f64::total_cmp);
    let at = |share: f64| times_ms.get((times_ms.len().saturating_sub(1) as f64 * share).round() as usize);
    json!({ "p50_ms": at(0.5), "p95_ms": at(0.95), "p99_ms": at(0.99), "max_ms": at(1.0) })
}

/// How often the right one was found, somebody enrolled was missed and a stranger was taken for somebody.
fn rates(probes: &[Probe], found: &[Option<Top2>], least: f32) -> Value {
    let (mut best_right, mut missed, mut strangers_matched) = (0_usize, 0_usize, 0_usize);
    let (mut known, mut strangers) = (0_usize, 0_usize);
    for (probe, found) in probes.iter().zip(found) {
        let Some(found) = found else { continue };
        let matched = found.similarity >= least;
        match probe.person {
            Some(person) => {
                known += 1;
                best_right += usize::from(found.subject == person);
                missed += usize::from(!(matched && found.subject == person));
            }
            None => {
                strangers += 1;
                strangers_matched += usize::from(matched);
            }
        }
    }
    let rate = |count: usize, n: usize| count as f64 / n.max(1) as f64;
    json!({
        "recall_at_1": rate(best_right, known),
        "fpir": rate(strangers_matched, strangers),
        "fnir": rate(missed, known),
    })
}

/// Several faces in one pass over the templates.
fn batches(gallery: &Gallery, probes: &[Probe]) -> Result<Value, Failure> {
    let faces: Vec<Embedding> = probes.iter().map(|probe| probe.embedding.clone()).collect();
    let mut times = Vec::new();
    for batch in faces.chunks_exact(BATCH) {
        let begun = Instant::now();
        gallery.search_all(batch).map_err(|error| failed(&error))?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let mut figures = json!({ "faces": BATCH });
    add(&mut figures, percentiles(times));
    Ok(figures)
}

/// Comparing with everybody in f32 on one core, what the search must agree with to the last bit.
fn naive(store: &Store, probes: &[Probe], found: &[Option<Top2>]) -> Result<Value, Failure> {
    let mut everybody: Vec<(Subject, TemplateId, Embedding)> = Vec::new();
    store.gallery(RECOGNISER, |row| {
        let (subject, template) = (Subject(row.user.0.as_u128()), TemplateId(row.id.0.as_u128()));
        everybody
            .extend(Embedding::new(row.template.to_vec()).map(|embedding| (subject, template, embedding)));
    })?;
    let (mut times, mut identical) = (Vec::new(), 0);
    // Known people and strangers take turns.
    for (probe, found) in probes.iter().zip(found).take(COMPARED_MAX) {
        let begun = Instant::now();
        let (mut best, mut runner_up): (Option<(f32, Subject, TemplateId)>, _) = (None, None::<f32>);
        // One template for each person, in the order of their ids.
        for (subject, template, embedding) in &everybody {
            let similarity = probe.embedding.similarity(embedding);
            if best.is_none_or(|(best, ..)| similarity > best) {
                runner_up = best.map(|(best, ..)| best);
                best = Some((similarity, *subject, *template));
            } else if runner_up.is_none_or(|runner_up| similarity > runner_up) {
                runner_up = Some(similarity);
            }
        }
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        let searched = found.map(|found| (found.similarity, found.subject, found.template));
        let same = best == searched && found.and_then(|found| found.runner_up) == runner_up;
        identical += usize::from(same);
    }
    let mut figures = json!({ "threads": 1, "compared": times.len(), "identical": identical });
    add(&mut figures, percentiles(times));
    Ok(figures)
}

/// How long it takes to add somebody who is committed while others are searched for; from then on they are found.
fn added(
    (store, gallery): (&Store, &Gallery),
    probes: &[Probe],
    random: &mut StdRng,
) -> Result<Value, Failure> {
    let (done, mut times, mut seen) = (AtomicBool::new(false), Vec::new(), 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let others = probes.iter().cycle().take_while(|_| !done.load(Ordering::Relaxed));
            others.for_each(|probe| drop(gallery.search(&probe.embedding)));
        });
        let mut all = (0..ADDED).map(|number| add_one((store, gallery), u128::MAX - number, random));
        let outcome = all.try_for_each(|one| {
            one.map(|(took_ms, found)| {
                times.push(took_ms);
                seen += usize::from(found);
            })
        });
        done.store(true, Ordering::Relaxed);
        outcome
    })?;
    let mut figures = json!({ "people": times.len(), "found": seen });
    add(&mut figures, percentiles(times));
    Ok(figures)
}

/// Commits somebody and adds them to the gallery: how long the latter took, and whether they are found then.
fn add_one(
    (store, gallery): (&Store, &Gallery),
    id: u128,
    random: &mut StdRng,
) -> Result<(f64, bool), Failure> {
    let (user, template) = (UserId(Uuid::from_u128(id)), person(random)?);
    // The gallery makes a unit vector of what it reads.
    let face = Embedding::new(template.clone()).map_err(|error| failed(&error))?;
    let one = Synthetic { user, consent: ConsentId(user.0), face: FaceId(user.0), template };
    store.add_synthetic(machine_clock()(), RECOGNISER, &[one])?;
    let begun = Instant::now();
    gallery.insert(TemplateId(id), Subject(id), RECOGNISER, &face).map_err(|error| failed(&error))?;
    let took_ms = begun.elapsed().as_secs_f64() * 1e3;
    let found = gallery.search(&face).map_err(|error| failed(&error))?;
    Ok((took_ms, found.is_some_and(|found| found.template == TemplateId(id))))
}

/// The database's size, in MiB.
fn database_mb(path: &Path) -> Option<f64> {
    Some(std::fs::metadata(path).ok()?.len() as f64 / 1024.0 / 1024.0)
}
