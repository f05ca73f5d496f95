//! Blocks in the order of what their rows can be at the most.

use std::cmp::Ordering;

/// None of a block's rows is above this.
pub(super) struct Ceiling {
    pub(super) height: f64,
    /// Which block it is.
    pub(super) number: usize,
}

impl From<(usize, f64)> for Ceiling {
    fn from((number, height): (usize, f64)) -> Self {
        Self { height, number }
    }
}

impl Ord for Ceiling {
    fn cmp(&self, other: &Self) -> Ordering {
        self.height.total_cmp(&other.height)
    }
}

impl PartialOrd for Ceiling {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ceiling {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Ceiling {}
