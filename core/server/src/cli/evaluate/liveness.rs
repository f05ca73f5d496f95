//! `facepay evaluate liveness`: presentation attacks and living people, through the chain that runs at the till.

mod page;

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};

use super::output::Output;
use super::{Cli, Exit, Failure, offline, terminal, told};
use crate::evaluate::faces::Chain;
use crate::evaluate::liveness::{Answers, Level};
use crate::evaluate::presentations::{self, Kind, Seen, Shown};
use crate::evaluate::scores::{Histogram, Point, Scores};

/// What is shown.
#[derive(Args)]
pub struct Liveness {
    /// Pictures (JPEG, PNG) and recordings of living people.
    #[arg(long, value_name = "DIR")]
    live: PathBuf,
    /// Pictures and recordings of attacks, each kind in a folder of its own.
    #[arg(long, value_name = "DIR")]
    attack: PathBuf,
    #[command(flatten)]
    output: Output,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// The files of one kind with what became of them.
type Files = Vec<(Shown, Seen)>;

pub(super) fn run(cli: &Cli, arguments: &Liveness) -> Result<Exit, Failure> {
    arguments.output.check()?;
    let list = |folder: &PathBuf| presentations::list(folder).map_err(|error| told("read", folder, error));
    let ((live, other_live), (attacks, other_attacks)) = (list(&arguments.live)?, list(&arguments.attack)?);
    if live.is_empty() && attacks.is_empty() {
        return Err(Failure::failed(
            "there are no pictures (jpg, png) and no recordings (mp4, mkv, ...) in there",
        ));
    }
    let ignored: Vec<PathBuf> = other_live.into_iter().chain(other_attacks).collect();
    for path in &ignored {
        terminal::note(format!("{} is neither a picture nor a recording: left out", path.display()));
    }
    let runtime = offline::runtime()?;
    let _inside = runtime.enter();
    let settings = offline::settings(cli)?;
    let chain = Chain::start(&settings, Some(pipeline::Gate::Payment))?;
    let progress = terminal::Progress::new("files", live.len() + attacks.len());
    let of_people = live.len();
    let all: Vec<Shown> = live.into_iter().chain(attacks).collect();
    let seen = chain.each(
        &all,
        |one| presentations::show(chain.pipeline(), &settings.cameras, one),
        |done| {
            progress.show(done);
        },
    );
    drop(progress);
    let mut files: Files = Vec::with_capacity(all.len());
    for (shown, seen) in all.into_iter().zip(seen) {
        let seen =
            seen.map_err(|why| Failure::failed(format!("cannot show {}: {why}", shown.path.display())))?;
        files.push((shown, seen));
    }
    let attacks = files.split_off(of_people);
    let mut report = report(&files, &attacks);
    report.insert("ignored".to_owned(), json!(ignored));
    report.insert("liveness_min".to_owned(), json!(settings.recognition.liveness_min));
    report.insert("analysed_fps_max".to_owned(), json!(settings.cameras.analysed_fps_max));
    report.insert("device".to_owned(), json!(chain.device()));
    report.insert("models".to_owned(), json!(chain.models()));
    report.insert("networks".to_owned(), json!(chain.networks()));
    if arguments.output.is_wanted() {
        arguments.output.write(&page::page(&report, &curves(&files, &attacks), &settings)?)?;
    }
    match arguments.json {
        true => terminal::json(&report),
        false => show(&report),
    }
    Ok(Exit::Ok)
}

/// How the passive steps trade living people who are refused for attacks that pass, by species, over all least scores.
/// Pictures without an answer count: an attack is then refused, and so is a person.
fn curves(live: &Files, attacks: &Files) -> BTreeMap<String, Vec<Point>> {
    let (mut people, mut not_acquired) = (Histogram::default(), 0);
    for (_, seen) in live {
        seen.scores.iter().for_each(|score| people.add(*score));
        not_acquired += (seen.frames.0.len() - seen.scores.len()) as u64;
    }
    let mut species: BTreeMap<String, Histogram> = BTreeMap::new();
    for (shown, seen) in attacks {
        let scores = species.entry(shown.species.clone()).or_default();
        seen.scores.iter().for_each(|score| scores.add(*score));
        (seen.scores.len()..seen.frames.0.len()).for_each(|_| scores.add(-1.0));
    }
    species
        .into_iter()
        .map(|(species, scores)| (species, Scores::new(&people, &scores, not_acquired).curve(page::POINTS)))
        .collect()
}

fn report(live: &Files, attacks: &Files) -> Map<String, Value> {
    let level = |of: &dyn Fn(&Seen) -> Answers| {
        let people: Vec<Answers> = live.iter().map(|(_, seen)| of(seen)).collect();
        let mut species: BTreeMap<String, Vec<Answers>> = BTreeMap::new();
        for (shown, seen) in attacks {
            species.entry(shown.species.clone()).or_default().push(of(seen));
        }
        Level::of(&people, &species)
    };
    let count = |files: &Files| {
        let of = |kind| files.iter().filter(|(shown, _)| shown.kind == kind).count();
        json!({ "stills": of(Kind::Still), "recordings": of(Kind::Recording) })
    };
    let mut report = Map::new();
    report.insert("per_frame".to_owned(), json!(level(&|seen| seen.frames.clone())));
    report.insert("per_track".to_owned(), json!(level(&|seen| seen.tracks.clone())));
    let mut layers = Map::new();
    layers.insert("bona_fide".to_owned(), layered(live.iter()));
    let species: std::collections::BTreeSet<&String> =
        attacks.iter().map(|(shown, _)| &shown.species).collect();
    let by_species = species.into_iter().map(|species| {
        (species.clone(), layered(attacks.iter().filter(|(shown, _)| shown.species == *species)))
    });
    layers.insert("attacks".to_owned(), Value::Object(by_species.collect()));
    report.insert("refusals".to_owned(), Value::Object(layers));
    report.insert("files".to_owned(), json!({ "live": count(live), "attack": count(attacks) }));
    report
}

/// Pictures that each layer refused, that were not acquired, and that came while the camera was not trusted.
fn layered<'a>(files: impl Iterator<Item = &'a (Shown, Seen)>) -> Value {
    let (mut steps, mut acquisition, mut camera) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let add = |sums: &mut BTreeMap<String, u64>, name: &str, count: u64| {
        *sums.entry(name.to_owned()).or_default() += count;
    };
    for (_, seen) in files {
        seen.refused_by.iter().for_each(|(name, count)| add(&mut steps, name, *count));
        seen.reasons.iter().for_each(|(name, count)| add(&mut acquisition, name, *count));
        seen.untrusted.iter().for_each(|(name, count)| add(&mut camera, name, *count));
    }
    json!({ "steps": steps, "acquisition": acquisition, "camera": camera })
}

fn show(report: &Map<String, Value>) {
    let percent =
        |value: &Value| value.as_f64().map_or("-".to_owned(), |rate| format!("{:.2} %", rate * 100.0));
    let row = |name: &str, counts: &Value, wrong: &str, rate: &str| {
        let [low, high] = [0, 1].map(|end: usize| percent(&counts["ci95"][end]));
        let of = |key: &str| counts[key].to_string();
        let within = format!("{low} to {high}");
        vec![name.to_owned(), of("n"), of(wrong), percent(&counts[rate]), within, of("not_acquired")]
    };
    for (level, unit) in [("per_frame", "pictures"), ("per_track", "tracks")] {
        let level = report.get(level).cloned().unwrap_or_default();
        let mut rows = vec![row("living people", &level["bona_fide"], "refused", "bpcer")];
        let attacks = level["attacks"].as_object().into_iter().flatten();
        rows.extend(attacks.map(|(species, counts)| row(species, counts, "accepted", "apcer")));
        terminal::table(&[unit, "N", "WRONG", "RATE", "95 %", "NOT ACQUIRED"], &rows);
        terminal::out(format!("mean of the worst species and living people {}\n", percent(&level["acer"])));
    }
}
