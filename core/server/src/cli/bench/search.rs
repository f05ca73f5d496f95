//! `facepay bench search`: the exact search through a gallery of synthetic people, started as an appliance starts: from its
//! database and the sealed parts in its folder, by a process that has read neither before.

mod started;

use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use domain::{ConsentId, FaceId, UserId};
use pipeline::Embedding;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use store::seal::{KEY_BYTES, Key};
use store::{DatabaseUrl, Snapshot, Store, Synthetic};
use uuid::Uuid;

use crate::app::start::machine_clock;
use crate::app::vision;
use crate::cli::{Cli, Failure, terminal};
use crate::settings::{Settings, appliance_key_file, keys_folder};

pub(super) use started::started;

/// Values of one embedding, as the default recogniser makes them.
const DIM: usize = 512;
/// The model tag of the recogniser whose threshold is taken.
const RECOGNISER: u32 = 512_001;
const SEED: u64 = 20_261_124;
/// People stored in one commit.
const STORED_AT_ONCE: usize = 1_000;

/// How large a gallery is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    pub(super) people: usize,
    /// Of so many the exact values stay in memory; with more of them the start is from sealed parts.
    pub(super) exact_rows_max: usize,
}

impl Size {
    /// So many people, with the exact values in memory where an appliance has them there, or in any case in the database.
    pub(super) fn new(people: usize, in_database: bool) -> Self {
        Self { people, exact_rows_max: if in_database { 0 } else { vision::exact_rows_max(DIM) } }
    }
}

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

/// The database and the sealed parts in `folder`.
fn open(folder: &Path) -> Result<(Store, Snapshot), Failure> {
    let key = std::fs::read(appliance_key_file(folder)).map_err(|error| failed(&error))?;
    let key: [u8; KEY_BYTES] = key.try_into().map_err(|_| Failure::failed("this is no key".to_owned()))?;
    let url: DatabaseUrl = format!("sqlite:{}", folder.join("bench.db").display()).parse()?;
    let snapshot = Snapshot::open(&folder.join("gallery")).map_err(|error| failed(&error))?;
    Ok((Store::open(&url, Key::new(key), &keys_folder(folder))?, snapshot))
}

/// A new database with so many people.
fn fill(store: &Store, people: usize) -> Result<(), Failure> {
    let (mut random, at) = (StdRng::seed_from_u64(SEED), machine_clock()());
    let progress = terminal::Progress::new("people", people);
    for first in (0..people).step_by(STORED_AT_ONCE) {
        let one = |number: usize| -> Result<Synthetic, Failure> {
            let user = user(number);
            let template = person(&mut random)?;
            Ok(Synthetic { user, consent: ConsentId(user.0), face: FaceId(user.0), template })
        };
        let page = (first..people.min(first + STORED_AT_ONCE)).map(one);
        store.add_synthetic(at, RECOGNISER, &page.collect::<Result<Vec<_>, _>>()?)?;
        progress.show(first);
    }
    Ok(())
}

/// The engine, whose GPU searches where it has one. Where it doesn't start, which needs the networks, the CPU does.
pub(super) fn engine(settings: &Settings) -> Option<models::Engine> {
    let engine = vision::engine(settings);
    engine.inspect_err(|error| terminal::note(format!("the CPU searches: {error}"))).ok()
}

/// Makes database and sealed parts, then measures a start and searches in another process.
pub(super) fn search(cli: &Cli, size: Size, searches: usize, fpir_target: f64) -> Result<Value, Failure> {
    // Not in the folder for temporary files, which may be in memory: people have to fit.
    let folder = tempfile::tempdir_in(".").map_err(|error| failed(&error))?;
    let made = make(folder.path(), size)?;
    let program = std::env::current_exe().map_err(|error| failed(&error))?;
    let mut command = Command::new(program);
    command.args(["bench", "search-started", "--people", &size.people.to_string()]);
    command.args(["--exact-rows-max", &size.exact_rows_max.to_string(), "--searches", &searches.to_string()]);
    command.args(["--fpir-target", &fpir_target.to_string(), "--folder"]).arg(folder.path());
    command.args(cli.config.iter().flat_map(|file| [OsStr::new("--config"), file.as_os_str()]));
    command.args(cli.profile.iter().flat_map(|profile| ["--profile", profile.as_str()]));
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| failed(&error))?;
    if !output.status.success() {
        return Err(Failure::failed("the process that was to be measured failed".to_owned()));
    }
    let mut report: Value = serde_json::from_slice(&output.stdout).map_err(|error| failed(&error))?;
    if let (Value::Object(report), Value::Object(made)) = (&mut report, made) {
        report.extend(made);
    }
    Ok(report)
}

/// People into a database, and their sealed parts beside it: what it took, and how large it is.
fn make(folder: &Path, size: Size) -> Result<Value, Failure> {
    let key: [u8; KEY_BYTES] = rand::random();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let file = options.open(appliance_key_file(folder));
    file.and_then(|mut file| file.write_all(&key)).map_err(|error| failed(&error))?;
    let (store, snapshot) = open(folder)?;
    let store = Arc::new(store);
    let begun = Instant::now();
    fill(&store, size.people)?;
    let filled_s = begun.elapsed().as_secs_f64();
    terminal::note(format!("{} people are in the database after {filled_s:.1} s", size.people));
    let begun = Instant::now();
    let (gallery, _) = vision::gallery(&store, Some(&snapshot), (DIM, RECOGNISER), size.exact_rows_max)?;
    let from_database_ms = begun.elapsed().as_secs_f64() * 1e3;
    terminal::note(format!("the gallery is filled from it after {:.1} s", from_database_ms / 1e3));
    let begun = Instant::now();
    vision::snapshot::keep((&store, &snapshot), &[&gallery], machine_clock()(), |_| true)
        .map_err(|error| failed(&error))?;
    let kept_s = begun.elapsed().as_secs_f64();
    terminal::note(format!("its sealed parts are written after {kept_s:.1} s"));
    Ok(json!({
        "filled_s": filled_s,
        "ready_from_database_ms": from_database_ms,
        "kept_s": kept_s,
        "database_mb": size_mb(&folder.join("bench.db")),
        "parts_mb": parts_mb(&folder.join("gallery")),
    }))
}

/// What all files of a folder take, in MiB.
fn parts_mb(folder: &Path) -> Option<f64> {
    let files = std::fs::read_dir(folder).ok()?.flatten();
    Some(files.filter_map(|file| size_mb(&file.path())).sum())
}

/// A file's size, in MiB.
fn size_mb(path: &Path) -> Option<f64> {
    Some(std::fs::metadata(path).ok()?.len() as f64 / 1024.0 / 1024.0)
}
