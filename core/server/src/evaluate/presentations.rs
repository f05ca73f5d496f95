//! Pictures and recordings of people and of attacks, shown to the chain that runs at the till.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::{Path, PathBuf};

use pipeline::camera::{CameraConfig, CameraState};
use pipeline::source::SourceUrl;
use pipeline::still::{StillLimits, decode};
use pipeline::{AnalysedFace, FaceState, ObservedFace, Pipeline, QualityReason, Replay, TrackId};

use super::liveness::{Answer, Answers};
use crate::api::chain;
use crate::app::camera;
use crate::settings;

/// A picture or a recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Still,
    Recording,
}

/// One file of presentations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) path: PathBuf,
    pub(crate) kind: Kind,
    /// The kind of attack; of no meaning for living people.
    pub(crate) species: String,
}

/// What became of one file.
#[derive(Default)]
pub(crate) struct Seen {
    /// One answer for each picture, on that picture alone.
    pub(crate) frames: Answers,
    /// The least score that any liveness step gave, for each picture that was acquired.
    pub(crate) scores: Vec<f32>,
    /// One answer for each track; for a recording without any, that it was not acquired. None for a still.
    pub(crate) tracks: Answers,
    /// Pictures of the file in which a step by itself says that there is no living person.
    pub(crate) refused_by: BTreeMap<String, u64>,
    /// Pictures analysed at a time when the camera would not have been trusted, by its state.
    pub(crate) untrusted: BTreeMap<&'static str, u64>,
    /// Why pictures were not acquired.
    pub(crate) reasons: BTreeMap<String, u64>,
}

/// The species of files that lie in no folder of their own.
const PLAIN_SPECIES: &str = "attack";
/// Files below one folder, and folders below each other.
const FILES_MAX: usize = 100_000;
const DEPTH_MAX: usize = 8;
const STILLS: [&str; 3] = ["jpg", "jpeg", "png"];
const RECORDINGS: [&str; 8] = ["mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "mpg"];

/// The files below `folder` in the order of their names, and those that are neither pictures nor recordings.
///
/// # Errors
/// When a folder cannot be read, or there is no end of them.
pub(crate) fn list(folder: &Path) -> io::Result<(Vec<Shown>, Vec<PathBuf>)> {
    let (mut shown, mut other) = (Vec::new(), Vec::new());
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((next, depth)) = open.pop() {
        for entry in std::fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() && depth < DEPTH_MAX {
                open.push((path, depth + 1));
                continue;
            }
            match kind(&path) {
                Some(kind) => shown.push(Shown { species: species(folder, &path), path, kind }),
                None => other.push(path),
            }
            if shown.len() + other.len() > FILES_MAX {
                return Err(io::Error::other(format!("more than {FILES_MAX} files")));
            }
        }
    }
    shown.sort_by(|a, b| a.path.cmp(&b.path));
    other.sort();
    Ok((shown, other))
}

fn kind(path: &Path) -> Option<Kind> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    if STILLS.contains(&ending.as_str()) {
        return Some(Kind::Still);
    }
    RECORDINGS.contains(&ending.as_str()).then_some(Kind::Recording)
}

/// The first folder below `folder` that the file lies in.
fn species(folder: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(folder).ok().filter(|inside| inside.components().count() > 1);
    let first = inside.and_then(|inside| inside.components().next());
    first.map_or(PLAIN_SPECIES.to_owned(), |name| name.as_os_str().to_string_lossy().into_owned())
}

/// Shows one file to the pipeline.
///
/// # Errors
/// Why it cannot be shown: a file that cannot be read is no presentation, but a mistake of whoever asks.
pub(crate) fn show(pipeline: &Pipeline, cameras: &settings::Cameras, shown: &Shown) -> Result<Seen, String> {
    match shown.kind {
        Kind::Still => still(pipeline, &shown.path),
        Kind::Recording => recording(pipeline, cameras, &shown.path),
    }
}

fn still(pipeline: &Pipeline, path: &Path) -> Result<Seen, String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let still = decode(&bytes, &StillLimits::default()).map_err(|error| error.to_string())?;
    let mut seen = Seen::default();
    seen.look(pipeline.analyse(&still).map_err(|error| chain(&error))?);
    Ok(seen)
}

/// What the pictures of one track came to.
#[derive(Default)]
struct Track {
    good: usize,
    live: bool,
    not_live: bool,
}

