//! One attempt before the till's camera, picture by picture.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use pipeline::camera::CameraState;
use pipeline::preview::Preview;
use pipeline::simulate::attack::{Act, AttackOptions, Attempt, Body, Cast, Marionette, Shown, Source};
use pipeline::{
    Embedding, FaceState, Gallery, ObservedFace, Pipeline, Replayed, Still, Subject, TemplateId, TrackId,
    Viewer,
};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::Kind;
use super::actor::{Acting, Actor};
use super::asking::{Asked, Asking};
use super::tally::Outcome;
use crate::api::chain;
use crate::evaluate::liveness::Answers;
use crate::evaluate::presentations::{self, Seen};
use crate::settings::Settings;

/// Somebody whom attacks are made of.
pub(crate) struct Person {
    /// Their file.
    pub(crate) name: String,
    source: Source,
    template: Embedding,
}

/// What to try.
#[derive(Clone, Copy)]
pub(crate) struct Plan<'a> {
    pub(crate) kind: Kind,
    /// Whose money it is, and the payer's place among the sources.
    pub(crate) payer: (usize, &'a Person),
    /// Who would like to pay with it; the payer where nobody else is at hand.
    pub(crate) attacker: &'a Person,
    pub(crate) seed: u64,
    pub(crate) pictures: u32,
}

/// An attempt, and the pictures of it that were kept.
pub(crate) struct Attempted {
    pub(crate) outcome: Outcome,
    pub(crate) kept: Vec<PathBuf>,
}

/// The payer in the gallery.
const PAYER: Subject = Subject(1);
/// Of so many analysed pictures one is looked at by itself, too.
const SAMPLED_EVERY: u64 = 5;
/// A track is challenged after so many good pictures: a till asks whoever it has looked at.
const ASKED_AFTER_GOOD: usize = 3;
/// Pictures kept of an attempt, spread over it.
const KEPT: u32 = 3;
const KEPT_AS: Preview = Preview { width_px_max: 4_096, quality: 95 };
/// Pictures a second of the simulated camera.
pub(crate) const FPS: u32 = 15;
/// How far an animated head sways from its place, in picture widths, and how often a second.
const SWAY_WIDTHS: f32 = 0.012;
const SWAY_HERTZ: f32 = 0.6;

impl Person {
    /// Somebody's pictures, from the first on that shows a face good enough.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn of(
        pipeline: &Pipeline,
        name: String,
        pictures: Vec<Still>,
        fps: u32,
    ) -> Result<Self, String> {
        let mut pictures = pictures.into_iter();
        while let Some(picture) = pictures.next() {
            let faces = pipeline.analyse(&picture).map_err(|error| chain(&error))?;
            let found =
                faces.into_iter().next().and_then(|face| Some((face.face.landmarks, face.embedding?)));
            if let Some(([left, right, ..], template)) = found {
                let eyes = [(left.x, left.y), (right.x, right.y)];
                let pictures = std::iter::once(picture).chain(pictures).collect();
                return Ok(Self { name, source: Source { pictures, fps, eyes }, template });
            }
        }
        Err("it shows no face that is good enough".to_owned())
    }
}

/// Paints an attempt; a photograph that is animated does as it is told.
enum Painter {
    Simulated(Attempt),
    Animated(Box<Marionette>, Box<Acting>),
}

impl Painter {
    fn new(plan: &Plan<'_>, options: &AttackOptions) -> Result<Self, String> {
        let Plan { kind, payer: (_, payer), attacker, seed, .. } = plan;
        let animated = |actor| {
            let acting = Box::new(Acting::new(actor, StdRng::seed_from_u64(*seed)));
            let marionette = Marionette::new(&payer.source, options, Body::Head);
            marionette.map(|marionette| Self::Animated(Box::new(marionette), acting))
        };
        let cast = Cast { payer: &payer.source, attacker: &attacker.source };
        let painter = match kind {
            Kind::Control => Attempt::genuine(&payer.source, options).map(Self::Simulated),
            Kind::Simulated(species) => Attempt::new(*species, cast, options).map(Self::Simulated),
            Kind::AnimatedBlind => animated(Actor::Blind),
            Kind::AnimatedPrompted => animated(Actor::Prompted),
        };
        painter.map_err(|error| error.to_string())
    }

    fn paint(&mut self, index: u32) -> Result<Shown, String> {
        let shown = match self {
            Self::Simulated(attempt) => attempt.paint(index),
            Self::Animated(marionette, acting) => {
                let act = acting.act(u64::from(index) * 1_000 / u64::from(FPS));
                marionette.paint(index, &Act { shift: sway(index), ..act })
            }
        };
        shown.map_err(|error| error.to_string())
    }
}

/// Where an animated head is at a picture: it sways, since whoever does not move at all shows nothing new.
fn sway(index: u32) -> (f32, f32) {
    let angle = std::f32::consts::TAU * SWAY_HERTZ * index as f32 / FPS as f32;
    (SWAY_WIDTHS * angle.cos(), SWAY_WIDTHS * angle.sin())
}

