//! Cameras and recognition, put together from the settings: engine, plugins, gallery, pipeline.

use std::sync::Arc;
use std::time::Duration;

use domain::Timestamp;
use domain::model_change::Roles;
use models::manifest::{Digest, Entry, Manifest};
use models::weights::Shelf;
use models::{DeviceChoice, DeviceKind, Engine, EngineOptions};
use pipeline::camera::{Cameras, CamerasOptions};
use pipeline::source::{Network, SourcePolicy};
use pipeline::{
    ConfirmOptions, EngineInference, Gallery, Gate, Meter, Pipeline, PipelineOptions, RecognitionOptions,
    Space,
};
use plugin_host::InferenceService;
use store::{By, Snapshot, Store};
use tokio::sync::watch;

use super::installed;
use super::start::StartError;
use crate::api::chain;
use crate::api::wire::system::Compute;
use crate::plugins::Plugins;
use crate::settings::{self, Device, Precision, Settings, Warp};

pub(crate) mod snapshot;
mod space;
mod steps;
mod witness;

pub(crate) use space::{exact_rows_max, gallery};
pub(crate) use steps::{shadow, steps};
pub(crate) use witness::{Witness, Witnesses, measured};

use snapshot::Filled;
use space::{blind, filled, offered};

/// Everything that sees.
pub(crate) struct Vision {
    engine: Engine,
    pipeline: Pipeline,
    /// The recognisers of the settings, each with its templates; the first is the one that is not a shadow.
    spaces: Vec<Arc<Space>>,
    roles: watch::Sender<Roles>,
    /// Whose turn it is to take up roles.
    turn: tokio::sync::Mutex<()>,
    /// Whose turn it is to bring somebody's templates up to the database.
    refresh_turn: tokio::sync::Mutex<()>,
    /// Where the galleries are kept between starts, and whose turn it is to keep them; `None` where nothing can be kept.
    snapshot: Option<parking_lot::Mutex<Snapshot>>,
    filled: Filled,
    compute: Compute,
    models: Vec<InUse>,
}

/// A network whose weights are here.
pub(crate) struct InUse {
    pub(crate) entry: Entry,
    /// SHA-256 that its weights have to have.
    pub(crate) sha256: Digest,
}

