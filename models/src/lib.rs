//! Face networks in Burn, their weights, and the engine that runs them on regions of pictures.

pub mod engine;

pub use engine::{
    AdapterInfo, DeviceChoice, DeviceInfo, DeviceKind, Engine, EngineError, EngineOptions, ModelInfo,
    OutputInfo, Picture, PixelFormat, Region, Tensor,
};
