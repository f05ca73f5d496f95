//! The engine: one per process, it runs named networks on regions of pictures, on a device that is said aloud.
//!
//! A caller hands over borrowed pictures and one affine transform per region. The regions are warped on the
//! caller's thread straight into the network's normalised input; the network runs on the engine's own fixed
//! threads, because every thread that touches a device keeps a memory pool of its own.

mod device;
mod error;
mod info;
mod picture;

pub use device::{AdapterInfo, DeviceChoice, DeviceInfo, DeviceKind, adapters};
pub use error::EngineError;
pub use info::{ModelInfo, OutputInfo, Tensor};
pub use picture::{Picture, PixelFormat, Region};

use std::path::PathBuf;
use std::sync::Arc;

/// How an engine is started.
#[derive(Clone, Debug)]
pub struct EngineOptions {
    /// Which device may run the networks.
    pub device: DeviceChoice,
    /// Folder with `manifest.toml` and the weight files it names.
    pub weights_dir: PathBuf,
    /// Threads that run networks on the CPU; 0 takes the machine's parallelism. A GPU always has one.
    pub threads: usize,
    /// Lets a software Vulkan adapter pass as the GPU, so that the GPU path can be tested without one.
    pub software_adapter_allowed: bool,
}

impl EngineOptions {
    /// Options with the default device choice and one thread per core.
    pub fn new(weights_dir: impl Into<PathBuf>) -> Self {
        Self {
            device: DeviceChoice::Auto,
            weights_dir: weights_dir.into(),
            threads: 0,
            software_adapter_allowed: false,
        }
    }
}

/// Runs networks; cloning shares the same device, threads and loaded weights.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    device: DeviceInfo,
}

impl Engine {
    /// Opens the device and starts the engine's threads. No network is loaded yet.
    ///
    /// # Errors
    /// [`EngineError::NoGpu`] when `gpu` was demanded and there is none; [`EngineError::Device`] when the
    /// device refused; [`EngineError::Weights`] when the manifest can't be read.
    pub fn start(options: EngineOptions) -> Result<Self, EngineError> {
        let _ = options;
        Err(EngineError::Stopped)
    }

    /// Loads `model` and warms it, or returns it when it is already loaded.
    ///
    /// # Errors
    /// [`EngineError::UnknownModel`], [`EngineError::Weights`], or the engine's own failure.
    pub fn open(&self, model: &str) -> Result<Arc<ModelInfo>, EngineError> {
        Err(EngineError::UnknownModel { model: model.to_owned(), known: Vec::new() })
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
        let _ = (pictures, regions);
        Err(EngineError::UnknownModel { model: model.to_owned(), known: Vec::new() })
    }

    /// The device that really runs the networks.
    pub fn device(&self) -> &DeviceInfo {
        &self.inner.device
    }
}