impl Vision {
    /// Starts engine and pipeline and fills the gallery. Blocks.
    pub(super) fn start(
        settings: &Settings,
        plugins: &Plugins,
        (store, by): (&Arc<Store>, By<'_>),
        meter: Arc<dyn Meter>,
    ) -> Result<Self, StartError> {
        let engine = engine(settings)?;
        let inference: Arc<dyn InferenceService> = Arc::new(EngineInference(engine.clone()));
        let mut steps = steps(settings, plugins, &inference)?;
        let shadow = shadow(settings, plugins, &inference)?;
        let roles = store.roles_with(by, steps.recognizer.model_tag())?.roles;
        let snapshot = snapshot_of(settings);
        let (mut spaces, mut parts) = (Vec::new(), Filled::default());
        for recognizer in std::iter::once(steps.recognizer.clone()).chain(shadow) {
            let (space, of_space) = filled(store, snapshot.as_ref(), (&engine, recognizer))?;
            parts = parts.and(of_space);
            spaces.push(Arc::new(space));
        }
        let models = in_use(&installed::shelf(settings)?)?;
        measured(&models, spaces.iter().map(|space| space.recognizer()))?;
        let active = offered(&spaces, roles)?;
        steps.recognizer = active.recognizer().clone();
        let recognition = recognition(settings, engine.device().kind);
        let crop_px_max = settings.model_change.crop_px_max;
        let options = PipelineOptions {
            cameras: cameras(&settings.cameras)?,
            recognition: RecognitionOptions { crop_px_max, ..recognition },
            meter,
            engine: Some(engine.clone()),
        };
        let pipeline =
            Pipeline::start(options, steps, active.gallery().clone()).map_err(|error| refused(&error))?;
        let roles = watch::Sender::new(roles);
        let (turn, refresh_turn, compute) = (Default::default(), Default::default(), compute(&engine));
        let snapshot = snapshot.map(parking_lot::Mutex::new);
        Ok(Self {
            engine,
            pipeline,
            spaces,
            roles,
            turn,
            refresh_turn,
            snapshot,
            filled: parts,
            compute,
            models,
        })
    }

    /// What runs the networks.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The running pipeline.
    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// The running cameras.
    pub(crate) fn cameras(&self) -> &Cameras {
        self.pipeline.cameras()
    }

    /// Every enrolled face of the recogniser in force, in memory.
    pub(crate) fn gallery(&self) -> Arc<Gallery> {
        self.pipeline.gallery()
    }

    /// The recognisers of the settings, each with its templates.
    pub(crate) fn spaces(&self) -> &[Arc<Space>] {
        &self.spaces
    }

    /// The recogniser with this tag, if the settings offer it.
    pub(crate) fn space(&self, model_tag: u32) -> Option<&Arc<Space>> {
        self.spaces.iter().find(|space| space.model_tag() == model_tag)
    }

    /// Which recogniser does what; told to whoever subscribes when it changes.
    pub(crate) fn roles(&self) -> &watch::Sender<Roles> {
        &self.roles
    }

    /// Roles are taken up one after the other.
    pub(crate) fn turn(&self) -> &tokio::sync::Mutex<()> {
        &self.turn
    }

    /// Takes up `roles`. Says whether the settings offer the recogniser in force; where not, nobody is recognised.
    pub(crate) fn take_up(&self, roles: Roles) -> bool {
        let active = self.space(roles.active).cloned();
        let found = active.is_some();
        if let Some(space) = active.or_else(|| blind(&self.spaces))
            && !Arc::ptr_eq(&space, &self.pipeline.space())
        {
            self.pipeline.adopt(space);
        }
        self.roles.send_replace(roles);
        found
    }

    /// Whether the recogniser in force is one of the settings'.
    pub(crate) fn offers_the_active(&self) -> bool {
        self.space(self.roles.borrow().active).is_some()
    }

    /// Whose turn it is to bring somebody's templates up to the database: what was read before a change must not replace
    /// what was read after it.
    pub(crate) fn refresh_turn(&self) -> &tokio::sync::Mutex<()> {
        &self.refresh_turn
    }

    /// Where the parts of the galleries came from.
    pub(crate) fn filled(&self) -> Filled {
        self.filled
    }

    /// Keeps the galleries for the next start, as [`snapshot::keep`] does. Blocks.
    ///
    /// # Errors
    /// When the data folder or the database can't be written.
    pub(crate) fn keep(
        &self,
        store: &Store,
        at: Timestamp,
        go_on: impl FnMut(Duration) -> bool,
    ) -> Result<usize, snapshot::Unkept> {
        let Some(snapshot) = &self.snapshot else { return Ok(0) };
        let galleries: Vec<&Gallery> = self.spaces.iter().map(|space| space.gallery().as_ref()).collect();
        snapshot::keep((store, &snapshot.lock()), &galleries, at, go_on)
    }

    /// The networks whose weights are delivered or installed.
    pub(crate) fn models(&self) -> &[InUse] {
        &self.models
    }

    /// The device that really runs the networks.
    pub(crate) fn compute(&self) -> Compute {
        self.compute.clone()
    }

    /// Names the embedding space of the recogniser in force.
    pub(crate) fn model_tag(&self) -> u32 {
        self.pipeline.space().model_tag()
    }

    /// Ends recognition and all cameras. Blocks.
    pub(super) fn stop(&self) {
        self.pipeline.shutdown();
    }
}

/// Where this appliance keeps its galleries between starts. It starts without as well, only slower.
fn snapshot_of(settings: &Settings) -> Option<Snapshot> {
    let folder = settings.data.folder.join("gallery");
    Snapshot::open(&folder)
        .inspect_err(|error| tracing::warn!(folder = %folder.display(), %error, "the gallery is not kept"))
        .ok()
}

/// The manifest's networks whose weights are there; the engine checks them against their digests.
pub(crate) fn in_use(shelf: &Shelf) -> Result<Vec<InUse>, StartError> {
    let manifest = Manifest::read(&shelf.folder.join("manifest.toml"));
    let manifest = manifest.map_err(|error| StartError::Unavailable(chain(&error)))?;
    let here = |entry: Entry| {
        let (path, sha256) = shelf.place(&entry).ok()?;
        path.is_file().then_some(InUse { entry, sha256 })
    };
    Ok(manifest.models.into_iter().filter_map(here).collect())
}

/// Starts the networks' engine.
pub(crate) fn engine(settings: &Settings) -> Result<Engine, StartError> {
    let shelf = installed::shelf(settings)?;
    let settings = &settings.compute;
    let mut options = EngineOptions::new(shelf.folder);
    options.installed = shelf.installed;
    options.threads = settings.threads;
    options.precision = match settings.precision {
        Precision::F32 => models::Precision::Full,
        Precision::F16 => models::Precision::Half,
    };
    options.warp = match settings.warp {
        Warp::Host => models::Warp::Host,
        Warp::Device => models::Warp::Device,
    };
    options.device = match settings.device {
        Device::Auto => DeviceChoice::Auto,
        Device::Gpu => DeviceChoice::Gpu,
        Device::Cpu => DeviceChoice::Cpu,
    };
    let engine = Engine::start(options);
    let engine = engine.map_err(|error| {
        StartError::Unavailable(format!("{}; see compute.device and compute.weights_folder", chain(&error)))
    })?;
    Ok(engine)
}

/// The device that runs the networks, as it is shown.
pub(crate) fn compute(engine: &Engine) -> Compute {
    let device = engine.device();
    Compute {
        kind: device.kind.as_str().to_owned(),
        adapter: device.adapter.clone(),
        backend: device.backend.clone(),
        driver: device.driver.clone(),
        precision: device.precision.as_str().to_owned(),
        warp: device.warp.as_str().to_owned(),
        threads: device.threads,
        why: device.why.clone(),
    }
}

fn refused(error: &pipeline::PipelineError) -> StartError {
    StartError::Configuration(format!("recognition: {}", chain(error)))
}

/// What all cameras have in common, by the settings.
pub(crate) fn cameras(settings: &settings::Cameras) -> Result<CamerasOptions, StartError> {
    let network = |text: &String| {
        let invalid = |error| StartError::Configuration(format!("cameras.networks: {text}: {error}"));
        text.parse::<Network>().map_err(invalid)
    };
    let policy = SourcePolicy {
        private: settings.private,
        loopback: settings.loopback,
        public: settings.public,
        networks: settings.networks.iter().map(network).collect::<Result<_, _>>()?,
        devices: settings.devices,
        folders: settings.folders.clone(),
    };
    Ok(CamerasOptions { policy, cameras_max: settings.count_max, jitter: Arc::new(rand::random::<f64>) })
}

/// How recognition is run, by the settings.
pub(crate) fn recognition(all: &Settings, device: DeviceKind) -> RecognitionOptions {
    let settings = &all.recognition;
    let on_cpu = device == DeviceKind::Cpu;
    RecognitionOptions {
        // A CPU pays for each picture by itself: in a batch they would all wait for the last.
        batch_size_max: if on_cpu { 1 } else { settings.batch_size_max },
        batch_delay_ms_max: settings.batch_delay_ms_max,
        // One batch at a time keeps a GPU busy; the CPU takes one on each core.
        side_by_side: if on_cpu { 0 } else { 1 },
        frame_age_ms_max: settings.sighting_age_ms_max,
        quality: all.quality.gate(Gate::Payment),
        quality_to_enrol: all.quality.gate(Gate::Enrolment),
        confirm: ConfirmOptions { similarity_min: settings.similarity_min, ..ConfirmOptions::default() },
        ..RecognitionOptions::default()
    }
}
