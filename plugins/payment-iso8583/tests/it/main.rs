//! The plugin against the simulated acquirer, and its codec against one that others wrote.
#![allow(clippy::unwrap_used)] // a test's helpers fail the test

mod codec;
mod host;
mod money;
