//! Face networks in Burn, their weights, and the engine that runs them on regions of pictures.
//!
//! [`manifest`] says which networks exist, where their weights come from and what they eat; [`import`] turns a
//! published `.onnx` or `.tflite` file into the safetensors that [`weights`] loads and checks; [`net`] holds one
//! hand-written module per architecture; [`plan`] compiles what such a module does for the CPU or a GPU; [`mod@verify`]
//! compares the modules with the originals; [`engine`] runs them on regions of camera pictures. [`table`] is for others who have
//! much to multiply and add: whole numbers on the engine's GPU.

pub mod manifest;

pub mod import;

pub mod weights;

pub mod net;

pub mod plan;

pub mod verify;

pub mod table;

pub mod engine;

pub use verify::verify;

pub use engine::{
    AdapterInfo, DeviceChoice, DeviceInfo, DeviceKind, Engine, EngineError, EngineOptions, ModelInfo,
    OutputInfo, Picture, PixelFormat, Precision, Region, Tensor, Warp,
};
