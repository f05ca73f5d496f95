//! What can go wrong between a caller and the engine, by what the caller can do about it.

use std::sync::Arc;

/// Why the engine couldn't start or couldn't answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EngineError {
    /// A GPU was demanded and none is usable.
    #[error(
        "no usable GPU: {reason}; install its Vulkan driver (check with `vulkaninfo --summary`) or set compute.device to \"auto\" or \"cpu\""
    )]
    NoGpu {
        /// What was found instead.
        reason: String,
    },
    /// Devices were found but none could be opened.
    #[error("{}; mend the Vulkan driver (check with `vulkaninfo --summary`) or set compute.device to \"cpu\"", refusals.join("; "))]
    Device {
        /// Each adapter's name and what its driver said.
        refusals: Vec<String>,
    },
    /// The manifest has no such network.
    #[error("no network is called {model:?}; the manifest has {}", known.join(", "))]
    UnknownModel {
        /// The name asked for.
        model: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The manifest or a weight file is missing, damaged or doesn't fit its network.
    #[error("the weights of {model} can't be used")]
    Weights {
        /// The network's name, or "manifest".
        model: String,
        /// What is wrong with them.
        #[source]
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// A picture's size, planes and strides contradict each other.
    #[error("picture {picture} can't be read: {reason}")]
    Picture {
        /// Index of the picture in the call.
        picture: usize,
        /// What contradicts.
        reason: &'static str,
    },
    /// A region names no picture of the call, or its transform isn't finite.
    #[error("region {region} can't be sampled: {reason}")]
    Region {
        /// Index of the region in the call.
        region: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The engine broke and refuses everything from now on.
    #[error("the engine failed and has to be restarted: {reason}")]
    Failed {
        /// What broke it first.
        reason: String,
    },
    /// The engine was shut down.
    #[error("the engine is stopped")]
    Stopped,
}
