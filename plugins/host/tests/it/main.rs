//! Real shared libraries: the wallet, a Rust probe and C fixtures with chosen faults.
#![allow(clippy::unwrap_used)] // a test's helpers fail the test

mod answers;
mod c_identity;
mod c_payment;
mod exchange;
mod fixture;
mod guide;
mod isolated;
mod loading;
mod packages;
mod rust_plugins;
mod services;
