//! A pipeline with the delivered plugins and networks, on the CPU.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use models::{DeviceChoice, Engine, EngineOptions};
use pipeline::camera::{CameraConfig, CameraId, CamerasOptions, ViewOptions};
use pipeline::source::{SourcePolicy, SourceUrl};
use pipeline::still::{self, StillLimits};
use pipeline::{
    EngineInference, Gallery, LivenessStep, Member, Meter, Pipeline, PipelineOptions, RecognitionOptions,
    RecognizerSet, Steps, Still, Unmetered,
};
use plugin_host::{Detector, Host, HostOptions, Plugin, PluginSettings};

/// A least score that every picture reaches: the cameras here show photographs, which are no living people.
pub(super) const LIVENESS_OFF: f32 = f32::MIN_POSITIVE;

/// The plugins at work on an engine of their own.
pub(super) fn steps(liveness_min: f32) -> Steps {
    steps_with(liveness_min, &[("", 1.0)])
}

/// As [`steps`], with a recogniser of these settings and weight for each member.
pub(super) fn steps_with(liveness_min: f32, members: &[(&str, f32)]) -> Steps {
    let host = host();
    let load = |name: &str, settings: &str| load(&host, name, settings);
    let passive = load("liveness-minifasnet", "").liveness().expect("it scores liveness");
    let members = members.iter().map(|(settings, weight)| {
        let recognizer = load("recognition-mobilefacenet", settings).recognizer().expect("it recognises");
        Member { recognizer, weight: *weight }
    });
    Steps {
        detector: load("detection-blazeface", "").detector().expect("it detects"),
        liveness: vec![LivenessStep { name: "passive".to_owned(), plugin: passive, score_min: liveness_min }],
        recognizer: RecognizerSet::new(members.collect()).expect("they compare by cosine"),
    }
}

/// A detection plugin at its delivered settings, on an engine of its own.
pub(super) fn detector(name: &str) -> Detector {
    detector_with(name, "")
}

/// The same at these settings.
pub(super) fn detector_with(name: &str, settings: &str) -> Detector {
    load(&host(), name, settings).detector().expect("it detects")
}

fn host() -> Host {
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/weights");
    let options = EngineOptions { device: DeviceChoice::Cpu, ..EngineOptions::new(weights) };
    let engine = Engine::start(options).expect("the engine starts on the CPU");
    let inference = Some(Arc::new(EngineInference(engine)) as Arc<_>);
    Host::new(HostOptions { inference, ..HostOptions::default() })
}

fn load(host: &Host, name: &str, settings: &str) -> Arc<Plugin> {
    let id = format!("org.facepay.{name}");
    let settings = PluginSettings { id, config_json: settings.to_owned() };
    host.load(&built(name), &settings).expect("the plugin loads")
}

/// A pipeline with an empty gallery.
pub(super) fn start(liveness_min: f32) -> Pipeline {
    start_metered(liveness_min, Arc::new(Unmetered))
}

pub(super) fn start_metered(liveness_min: f32, meter: Arc<dyn Meter>) -> Pipeline {
    start_steps(steps(liveness_min), meter)
}

pub(super) fn start_steps(steps: Steps, meter: Arc<dyn Meter>) -> Pipeline {
    start_with(steps, meter, RecognitionOptions::default())
}

/// As [`start_steps`], run by these options but for how long things may take.
pub(super) fn start_with(steps: Steps, meter: Arc<dyn Meter>, recognition: RecognitionOptions) -> Pipeline {
    let gallery = Arc::new(Gallery::new(steps.recognizer.dim(), steps.recognizer.model_tag()));
    let policy = SourcePolicy { loopback: true, ..SourcePolicy::default() };
    let options = PipelineOptions {
        cameras: CamerasOptions { policy, cameras_max: 8, jitter: Arc::new(|| 0.0) },
        // Slow machines run many tests at once.
        recognition: RecognitionOptions {
            confirm: pipeline::ConfirmOptions { gap_ms_max: 10_000, ..Default::default() },
            tracker: pipeline::TrackerOptions { lost_after_ms: 10_000, ..Default::default() },
            ..recognition
        },
        meter,
        engine: None,
    };
    Pipeline::start(options, steps, gallery).expect("it starts")
}

pub(super) fn camera(pipeline: &Pipeline, name: &str, url: &str) -> CameraId {
    camera_frozen_after(pipeline, name, url, 60_000)
}

pub(super) fn camera_frozen_after(
    pipeline: &Pipeline,
    name: &str,
    url: &str,
    frozen_after_ms: u64,
) -> CameraId {
    let id: CameraId = name.parse().expect("a camera name");
    let source = SourceUrl::parse(url).expect("a source");
    let config = CameraConfig {
        id: id.clone(),
        source,
        decode: Default::default(),
        analysed_fps_max: 10,
        frozen_after_ms,
        loop_s_max: 0,
        view: ViewOptions::default(),
        idle: Default::default(),
    };
    pipeline.cameras().add(config).expect("the camera is added");
    id
}

pub(super) fn portrait(file: &str) -> Still {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(file);
    let bytes = std::fs::read(path).expect("the portrait is delivered");
    still::decode(&bytes, &StillLimits::default()).expect("it is a picture")
}

/// A plugin that cargo has built for these tests, beside their executable.
fn built(name: &str) -> PathBuf {
    let file = format!("lib{}.so", name.replace('-', "_"));
    let exe = std::env::current_exe().expect("a test has a path");
    let places: Vec<PathBuf> = exe.ancestors().skip(1).take(2).map(|folder| folder.join(&file)).collect();
    let found = places.iter().find(|place| place.exists());
    found.unwrap_or_else(|| panic!("cargo should have built one of {places:?}")).clone()
}
