//! `facepay evaluate attacks`: simulated attacks before the chain that runs at the till, layer by layer.

mod page;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use pipeline::Pipeline;
use pipeline::simulate::attack::Footage;
use pipeline::still::{StillLimits, decode};
use serde_json::{Map, Value, json};

use super::output::Output;
use super::wording::{count, interval, percent};
use super::{Cli, Exit, Failure, offline, terminal, told};
use crate::api::chain;
use crate::demo;
use crate::evaluate::attacks::{self, Attempted, FPS, Kind, Outcome, Person, Plan, SpeciesReport};
use crate::evaluate::faces::Chain;
use crate::evaluate::presentations::{self, Shown};
use crate::settings::Settings;

/// What is tried, and on whom.
#[derive(Args)]
pub struct Attacks {
    /// Pictures and recordings of the people whose faces are used; else two portraits that the product brings.
    #[arg(long, value_name = "DIR")]
    live: Option<PathBuf>,
    /// Only these species, by commas.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    species: Vec<Kind>,
    /// Attempts of each species on each person; each draws its own paper, screen, light and hand.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    attempts: u16,
    /// How long each lasts. A frozen camera is noticed after cameras.frozen_after_ms, a loop after some seconds.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=120))]
    seconds: u16,
    /// The same seed makes the same attempts.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keeps some pictures of each attempt: they show the faces that were given.
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// Pictures taken of a recording: four seconds at 15 a second.
const FOOTAGE_PICTURES_MAX: usize = 60;

pub(super) fn run(cli: &Cli, arguments: &Attacks) -> Result<Exit, Failure> {
    arguments.output.check()?;
    let runtime = offline::runtime()?;
    let _inside = runtime.enter();
    let settings = offline::settings(cli)?;
    let chain = Chain::start(&settings, Some(pipeline::Gate::Payment))?;
    let (people, unusable) = match &arguments.live {
        Some(folder) => given(chain.pipeline(), folder)?,
        None => (portraits(chain.pipeline())?, Vec::new()),
    };
    for why in &unusable {
        terminal::note(why);
    }
    if people.is_empty() {
        return Err(Failure::failed("there is nobody whose face could be used"));
    }
    let plans = plans(arguments, &people);
    if plans.is_empty() {
        return Err(Failure::failed("these species take a second person: --live with two files at least"));
    }
    let outcomes = tried(arguments, &settings, &chain, &plans)?;
    let mut report = report(&outcomes);
    report.insert("people".to_owned(), json!(people.iter().map(|person| &person.name).collect::<Vec<_>>()));
    report.insert("unusable".to_owned(), json!(unusable));
    report.insert("attempts".to_owned(), json!(arguments.attempts));
    report.insert("seconds".to_owned(), json!(arguments.seconds));
    report.insert("seed".to_owned(), json!(arguments.seed));
    report.insert("gestures".to_owned(), json!(settings.challenge.gestures));
    report.insert("tries_max".to_owned(), json!(settings.challenge.tries_max));
    report.insert("device".to_owned(), json!(chain.device()));
    report.insert("models".to_owned(), json!(chain.models()));
    report.insert("networks".to_owned(), json!(chain.networks()));
    if arguments.output.is_wanted() {
        arguments.output.write(&page::page(&report, &settings)?)?;
    }
    match arguments.json {
        true => terminal::json(&report),
        false => show(&report),
    }
    Ok(Exit::Ok)
}

/// The two portraits that the product brings for its demonstration.
fn portraits(pipeline: &Pipeline) -> Result<Vec<Person>, Failure> {
    let of = |(name, jpeg): (&str, &[u8])| {
        let still = decode(jpeg, &StillLimits::default()).map_err(|error| error.to_string());
        let person = still.and_then(|still| Person::of(pipeline, name.to_owned(), vec![still], FPS));
        person.map_err(|why| Failure::failed(format!("the built-in portrait of {name}: {why}")))
    };
    [("Eileen Collins", demo::PAYER_JPEG), ("Grace Hopper", demo::STRANGER_JPEG)]
        .into_iter()
        .map(of)
        .collect()
}

/// People by their files, and why other files show none.
fn given(pipeline: &Pipeline, folder: &Path) -> Result<(Vec<Person>, Vec<String>), Failure> {
    let (shown, other) = presentations::list(folder).map_err(|error| told("read", folder, error))?;
    let mut unusable: Vec<String> = other
        .iter()
        .map(|path| format!("{} is neither a picture nor a recording: left out", path.display()))
        .collect();
    let mut people = Vec::new();
    for one in &shown {
        match person(pipeline, folder, one) {
            Ok(person) => people.push(person),
            Err(why) => unusable.push(format!("{} is left out: {why}", one.path.display())),
        }
    }
    Ok((people, unusable))
}

fn person(pipeline: &Pipeline, folder: &Path, shown: &Shown) -> Result<Person, String> {
    let name = shown.path.strip_prefix(folder).unwrap_or(&shown.path).display().to_string();
    let (pictures, fps) = match shown.kind {
        presentations::Kind::Still => {
            let bytes = std::fs::read(&shown.path).map_err(|error| error.to_string())?;
            let still = decode(&bytes, &StillLimits::default()).map_err(|error| error.to_string())?;
            (vec![still], FPS)
        }
        presentations::Kind::Recording => {
            let footage = Footage::read(&shown.path, FOOTAGE_PICTURES_MAX).map_err(|error| chain(&error))?;
            (footage.pictures, footage.fps)
        }
    };
    Person::of(pipeline, name, pictures, fps)
}

/// Every species on every person, so many times. The attacker is the next person.
fn plans<'a>(arguments: &Attacks, people: &'a [Person]) -> Vec<Plan<'a>> {
    let wanted = |kind: &Kind| arguments.species.is_empty() || arguments.species.contains(kind);
    let possible = |kind: &Kind| people.len() > 1 || !kind.needs_an_attacker();
    let mut plans = Vec::new();
    for kind in Kind::all().filter(wanted).filter(possible) {
        for (place, payer) in people.iter().enumerate() {
            let attacker = &people[(place + 1) % people.len()];
            plans.extend((0..arguments.attempts).map(|number| Plan {
                kind,
                payer: (place, payer),
                attacker,
                // Another person's attempts are other attempts, not the same on another face.
                seed: arguments.seed.wrapping_add(u64::from(number)).wrapping_add((place as u64) << 20),
                pictures: u32::from(arguments.seconds) * FPS,
            }));
        }
    }
    plans
}

