//! The C header against its Rust mirror, and the entry that `export_plugin!` makes.
#![allow(unsafe_code)] // calls the C tables as a host would
#![allow(clippy::unwrap_used)] // a test's helpers fail the test

mod export;
mod finding;
mod header;
mod headers;
mod layout;
mod reading;
mod services;
