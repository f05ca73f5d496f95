//! The chain of plugins over many still pictures, on all cores.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use parking_lot::Mutex;
use pipeline::still::{StillLimits, decode};
use pipeline::{
    AnalysedFace, Embedding, EngineInference, Gallery, Gate, Pipeline, PipelineOptions, QualityOptions,
    QualityReport, Still, Unmetered,
};
use plugin_host::{Call, Frame, InferenceError, InferenceService, ModelInfo, Region, Tensor};
use serde::Serialize;

use crate::api::chain;
use crate::api::wire::system::Compute;
use crate::app::{StartError, installed, vision};
use crate::plugins::Plugins;
use crate::settings::Settings;

/// What became of one picture.
pub(crate) struct Embedded {
    /// The embedding of the face nearest to the middle.
    pub(crate) embedding: Option<Embedding>,
    /// Why there is none.
    pub(crate) failure: Option<String>,
    /// How good that face is; `None` when no face was found.
    pub(crate) quality: Option<QualityReport>,
}

/// The configured plugins, without cameras and without people.
pub(crate) struct Chain {
    pipeline: Pipeline,
    plugins: Plugins,
    device: Compute,
    recognisers: Vec<String>,
    inference: Arc<Noted>,
}

/// A network that a plugin runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Network {
    pub(crate) name: String,
    /// That of its templates, of a recogniser.
    pub(crate) model_tag: Option<u32>,
    /// Of its weights.
    pub(crate) sha256: String,
}

/// The engine, and which of its networks were opened.
struct Noted {
    engine: EngineInference,
    opened: Mutex<BTreeMap<String, Network>>,
}

impl InferenceService for Noted {
    fn open(&self, model: &str) -> Result<ModelInfo, InferenceError> {
        let info = self.engine.open(model)?;
        let network = Network {
            name: info.name.clone(),
            model_tag: Some(info.model_tag).filter(|tag| *tag != 0),
            sha256: hex::encode(info.sha256),
        };
        self.opened.lock().insert(model.to_owned(), network);
        Ok(info)
    }

    fn run(
        &self,
        call: &Call<'_>,
        model: &str,
        frames: &[Frame<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>, InferenceError> {
        self.engine.run(call, model, frames, regions)
    }
}

impl Chain {
    /// Starts engine and plugins; faces have to pass `gate`, or none.
    pub(crate) fn start(settings: &Settings, gate: Option<Gate>) -> Result<Self, StartError> {
        let engine = vision::engine(settings)?;
        let inference = Arc::new(Noted { engine: EngineInference(engine.clone()), opened: Mutex::default() });
        let service: Arc<dyn InferenceService> = inference.clone();
        let plugins = Plugins::new(settings);
        let steps = vision::steps(settings, &plugins, &service)?;
        let gallery = Gallery::new(steps.recognizer.dim(), steps.recognizer.model_tag());
        let mut recognition = vision::recognition(settings, engine.device().kind);
        recognition.quality = gate.map_or(QualityOptions::open(), |gate| settings.quality.gate(gate));
        // Pictures wait for each other on a busy machine; none may fail for that.
        recognition.call_ms_max = 60_000;
        let cameras = vision::cameras(&settings.cameras)?;
        let options = PipelineOptions {
            cameras,
            recognition,
            meter: Arc::new(Unmetered),
            engine: Some(engine.clone()),
        };
        let pipeline = Pipeline::start(options, steps, Arc::new(gallery))
            .map_err(|error| StartError::Configuration(chain(&error)))?;
        let known = vision::in_use(&installed::shelf(settings)?)?;
        let members = pipeline.steps().recognizer.members();
        let recognisers = members.iter().filter_map(|member| {
            let tag = member.recognizer.model_tag();
            let known = known.iter().find(|known| known.entry.model_tag == Some(tag))?;
            Some(format!("{} x {:.3} sha256:{}", known.entry.name, member.weight, known.sha256))
        });
        let recognisers = recognisers.collect();
        Ok(Self { pipeline, plugins, device: vision::compute(&engine), recognisers, inference })
    }

    /// What runs the networks.
    pub(crate) fn device(&self) -> &Compute {
        &self.device
    }

    /// The plugins with their versions, and the recognisers' weights.
    pub(crate) fn models(&self) -> Vec<String> {
        let plugins = self.plugins.places().into_iter().map(|place| {
            let plugin = place.mount().plugin();
            let manifest = plugin.manifest();
            format!("{} {}", manifest.id, manifest.version)
        });
        plugins.chain(self.recognisers.iter().cloned()).collect()
    }

    /// The networks that the plugins run.
    pub(crate) fn networks(&self) -> Vec<Network> {
        self.inference.opened.lock().values().cloned().collect()
    }

    /// The pipeline by itself.
    pub(crate) fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// Every picture of `names` below `folder`; `done` hears how many are through.
    pub(crate) fn embed_all<'a>(
        &self,
        folder: &Path,
        names: &[&'a Path],
        done: impl Fn(usize) + Sync,
    ) -> HashMap<&'a Path, Embedded> {
        let embedded = self.each(names, |name| self.embed(&folder.join(name)), done);
        names.iter().copied().zip(embedded).collect()
    }

    /// The work on each item, on all cores, in the items' order; `done` hears how many are through.
    pub(crate) fn each<T: Sync, R: Send>(
        &self,
        items: &[T],
        work: impl Fn(&T) -> R + Sync,
        done: impl Fn(usize) + Sync,
    ) -> Vec<R> {
        let next = AtomicUsize::new(0);
        let found = Mutex::new(Vec::with_capacity(items.len()));
        // One more than cores: decoding fills the gaps that the networks leave.
        let threads = available_parallelism().map_or(1, usize::from) + 1;
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let Some(item) = items.get(index) else { break };
                        let one = work(item);
                        let mut found = found.lock();
                        found.push((index, one));
                        done(found.len());
                    }
                });
            }
        });
        let mut found = found.into_inner();
        found.sort_by_key(|(index, _)| *index);
        found.into_iter().map(|(_, one)| one).collect()
    }

    fn embed(&self, path: &Path) -> Embedded {
        match self.try_embed(path) {
            Ok(AnalysedFace { embedding, quality, .. }) => {
                let failure = embedding.is_none().then(|| quality.reason_names().join(","));
                Embedded { embedding, failure, quality: Some(quality) }
            }
            Err(failure) => Embedded { embedding: None, failure: Some(failure), quality: None },
        }
    }

    fn try_embed(&self, path: &Path) -> Result<AnalysedFace, String> {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        let still = decode(&bytes, &StillLimits::default()).map_err(|error| error.to_string())?;
        let faces = self.pipeline.analyse(&still).map_err(|error| chain(&error))?;
        Ok(nearest_to_middle(faces, &still).ok_or("no face")?)
    }
}

/// Whom the picture is about.
fn nearest_to_middle(faces: Vec<AnalysedFace>, still: &Still) -> Option<AnalysedFace> {
    let (x, y) = (still.width() as f32 / 2.0, still.height() as f32 / 2.0);
    let distance = |face: &AnalysedFace| {
        let bbox = &face.face.bbox;
        (bbox.x + bbox.w / 2.0 - x).hypot(bbox.y + bbox.h / 2.0 - y)
    };
    faces.into_iter().min_by(|a, b| distance(a).total_cmp(&distance(b)))
}
