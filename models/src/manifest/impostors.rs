//! How alike different people look to a recogniser: measured, and stored beside its weights.

use serde::{Deserialize, Serialize};

/// The upper tail of a recogniser's impostor scores, as it was measured.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Impostors {
    /// On which pictures, by which chain.
    pub measured_on: String,
    /// How many comparisons of different people.
    pub comparisons: u64,
    /// By how much the similarities of a face to two pictures of its own person differ, in the middle (median).
    pub same_person_spread: f32,
    /// Similarity and the share of comparisons that reach it, from the most frequent to the rarest.
    pub points: Vec<(f32, f64)>,
}

/// Several recognisers as one: the tag of their joint templates, and how alike people look to them together.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Set {
    /// The tag of the templates.
    pub model_tag: u32,
    /// Which recognisers, with what weights.
    pub about: String,
    /// Their impostor scores.
    pub impostors: Impostors,
}
