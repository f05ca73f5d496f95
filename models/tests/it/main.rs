//! The networks against the originals, and weight files that are not what they should be.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod evaldata;
mod files;
mod made_up;
mod makers;
mod npz;
mod parity;
