//! What is known of different people's scores under the recogniser in force.

use super::ImpostorTail;

/// Above this rate a site's scores say nothing about the tail.
const TAIL_RATE_MAX: f64 = 1e-2;

/// How alike different people look to the recogniser in force, here.
#[derive(Debug, Clone, PartialEq)]
pub struct Impostors {
    tail: ImpostorTail,
    shift: f32,
    own: bool,
}

impl Impostors {
    /// The recogniser's own tail.
    #[must_use]
    pub fn of(tail: ImpostorTail) -> Self {
        Self { tail, shift: 0.0, own: true }
    }

    /// Another recogniser's tail, for one that nobody measured: it names people, but no face alone pays.
    #[must_use]
    pub fn borrowed(tail: ImpostorTail) -> Self {
        Self { tail, shift: 0.0, own: false }
    }

    /// The same where this site's people look more alike than those that the tail was measured on: every similarity
    /// rises by the most that the site's tail lies above. Where it lies below, nothing changes: a site's scores make
    /// the thresholds stricter, never looser.
    #[must_use]
    pub fn shifted_by(mut self, site: &ImpostorTail) -> Self {
        let in_tail = site.points().iter().filter(|point| point.false_match_rate <= TAIL_RATE_MAX);
        let above = in_tail.map(|point| point.similarity - self.tail.similarity_at(point.false_match_rate));
        self.shift = above.fold(self.shift, f32::max);
        self
    }

    /// The similarity that a share `false_match_rate` of impostor comparisons reaches; at most 1.
    #[must_use]
    pub fn similarity_at(&self, false_match_rate: f64) -> f32 {
        (self.tail.similarity_at(false_match_rate) + self.shift).min(1.0)
    }

    /// The tail that it rests on.
    #[must_use]
    pub fn tail(&self) -> &ImpostorTail {
        &self.tail
    }

    /// How much this site's people raise every threshold, 0 or more.
    #[must_use]
    pub fn shift(&self) -> f32 {
        self.shift
    }

    /// Whether the tail was measured with this very recogniser.
    #[must_use]
    pub fn are_own(&self) -> bool {
        self.own
    }
}
