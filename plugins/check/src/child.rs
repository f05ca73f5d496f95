//! One test, in the process that was made for it.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use plugin_host::Manifest;
use plugin_host::probe::Library;
use serde::{Deserialize, Serialize};

use crate::bench::{Side, Timed, timed};
use crate::case::{Stop, cases};
use crate::fuzz::{self, Broken, FindingKind};
use crate::report::Verdict;
use crate::subject::{Offers, Subject, settle};

/// What begins each line to the parent; a plugin may print lines of its own.
const MARK: &str = "facepay-plugin-check ";

/// What one process is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    pub(crate) library: PathBuf,
    pub(crate) plugin: Option<String>,
    pub(crate) settings: Option<String>,
    pub(crate) seed: u64,
    pub(crate) endpoints: u32,
    pub(crate) instrument: serde_json::Value,
    pub(crate) message: Option<serde_json::Value>,
    pub(crate) isolated: bool,
    pub(crate) work: Work,
}

/// The kinds of work.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Work {
    /// One test: `group/name`.
    Test(String),
    /// Times every call on one side, each for so long.
    Bench { side: Side, each_ms: u64 },
    /// One case by chance.
    Fuzz,
}

/// What a plugin needs of its host.
pub struct Wanted {
    /// The host extensions that it requires.
    pub extensions: Vec<String>,
    /// The secrets that its settings name; a test needs no true ones.
    pub secret_handles: BTreeSet<String>,
}

impl Wanted {
    /// Whether it requires the host's networks.
    pub fn inference(&self) -> bool {
        self.extensions.iter().any(|id| id == "facepay.host.inference/1")
    }
}

/// What the process tells.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Line {
    /// The test begins now.
    Begun {
        /// The plugin's id.
        plugin: String,
        /// Its interfaces.
        interfaces: Vec<String>,
    },
    /// What the calls took.
    Timed(Vec<Timed>),
    /// What a case does next.
    Doing(String),
    /// What a case found.
    Found(FindingKind, String),
    /// The test has ended.
    Ended {
        /// How.
        verdict: Verdict,
        /// What it found out.
        detail: String,
    },
}

impl Line {
    /// The line in a row of text, if it is one.
    pub(crate) fn read(row: &str) -> Option<Self> {
        let (_, json) = row.split_once(MARK)?;
        serde_json::from_str(json).ok()
    }

    fn tell(&self) {
        let Ok(json) = serde_json::to_string(self) else { return };
        let mut stdout = std::io::stdout().lock();
        // A parent that went away has nobody to tell.
        let _ = writeln!(stdout, "\n{MARK}{json}").and_then(|()| stdout.flush());
    }
}

impl Job {
    /// The job as one argument of a command line.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers are always JSON")
    }
}

/// Does one job in this process, whose standard output its parent reads: the process should end after this. `offers` says
/// what the caller has for the plugin.
pub fn answer(job_json: &str, offers: impl FnOnce(&Wanted) -> Offers) {
    // It is in no terminal's process group: without its parent nobody would end it.
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    let (verdict, detail) = match judge(job_json, offers) {
        Ok(detail) => (Verdict::Pass, detail),
        Err(Stop::Fail(why)) => (Verdict::Fail, why),
        Err(Stop::Skip(why)) => (Verdict::Skip, why),
    };
    Line::Ended { verdict, detail }.tell();
}

fn judge(job_json: &str, offers: impl FnOnce(&Wanted) -> Offers) -> Result<String, Stop> {
    let job: Job = serde_json::from_str(job_json).map_err(|error| Stop::Fail(error.to_string()))?;
    let work = job.work.clone();
    let subject = opened(job, offers)?;
    let (plugin, interfaces) = (subject.manifest.id.clone(), subject.manifest.interfaces.clone());
    Line::Begun { plugin, interfaces }.tell();
    match work {
        Work::Test(path) => {
            let case = cases().iter().find(|case| case.path() == path);
            (case.ok_or_else(|| Stop::Fail(format!("there is no test {path}")))?.run)(&subject)
        }
        Work::Bench { side, each_ms } => {
            let calls = timed(&subject, side, Duration::from_millis(each_ms))?;
            let found = format!("{} calls", calls.len());
            Line::Timed(calls).tell();
            Ok(found)
        }
        Work::Fuzz => match fuzz::case(&subject, &mut |call| Line::Doing(call).tell()) {
            Ok(()) => Ok(String::new()),
            Err(Broken::Skip(why)) => Stop::skip(why),
            Err(Broken::Found(kind, detail)) => {
                Line::Found(kind, detail.clone()).tell();
                Stop::fail(detail)
            }
        },
    }
}

/// Opens the library and finds out what the plugin needs.
fn opened(job: Job, offers: impl FnOnce(&Wanted) -> Offers) -> Result<Subject, Stop> {
    let library = Library::open(&job.library).map_err(|error| Stop::Fail(error.to_string()))?;
    let manifest = chosen(&library, job.plugin.as_deref())?;
    let settled = settle(&manifest, job.settings.as_deref());
    let (schema, schema_json, settled) =
        settled.map_err(|error| Stop::Fail(format!("settings schema: {error}")))?;
    let secret_handles = settled.as_ref().map(|settled| settled.secret_handles.clone()).unwrap_or_default();
    let offers = offers(&Wanted { extensions: manifest.required_host_ext.clone(), secret_handles });
    let needs_some = schema_json["required"].as_array().is_some_and(|all| !all.is_empty());
    Ok(Subject {
        path: job.library,
        library,
        manifest,
        schema,
        schema_json,
        settled,
        made_up: job.settings.is_none() && needs_some,
        offers,
        seed: job.seed,
        endpoints: job.endpoints,
        instrument: job.instrument,
        message: job.message,
        isolated: job.isolated,
    })
}

/// The plugin that is asked for, or the only one of the library.
fn chosen(library: &Library, id: Option<&str>) -> Result<Manifest, Stop> {
    let all = library.manifests();
    let ids = || all.iter().map(|manifest| manifest.id.as_str()).collect::<Vec<_>>().join(", ");
    let found = match id {
        Some(id) => all.iter().find(|manifest| manifest.id == id),
        None => all.first().filter(|_| all.len() == 1),
    };
    found.cloned().ok_or_else(|| Stop::Fail(format!("name one of its plugins: {}", ids())))
}
