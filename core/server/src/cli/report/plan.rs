//! What is measured, in which order: one command of this program for each part.

use std::ffi::OsString;
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;

use super::Commissioning;
use crate::cli::Failure;

/// A part of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Part {
    /// Whether this machine is fit.
    Doctor,
    /// Networks, and what a track costs.
    Vision,
    /// From a face in view to paid.
    LookToPaid,
    /// Cameras, from capture to sightings.
    Cameras,
    /// Events to consoles.
    Events,
    /// REST.
    Api,
    /// Sales on this disk.
    Payments,
    /// The gallery.
    Search,
    /// Everybody at once, for long.
    Soak,
    /// Simulated attacks.
    Attacks,
    /// Living people and attacks of the branch's own.
    Liveness,
    /// Pairs of pictures of the branch's own.
    Faces,
}

impl Part {
    /// Whether its data lie where it is started, so that the disk is measured, too.
    pub(super) fn writes(self) -> bool {
        matches!(self, Self::Events | Self::Api | Self::Payments | Self::Search | Self::Soak)
    }
}

/// One command.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    pub(super) part: Part,
    pub(super) arguments: Vec<OsString>,
    /// How often it is run: a command that measures once gives no more than one sample.
    pub(super) times: usize,
}

/// Payments from a look, each in an appliance of its own.
const LOOKS: usize = 5;

impl Step {
    /// The command as somebody would type it.
    pub(super) fn shown(&self) -> String {
        let words = self.arguments.iter().map(|word| {
            let word = word.to_string_lossy();
            if word.contains(char::is_whitespace) { format!("'{word}'") } else { word.into_owned() }
        });
        format!("facepay {}", words.collect::<Vec<_>>().join(" "))
    }
}

/// The commands for what is asked, one after another: each has the machine to itself.
pub(super) fn plan(asked: &Commissioning) -> Result<Vec<Step>, Failure> {
    let step = |part, words: &str| Step { part, arguments: split(words), times: 1 };
    let mut steps = vec![
        step(Part::Doctor, "doctor --json"),
        step(Part::Vision, "bench vision --iterations 200 --json"),
        Step { times: LOOKS, ..step(Part::LookToPaid, "demo --headless --exit-after-payment --json") },
        step(Part::Cameras, &format!("bench pipeline --cameras {} --seconds 20 --json", asked.cameras)),
        step(Part::Events, "bench ws --clients 50 --browsers 1 --seconds 15 --json"),
        step(Part::Api, "bench api --clients 16 --seconds 10 --json"),
        step(Part::Payments, "bench payments --clients 16 --seconds 5 --json"),
        step(Part::Search, &format!("bench search --gallery {} --searches 500 --json", asked.people)),
        step(
            Part::Soak,
            &format!("bench load --clients {} --requests 100 --seconds {} --json", asked.clients, asked.soak),
        ),
    ];
    if asked.attempts > 0 {
        let words = format!("evaluate attacks --attempts {} --seconds 10 --json", asked.attempts);
        steps.push(step(Part::Attacks, &words));
    }
    if let (Some(live), Some(attack)) = (&asked.live, &asked.attack) {
        steps.push(given(
            Part::Liveness,
            "evaluate liveness --json",
            [("--live", live), ("--attack", attack)],
        )?);
    }
    if let (Some(images), Some(pairs)) = (&asked.images, &asked.pairs) {
        steps.push(given(Part::Faces, "evaluate faces --json", [("--images", images), ("--pairs", pairs)])?);
    }
    steps.retain(|step| asked.only.is_empty() || asked.only.contains(&step.part));
    Ok(steps)
}

/// A command on files of the caller's, by their whole paths: it runs in another folder.
fn given(part: Part, words: &str, paths: [(&str, impl AsRef<Path>); 2]) -> Result<Step, Failure> {
    let mut arguments = split(words);
    for (option, path) in paths {
        let path = path.as_ref();
        let whole = path.canonicalize().map_err(|error| {
            let failure = Failure::from(error);
            Failure::new(failure.exit, format!("{option} {}: {}", path.display(), failure.text))
        })?;
        arguments.extend([option.into(), whole.into()]);
    }
    Ok(Step { part, arguments, times: 1 })
}

fn split(words: &str) -> Vec<OsString> {
    words.split(' ').map(OsString::from).collect()
}
