//! Loads plugins and turns their C tables into safe calls.
//!
//! A plugin's code is copied into a sealed memory file, hashed there and opened from there, so that what was hashed is what
//! runs. It is never unloaded. Whatever a plugin returns is treated as hostile: it is checked before it leaves this crate.
#![allow(unsafe_code)] // one of the two homes of unsafe code: this crate opens shared libraries and calls C tables

mod call;
mod effect;
mod embeddings;
mod error;
mod faults;
mod home;
mod host;
pub mod identity;
mod instance;
mod isolated;
mod library;
mod manifest;
pub mod memory;
mod metrics;
mod mount;
mod operation;
mod package;
mod payment;
mod permits;
mod plugin;
pub mod probe;
mod self_test;
mod services;
mod settings;
mod vision;

pub use call::{CallContext, Trace};
pub use embeddings::Embeddings;
pub use error::{CallError, LoadError};
pub use faults::{Faults, LastFault, PluginState};
pub use host::{Host, HostOptions};
pub use identity::{Identity, IdentityAtWork, IdentityTask};
pub use isolated::{Isolation, WORKER, WorkerOptions, landlock_abi, worker_main};
pub use manifest::Manifest;
pub use metrics::{MetricSeries, MetricValue, MetricsBook, PluginMetrics, Unit};
pub use mount::{ExchangeError, Mount, Retired};
pub use package::{Granted, PackageTag};
pub use payment::{Payment, PaymentAtWork, PaymentTask};
pub use plugin::Plugin;
pub use self_test::{Golden, SelfTestError};
pub use settings::{PluginSettings, Schema, SettingsError, Settled};
pub use vision::{Detector, Liveness, Recognizer};

pub use plugin_sdk::machine::Effect as StepEffect;
pub use plugin_sdk::{
    Call, Caps, ColourMatrix, ColourRange, Effect, EmbeddingInfo, Error as InferenceError, Event, Face,
    FourCc, Frame, FrameDesc, Framing, Health, HttpRequest, HttpResponse, InferenceService, Limits,
    MacAlgorithm, Metric, MetricDesc, MetricKind, MetricsService, ModelInfo, Money, Op, Outcome, Plane,
    Point, Prompt, Rect, Region, Request, SecretService, SignAlgorithm, Surface, TcpExchange, TcpResponse,
    Tensor, TensorDesc, Verdict, monotonic_ns,
};
