//! `facepay bench pipeline`: the whole way from RTSP to sightings, with a recognisable person in view of every camera.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use pipeline::camera::{CameraConfig, CameraId, CameraState, Cameras, Decode};
use pipeline::frame::Frame;
use pipeline::simulate::{Journal, barcode};
use pipeline::source::SourceUrl;
use pipeline::still::{StillLimits, decode};
use pipeline::{
    EngineInference, FrameResult, Gallery, Meter, Pipeline, PipelineOptions, Sighting, Subject, TemplateId,
};
use plugin_host::InferenceService;
use serde_json::{Value, json};

use super::farm::Farm;
use super::figures::percentiles;
use super::process;
use crate::api::chain;
use crate::app::vision;
use crate::cli::{Exit, Failure};
use crate::demo;
use crate::plugins::Plugins;
use crate::settings::Settings;

const PERSON: Subject = Subject(1);
/// Cameras that are not live by then never will be.
const LIVE_WITHIN: Duration = Duration::from_secs(60);
/// Networks are warm and every person is recognised once, before it counts.
const SETTLING: Duration = Duration::from_secs(3);

/// An appliance whose pictures are older than this when it knows what they show has too many cameras.
const AGE_P95_MS_MAX: f64 = 250.0;
/// And one that looks at a camera less often.
const ANALYSED_FPS_MIN: f64 = 5.0;
/// Cameras that are tried one after another.
const STEPS: [u16; 9] = [1, 2, 4, 8, 12, 16, 24, 32, 64];

/// Cameras, and before how many of them somebody stands: the first ones.
#[derive(Clone, Copy)]
pub(super) struct Branch {
    pub(super) cameras: u16,
    pub(super) occupied: u16,
    /// Of so many, the last ones, only key frames are decoded.
    pub(super) key_frames: u16,
}

impl Branch {
    /// The number in the barcode of the first picture of a camera's clip.
    fn first(self, number: usize) -> u32 {
        if number < usize::from(self.occupied) { demo::STANDING_FIRST } else { demo::EMPTY_FIRST }
    }
}

/// Counts what reaches the end of the way, while it is told to.
struct Tally {
    counts: Mutex<Option<Counts>>,
    journal: Journal,
    branch: Branch,
}

#[derive(Default)]
struct Counts {
    /// Ages of analysed pictures when their result was known, since they arrived, by camera.
    ages: HashMap<CameraId, Vec<Duration>>,
    /// The same since they were captured, as their barcodes say.
    true_ages: Vec<Duration>,
    /// Pictures of which a newer one took the place.
    superseded: usize,
    /// Pictures that were left out, too late, or failed.
    dropped: usize,
}

impl Meter for Tally {
    fn frame(&self, camera: &CameraId, result: FrameResult, age: Duration) {
        let mut counts = self.counts.lock();
        let Some(counts) = counts.as_mut() else { return };
        match result {
            FrameResult::Analysed => counts.ages.entry(camera.clone()).or_default().push(age),
            FrameResult::Superseded => counts.superseded += 1,
            FrameResult::Shed | FrameResult::Stale | FrameResult::Failed => counts.dropped += 1,
        }
    }

    fn finished(&self, frame: &Frame, result: FrameResult) {
        if result != FrameResult::Analysed || self.counts.lock().is_none() {
            return;
        }
        let captured = number(&frame.camera).zip(barcode::read(frame)).and_then(|(number, index)| {
            self.journal.captured_at(number, index.checked_sub(self.branch.first(number))?)
        });
        let age = captured.and_then(|captured| captured.elapsed().ok());
        if let Some((counts, age)) = self.counts.lock().as_mut().zip(age) {
            counts.true_ages.push(age);
        }
    }
}

fn name(number: usize) -> String {
    format!("camera-{}", number + 1)
}

/// A camera's number in the farm, from 0.
fn number(camera: &CameraId) -> Option<usize> {
    camera.as_str().strip_prefix("camera-")?.parse::<usize>().ok()?.checked_sub(1)
}

