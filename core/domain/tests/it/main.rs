//! The rules together: payments, requests and the ledger, through a million random lives.
#![allow(clippy::unwrap_used, reason = "a step that must be allowed and is not must fail")]
#![allow(clippy::print_stdout, reason = "the seed of a random test must be told")]

mod histories;
mod host;
mod provider;
mod random;
