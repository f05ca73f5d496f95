//! A gallery started from what is on the disk, in a process of its own, and searched.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use domain::threshold::similarity_min;
use domain::{ConsentId, FaceId, UserId};
use models::Engine;
use pipeline::{Embedding, Gallery, Subject, TemplateId, Top2};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use store::{Store, Synthetic};
use uuid::Uuid;

use super::{DIM, RECOGNISER, SEED, Size, direction, failed, open, person, user};
use crate::app::start::machine_clock;
use crate::app::threshold::Tails;
use crate::app::vision;
use crate::cli::Failure;
use crate::cli::bench::process;

/// Noise on the probes, per value of a unit vector: genuine pairs then have a cosine of about 0.71.
const PROBE_NOISE: f32 = 1.0;
/// Faces of one frame, searched in one pass.
const BATCH: usize = 8;
/// Searches that are done over by comparing with everybody in f32.
const COMPARED_MAX: usize = 20;
/// People who are added while others are searched for.
const ADDED: u128 = 50;

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

/// Starts a gallery from what `fill` left in `folder` and measures the searches one after the other.
pub(in crate::cli::bench) fn started(
    folder: &Path,
    (size, engine): (Size, Option<&Engine>),
    searches: usize,
    fpir_target: f64,
) -> Result<Value, Failure> {
    let begun = Instant::now();
    let (store, snapshot) = open(folder)?;
    let store = Arc::new(store);
    let (gallery, filled) = vision::gallery(&store, Some(&snapshot), (DIM, RECOGNISER), size.exact_rows_max)?;
    let gallery = match engine {
        Some(engine) => gallery.search_on(engine),
        None => gallery,
    };
    let ready_ms = begun.elapsed().as_secs_f64() * 1e3;
    let mut random = StdRng::seed_from_u64(SEED);
    // The first people that were drawn are drawn again.
    let drawn = searches.div_ceil(2).min(size.people);
    let originals = (0..drawn).map(|_| person(&mut random)).collect::<Result<Vec<_>, _>>()?;
    let mut random = StdRng::seed_from_u64(!SEED);
    let probes = probes(&originals, searches, &mut random)?;
    let (mut times, mut found) = (Vec::with_capacity(searches), Vec::with_capacity(searches));
    for probe in &probes {
        let begun = Instant::now();
        found.push(gallery.search(&probe.embedding).map_err(|error| failed(&error))?);
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    let rss_mb = process::resident_mb();
    let impostors = Tails::builtin().map_err(|error| failed(&error))?.impostors(Some(RECOGNISER));
    let least = similarity_min(&impostors, size.people, fpir_target, 0.0);
    let mut report = json!({
        "n": size.people,
        "dim": DIM,
        "device": device(&gallery, engine),
        "kernel": gallery.kernel(),
        "threads": Gallery::threads(),
        "searches": searches,
        "similarity_min": least,
        "ready_ms": ready_ms,
        "parts": { "opened": filled.opened, "read": filled.read, "refused": filled.refused },
        "rss_mb": rss_mb,
    });
    add(&mut report, percentiles(times));
    add(&mut report, rates(&probes, &found, least));
    report["batch"] = batches(&gallery, &probes)?;
    report["naive_f32"] = naive(&store, &probes, &found)?;
    report["added"] = added((&store, &gallery), &probes, &mut random)?;
    Ok(report)
}

/// What reads all rows.
fn device<'a>(gallery: &Gallery, engine: Option<&'a Engine>) -> &'a str {
    match engine {
        Some(engine) if gallery.kernel() == "gpu" => &engine.device().adapter,
        _ => "cpu",
    }
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
