//! `facepay evaluate search`: one face among many, of whom most who come are not enrolled.

mod page;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use domain::threshold::{false_match_rate, similarity_min};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

use super::output::Output;
use super::{Cli, Exit, Failure, offline, terminal, told};
use crate::api::chain;
use crate::api::wire::system::Compute;
use crate::app::evidence;
use crate::app::threshold::Tails;
use crate::cli::bench::process;
use crate::evaluate::embeddings::{self, Embeddings};
use crate::evaluate::faces::{Chain, Network};
use crate::evaluate::gallery::{self, Genuine, Known, Measured, Plan};
use crate::evaluate::pairs;
use crate::evaluate::people::{Crowd, alike, dims_for};
use crate::evaluate::scores::Point;
use crate::evaluate::search::Rules;
use crate::settings::Settings;

/// Galleries and who is searched in them.
#[derive(Args)]
pub struct Search {
    /// People in the gallery; several sizes by commas.
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "10000",
          value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    gallery: Vec<u32>,
    /// Searches by enrolled people, and as many by strangers.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    searches: u32,
    /// Look-alikes planted at each similarity.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    look_alikes: u32,
    /// Real people, as `evaluate faces --embeddings` writes them; drawn ones fill up.
    #[arg(long, value_name = "FILE", conflicts_with = "images")]
    embeddings: Option<PathBuf>,
    /// Real people from pictures, through the plugins: the folder of the pairs' names.
    #[arg(long, value_name = "DIR", requires = "pairs")]
    images: Option<PathBuf>,
    /// The list that names the pictures, in the format of Labeled Faces in the Wild.
    #[arg(long, value_name = "FILE", requires = "images")]
    pairs: Option<PathBuf>,
    /// The recogniser whose impostor scores set the threshold; that of the pictures where these are given.
    #[arg(long, value_name = "TAG", default_value_t = 512_001)]
    model_tag: u32,
    #[command(flatten)]
    output: Output,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

const SEED: u64 = 20_261_129;
/// Values of an embedding of drawn people.
const DIM: usize = 512;

/// The people there are, and who made their embeddings.
struct People {
    known: Known,
    /// Real people whom the others are drawn like.
    real: Vec<pipeline::Embedding>,
    dim: usize,
    model_tag: u32,
    genuine: Genuine,
    models: Vec<String>,
    networks: Vec<Network>,
    /// What ran them.
    compute: Option<Compute>,
}

pub(super) fn run(cli: &Cli, arguments: &Search) -> Result<Exit, Failure> {
    arguments.output.check()?;
    let settings = offline::settings(cli)?;
    let people = people(arguments, &settings)?;
    let (mut sizes, mut curves) = (Vec::new(), BTreeMap::new());
    let mut galleries = arguments.gallery.clone();
    galleries.sort_unstable();
    galleries.dedup();
    for size in galleries {
        terminal::note(format!("a gallery of {size}"));
        let (figures, curve) = size_report(arguments, &settings, &people, size as usize)?;
        sizes.push(figures);
        curves.insert(size, curve);
    }
    let mut report = sizes.last().cloned().unwrap_or_default();
    report.insert("sizes".to_owned(), json!(sizes));
    report.insert("models".to_owned(), json!(people.models));
    report.insert("fpir_target".to_owned(), json!(settings.recognition.fpir_target));
    report.insert("margin_min".to_owned(), json!(margin_min(&settings, &people)?));
    report.insert("model_tag".to_owned(), json!(people.model_tag));
    report.insert(
        "genuine".to_owned(),
        json!({ "mean": people.genuine.mean, "std": people.genuine.deviation }),
    );
    report.insert("drawn".to_owned(), json!(how_drawn(&people)));
    report.insert("networks".to_owned(), json!(people.networks));
    report.insert("compute".to_owned(), json!(people.compute));
    if arguments.output.is_wanted() {
        arguments.output.write(&page::page(&report, &curves, &settings)?)?;
    }
    match arguments.json {
        true => terminal::json(&report),
        false => show(&report),
    }
    Ok(Exit::Ok)
}

fn broken(error: &dyn std::error::Error) -> Failure {
    Failure::failed(chain(error))
}

/// Real people where they are given.
fn people(arguments: &Search, settings: &Settings) -> Result<People, Failure> {
    let mut model_tag = arguments.model_tag;
    let (mut models, mut networks, mut compute) = (Vec::new(), Vec::new(), None);
    let given = match (&arguments.embeddings, &arguments.images, &arguments.pairs) {
        (Some(file), ..) => {
            let read = embeddings::read(file);
            Some(read.map_err(|error| Failure::failed(format!("cannot read {}: {error}", file.display())))?)
        }
        (None, Some(images), Some(list)) => {
            let runtime = offline::runtime()?;
            let _inside = runtime.enter();
            let chain = Chain::start(settings, None)?;
            model_tag = chain.pipeline().steps().recognizer.model_tag();
            (models, networks) = (chain.models(), chain.networks());
            compute = Some(chain.device().clone());
            Some(embed(&chain, images, list)?)
        }
        _ => None,
    };
    let known = given.map(Known::of).unwrap_or_default();
    let real = known.enrolled.iter().chain(&known.strangers).cloned().collect();
    let dim = known.enrolled.first().map_or(DIM, |one| one.values().len());
    let genuine = genuine(&known);
    Ok(People { known, real, dim, model_tag, genuine, models, networks, compute })
}

fn embed(chain: &Chain, images: &Path, list: &Path) -> Result<Embeddings, Failure> {
    let text = std::fs::read_to_string(list).map_err(|error| told("read", list, error))?;
    let pairs = pairs::parse(&text).map_err(|error| Failure::failed(error.to_string()))?;
    let names: BTreeSet<&Path> =
        pairs.iter().flat_map(|pair| pair.pictures.iter().map(PathBuf::as_path)).collect();
    let names: Vec<&Path> = names.into_iter().collect();
    let progress = terminal::Progress::new("pictures", names.len());
    let mut embedded = chain.embed_all(images, &names, |done| progress.show(done));
    let rows = names.iter().filter_map(|name| Some((name.to_path_buf(), embedded.remove(name)?.embedding?)));
    let (names, rows) = rows.unzip();
    Ok(Embeddings { names, rows })
}

/// How genuine pairs score: as the given ones do. With too few of them it is assumed, not measured, and so is FNIR.
fn genuine(known: &Known) -> Genuine {
    const ASSUMED: Genuine = Genuine { mean: 0.70, deviation: 0.12 };
    let scores: Vec<f32> = known
        .mates
        .iter()
        .filter_map(|(place, face)| Some(known.enrolled.get(*place)?.similarity(face)))
        .collect();
    if scores.len() < 30 {
        return ASSUMED;
    }
    let mean = scores.iter().sum::<f32>() / scores.len() as f32;
    let spread = scores.iter().map(|score| (score - mean).powi(2)).sum::<f32>() / (scores.len() - 1) as f32;
    Genuine { mean, deviation: spread.sqrt() }
}

/// How far the best must be ahead, as the appliance would ask.
fn margin_min(settings: &Settings, people: &People) -> Result<f32, Failure> {
    let tails = Tails::builtin().map_err(|error| broken(&error))?;
    let tag = Some(people.model_tag);
    Ok(evidence::policy(settings, tails.impostors(tag), tails.spread(tag)).margin_min)
}

fn how_drawn(people: &People) -> String {
    match people.real.len() {
        0 => "no real faces: everybody is a random direction of so many dimensions that two people reach the threshold as \
              often as the recogniser's stored impostor scores say. FPIR then tests the threshold rule, the search and \
              the margin rule, not the recogniser. How genuine pairs score is assumed, and FNIR with it."
            .to_owned(),
        real => format!(
            "{real} real people first; the others are drawn from the normal distribution with their mean and covariance, \
             which has thinner tails than real people have."
        ),
    }
}

fn size_report(
    arguments: &Search,
    settings: &Settings,
    people: &People,
    size: usize,
) -> Result<(Map<String, Value>, Vec<Point>), Failure> {
    let recognition = &settings.recognition;
    let tail = Tails::builtin().map_err(|error| broken(&error))?.impostors(Some(people.model_tag));
    let least = similarity_min(&tail, size, recognition.fpir_target, recognition.similarity_min);
    let rate = false_match_rate(size, recognition.fpir_target);
    let dims = dims_for(tail.similarity_at(rate).into(), rate, people.dim);
    let crowd = match people.real.is_empty() {
        true => Crowd::Sphere { dims, dim: people.dim },
        false => Crowd::Like(people.real.clone()),
    };
    let rules = Rules { similarity_min: least, margin_min: margin_min(settings, people)? };
    let plan = Plan {
        people: size,
        searches: arguments.searches as usize,
        look_alikes: arguments.look_alikes as usize,
        known: &people.known,
        crowd: &crowd,
        genuine: people.genuine,
    };
    let mut random = StdRng::seed_from_u64(SEED);
    let measured =
        gallery::measure(&plan, people.dim, &rules, &mut random).map_err(|error| broken(&error))?;
    let expected = people.real.is_empty().then(|| {
        let each = alike(dims, least.into());
        json!({ "dims": dims, "false_match_rate": each, "fpir": -f64::exp_m1(f64::ln_1p(-each) * size as f64) })
    });
    let mut report = figures(&measured, size, people.dim);
    report.insert("similarity_min".to_owned(), json!(least));
    report.insert("expected".to_owned(), json!(expected));
    Ok((report, measured.searches.scores().curve(page::POINTS)))
}

fn figures(measured: &Measured, size: usize, dim: usize) -> Map<String, Value> {
    let searches = &measured.searches;
    let (positives, negatives) = (searches.false_positives(), searches.false_negatives());
    let at = |share: f64| {
        let last = measured.times_ms.len().saturating_sub(1);
        measured.times_ms.get((last as f64 * share).round() as usize).copied()
    };
    let report = json!({
        "n": size,
        "dim": dim,
        "device": "cpu",
        "real_people": measured.real,
        "searches": measured.times_ms.len(),
        "p50_ms": at(0.5),
        "p95_ms": at(0.95),
        "p99_ms": at(0.99),
        "recall_at_1": searches.recall_at_1().rate,
        "recall_at_1_detail": searches.recall_at_1(),
        "fpir": positives.rate,
        "fpir_detail": positives,
        "fpir_without_step_up": searches.false_positives_without_step_up(),
        "fnir": negatives.rate,
        "fnir_detail": negatives,
        "look_alikes": measured.look_alikes,
        "ready_ms": measured.ready_ms,
        "rss_mb": process::resident_mb(),
    });
    match report {
        Value::Object(report) => report,
        _ => Map::new(),
    }
}

fn show(report: &Map<String, Value>) {
    let of = |name: &str| report.get(name).cloned().unwrap_or_default();
    let percent =
        |value: &Value| value.as_f64().map_or("-".to_owned(), |rate| format!("{:.2} %", rate * 100.0));
    let within = |detail: &Value| {
        let [low, high] = [0, 1].map(|end: usize| percent(&detail["ci95"][end]));
        format!("{} ({low} to {high})", percent(&detail["rate"]))
    };
    let number =
        |value: &Value, digits: usize| value.as_f64().map_or("-".to_owned(), |v| format!("{v:.digits$}"));
    let sizes = of("sizes");
    let row = |size: &Value| {
        vec![
            size["n"].to_string(),
            number(&size["similarity_min"], 3),
            within(&size["fpir_detail"]),
            within(&size["fnir_detail"]),
            percent(&size["recall_at_1"]),
            number(&size["p50_ms"], 2),
            number(&size["p99_ms"], 2),
            number(&size["rss_mb"], 0),
        ]
    };
    let rows: Vec<Vec<String>> = sizes.as_array().into_iter().flatten().map(row).collect();
    terminal::table(
        &["PEOPLE", "THRESHOLD", "FPIR", "FNIR", "RECALL@1", "P50 MS", "P99 MS", "RSS MB"],
        &rows,
    );
    let alike = |one: &Value| {
        let of = |key: &str| one[key].to_string();
        let similarity = number(&one["similarity"], 1);
        vec![similarity, of("n"), of("right"), of("step_up"), of("wrong"), of("nobody")]
    };
    let planted = of("look_alikes");
    let rows: Vec<Vec<String>> = planted.as_array().into_iter().flatten().map(alike).collect();
    terminal::out("");
    terminal::table(&["LOOK-ALIKES", "N", "RIGHT", "STEP-UP", "WRONG", "NOBODY"], &rows);
    terminal::out(format!("\n{}", of("drawn").as_str().unwrap_or_default()));
}
