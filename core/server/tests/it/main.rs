//! The real appliance on a free port, spoken to as a client would.
#![allow(clippy::unwrap_used, reason = "a test that fails to set up must fail")]

mod client;
mod harness;
mod moving;
mod schema;

mod access;
mod analytics;
mod approvals;
mod audit;
mod backups;
mod bad_input;
mod browser_camera;
mod canaries;
mod challenge;
mod checkout;
mod cli;
mod devices;
mod doctor;
mod document;
mod enrolment;
mod face_payment;
mod factors;
mod fleet;
mod full_disk;
mod gates;
mod group;
mod identity;
mod lists;
mod look_alikes;
mod look_up;
mod model_change;
mod money;
mod network;
mod oidc;
mod payer;
mod people;
mod performing;
mod plugin_settings;
mod plugins;
mod presence;
mod proxy;
mod routes;
#[path = "../../../store/tests/it/servers.rs"]
#[allow(dead_code, reason = "the databases of the store's tests; not every server is needed here")]
mod servers;
mod serving;
mod settings;
mod settlement;
mod sockets;
mod strangers;
mod sync;
mod tls;
mod torture;
mod verification;
mod vision;
mod webhooks;
mod webhooks_in;
mod webrtc;