fn tried(
    arguments: &Attacks,
    settings: &Settings,
    chain: &Chain,
    plans: &[Plan<'_>],
) -> Result<Vec<Outcome>, Failure> {
    let progress = terminal::Progress::new("attempts", plans.len());
    let keep = arguments.keep.as_deref();
    let made = chain.each(
        plans,
        |plan| attacks::attempt(chain.pipeline(), settings, plan, keep),
        |done| progress.show(done),
    );
    drop(progress);
    let mut outcomes = Vec::with_capacity(made.len());
    let mut kept = 0;
    for (attempted, plan) in made.into_iter().zip(plans) {
        let failed = |why| Failure::failed(format!("{} on {}: {why}", plan.kind.name(), plan.payer.1.name));
        let Attempted { outcome, kept: pictures } = attempted.map_err(failed)?;
        kept += pictures.len();
        outcomes.push(outcome);
    }
    if let Some(folder) = keep {
        terminal::note(format!("{kept} pictures are kept in {}: they show people's faces", folder.display()));
    }
    Ok(outcomes)
}

fn report(outcomes: &[Outcome]) -> Map<String, Value> {
    let mut by_kind: BTreeMap<Kind, Vec<&Outcome>> = BTreeMap::new();
    outcomes.iter().for_each(|outcome| by_kind.entry(outcome.kind).or_default().push(outcome));
    let (mut species, mut control) = (Map::new(), Value::Null);
    let mut worst: Option<(f64, &'static str)> = None;
    for (kind, outcomes) in by_kind {
        let found = SpeciesReport::of(&outcomes);
        if kind == Kind::Control {
            control = json!(found);
            continue;
        }
        let rate = found.without_challenge.apcer.unwrap_or_default();
        if worst.is_none_or(|(most, _)| rate > most) {
            worst = Some((rate, kind.name()));
        }
        species.insert(kind.name().to_owned(), json!(found));
    }
    let mut report = Map::new();
    report.insert("species".to_owned(), Value::Object(species));
    report.insert("control".to_owned(), control);
    report.insert("apcer_max".to_owned(), json!(worst.map(|(rate, _)| rate)));
    report.insert("worst_species".to_owned(), json!(worst.map(|(_, name)| name)));
    report
}

/// The control first, then each species.
fn rows(report: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    let control =
        report.get("control").filter(|control| !control.is_null()).map(|of| ("control (no attack)", of));
    let species = report.get("species").and_then(Value::as_object).into_iter().flatten();
    control.into_iter().chain(species.map(|(name, of)| (name.as_str(), of)))
}

/// What stopped how many, the most frequent first.
fn stopped(of: &Value) -> String {
    let mut layers: Vec<(u64, &str)> = (of["stopped"].as_object().into_iter().flatten())
        .map(|(name, count)| (count.as_u64().unwrap_or_default(), name.as_str()))
        .collect();
    layers.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    layers.iter().map(|(count, name)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}

fn show(report: &Map<String, Value>) {
    let row = |(name, of): (&str, &Value)| {
        let (plain, whole, challenge) =
            (&of["without_challenge"], &of["with_challenge"], &of["challenge"]["passed"]);
        let out_of = |of: &Value| format!("{} of {}", count(&of["count"]), count(&of["n"]));
        vec![
            name.to_owned(),
            count(&plain["n"]),
            count(&plain["accepted"]),
            format!("{} ({})", percent(&plain["apcer"]), interval(&plain["ci95"])),
            out_of(&of["as_payer"]),
            out_of(challenge),
            out_of(whole),
            stopped(of),
        ]
    };
    let rows: Vec<Vec<String>> = rows(report).map(row).collect();
    let head = [
        "SPECIES",
        "N",
        "PASSED",
        "APCER (95 %)",
        "AS PAYER",
        "CHALLENGE PASSED",
        "PASSED ALL",
        "STOPPED BY",
    ];
    terminal::table(&head, &rows);
    terminal::out(
        "\nSimulated: what passes here passes surely; what does not may still pass in flesh, paper or glass.",
    );
}