/// What was sighted in so many seconds from now.
fn sighted(pipeline: &Pipeline, seconds: u64) -> Vec<Arc<Sighting>> {
    let (mut sightings, mut seen) = (pipeline.sightings(), Vec::new());
    for _ in 0..seconds {
        std::thread::sleep(Duration::from_secs(1));
        // A second's sightings are far fewer than are kept for a listener.
        while let Ok(sighting) = sightings.try_recv() {
            seen.push(sighting);
        }
    }
    seen
}

/// Measures ever more cameras, up to those of `branch`: the most that are analysed in time, and what one more costs.
pub(super) fn steps(settings: &Settings, branch: Branch, seconds: u64) -> Result<Value, Failure> {
    let mut reports = Vec::new();
    for cameras in STEPS.into_iter().filter(|step| *step <= branch.cameras) {
        reports.push(pipeline(settings, Branch { cameras, ..branch }, seconds)?);
    }
    let in_time = |report: &&Value| {
        let slowest = report["analysed_fps_min"].as_f64().unwrap_or_default();
        report["frame_age_ms"]["p95"].as_f64().is_some_and(|age| age < AGE_P95_MS_MAX)
            && slowest >= ANALYSED_FPS_MIN
    };
    let most = reports.iter().filter(in_time).filter_map(|report| report["cameras"].as_u64()).max();
    let of = |report: &Value, key: &str| report[key].as_f64().zip(report["cameras"].as_f64());
    let per_camera = |key: &str| {
        let (first, last) = reports.first().zip(reports.last())?;
        let ((one, fewest), (other, most)) = of(first, key).zip(of(last, key))?;
        (most > fewest).then(|| (other - one) / (most - fewest))
    };
    Ok(json!({
        "age_p95_ms_max": AGE_P95_MS_MAX,
        "analysed_fps_min": ANALYSED_FPS_MIN,
        "cameras_max": most,
        "cpu_cores_per_camera": per_camera("cpu_cores"),
        "rss_mb_per_camera": per_camera("rss_mb"),
        "steps": reports,
    }))
}

/// Measures cameras for `seconds`. They are another process: none of the figures is theirs.
pub(super) fn pipeline(settings: &Settings, branch: Branch, seconds: u64) -> Result<Value, Failure> {
    let (count, occupied) = (branch.cameras, branch.occupied.min(branch.cameras));
    let mut settings = settings.clone();
    let unavailable = |error: &dyn std::error::Error| Failure::new(Exit::Unavailable, chain(error));
    settings.cameras.loopback = true;
    settings.cameras.count_max = settings.cameras.count_max.max(count.into());
    let farm = Farm::start(count, occupied)?;
    let engine = vision::engine(&settings)?;
    let tally = Arc::new(Tally { counts: Mutex::new(None), journal: farm.journal.clone(), branch });
    let pipeline = start(&settings, &engine, tally.clone())?;
    enrol(&pipeline)?;
    for (number, url) in farm.urls().iter().enumerate() {
        let decode = if number + usize::from(branch.key_frames) >= usize::from(count) {
            Decode::KeyFrames
        } else {
            Decode::All
        };
        add(pipeline.cameras(), &settings, (&name(number), url), decode)
            .map_err(|error| unavailable(&*error))?;
    }
    wait_until_live(pipeline.cameras())?;
    std::thread::sleep(SETTLING);

    let (begun, cpu_before) = (Instant::now(), process::cpu_time());
    *tally.counts.lock() = Some(Counts::default());
    let seen = sighted(&pipeline, seconds);
    let counts = tally.counts.lock().take().unwrap_or_default();
    let took = begun.elapsed().as_secs_f64();
    let cpu_cores =
        process::cpu_time().zip(cpu_before).map(|(now, before)| (now - before).as_secs_f64() / took);

    let cameras = pipeline.cameras().list();
    let analysed_fps = |id: &CameraId| counts.ages.get(id).map_or(0, Vec::len) as f64 / took;
    let known: Vec<_> = seen.iter().filter(|sighting| sighting.subject == Some(PERSON)).collect();
    let recognitions = |id: &CameraId| known.iter().filter(|sighting| sighting.camera == *id).count();
    let sighting_ages = known.iter().map(|sighting| Duration::from_millis(sighting.frame_age_ms)).collect();
    let options = &farm.options;
    let is_occupied = |id: &CameraId| number(id).is_some_and(|number| number < usize::from(occupied));
    let seeing = || cameras.iter().map(|camera| &camera.id).filter(|id| is_occupied(id));
    let per_camera = cameras.iter().map(|camera| {
        let analysed = analysed_fps(&camera.id);
        json!({ "camera": camera.id.as_str(), "fps": camera.fps, "analysed_fps": analysed })
    });
    let report = json!({
        "cameras": count,
        "occupied": occupied,
        "key_frames": branch.key_frames.min(count),
        "width": options.width,
        "height": options.height,
        "source_fps": options.fps,
        "seconds": took,
        "analysed_fps_min": seeing().map(analysed_fps).min_by(f64::total_cmp),
        "frame_age_ms": percentiles(counts.true_ages),
        "arrival_age_ms": percentiles(counts.ages.values().flatten().copied().collect()),
        "sighting_age_ms": percentiles(sighting_ages),
        "recognitions": known.len(),
        "recognitions_min": seeing().map(recognitions).min(),
        "superseded": counts.superseded,
        "dropped": counts.dropped,
        "cpu_cores": cpu_cores,
        "rss_mb": process::resident_mb(),
        "decoder": cameras.first().map(|camera| camera.decoder.clone()),
        "device": vision::compute(&engine),
        "per_camera": per_camera.collect::<Vec<_>>(),
    });
    pipeline.shutdown();
    Ok(report)
}

