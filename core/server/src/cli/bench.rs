//! `facepay bench vision|search|pipeline|payments|api|ws|load`: what this machine's device and cores give.

mod api;
mod farm;
mod figures;
mod load;
mod payments;
mod pipeline;
pub(super) mod process;
mod search;
mod track;
mod ws;

use std::time::Duration;

use std::path::PathBuf;

use clap::Subcommand;
use serde::Serialize;
use serde_json::Value;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::api::chain;
use crate::app::vision;

/// What to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// Every network of the chain, warp included, the whole chain, and what a track costs beyond detection.
    Vision {
        /// Faces in one round.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=64))]
        batch: u16,
        /// Rounds.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        iterations: u16,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// The exact search through a gallery of synthetic people, started from a new SQLite file in the current folder and, of
    /// more than 131,072 people, from sealed parts beside it. A million people take minutes and 6 GB of disk.
    Search {
        /// People in the gallery.
        #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
        gallery: u32,
        /// Searches.
        #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
        searches: u32,
        /// Leaves the exact values in the database and starts from sealed parts, however few people there are.
        #[arg(long)]
        exact_in_database: bool,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// What `bench search` measures, which starts it in a process of its own.
    #[command(hide = true)]
    SearchStarted {
        /// Where people and sealed parts are.
        #[arg(long)]
        folder: PathBuf,
        /// How many people.
        #[arg(long)]
        people: usize,
        /// Of so many the exact values stay in memory.
        #[arg(long)]
        exact_rows_max: usize,
        /// Searches.
        #[arg(long)]
        searches: usize,
        /// How often a stranger may be taken for somebody.
        #[arg(long)]
        fpir_target: f64,
    },
    /// Recognition at simulated cameras, a person in view of each: rates, ages, cores and memory.
    Pipeline {
        /// Cameras.
        #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
        cameras: u16,
        /// Cameras with somebody in view, when it is not all of them: before the others nobody is and nothing moves.
        #[arg(long, default_value_t = u16::MAX, hide_default_value = true)]
        occupied: u16,
        /// Of so many cameras, the last ones, only key frames are decoded.
        #[arg(long, default_value_t = 0)]
        key_frames: u16,
        /// How long it is measured, after everything runs.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=3_600))]
        seconds: u16,
        /// One camera, then 2, 4, 8, 12 and so on up to --cameras: how many are too many, and what each costs.
        #[arg(long)]
        steps: bool,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// The simulated cameras of `bench pipeline`, which starts them in a process of their own.
    #[command(hide = true)]
    Farm {
        /// Cameras.
        #[arg(long)]
        cameras: u16,
        /// Those with somebody in view.
        #[arg(long)]
        occupied: u16,
        /// A file that is not there yet: when each picture was captured.
        #[arg(long)]
        journal: PathBuf,
    },
    /// Sales from the wallet, by one client and by many at once. On a new SQLite file in the current folder, which is then
    /// the disk that is measured, or on an empty PostgreSQL database.
    Payments {
        /// Clients at once.
        #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=512))]
        clients: u16,
        /// How long each round is measured.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=3_600))]
        seconds: u16,
        /// An empty database; its tables stay. A throw-away SQLite file when not given.
        #[arg(long, value_name = "URL")]
        database: Option<String>,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// REST clients of an appliance in a folder of its own: reads of people, transactions and the audit chain, and sales.
    Api {
        /// Clients at once, each on a connection of its own.
        #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=2_000))]
        clients: u16,
        /// How long it is measured.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=3_600))]
        seconds: u16,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Everything at once, for long: consoles, clients that don't read, requests at a fixed rate; then how it stops.
    Load {
        /// Consoles that follow the events.
        #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u16).range(0..=10_000))]
        clients: u16,
        /// Clients that follow the events and don't read them.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=1_000))]
        slow: u16,
        /// Requests a second: reads of people, transactions and the audit chain, and sales, one in six.
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(0..=10_000))]
        requests: u16,
        /// How long.
        #[arg(long, default_value_t = 600, value_parser = clap::value_parser!(u32).range(1..=86_400))]
        seconds: u32,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// The clients of `bench load`, which starts them in a process of their own.
    #[command(hide = true)]
    Crowd {
        /// Consoles.
        #[arg(long)]
        clients: u16,
        /// Clients that don't read.
        #[arg(long)]
        slow: u16,
        /// Requests a second.
        #[arg(long)]
        requests: u16,
        /// How long they ask.
        #[arg(long)]
        seconds: u32,
    },
    /// WebSocket clients of an appliance in a folder of its own: how long events take to consoles, and recognition to
    /// browsers that are cameras.
    Ws {
        /// Consoles that follow the events.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=10_000))]
        clients: u16,
        /// Events a second.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1_000))]
        events: u16,
        /// Browsers that are cameras, a person in view of each; without any, recognition is off.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=64))]
        browsers: u16,
        /// How long each of the two is measured.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=3_600))]
        seconds: u16,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(cli: &Cli, command: &Bench) -> Result<Exit, Failure> {
    match command {
        Bench::Vision { batch, iterations, json } => {
            let settings = offline::settings(cli)?;
            let runtime = offline::runtime()?;
            let _inside = runtime.enter();
            let track = track::per_track(&settings, usize::from(*iterations))?;
            let engine = vision::engine(&settings)?;
            let report = models::engine::bench(&engine, usize::from(*iterations), usize::from(*batch));
            let report = report.map_err(|error| Failure::failed(chain(&error)))?;
            match json {
                true => terminal::json(&WithTrack { report: &report, per_track: &track }),
                false => show(&report, &track),
            }
        }
        Bench::Search { gallery, searches, exact_in_database, json } => {
            let settings = offline::settings(cli)?;
            let size = search::Size::new(*gallery as usize, *exact_in_database);
            let report = search::search(cli, size, *searches as usize, settings.recognition.fpir_target)?;
            tell(&report, *json);
        }
        Bench::SearchStarted { folder, people, exact_rows_max, searches, fpir_target } => {
            let size = search::Size { people: *people, exact_rows_max: *exact_rows_max };
            let engine = search::engine(&offline::settings(cli)?);
            tell(&search::started(folder, (size, engine.as_ref()), *searches, *fpir_target)?, true);
        }
        Bench::Pipeline { cameras, occupied, key_frames, seconds, steps, json } => {
            let settings = offline::settings(cli)?;
            let branch = pipeline::Branch { cameras: *cameras, occupied: *occupied, key_frames: *key_frames };
            let measured = match steps {
                true => pipeline::steps(&settings, branch, (*seconds).into()),
                false => pipeline::pipeline(&settings, branch, (*seconds).into()),
            };
            tell(&measured?, *json);
        }
        Bench::Farm { cameras, occupied, journal } => farm::serve(*cameras, *occupied, journal)?,
        Bench::Payments { clients, seconds, database, json } => {
            let settings = offline::settings(cli)?;
            let report =
                payments::payments(settings, usize::from(*clients), (*seconds).into(), database.clone())?;
            tell(&report, *json);
        }
        Bench::Api { clients, seconds, json } => {
            let span = Duration::from_secs((*seconds).into());
            tell(&api::api(offline::settings(cli)?, (*clients).into(), span)?, *json);
        }
        Bench::Load { clients, slow, requests, seconds, json } => {
            let load = load::Load::new(*clients, *slow, *requests, *seconds);
            tell(&load::load(offline::settings(cli)?, &load)?, *json);
        }
        Bench::Crowd { clients, slow, requests, seconds } => {
            load::crowd::serve(&load::Load::new(*clients, *slow, *requests, *seconds))?;
        }
        Bench::Ws { clients, events, browsers, seconds, json } => {
            let load = ws::Load {
                consoles: (*clients).into(),
                events_per_second: (*events).into(),
                browsers: (*browsers).into(),
                span: Duration::from_secs((*seconds).into()),
            };
            tell(&ws::ws(offline::settings(cli)?, &load)?, *json);
        }
    }
    Ok(Exit::Ok)
}

/// The networks' figures, and a track's.
#[derive(Serialize)]
struct WithTrack<'a> {
    #[serde(flatten)]
    report: &'a models::engine::BenchReport,
    per_track: &'a Value,
}

fn tell(report: &Value, json: bool) {
    if json {
        return terminal::json(report);
    }
    let figures = report.as_object().into_iter().flatten();
    figures.for_each(|(name, value)| terminal::out(format!("{name:<18} {value}")));
}

fn show(report: &models::engine::BenchReport, track: &Value) {
    terminal::out(format!(
        "{} ({}), {} threads, {} faces a round",
        report.device, report.backend, report.threads, report.batch
    ));
    let row =
        |name: &str, p50: f64, p95: f64| vec![name.to_owned(), format!("{p50:.2}"), format!("{p95:.2}")];
    let mut rows: Vec<_> = report.stages.iter().map(|(name, p)| row(name, p.p50_ms, p.p95_ms)).collect();
    rows.push(row("chain", report.chain.p50_ms, report.chain.p95_ms));
    let of = |key: &str| track[key].as_f64().unwrap_or(f64::NAN);
    rows.push(row("per track", of("p50_ms"), of("p95_ms")));
    terminal::table(&["STAGE", "P50 MS", "P95 MS"], &rows);
    terminal::out(format!(
        "per track: a picture's quality, liveness, alignment, embedding and search among {} people, detection left out",
        track["people"]
    ));
    terminal::out(format!("{:.1} faces per second", report.chain.faces_per_second));
}
