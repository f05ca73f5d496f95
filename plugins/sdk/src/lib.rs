//! The plugin contract: the C ABI, its Rust mirror and safe traits.
//!
//! A plugin author writes a struct, implements [`Plugin`] and one or more of [`Detector`], [`Liveness`], [`Recognizer`],
//! [`Payment`] and [`Identity`], and names them in [`export_plugin!`]. No `unsafe` is needed. The normative contract is
//! `include/facepay_plugin.h`; [`abi`] mirrors it and a test compares the two.
#![allow(unsafe_code)] // one of the two homes of unsafe code: this crate crosses the C boundary
#![warn(missing_docs)]

pub mod abi;

mod artifacts;
mod call;
mod error;
mod executor;
#[doc(hidden)]
pub mod export;
mod face;
mod frame;
mod frames;
mod host;
pub mod identity;
mod inference;
pub mod machine;
mod metrics;
pub mod payment;
mod plugin;
pub mod schema;
mod secrets;
mod vision;

pub use artifacts::{ArtifactService, Artifacts};
pub use call::{Call, monotonic_ns};
pub use error::{Error, Result};
pub use executor::{Executor, ExecutorService, TASKS_MAX};
pub use face::{Face, Point, Rect, Surface};
pub use frame::{ColourMatrix, ColourRange, FRAME_SIDE_MAX, FourCc, Frame, FrameDesc, Plane};
pub use frames::{Frames, KeptFrame};
pub use host::{Host, Level, LocalServices};
pub use identity::Identity;
pub use inference::{Inference, InferenceService, Model, ModelInfo, Region, Tensor, TensorDesc};
pub use machine::{Event, Framing, HttpRequest, HttpResponse, Prompt, TcpExchange, TcpResponse};
pub use metrics::{Counter, Gauge, Histogram, MetricDesc, MetricKind, Metrics, MetricsService, Unit};
pub use payment::{Caps, Effect, Money, Op, Outcome, Payment, Request, Verdict};
pub use plugin::{Descriptor, Health, HostExtension, Limits, Plugin};
pub use secrets::{MacAlgorithm, SecretService, Secrets, SignAlgorithm};
pub use vision::{Detector, EmbeddingInfo, Liveness, Metric, Recognizer};
