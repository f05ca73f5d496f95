//! `facepay evaluate faces`: verification by a published protocol, through the plugins that run at the till.

mod groups;
mod page;

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use clap::Args;
use pipeline::Gate;
use serde_json::{Map, Value, json};

use super::output::Output;
use super::{Cli, Exit, Failure, offline, operating, terminal, told, wording};
use groups::Compared;

use crate::evaluate::all_pairs::{AllPairs, Shot, person};
use crate::evaluate::discard::{Discard, Sample, discard};
use crate::evaluate::embeddings::{self, Embeddings};
use crate::evaluate::faces::{Chain, Embedded};
use crate::evaluate::figures;
use crate::evaluate::interval::wilson95;
use crate::evaluate::pairs::{self, Pair};
use crate::evaluate::scores::Scores;
use crate::evaluate::verification::{self, AcceptRate, EqualErrorRate, Trial};

/// Pictures and the pairs to compare.
#[derive(Args)]
pub struct Faces {
    /// The folder that the pairs' names lie in: NAME/NAME_0001.jpg.
    #[arg(long, value_name = "DIR")]
    images: PathBuf,
    /// The list of pairs, in the format of Labeled Faces in the Wild.
    #[arg(long, value_name = "FILE")]
    pairs: PathBuf,
    /// True accept rates and the equal error rate over every pair of the listed pictures, not only the listed pairs.
    #[arg(long)]
    all_pairs: bool,
    /// Applies the quality gate of enrolment; a refused picture is a failure to acquire.
    #[arg(long)]
    gate: bool,
    /// Errors by groups of people too: a list of `person,group` or `picture,group`, with a comma or a tab.
    #[arg(long, value_name = "FILE")]
    cohorts: Option<PathBuf>,
    /// Writes every picture's embedding as a NumPy array (.npy), and the pictures' names next to it (.txt).
    #[arg(long, value_name = "FILE")]
    embeddings: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
    /// Writes what was measured of each picture's quality (.csv).
    #[arg(long, value_name = "FILE")]
    quality: Option<PathBuf>,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

const FALSE_ACCEPT_RATES: [(&str, f64); 5] =
    [("1e-2", 1e-2), ("1e-3", 1e-3), ("1e-4", 1e-4), ("1e-5", 1e-5), ("1e-6", 1e-6)];
/// With fewer false accepts than this a threshold over all pairs would hang on a few pictures.
const FALSE_ACCEPTS_MIN: u64 = 5;

/// What became of the pictures.
struct Measured<'a> {
    names: Vec<&'a Path>,
    embedded: HashMap<&'a Path, Embedded>,
    trials: Vec<Trial>,
}

pub(super) fn run(cli: &Cli, arguments: &Faces) -> Result<Exit, Failure> {
    arguments.output.check()?;
    let text =
        std::fs::read_to_string(&arguments.pairs).map_err(|error| told("read", &arguments.pairs, error))?;
    let pairs = pairs::parse(&text).map_err(|error| Failure::failed(error.to_string()))?;
    let cohorts = arguments.cohorts.as_deref().map(groups::read).transpose()?;
    let names: BTreeSet<&Path> =
        pairs.iter().flat_map(|pair| pair.pictures.iter().map(PathBuf::as_path)).collect();
    let names: Vec<&Path> = names.into_iter().collect();
    if let Some(missing) = names.iter().map(|name| arguments.images.join(name)).find(|path| !path.is_file()) {
        return Err(Failure::failed(format!("there is no picture {}", missing.display())));
    }
    let runtime = offline::runtime()?;
    let _inside = runtime.enter();
    let settings = offline::settings(cli)?;
    let chain = Chain::start(&settings, arguments.gate.then_some(Gate::Enrolment))?;
    // Before the long part, so that a manifest that does not fit costs no run.
    let own = operating::claim_min(&settings, chain.pipeline().steps().recognizer.model_tag())?;
    let progress = terminal::Progress::new("pictures", names.len());
    let embedded = chain.embed_all(&arguments.images, &names, |done| progress.show(done));
    drop(progress);
    let trials = trials(&pairs, &embedded);
    let measured = Measured { names, embedded, trials };
    if let Some(file) = &arguments.embeddings {
        save(file, &measured)?;
    }
    if let Some(file) = &arguments.quality {
        let reports = measured.names.iter().map(|name| (*name, measured.embedded[name].quality.as_ref()));
        std::fs::write(file, figures::csv(reports)).map_err(|error| told("write", file, error))?;
    }
    let all = arguments.all_pairs.then(|| every_pair(&measured));
    let mut report = report(arguments, &chain, &measured, all.as_ref());
    let listed = all.is_none().then(|| Scores::of_trials(&measured.trials));
    if let Some(scores) = all.as_ref().map(|all| &all.scores).or(listed.as_ref()) {
        report.insert("operating".to_owned(), operating::at(own, scores));
        if let Some(cohorts) = &cohorts {
            let compared = if all.is_some() { Compared::EveryPair } else { Compared::Listed(&pairs) };
            let found = groups::report(cohorts, &measured, compared, &groups::thresholds(own, &report));
            report.insert("cohorts".to_owned(), found);
        }
        if arguments.output.is_wanted() {
            arguments.output.write(&page::page(&report, scores, &settings)?)?;
        }
    }
    match arguments.json {
        true => terminal::json(&report),
        false => show(&report),
    }
    Ok(Exit::Ok)
}

