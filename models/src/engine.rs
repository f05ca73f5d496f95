//! The engine: one per process, it runs named networks on regions of pictures, on a device that is said aloud.
//!
//! A caller hands over borrowed pictures and one affine transform per region. The regions are warped on the
//! caller's thread straight into the network's normalised input, or by the GPU that gets the picture; the network runs on the engine's own fixed
//! threads, because every thread that touches a device keeps a memory pool of its own.

mod batch;
mod bench;
mod carry;
mod device;
mod error;
mod info;
mod inputs;
mod model;
mod picture;
mod queue;
mod runner;
mod warp;
mod worker;

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use batch::Batching;
use carry::{Carried, Carrier};
use inputs::Inputs;
use model::{Loader, Model};
use queue::Queue;
use runner::{Machine, Runner};
use warp::{Look, Seen, Warper};
use worker::{Job, Run, Worker};

use crate::plan::gpu::{Gpu, Width};
use crate::table::{self, Table, TableError};
use crate::weights::{Installed, Shelf};

pub use crate::plan::gpu::Precision;
pub use bench::{BenchReport, ChainFigures, Percentiles, bench};
pub(crate) use device::at_once;
#[cfg(test)]
pub(crate) use device::own_device;
pub use device::{AdapterInfo, DeviceChoice, DeviceInfo, DeviceKind, Warp, adapters};
pub use error::EngineError;
pub use info::{ModelInfo, OutputInfo, Tensor};
pub use picture::{Picture, PixelFormat, Region};
pub(crate) use worker::words;

/// Parts of calls that may wait for a thread; callers beyond that wait themselves.
const QUEUE_LEN_MAX: usize = 16;

/// How an engine is started.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Which device may run the networks.
    pub device: DeviceChoice,
    /// Folder with `manifest.toml` and the weight files it names.
    pub weights_dir: PathBuf,
    /// Weights that an operator installed.
    pub installed: Vec<Installed>,
    /// Threads that run networks on the CPU; 0 takes the machine's parallelism. A GPU always has one.
    pub threads: usize,
    /// How a GPU keeps numbers; the CPU's are of 32 bits.
    pub precision: Precision,
    /// What warps pictures where a GPU runs the networks.
    pub warp: Warp,
    /// Lets a software Vulkan adapter pass as the GPU that `gpu` demands, so that its path can be tested without one.
    pub software_adapter_allowed: bool,
}

impl EngineOptions {
    /// Options with the default device choice and one thread per core.
    pub fn new(weights_dir: impl Into<PathBuf>) -> Self {
        Self {
            device: DeviceChoice::Auto,
            weights_dir: weights_dir.into(),
            installed: Vec::new(),
            threads: 0,
            precision: Precision::Full,
            warp: Warp::Host,
            software_adapter_allowed: false,
        }
    }
}

/// Runs networks; cloning shares the same device, threads and loaded weights.
///
/// The threads end when the last clone is dropped.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    device: DeviceInfo,
    batching: Batching,
    queue: Arc<Queue<Job>>,
    models: RwLock<HashMap<String, Arc<Model>>>,
    /// Held while a network is loaded, so that none is loaded twice.
    loading: Mutex<()>,
    /// Since when one is; `None` while none is.
    loading_since: Mutex<Option<Instant>>,
    threads: Vec<JoinHandle<()>>,
    /// Makes tables on the device, when it is a GPU.
    tables: Option<Tables>,
    /// Carries pictures to the device, when it warps them.
    carrier: Option<Carrier>,
}

/// An object, so that nobody has to look through all of wgpu to see that an engine can be shared.
type Tables = Box<dyn Fn(usize) -> Result<Box<dyn Table>, TableError> + Send + Sync>;

impl Engine {
    /// Opens the device and starts the engine's threads. No network is loaded yet.
    ///
    /// # Errors
    /// [`EngineError::NoGpu`] when `gpu` was demanded and there is none; [`EngineError::Device`] when the
    /// device refused; [`EngineError::Weights`] when the manifest can't be read.
    pub fn start(options: EngineOptions) -> Result<Self, EngineError> {
        let shelf = Shelf { folder: options.weights_dir.clone(), installed: options.installed.clone() };
        Self::start_with(&options, model::from_shelf(shelf)?)
    }

