//! `facepay evaluate faces`: verification by a published protocol, through the plugins that run at the till.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::{Cli, Exit, Failure, offline, terminal};
use crate::evaluate::faces::{Chain, Embedded};
use crate::evaluate::pairs;
use crate::evaluate::verification::{self, Trial};

/// What to measure.
#[derive(Subcommand)]
pub enum Evaluate {
    /// One-to-one verification of faces over a list of picture pairs.
    Faces(Faces),
}

/// Pictures and the pairs to compare.
#[derive(Args)]
pub struct Faces {
    /// The folder that the pairs' names lie in: NAME/NAME_0001.jpg.
    #[arg(long, value_name = "DIR")]
    images: PathBuf,
    /// The list of pairs, in the format of Labeled Faces in the Wild.
    #[arg(long, value_name = "FILE")]
    pairs: PathBuf,
    /// Applies the quality gate of enrolment; a refused picture is a failure to acquire.
    #[arg(long)]
    gate: bool,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

const FALSE_ACCEPT_RATES: [(&str, f64); 5] =
    [("1e-2", 1e-2), ("1e-3", 1e-3), ("1e-4", 1e-4), ("1e-5", 1e-5), ("1e-6", 1e-6)];

pub(super) fn run(cli: &Cli, command: &Evaluate) -> Result<Exit, Failure> {
    let Evaluate::Faces(arguments) = command;
    let text =
        std::fs::read_to_string(&arguments.pairs).map_err(|error| unreadable(&arguments.pairs, error))?;
    let pairs = pairs::parse(&text).map_err(|error| Failure::failed(error.to_string()))?;
    let names: BTreeSet<&Path> =
        pairs.iter().flat_map(|pair| pair.pictures.iter().map(PathBuf::as_path)).collect();
    let names: Vec<&Path> = names.into_iter().collect();
    if let Some(missing) = names.iter().map(|name| arguments.images.join(name)).find(|path| !path.is_file()) {
        return Err(Failure::failed(format!("there is no picture {}", missing.display())));
    }
    let runtime = offline::runtime()?;
    let _inside = runtime.enter();
    let chain = Chain::start(&offline::settings(cli)?, arguments.gate)?;
    let progress = terminal::Progress::new("pictures", names.len());
    let embedded = chain.embed_all(&arguments.images, &names, |done| progress.show(done));
    drop(progress);
    let trials: Vec<Trial> = pairs
        .iter()
        .map(|pair| {
            let [a, b] =
                [0, 1].map(|side: usize| embedded.get(pair.pictures[side].as_path())?.embedding.as_ref());
            let similarity = a.zip(b).map(|(a, b)| a.similarity(b));
            Trial { similarity, genuine: pair.genuine, fold: pair.fold }
        })
        .collect();
    let failures: Vec<(&&Path, &Embedded)> =
        embedded.iter().filter(|(_, one)| one.embedding.is_none()).collect();
    let mut report = figures(&trials);
    report.insert("images".to_owned(), json!(names.len()));
    report.insert("pairs".to_owned(), json!(trials.len()));
    report.insert("failures_to_acquire".to_owned(), json!(failures.len()));
    let failed: Vec<Value> =
        failures.iter().map(|(name, one)| json!({ "picture": name, "why": one.failure })).collect();
    report.insert("failed".to_owned(), json!(failed));
    report.insert("gate".to_owned(), json!(arguments.gate));
    report.insert("device".to_owned(), json!(chain.device()));
    report.insert("models".to_owned(), json!(chain.models()));
    match arguments.json {
        true => terminal::json(&report),
        false => show(&report),
    }
    Ok(Exit::Ok)
}

fn unreadable(path: &Path, error: std::io::Error) -> Failure {
    let failure = Failure::from(error);
    Failure::new(failure.exit, format!("cannot read {}: {}", path.display(), failure.text))
}

fn figures(trials: &[Trial]) -> Map<String, Value> {
    let accuracy = verification::accuracy(trials);
    let rates = FALSE_ACCEPT_RATES.map(|(name, rate)| (name, verification::accept_rate_at(trials, rate)));
    let tar = rates.iter().map(|(name, found)| ((*name).to_owned(), json!(found.map(|found| found.rate))));
    let detail = rates.iter().map(|(name, found)| {
        let detail = found.map(|f| json!({ "n": f.n, "ci95": f.ci95, "similarity_min": f.similarity_min }));
        ((*name).to_owned(), json!(detail))
    });
    let mut report = Map::new();
    let accuracy = accuracy.map(|a| json!({ "mean": a.mean, "std": a.std, "ci95": a.ci95, "n": a.n }));
    report.insert("accuracy".to_owned(), json!(accuracy));
    let equal = verification::equal_error_rate(trials);
    report.insert("eer".to_owned(), json!(equal.map(|equal| equal.rate)));
    let equal = equal.map(|e| json!({ "n": e.n, "ci95": e.ci95, "similarity_min": e.similarity_min }));
    report.insert("eer_detail".to_owned(), json!(equal));
    report.insert("tar".to_owned(), Value::Object(tar.collect()));
    report.insert("tar_detail".to_owned(), Value::Object(detail.collect()));
    report
}

fn show(report: &Map<String, Value>) {
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let percent =
        |value: &Value| value.as_f64().map_or("-".to_owned(), |rate| format!("{:.2} %", rate * 100.0));
    terminal::out(format!(
        "{} pictures, {} pairs, {} failures to acquire",
        of("images"),
        of("pairs"),
        of("failures_to_acquire")
    ));
    let within = |detail: &Value| {
        let [low, high] = [0, 1].map(|end: usize| percent(&detail["ci95"][end]));
        format!("(95 %: {low} to {high}, n {})", detail["n"])
    };
    let accuracy = of("accuracy");
    terminal::out(format!(
        "accuracy {} {}, folds deviate by {}",
        percent(&accuracy["mean"]),
        within(&accuracy),
        percent(&accuracy["std"])
    ));
    terminal::out(format!("equal error rate {} {}", percent(&of("eer")), within(&of("eer_detail"))));
    for (name, _) in FALSE_ACCEPT_RATES {
        let (rate, within) = (percent(&of("tar")[name]), within(&of("tar_detail")[name]));
        terminal::out(format!("true accept rate at false accept rate {name}: {rate} {within}"));
    }
    terminal::out(format!("device {}", of("device")["adapter"].as_str().unwrap_or_default()));
}
