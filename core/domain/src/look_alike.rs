//! People who look like each other to the recogniser: none of them pays by a face alone.

use std::collections::BTreeMap;

use crate::UserId;
use crate::threshold::Thresholds;

/// Whether two people with templates of this `similarity` are look-alikes in the gallery that asks for `thresholds`:
/// when a picture as like as that would be taken for the other. What is no number is.
#[must_use]
pub fn are_alike(similarity: f32, thresholds: &Thresholds) -> bool {
    similarity.is_nan() || similarity >= thresholds.match_min
}

/// From which similarity on a new face is the same person enrolled again, not a look-alike: as like as a face must be
/// to pay alone, or what the operator `laid_down` (0: nothing).
#[must_use]
pub fn duplicate_min(laid_down: f32, thresholds: &Thresholds) -> f32 {
    // Of a recogniser whose impostor scores nobody measured no face is that sure: a match must do.
    let sure = if thresholds.pay_min.is_finite() { thresholds.pay_min } else { thresholds.match_min };
    if laid_down > 0.0 { laid_down } else { sure }
}

/// The groups that look-alike pairs make: whoever looks like one of a group belongs to it. Each group in order, and
/// the groups by their first.
#[must_use]
pub fn groups(pairs: &[(UserId, UserId)]) -> Vec<Vec<UserId>> {
    let mut above: BTreeMap<UserId, UserId> = BTreeMap::new();
    for (a, b) in pairs {
        let (a, b) = (root(&mut above, *a), root(&mut above, *b));
        above.insert(a.max(b), a.min(b));
    }
    let people: Vec<UserId> = above.keys().copied().collect();
    let mut groups: BTreeMap<UserId, Vec<UserId>> = BTreeMap::new();
    for person in people {
        groups.entry(root(&mut above, person)).or_default().push(person);
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

/// The first of the group that `person` is in so far. The way there is shortened as it is gone.
fn root(above: &mut BTreeMap<UserId, UserId>, person: UserId) -> UserId {
    let mut at = person;
    while let Some(next) = above.get(&at).copied().filter(|next| *next != at) {
        let further = above.get(&next).copied().unwrap_or(next);
        above.insert(at, further);
        at = next;
    }
    above.entry(at).or_insert(at);
    at
}

#[cfg(test)]
mod tests;
