//! Whatever is wrong with a camera: nobody is sighted by what it shows, nor by what it showed once it is well.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use models::{DeviceChoice, Engine, EngineOptions};
use plugin_host::{Host, HostOptions, PluginSettings};
use tokio::sync::broadcast;

use super::*;
use crate::camera::CameraState;
use crate::frame::Capture;
use crate::gallery::{Gallery, Subject, TemplateId};
use crate::inference::EngineInference;
use crate::meter::Unmetered;
use crate::quality::Gate;
use crate::recognizer_set::RecognizerSet;
use crate::sighting::Sighting;
use crate::simulate::{self, ClipOptions};
use crate::steps::Steps;
use crate::still::{self, Still, StillLimits};
use crate::tracker::TrackerOptions;
use crate::{LivenessStep, RecognitionOptions};

const EILEEN: Subject = Subject(7);
/// The time is told here. It is this far ahead, so that no call is late, however slow the machine.
const AHEAD: Duration = Duration::from_secs(3_600);
/// Between two pictures.
const INTERVAL: Duration = Duration::from_millis(100);
/// A sighting takes three pictures, and as many as it takes to be sure of a living person.
const ENOUGH: usize = 12;

fn portrait() -> Still {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/eileen-collins.jpg");
    let bytes = std::fs::read(path).expect("the portrait is delivered");
    still::decode(&bytes, &StillLimits::default()).expect("it is a picture")
}

/// The delivered plugins, for which every face is alive: they see a photograph.
fn steps() -> Steps {
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/weights");
    let options = EngineOptions { device: DeviceChoice::Cpu, ..EngineOptions::new(weights) };
    let engine = Engine::start(options).expect("the engine starts on the CPU");
    let inference = Some(Arc::new(EngineInference(engine)) as Arc<_>);
    let host = Host::new(HostOptions { inference, ..HostOptions::default() });
    let load = |name: &str| {
        let settings = PluginSettings { id: format!("org.facepay.{name}"), config_json: String::new() };
        host.load(&built(name), &settings).expect("the plugin loads")
    };
    let plugin = load("liveness-minifasnet").liveness().expect("it scores liveness");
    let recognizer = load("recognition-mobilefacenet").recognizer().expect("it recognises");
    Steps {
        detector: load("detection-blazeface").detector().expect("it detects"),
        liveness: vec![LivenessStep { name: "passive".to_owned(), plugin, score_min: f32::MIN_POSITIVE }],
        recognizer: RecognizerSet::single(recognizer).expect("it compares by cosine"),
    }
}

/// A plugin that cargo has built for these tests, beside their executable.
fn built(name: &str) -> PathBuf {
    let file = format!("lib{}.so", name.replace('-', "_"));
    let exe = std::env::current_exe().expect("a test has a path");
    let places: Vec<PathBuf> = exe.ancestors().skip(1).take(2).map(|folder| folder.join(&file)).collect();
    let found = places.iter().find(|place| place.exists());
    found.unwrap_or_else(|| panic!("cargo should have built one of {places:?}")).clone()
}

/// A till at which Eileen Collins stands, all the time, before a camera that can be in any state.
struct Till {
    recognizer: Recognizer,
    sightings: broadcast::Receiver<Arc<Sighting>>,
    camera: CameraId,
    portrait: Still,
    now: Arc<parking_lot::Mutex<(Instant, CameraState)>>,
    shown: u32,
}

impl Till {
    fn new() -> Self {
        let (steps, options) = (steps(), RecognitionOptions::default());
        let gallery = Arc::new(Gallery::new(steps.recognizer.dim(), steps.recognizer.model_tag()));
        let space = Space::new(steps.recognizer.clone(), Arc::clone(&gallery)).expect("one recogniser");
        let now = Arc::new(parking_lot::Mutex::new((Instant::now() + AHEAD, CameraState::Live)));
        let (state, clock) = (Arc::clone(&now), Arc::clone(&now));
        let recognizer = Recognizer {
            steps: MeteredSteps { steps, meter: Arc::new(Unmetered), engine: None },
            rules: Rules::of(&options),
            space: RwLock::new(Arc::new(space)),
            attention: Attention::new(TrackerOptions::default()),
            camera_live: Arc::new(move |_| state.lock().1.is_trusted()),
            clock: Arc::new(move || clock.lock().0),
            outlets: Outlets::new(64, options.crop_px_max),
        };
        let portrait = portrait();
        let faces = recognizer.analyse(Gate::Payment, &portrait, SystemTime::UNIX_EPOCH).expect("a picture");
        let template = faces[0].embedding.as_ref().expect("a good face has an embedding");
        gallery.insert(TemplateId(1), EILEEN, gallery.model_tag(), template).expect("it fits");
        let (sightings, camera) = (recognizer.outlets.sightings.subscribe(), "till".parse().expect("a name"));
        Self { recognizer, sightings, camera, portrait, now, shown: 0 }
    }

    /// Shows so many pictures that are `age` old, of a camera that is in this state; whom that sights.
    fn show(&mut self, state: CameraState, age: Duration, pictures: usize) -> Vec<Option<Subject>> {
        for _ in 0..pictures {
            self.shown += 1;
            let at = {
                let mut now = self.now.lock();
                *now = (now.0 + INTERVAL, state);
                now.0
            };
            let picture = simulate::picture(
                std::slice::from_ref(&self.portrait),
                &ClipOptions::default(),
                3 * self.shown,
            );
            let captured = Capture { at: at - age, wall: SystemTime::UNIX_EPOCH, pts_ns: None };
            let still = picture.expect("it is painted");
            let frame = Frame::from_still(self.camera.clone(), self.shown.into(), captured, still);
            self.recognizer.process(&[Arc::new(frame)]);
        }
        std::iter::from_fn(|| self.sightings.try_recv().ok()).map(|sighting| sighting.subject).collect()
    }

    /// Asks who is there: whoever was decided is to be decided anew.
    fn attend(&self) {
        self.recognizer.attention.attend(&self.camera);
    }
}

#[test]
fn no_sighting_comes_of_a_camera_that_is_not_live_nor_of_what_it_showed_before_it_was() {
    let mut till = Till::new();
    assert!(till.show(CameraState::Live, Duration::ZERO, ENOUGH).contains(&Some(EILEEN)));
    for state in CameraState::ALL.into_iter().filter(|state| *state != CameraState::Live) {
        till.attend();
        assert_eq!(till.show(state, Duration::ZERO, ENOUGH), [], "{}", state.name());
        assert_eq!(till.show(CameraState::Live, Duration::ZERO, 2), [], "just after {}", state.name());
        let well = till.show(CameraState::Live, Duration::ZERO, ENOUGH);
        assert!(well.contains(&Some(EILEEN)), "after {}: {well:?}", state.name());
    }
}

#[test]
fn no_sighting_comes_of_pictures_that_are_stale_though_the_camera_is_live() {
    let mut till = Till::new();
    let stale = till.recognizer.rules.frame_age_max + Duration::from_millis(1);
    assert_eq!(till.show(CameraState::Live, stale, ENOUGH), []);
    assert!(till.show(CameraState::Live, Duration::ZERO, ENOUGH).contains(&Some(EILEEN)));
}
