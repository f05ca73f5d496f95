//! How good recognition is, by the protocols of the field: pure statistics over scores.
//!
//! Terms are those of ISO/IEC 19795-1: a genuine pair shows one person, an impostor pair two; a
//! failure to acquire is a picture without a usable face, and counts as an error of every pair it is in.

pub mod all_pairs;
pub mod attacks;
pub mod cohorts;
pub mod discard;
pub mod embeddings;
pub mod every_pair;
pub(crate) mod faces;
pub mod figures;
pub mod gallery;
pub mod interval;
pub mod liveness;
pub mod pairs;
pub mod people;
pub(crate) mod presentations;
pub mod report;
pub mod scores;
pub mod search;
pub mod verification;
