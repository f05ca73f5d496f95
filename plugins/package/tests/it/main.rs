//! Packages of real libraries, built by cc: what is believed, what is refused and why, what the store keeps.
#![allow(clippy::unwrap_used)] // a test's helpers fail the test

mod archives;
mod fixture;
mod libraries;
mod refusals;
mod storing;
mod updates;
