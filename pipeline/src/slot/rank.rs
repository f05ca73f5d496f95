//! Whose picture is looked at next, and whose turn is lost first when there are more than can be looked at. Pure.

use std::cmp::Ordering;
use std::time::Instant;

/// Where a camera stands in line; the least goes first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rank {
    /// Its turns are the first to be lost: only its key frames are decoded.
    pub(super) is_spare: bool,
    /// Since when it waits.
    pub(super) since: Instant,
}

impl Rank {
    /// Who goes before whom: whoever has waited longest; but while the networks cannot keep up (`strained`), all others go
    /// before spare cameras.
    pub(super) fn order(&self, other: &Self, strained: bool) -> Ordering {
        let spare = if strained { self.is_spare.cmp(&other.is_spare) } else { Ordering::Equal };
        spare.then(self.since.cmp(&other.since))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// The order of a till that came first, a spare camera before it and one after it, and a till that came last.
    fn order(strained: bool) -> Vec<&'static str> {
        let start = Instant::now();
        let came = |name, after_ms, is_spare| {
            (name, Rank { is_spare, since: start + Duration::from_millis(after_ms) })
        };
        let mut all = [
            came("last till", 30, false),
            came("hall", 20, true),
            came("till", 10, false),
            came("door", 0, true),
        ];
        all.sort_by(|(_, one), (_, other)| one.order(other, strained));
        all.map(|(name, _)| name).to_vec()
    }

    #[test]
    fn whoever_has_waited_longest_goes_first_and_spare_cameras_last_while_there_is_too_much() {
        assert_eq!(order(false), ["door", "till", "hall", "last till"]);
        assert_eq!(order(true), ["till", "last till", "door", "hall"]);
    }
}