fn trials(pairs: &[Pair], embedded: &HashMap<&Path, Embedded>) -> Vec<Trial> {
    let trial = |pair: &Pair| {
        let [a, b] =
            [0, 1].map(|side: usize| embedded.get(pair.pictures[side].as_path())?.embedding.as_ref());
        let similarity = a.zip(b).map(|(a, b)| a.similarity(b));
        Trial { similarity, genuine: pair.genuine, fold: pair.fold }
    };
    pairs.iter().map(trial).collect()
}

/// Leaves the embeddings in a file of the operator's choice.
fn save(file: &Path, measured: &Measured<'_>) -> Result<(), Failure> {
    let rows = measured.names.iter().filter_map(|name| {
        let row = measured.embedded.get(name)?.embedding.clone()?;
        Some((name.to_path_buf(), row))
    });
    let (names, rows) = rows.unzip();
    embeddings::write(file, &Embeddings { names, rows }).map_err(|error| told("write", file, error))?;
    terminal::note(format!(
        "{} and {} hold biometric data: faces can be recognised by it. Only their owner may read them; delete them \
         when they are not needed any more.",
        file.display(),
        embeddings::names_file(file).display()
    ));
    Ok(())
}

fn every_pair<'a>(measured: &'a Measured<'_>) -> AllPairs<'a> {
    let shot = |name: &&'a Path| {
        let embedding = measured.embedded.get(name).and_then(|one| one.embedding.as_ref());
        Some(Shot { person: person(name)?, embedding })
    };
    let shots: Vec<Shot<'a>> = measured.names.iter().filter_map(shot).collect();
    let progress = terminal::Progress::new("compared", shots.len());
    AllPairs::compare(&shots, |done| progress.show(done))
}

fn report(
    arguments: &Faces,
    chain: &Chain,
    measured: &Measured<'_>,
    all: Option<&AllPairs<'_>>,
) -> Map<String, Value> {
    let trials = &measured.trials;
    let mut report = Map::new();
    let accuracy = verification::accuracy(trials);
    let accuracy = accuracy.map(|a| json!({ "mean": a.mean, "std": a.std, "ci95": a.ci95, "n": a.n }));
    report.insert("accuracy".to_owned(), json!(accuracy));
    let rates = |found: &dyn Fn(f64) -> Option<AcceptRate>| FALSE_ACCEPT_RATES.map(|(_, rate)| found(rate));
    let listed = rates(&|rate| verification::accept_rate_at(trials, rate));
    let equal = verification::equal_error_rate(trials);
    match all {
        None => {
            report.insert("protocol".to_owned(), json!("listed_pairs"));
            report.extend(figures(equal, listed, &|_| None));
        }
        Some(all) => {
            report.insert("protocol".to_owned(), json!("all_pairs"));
            let found = rates(&|rate| all.scores.accept_rate_at(rate, FALSE_ACCEPTS_MIN));
            let by_people = |similarity_min| all.accept_ci95(similarity_min);
            report.extend(figures(all.scores.equal_error_rate(), found, &by_people));
            report.insert("listed_pairs".to_owned(), json!(figures(equal, listed, &|_| None)));
            let genuine = json!({ "n": all.scores.genuine(), "not_acquired": all.genuine_failed });
            let impostor = json!({ "n": all.scores.impostor() + all.impostor_failed, "not_acquired": all.impostor_failed });
            let counted = json!({ "people": all.people(), "genuine": genuine, "impostor": impostor });
            report.insert("all_pairs".to_owned(), counted);
            report.insert("discard".to_owned(), json!(discarded(measured, all)));
        }
    }
    let failed = failures(measured);
    report.insert("images".to_owned(), json!(measured.names.len()));
    report.insert("pairs".to_owned(), json!(trials.len()));
    report.insert("failures_to_acquire".to_owned(), json!(failed.len()));
    report.insert("failed".to_owned(), json!(failed));
    report.insert("gate".to_owned(), json!(arguments.gate));
    report.insert("device".to_owned(), json!(chain.device()));
    report.insert("models".to_owned(), json!(chain.models()));
    report.insert("networks".to_owned(), json!(chain.networks()));
    report
}

