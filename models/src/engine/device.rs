//! Which device runs the networks, and why that one.

use super::EngineError;

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

/// The device in use, in words that can go into a log or a health page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// What runs the networks.
    pub kind: DeviceKind,
    /// The adapter's or the CPU's name.
    pub adapter: String,
    /// `vulkan`, `metal`, `dx12` or `flex`.
    pub backend: String,
    /// The driver's name and version; empty on the CPU.
    pub driver: String,
    /// Why this device was taken.
    pub why: String,
    /// Threads that run networks.
    pub threads: usize,
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

/// The adapters of this machine, in the graphics API's order.
///
/// # Errors
/// None at present: a machine without Vulkan has no adapters.
pub fn adapters() -> Result<Vec<AdapterInfo>, EngineError> {
    Ok(Vec::new())
}
