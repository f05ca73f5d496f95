//! Whole operations against a real chain: anvil on loopback, a token of our own, keys of our own.
//!
//! anvil comes from npm, `@foundry-rs/anvil`, into `counterparts/node` of the target folder. Without it the tests are skipped.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test's helpers fail the test and say why one is skipped

mod anchoring;
mod anvil;
mod doubt;
mod host;
mod keys;
mod market;
mod paying;
mod reorganisation;
mod reversing;