/// What leaving out the worst pictures does at a false accept rate of 1e-4; `None` where that cannot be told.
fn discarded<'a>(measured: &'a Measured<'_>, all: &AllPairs<'_>) -> Option<Discard> {
    let threshold = all.scores.accept_rate_at(1e-4, FALSE_ACCEPTS_MIN)?.similarity_min;
    let sample = |name: &&'a Path| {
        let one = measured.embedded.get(name)?;
        Some((person(name)?, one.embedding.as_ref()?, one.quality.as_ref()?))
    };
    let samples = measured.names.iter().filter_map(sample);
    let samples: Vec<Sample<'_>> =
        samples.map(|(person, embedding, quality)| Sample { person, embedding, quality }).collect();
    Some(discard(&samples, threshold))
}

/// The pictures without a usable face, and why.
fn failures(measured: &Measured<'_>) -> Vec<Value> {
    let failed = measured.names.iter().filter_map(|name| {
        let why = measured.embedded.get(name)?.failure.as_ref()?;
        Some(json!({ "picture": name, "why": why }))
    });
    failed.collect()
}

/// Rates with what they rest on; `by_people` gives the interval of an accept rate when people are drawn anew.
fn figures(
    equal: Option<EqualErrorRate>,
    rates: [Option<AcceptRate>; 5],
    by_people: &dyn Fn(f32) -> Option<[f64; 2]>,
) -> Map<String, Value> {
    let detail = |found: AcceptRate| {
        let share = wilson95(found.false_accepts, found.impostors);
        json!({
            "n": found.n,
            "ci95": found.ci95,
            "ci95_people": by_people(found.similarity_min),
            "similarity_min": found.similarity_min,
            "false_accepts": found.false_accepts,
            "impostors": found.impostors,
            "false_accept_rate_ci95": share,
        })
    };
    let named = || FALSE_ACCEPT_RATES.iter().map(|(name, _)| (*name).to_owned()).zip(rates);
    let tar: Map<String, Value> = named().map(|(name, found)| (name, json!(found.map(|f| f.rate)))).collect();
    let details: Map<String, Value> = named().map(|(name, found)| (name, json!(found.map(detail)))).collect();
    let equal_detail = equal.map(|e| json!({ "n": e.n, "ci95": e.ci95, "similarity_min": e.similarity_min }));
    let mut figures = Map::new();
    figures.insert("eer".to_owned(), json!(equal.map(|equal| equal.rate)));
    figures.insert("eer_detail".to_owned(), json!(equal_detail));
    figures.insert("tar".to_owned(), Value::Object(tar));
    figures.insert("tar_detail".to_owned(), Value::Object(details));
    figures
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
    if let Some(all) = report.get("all_pairs") {
        let (genuine, impostor) = (&all["genuine"]["n"], &all["impostor"]["n"]);
        terminal::out(format!(
            "over all pairs of {} people: {genuine} of one person, {impostor} of two",
            all["people"]
        ));
    }
    terminal::out(format!("equal error rate {} {}", percent(&of("eer")), within(&of("eer_detail"))));
    for (name, _) in FALSE_ACCEPT_RATES {
        let detail = &of("tar_detail")[name];
        let line = match detail {
            Value::Null => "- (too few pairs of two people to tell)".to_owned(),
            detail => format!("{} {}", percent(&of("tar")[name]), within(detail)),
        };
        terminal::out(format!("true accept rate at false accept rate {name}: {line}"));
    }
    let own = of("operating");
    terminal::out(format!(
        "at the appliance's own threshold (1:1, similarity {:.3}): false match rate {} (n {}), false non-match rate {} (n {})",
        own["similarity_min"].as_f64().unwrap_or_default(),
        wording::percent(&own["fmr"]["rate"]),
        own["fmr"]["n"],
        wording::percent(&own["fnmr"]["rate"]),
        own["fnmr"]["n"]
    ));
    groups::show(&of("cohorts"));
    terminal::out(format!("device {}", of("device")["adapter"].as_str().unwrap_or_default()));
}