fn recording(pipeline: &Pipeline, cameras: &settings::Cameras, path: &Path) -> Result<Seen, String> {
    let config = config(cameras)?;
    let mut replay = Replay::open(pipeline, &config, path).map_err(|error| error.to_string())?;
    let mut seen = Seen::default();
    let mut tracks: HashMap<TrackId, Track> = HashMap::new();
    while let Some(replayed) = replay.advance().map_err(|error| error.to_string())? {
        seen.look(pipeline.analyse_frame(&replayed.frame).map_err(|error| chain(&error))?);
        if let Some(observation) = &replayed.observation {
            if replayed.state != CameraState::Live {
                *seen.untrusted.entry(replayed.state.name()).or_default() += 1;
            }
            seen.note_duplicates(&observation.faces);
            follow(&mut tracks, &observation.faces);
        }
    }
    let good_min = pipeline.options().confirm.liveness_frames_min;
    let mut answers: Vec<(TrackId, Answer)> = (tracks.into_iter())
        .filter(|(_, track)| track.good >= good_min)
        .map(|(id, track)| (id, track.answer()))
        .collect();
    answers.sort_by_key(|(id, _)| *id);
    seen.tracks = Answers(answers.into_iter().map(|(_, answer)| answer).collect());
    if seen.tracks.0.is_empty() {
        seen.tracks = Answers(vec![Answer::NotAcquired]);
    }
    Ok(seen)
}

/// As any camera is run; where its pictures come from is none of its business.
pub(crate) fn config(cameras: &settings::Cameras) -> Result<CameraConfig, String> {
    let id = "recording".parse().map_err(|_| "a recording has no name".to_owned())?;
    let source = SourceUrl::parse("push:").map_err(|error| error.to_string())?;
    Ok(camera::run_by(cameras, id, source))
}

fn follow(tracks: &mut HashMap<TrackId, Track>, faces: &[ObservedFace]) {
    for face in faces {
        let Some(id) = face.track else { continue };
        let track = tracks.entry(id).or_default();
        track.good += usize::from(face.quality.ok);
        match face.state {
            FaceState::Known(_) | FaceState::Unknown => track.live = true,
            FaceState::NotLive => track.not_live = true,
            FaceState::Undecided | FaceState::Refused => {}
        }
    }
}

impl Track {
    /// Once taken for alive is enough to pay by, whatever else was said.
    fn answer(&self) -> Answer {
        match (self.live, self.not_live) {
            (true, _) => Answer::Live,
            (false, true) => Answer::NotLive,
            (false, false) => Answer::Undecided,
        }
    }
}

impl Seen {
    /// Counts faces that showed nothing new. Only whoever follows tracks can tell: one picture by itself is no duplicate.
    fn note_duplicates(&mut self, faces: &[ObservedFace]) {
        let duplicates = faces.iter().filter(|face| face.quality.duplicate).count();
        if duplicates > 0 {
            *self.reasons.entry(QualityReason::DuplicateFrames.name().to_owned()).or_default() +=
                duplicates as u64;
        }
    }

    /// Adds one picture by its largest face.
    pub(crate) fn look(&mut self, faces: Vec<AnalysedFace>) {
        // The largest comes first.
        let Some(face) = faces.into_iter().next() else {
            *self.reasons.entry("no_face".to_owned()).or_default() += 1;
            return self.frames.0.push(Answer::NotAcquired);
        };
        if !face.quality.ok {
            for refusal in &face.quality.reasons {
                *self.reasons.entry(refusal.reason.name().to_owned()).or_default() += 1;
            }
            return self.frames.0.push(Answer::NotAcquired);
        }
        let refusing: Vec<_> = face.liveness.iter().filter(|score| !score.passed()).collect();
        for score in &refusing {
            *self.refused_by.entry(score.step.clone()).or_default() += 1;
        }
        let least = face.liveness.iter().map(|score| score.score).fold(f32::INFINITY, f32::min);
        self.scores.push(if least.is_finite() { least } else { -1.0 });
        let live = refusing.is_empty() && !face.liveness.is_empty();
        self.frames.0.push(if live { Answer::Live } else { Answer::NotLive });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_below_is_the_species() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["plain.jpg", "print/a.PNG", "replay/phone/b.mp4", "replay/notes.txt"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let (shown, other) = list(folder.path()).unwrap();
        let found: Vec<(&str, Kind)> = shown.iter().map(|one| (one.species.as_str(), one.kind)).collect();
        assert_eq!(found, [("attack", Kind::Still), ("print", Kind::Still), ("replay", Kind::Recording)]);
        assert_eq!(other, [folder.path().join("replay/notes.txt")]);
        assert!(list(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn a_track_that_was_once_taken_for_alive_has_passed() {
        for (live, not_live, expected) in [
            (true, false, Answer::Live),
            (true, true, Answer::Live),
            (false, true, Answer::NotLive),
            (false, false, Answer::Undecided),
        ] {
            assert_eq!(Track { good: 9, live, not_live }.answer(), expected);
        }
    }
}
