//! The appliance: REST, WebSocket, use cases and the command line of the facepay binary.

mod folders;
pub mod redaction;
pub mod settings;
pub mod telemetry;

pub mod app;
pub mod cli;
mod client;
mod demo;
pub mod evaluate;
pub mod serve;
mod service;

pub mod api;
pub mod auth;
pub mod ws;

mod effects;
mod memory;
mod metrics;
mod outbound;
mod packages;
mod plugins;
mod secrets;
mod tls;
mod update;
