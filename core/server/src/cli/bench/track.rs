//! What one picture of a track costs beyond finding its face: quality, liveness, alignment, embedding and the search, by the
//! plugins and the gallery that run at the till.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use pipeline::camera::CameraConfig;
use pipeline::still::{StillLimits, decode};
use pipeline::{Gallery, Meter, Pipeline, Stage, Still, Subject, TemplateId, Viewer};
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::api::chain;
use crate::cli::Failure;
use crate::demo;
use crate::evaluate::faces::Chain;
use crate::evaluate::people::Crowd;
use crate::evaluate::presentations;
use crate::settings::Settings;

/// People in the gallery, the one in view among them.
const PEOPLE: u128 = 10_000;
/// Between two pictures: long enough for a decided track to be looked at again.
const APART: Duration = Duration::from_millis(1_200);
/// Pictures before it counts: networks warm up.
const SETTLING: usize = 5;

/// Adds up what each stage took, all but detection.
#[derive(Default)]
struct Stopwatch(Mutex<Took>);

#[derive(Default, Clone, Copy)]
struct Took {
    all: Duration,
    /// Faces that were embedded.
    embedded: usize,
}

impl Meter for Stopwatch {
    fn stage(&self, stage: Stage, took: Duration) {
        if stage == Stage::Detection {
            return;
        }
        let mut sum = self.0.lock();
        sum.all += took;
        sum.embedded += usize::from(stage == Stage::Recognition);
    }
}

/// Measures `iterations` pictures of one person in view. Every step runs on the picture that is there: a portrait.
pub(super) fn per_track(settings: &Settings, iterations: usize) -> Result<Value, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::failed(chain(error));
    let still = decode(demo::PAYER_JPEG, &StillLimits::default()).map_err(|error| failed(&error))?;
    let vision = Chain::start(settings, Some(pipeline::Gate::Payment))?;
    let gallery = Arc::new(gallery(vision.pipeline(), &still)?);
    let config = presentations::config(&settings.cameras).map_err(Failure::failed)?;
    // The same picture again and again is what is measured here, not a camera that is stuck.
    let config = CameraConfig { frozen_after_ms: u64::MAX, ..config };
    let watch = Arc::new(Stopwatch::default());
    let mut viewer = Viewer::new(vision.pipeline(), &config, gallery).metered(watch.clone());
    let mut times_ms = Vec::with_capacity(iterations);
    for number in 0..SETTLING + iterations {
        *watch.0.lock() = Took::default();
        viewer.show(still.clone(), APART * u32::try_from(number).unwrap_or(u32::MAX), Duration::ZERO);
        let took = *watch.0.lock();
        if took.embedded != 1 {
            return Err(Failure::failed("a picture of one person in view was not analysed as such"));
        }
        times_ms.push(took.all.as_secs_f64() * 1e3);
    }
    let mut times_ms = times_ms.split_off(SETTLING);
    times_ms.sort_by(f64::total_cmp);
    let at = |share: usize| times_ms.get(times_ms.len().saturating_sub(1) * share / 100).copied();
    let pictures_min = vision.pipeline().options().confirm.liveness_frames_min;
    Ok(json!({
        "p50_ms": at(50),
        "p95_ms": at(95),
        "n": times_ms.len(),
        "people": PEOPLE as u64,
        "pictures_per_decision_min": pictures_min,
    }))
}

/// The person in view, and drawn people.
fn gallery(pipeline: &Pipeline, still: &Still) -> Result<Gallery, Failure> {
    let failed = |error: &dyn std::error::Error| Failure::failed(chain(error));
    let own = pipeline.gallery();
    let gallery = Gallery::new(own.dim(), own.model_tag());
    let faces = pipeline.analyse(still).map_err(|error| failed(&error))?;
    let template = faces.first().and_then(|face| face.embedding.as_ref());
    let template =
        template.ok_or_else(|| Failure::failed("the detector finds no face in the built-in picture"))?;
    let crowd = Crowd::Sphere { dims: own.dim(), dim: own.dim() };
    let mut random = StdRng::seed_from_u64(1);
    for number in 0..PEOPLE {
        let drawn = crowd.draw(&mut random).map_err(|error| failed(&error))?;
        let face = if number == 0 { template } else { &drawn };
        gallery
            .insert(TemplateId(number), Subject(number), own.model_tag(), face)
            .map_err(|error| failed(&error))?;
    }
    Ok(gallery)
}
