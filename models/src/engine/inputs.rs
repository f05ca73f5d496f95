//! The inputs of a part of a call: warped by the caller, or to be warped by the GPU.

use super::warp::{Seen, Target};

/// Inputs that lie one after another.
pub(super) enum Inputs {
    /// Normalised.
    Numbers(Vec<f32>),
    /// Regions of pictures in the GPU's memory, for a plan on it.
    Seen(Vec<Seen>),
}

impl Inputs {
    /// How many inputs of `target`.
    pub(super) fn rows(&self, target: &Target) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len() / target.len(),
            Self::Seen(regions) => regions.len(),
        }
    }

    /// The numbers, which are left empty.
    ///
    /// # Errors
    /// That there are none, as a GPU was to make them.
    pub(super) fn take_numbers(&mut self) -> Result<Vec<f32>, String> {
        match self {
            Self::Numbers(numbers) => Ok(std::mem::take(numbers)),
            Self::Seen(_) => {
                Err("regions of pictures on a GPU came to a network that doesn't run there".to_owned())
            }
        }
    }
}
