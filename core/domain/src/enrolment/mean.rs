//! The mean of a person's templates.

/// From so many templates on a mean says more than each of them.
pub const MEMBERS_MIN: usize = 2;
/// Even the worst picture that passed the gate counts a little.
const WEIGHT_MIN: f32 = 0.05;

/// The direction of the sum of `members`, unit vectors each with its quality, as a unit vector. `None` when they are
/// fewer than [`MEMBERS_MIN`], not of one length, or have no common direction.
#[must_use]
pub fn mean(members: &[(&[f32], f32)]) -> Option<Vec<f32>> {
    let dim = members.first()?.0.len();
    if members.len() < MEMBERS_MIN || members.iter().any(|(template, _)| template.len() != dim) {
        return None;
    }
    let mut sum = vec![0.0_f32; dim];
    for (template, quality) in members {
        let weight = quality.clamp(WEIGHT_MIN, 1.0);
        let weight = if weight.is_nan() { WEIGHT_MIN } else { weight };
        for (total, value) in sum.iter_mut().zip(*template) {
            *total += weight * value;
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    if !(length.is_finite() && length > f32::EPSILON) {
        return None;
    }
    sum.iter_mut().for_each(|value| *value /= length);
    Some(sum)
}
