//! The plugin against localstripe, a Stripe look-alike that keeps books, in a process of its own.
//!
//! Between the two stands a proxy of ours that keeps to Stripe's rules of idempotency, which localstripe does not, and that
//! breaks what a script tells it to break.
#![allow(clippy::unwrap_used, reason = "a test that fails to set up must fail")]
#![allow(clippy::print_stdout, reason = "a test says why it is skipped")]

mod charges;
mod localstripe;
mod lost;
mod message;
mod proxy;
mod till;
mod webhooks;