/// Makes one attempt; `keep` is a folder for some of its pictures.
///
/// # Errors
/// Why it could not be made.
pub(crate) fn attempt(
    pipeline: &Pipeline,
    settings: &Settings,
    plan: &Plan<'_>,
    keep: Option<&Path>,
) -> Result<Attempted, String> {
    let options =
        AttackOptions { fps: FPS, pictures: plan.pictures, seed: plan.seed, ..AttackOptions::default() };
    let mut painter = Painter::new(plan, &options)?;
    let config = presentations::config(&settings.cameras)?;
    let mut viewer = Viewer::new(pipeline, &config, gallery(pipeline, plan.payer.1)?);
    let mut asking = Asking::new(settings.challenge.clone(), StdRng::seed_from_u64(plan.seed ^ 0x00c4_a11e));
    let mut watch = Watch::default();
    let mut kept = Vec::new();
    for index in 0..plan.pictures {
        let shown = painter.paint(index)?;
        let (at, behind) = (Duration::from_millis(shown.at_ms), Duration::from_millis(shown.behind_ms));
        let replayed = viewer.show(shown.still, at, behind);
        if let Some(folder) = keep.filter(|_| is_kept(index, plan.pictures)) {
            kept.push(store(folder, plan, index, &replayed)?);
        }
        watch.look(pipeline, &replayed, shown.at_ms)?;
        for update in viewer.told() {
            let prompt = asking.hear(update.nonce, update.phase);
            if let (Some(gesture), Painter::Animated(_, acting)) = (prompt, &mut painter) {
                acting.hear(gesture, shown.at_ms);
            }
        }
        if let Some(track) = watch.ready {
            asking.ask(&viewer, track);
        }
    }
    Ok(Attempted { outcome: watch.outcome(plan, asking.end()), kept })
}

/// The payer, enrolled.
fn gallery(pipeline: &Pipeline, payer: &Person) -> Result<Arc<Gallery>, String> {
    let own = pipeline.gallery();
    let gallery = Gallery::new(own.dim(), own.model_tag());
    let inserted = gallery.insert(TemplateId(1), PAYER, own.model_tag(), &payer.template);
    inserted.map_err(|error| chain(&error))?;
    Ok(Arc::new(gallery))
}

fn is_kept(index: u32, pictures: u32) -> bool {
    (1..=KEPT).any(|part| index == pictures * part / (KEPT + 1))
}

/// Keeps a picture as the till got it.
fn store(folder: &Path, plan: &Plan<'_>, index: u32, replayed: &Replayed) -> Result<PathBuf, String> {
    let folder = folder.join(plan.kind.name());
    let path = folder.join(format!("{}-{}-{index:04}.jpg", plan.payer.0 + 1, plan.seed));
    let jpeg = KEPT_AS.encode(&replayed.frame, &[]).map_err(|error| chain(&error))?;
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, jpeg));
    written.map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(path)
}

/// What is seen of an attempt so far.
#[derive(Default)]
struct Watch {
    seen: Seen,
    analysed: u64,
    passed_over: u64,
    faces: usize,
    good: usize,
    live_at_ms: Option<u64>,
    known: bool,
    not_live: bool,
    /// The track that can be challenged.
    ready: Option<TrackId>,
}

impl Watch {
    fn look(&mut self, pipeline: &Pipeline, replayed: &Replayed, at_ms: u64) -> Result<(), String> {
        if !matches!(replayed.state, CameraState::Live) {
            *self.seen.untrusted.entry(replayed.state.name()).or_default() += 1;
        }
        let Some(observation) = &replayed.observation else {
            self.passed_over += u64::from(replayed.is_due);
            return Ok(());
        };
        if self.analysed.is_multiple_of(SAMPLED_EVERY) {
            self.seen.look(pipeline.analyse_frame(&replayed.frame).map_err(|error| chain(&error))?);
        }
        self.analysed += 1;
        observation.faces.iter().for_each(|face| self.face(face, at_ms));
        let largest = observation.faces.iter().max_by(|a, b| area(a).total_cmp(&area(b)));
        self.ready = largest.and_then(|face| face.track).filter(|_| self.good >= ASKED_AFTER_GOOD);
        Ok(())
    }

    fn face(&mut self, face: &ObservedFace, at_ms: u64) {
        self.faces += 1;
        self.good += usize::from(face.quality.ok);
        match face.state {
            FaceState::Known(_) | FaceState::Unknown => {
                self.live_at_ms.get_or_insert(at_ms);
                self.known |= face.state == FaceState::Known(PAYER);
            }
            FaceState::NotLive => self.not_live = true,
            FaceState::Undecided | FaceState::Refused => {}
        }
    }

    fn outcome(self, plan: &Plan<'_>, asked: Asked) -> Outcome {
        Outcome {
            kind: plan.kind,
            source: plan.payer.0,
            faces: self.faces,
            good: self.good,
            live: self.live_at_ms.is_some(),
            known: self.known,
            not_live: self.not_live,
            live_at_ms: self.live_at_ms,
            untrusted: self.seen.untrusted,
            passed_over: self.passed_over,
            asked,
            frames: Answers(self.seen.frames.0),
        }
    }
}

fn area(face: &ObservedFace) -> f32 {
    face.bbox.w * face.bbox.h
}