fn start(settings: &Settings, engine: &models::Engine, meter: Arc<dyn Meter>) -> Result<Pipeline, Failure> {
    let inference: Arc<dyn InferenceService> = Arc::new(EngineInference(engine.clone()));
    let steps = vision::steps(settings, &Plugins::new(settings), &inference)?;
    let gallery = Gallery::new(steps.recognizer.dim(), steps.recognizer.model_tag());
    let recognition = vision::recognition(settings, engine.device().kind);
    let cameras = vision::cameras(&settings.cameras)?;
    let options = PipelineOptions { cameras, recognition, meter, engine: Some(engine.clone()) };
    Pipeline::start(options, steps, Arc::new(gallery))
        .map_err(|error| Failure::new(Exit::Configuration, chain(&error)))
}

/// Puts the person of the clip into the gallery.
pub(super) fn enrol(pipeline: &Pipeline) -> Result<(), Failure> {
    let failed = |error: &dyn std::error::Error| Failure::failed(chain(error));
    let still = decode(demo::PAYER_JPEG, &StillLimits::default()).map_err(|error| failed(&error))?;
    let faces = pipeline.analyse(&still).map_err(|error| failed(&error))?;
    let template = faces.first().and_then(|face| face.embedding.as_ref());
    let template =
        template.ok_or_else(|| Failure::failed("the detector finds no face in the built-in picture"))?;
    let gallery = pipeline.gallery();
    gallery.insert(TemplateId(1), PERSON, gallery.model_tag(), template).map_err(|error| failed(&error))
}

fn add(
    cameras: &Cameras,
    settings: &Settings,
    (name, url): (&str, &str),
    decode: Decode,
) -> Result<(), Box<dyn std::error::Error>> {
    cameras.add(CameraConfig {
        id: name.parse()?,
        source: SourceUrl::parse(url)?,
        decode,
        analysed_fps_max: settings.cameras.analysed_fps_max,
        frozen_after_ms: settings.cameras.frozen_after_ms,
        // The benchmark's own cameras play a clip in a loop.
        loop_s_max: 0,
        view: settings.cameras.view(),
        idle: settings.cameras.idle(),
    })?;
    Ok(())
}

fn wait_until_live(cameras: &Cameras) -> Result<(), Failure> {
    let begun = Instant::now();
    let sick = || cameras.list().into_iter().find(|camera| camera.state != CameraState::Live);
    while let Some(camera) = sick() {
        if begun.elapsed() > LIVE_WITHIN {
            let text = format!("{} is {}: {}", camera.id, camera.state.name(), camera.reason);
            return Err(Failure::new(Exit::Unavailable, text));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