    fn start_with(options: &EngineOptions, loader: Loader) -> Result<Self, EngineError> {
        let threads = match options.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            threads => threads,
        };
        let device::OpenDevice { burn, wgpu, mut info } =
            device::open(options.device, threads, options.software_adapter_allowed)?;
        let batching = Batching::of(info.kind, info.threads);
        let queue = Arc::new(Queue::new(QUEUE_LEN_MAX));
        let width = if info.kind == DeviceKind::Gpu { Width::HARDWARE } else { Width::SOFTWARE };
        let tables = wgpu.as_ref().map(|(device, queue)| {
            let maker = table::Maker::new(device, queue);
            let tables: Tables = Box::new(move |columns| maker.make(columns));
            tables
        });
        let (warper, carrier) = warping_on(options.warp, wgpu.as_ref(), batching.max).unzip();
        info.warp = if warper.is_some() { Warp::Device } else { Warp::Host };
        let gpu = wgpu.map(|(device, queue)| Gpu::new(device, queue, options.precision, width));
        info.precision = gpu.as_ref().map_or(Precision::Full, Gpu::precision);
        if info.precision != options.precision {
            tracing::warn!(
                adapter = info.adapter,
                "compute.precision is \"f16\", but this device computes in f32 alone"
            );
        }
        let gpu = gpu.map(|gpu| Arc::new(Mutex::new(gpu)));
        let machine = Machine { burn, gpu, warper: warper.map(Arc::new), batch_max: batching.max };
        let worker = Worker { queue: Arc::clone(&queue), machine, batching, loader };
        let threads = worker.start(info.threads)?;
        tracing::info!(
            device = info.kind.as_str(),
            adapter = info.adapter,
            backend = info.backend,
            precision = info.precision.as_str(),
            warp = info.warp.as_str(),
            why = info.why,
            "the inference engine runs"
        );
        Ok(Self {
            inner: Arc::new(Inner {
                device: info,
                batching,
                queue,
                models: RwLock::default(),
                loading: Mutex::default(),
                loading_since: Mutex::default(),
                threads,
                tables,
                carrier,
            }),
        })
    }

    /// Loads `model` and warms it, or returns it when it is already loaded.
    ///
    /// # Errors
    /// [`EngineError::UnknownModel`], [`EngineError::Weights`], or the engine's own failure.
    pub fn open(&self, model: &str) -> Result<Arc<ModelInfo>, EngineError> {
        Ok(Arc::clone(&self.model(model)?.info))
    }

    /// Runs `model` on every region and returns one tensor per output, with dims `[regions, …]`.
    ///
    /// Blocks until the result is there; may be called from any thread. Any number of regions is accepted;
    /// no regions give tensors with a leading dimension of 0.
    ///
    /// # Errors
    /// [`EngineError::Picture`] and [`EngineError::Region`] say which argument is wrong;
    /// [`EngineError::Failed`] means the engine is broken and the process must be restarted.
    pub fn run(
        &self,
        model: &str,
        pictures: &[Picture<'_>],
        regions: &[Region],
    ) -> Result<Vec<Tensor>, EngineError> {
        check(pictures, regions)?;
        let model = self.model(model)?;
        let parts = self.inner.batching.parts(regions.len(), model.info.max_batch);
        if parts.is_empty() {
            let empty = |dims: &[usize]| Tensor { dims: [&[0], dims].concat(), data: Vec::new() };
            return Ok(model.info.outputs.iter().map(|output| empty(&output.dims)).collect());
        }
        let (reply, answers) = sync_channel(parts.len());
        let mut carried = vec![None; pictures.len()];
        let mut rest = regions;
        for (part, &len) in parts.iter().enumerate() {
            let (now, later) = rest.split_at(len);
            rest = later;
            let inputs = self.inputs(&model, pictures, now, &mut carried);
            let (model, reply) = (Arc::clone(&model), reply.clone());
            self.inner.queue.push(Job::Run(Run { model, part, len, inputs, reply }))?;
        }
        drop(reply);
        let mut outputs: Vec<Vec<Tensor>> = vec![Vec::new(); parts.len()];
        for _ in &parts {
            let (part, output) = answers.recv().map_err(|_| self.stopped())?;
            outputs[part] = output?;
        }
        Ok(joined(outputs))
    }

    /// Does `work`, during which each of `pictures`, named by its planes, is carried to a GPU that warps once at the most, however
    /// many calls look at it. Without one, does `work`. Pictures that no call could look at are not carried.
    pub fn keeping<T>(&self, pictures: &[Picture<'_>], work: impl FnOnce() -> T) -> T {
        match &self.inner.carrier {
            Some(carrier) if check(pictures, &[]).is_ok() => carrier.keeping(pictures, work),
            _ => work(),
        }
    }

    /// The inputs of `regions`. What was carried of a picture is left in `carried` for the next part of the call.
    fn inputs(
        &self,
        model: &Model,
        pictures: &[Picture<'_>],
        regions: &[Region],
        carried: &mut [Option<Arc<dyn Carried>>],
    ) -> Inputs {
        let (Some(carrier), Runner::Gpu(_)) = (&self.inner.carrier, &model.runner) else {
            return Inputs::Numbers(warped(model, pictures, regions));
        };
        let mut seen = |region: &Region| {
            let (picture, carried) = (&pictures[region.picture], &mut carried[region.picture]);
            if carried.is_none() {
                *carried = carrier.carried(picture);
            }
            let look = Look::new(picture, &region.affine, &model.target);
            carried.clone().map(|picture| Seen { picture, look })
        };
        match regions.iter().map(&mut seen).collect() {
            Some(seen) => Inputs::Seen(seen),
            // A picture that doesn't fit into the device's memory stays here.
            None => Inputs::Numbers(warped(model, pictures, regions)),
        }
    }

    /// The device that really runs the networks.
    pub fn device(&self) -> &DeviceInfo {
        &self.inner.device
    }

    /// An empty table of so many columns on the engine's GPU; `None` where the engine runs on the CPU.
    ///
    /// # Errors
    /// What the device said, or that it has no room for so many columns.
    pub fn table(&self, columns: usize) -> Option<Result<Box<dyn Table>, TableError>> {
        self.inner.tables.as_ref().map(|tables| tables(columns))
    }

    /// Why the engine refuses to work, if it does.
    pub fn failure(&self) -> Option<EngineError> {
        self.inner.queue.closed()
    }

    /// For how long the engine has been loading a network, while all who ask it for anything wait; nothing while it loads none.
    pub fn loading_for(&self, now: Instant) -> Duration {
        let since = *self.loading_since();
        since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }

    fn loading_since(&self) -> MutexGuard<'_, Option<Instant>> {
        self.inner.loading_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn model(&self, name: &str) -> Result<Arc<Model>, EngineError> {
        if let Some(model) = self.loaded(name) {
            return Ok(model);
        }
        let _loading = self.inner.loading.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(model) = self.loaded(name) {
            return Ok(model);
        }
        let (reply, answer) = sync_channel(1);
        self.inner.queue.push(Job::Load { model: name.to_owned(), reply })?;
        *self.loading_since() = Some(Instant::now());
        let loaded = answer.recv();
        *self.loading_since() = None;
        let model = loaded.map_err(|_| self.stopped())??;
        let mut models = self.inner.models.write().unwrap_or_else(PoisonError::into_inner);
        models.insert(name.to_owned(), Arc::clone(&model));
        Ok(model)
    }

    fn loaded(&self, name: &str) -> Option<Arc<Model>> {
        self.inner.models.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Why an answer never came.
    fn stopped(&self) -> EngineError {
        self.failure().unwrap_or(EngineError::Stopped)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        for job in self.queue.close(EngineError::Stopped) {
            job.refuse(&EngineError::Stopped);
        }
        for thread in self.threads.drain(..) {
            // Panics are caught inside the thread, so it has nothing to say.
            let _ = thread.join();
        }
    }
}

/// What warps on a GPU, where that is asked for and there is one that warps as the CPU does.
fn warping_on(
    warp: Warp,
    wgpu: Option<&(wgpu::Device, wgpu::Queue)>,
    items_max: usize,
) -> Option<(Warper, Carrier)> {
    if warp == Warp::Host {
        return None;
    }
    let Some((device, queue)) = wgpu else {
        tracing::warn!("compute.warp is \"device\", but no GPU runs the networks, so the CPU warps");
        return None;
    };
    let carrier = Carrier::new(device, queue);
    match Warper::new(device, queue, &carrier, items_max) {
        Ok(warper) => Some((warper, carrier)),
        Err(reason) => {
            tracing::error!(reason, "the GPU can't warp pictures, so the CPU does");
            None
        }
    }
}

fn check(pictures: &[Picture<'_>], regions: &[Region]) -> Result<(), EngineError> {
    for (picture, what) in pictures.iter().enumerate() {
        what.check().map_err(|reason| EngineError::Picture { picture, reason })?;
    }
    for (region, what) in regions.iter().enumerate() {
        let refused = |reason| EngineError::Region { region, reason };
        warp::check_affine(&what.affine).map_err(refused)?;
        if what.picture >= pictures.len() {
            return Err(refused("the call has no such picture"));
        }
    }
    Ok(())
}

/// The inputs of `regions`, one after another. Pictures and regions have passed [`check`].
fn warped(model: &Model, pictures: &[Picture<'_>], regions: &[Region]) -> Vec<f32> {
    let mut inputs = vec![0.0; regions.len() * model.target.len()];
    for (region, input) in regions.iter().zip(inputs.chunks_exact_mut(model.target.len())) {
        warp::warp(&pictures[region.picture], &region.affine, &model.target, input);
    }
    inputs
}

/// Puts the outputs of the parts of a call, of which there is at least one, behind one another.
fn joined(mut parts: Vec<Vec<Tensor>>) -> Vec<Tensor> {
    if parts.len() == 1 {
        return parts.swap_remove(0);
    }
    let outputs = parts[0].len();
    (0..outputs)
        .map(|output| Tensor::joined(&parts.iter().map(|part| &part[output]).collect::<Vec<_>>()))
        .collect()
}

/// A GPU of this machine, a software one if need be.
#[cfg(test)]
pub(crate) fn test_device() -> Result<(wgpu::Device, wgpu::Queue), String> {
    let open = device::open(DeviceChoice::Gpu, 1, true).map_err(|error| error.to_string())?;
    open.wgpu.ok_or_else(|| "no GPU".to_owned())
}

#[cfg(test)]
mod tests;
