//! Which device runs the networks, and why that one.

mod gpu;

use super::EngineError;
use crate::plan::{self, gpu::Precision};

pub use gpu::adapters;
pub(crate) use gpu::at_once;
#[cfg(test)]
pub(crate) use gpu::own_device;

/// What the operator asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A hardware GPU when there is one, else the CPU; which of the two is said in [`DeviceInfo`].
    #[default]
    Auto,
    /// A hardware GPU, or the engine doesn't start.
    Gpu,
    /// The CPU.
    Cpu,
}

/// What really runs the networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceKind {
    /// A graphics card or the GPU beside the CPU.
    Gpu,
    /// A Vulkan implementation that computes on the CPU: for tests only.
    SoftwareGpu,
    /// The CPU.
    Cpu,
}

impl DeviceKind {
    /// The kind in a word, for logs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::SoftwareGpu => "software-gpu",
            Self::Cpu => "cpu",
        }
    }
}

/// What cuts regions out of pictures and makes them a network's input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Warp {
    /// The CPU, on the thread of whoever asks; a GPU gets the inputs.
    #[default]
    Host,
    /// The GPU that runs the networks; it gets each picture once.
    Device,
}

impl Warp {
    /// What does, in a word, for logs and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Device => "device",
        }
    }
}

/// The device in use, in words that can go into a log or a health page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What runs the networks.
    pub kind: DeviceKind,
    /// The adapter's or the CPU's name.
    pub adapter: String,
    /// What computes: `vulkan`, or on the CPU its widest instructions: `avx512`, `avx2`, `neon`, `scalar`.
    pub backend: String,
    /// The driver's name and version; empty on the CPU.
    pub driver: String,
    /// Why this device was taken.
    pub why: String,
    /// Threads that run networks.
    pub threads: usize,
    /// How numbers are kept between two steps of a network.
    pub precision: Precision,
    /// What warps pictures into the networks' inputs.
    pub warp: Warp,
}

/// An adapter that the graphics API offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterInfo {
    /// The adapter's name.
    pub name: String,
    /// The graphics API it was found through.
    pub backend: String,
    /// The driver's name and version.
    pub driver: String,
    /// Whether it is a GPU or computes on the CPU.
    pub kind: DeviceKind,
}

/// A device that is open, and what to say about it.
pub(super) struct OpenDevice {
    pub(super) burn: burn::tensor::Device,
    /// The same device for launches of our own, when it is a GPU.
    pub(super) wgpu: Option<(wgpu::Device, wgpu::Queue)>,
    pub(super) info: DeviceInfo,
}

/// Opens the device that `choice` leads to; `threads` is what the CPU may use.
pub(super) fn open(
    choice: DeviceChoice,
    threads: usize,
    software_adapter_allowed: bool,
) -> Result<OpenDevice, EngineError> {
    if choice == DeviceChoice::Cpu {
        return Ok(cpu(threads, "compute.device is \"cpu\"".to_owned()));
    }
    let found = gpu::candidates();
    let usable = |candidate: &&gpu::Candidate| {
        candidate.info.kind == DeviceKind::Gpu || (software_adapter_allowed && choice == DeviceChoice::Gpu)
    };
    let why = if choice == DeviceChoice::Auto { "a GPU was found" } else { "compute.device is \"gpu\"" };
    match first_open(found.iter().filter(usable), |candidate| candidate.open(why))? {
        Some(device) => Ok(device),
        None if choice == DeviceChoice::Auto => {
            Ok(cpu(threads, format!("no GPU: {}", gpu::without_hardware(&found))))
        }
        None => Err(EngineError::NoGpu { reason: gpu::without_hardware(&found) }),
    }
}

/// The first candidate that opens, if there is any candidate.
///
/// # Errors
/// What every candidate said when all refused: a GPU that doesn't work is never passed over in silence for the CPU.
fn first_open<C, D>(
    candidates: impl Iterator<Item = C>,
    open: impl Fn(C) -> Result<D, String>,
) -> Result<Option<D>, EngineError> {
    let mut refusals = Vec::new();
    for candidate in candidates {
        match open(candidate) {
            Ok(device) => return Ok(Some(device)),
            Err(refusal) => {
                tracing::warn!(refusal, "a GPU was passed over");
                refusals.push(refusal);
            }
        }
    }
    if refusals.is_empty() { Ok(None) } else { Err(EngineError::Device { refusals }) }
}

fn cpu(threads: usize, why: String) -> OpenDevice {
    let info = DeviceInfo {
        kind: DeviceKind::Cpu,
        adapter: cpu_name(),
        backend: plan::cpu::instructions().to_owned(),
        driver: String::new(),
        why,
        threads,
        precision: Precision::Full,
        warp: Warp::Host,
    };
    OpenDevice { burn: burn::tensor::Device::flex(), wgpu: None, info }
}

/// The processor's name as Linux tells it, else its architecture.
fn cpu_name() -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or_else(|| std::env::consts::ARCH.to_owned(), |(_, name)| name.to_owned())
}

#[cfg(test)]
mod tests;
