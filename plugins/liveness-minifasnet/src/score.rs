//! The network's answers turned into one probability.

/// Classes that the network tells apart.
pub const CLASSES: usize = 3;

/// The probability of class `live` for one look, 0 to 1: the softmax of its logits. `None` unless they are [`CLASSES`]
/// numbers.
pub fn live(logits: &[f32], live: usize) -> Option<f32> {
    if logits.len() != CLASSES || logits.iter().any(|logit| !logit.is_finite()) {
        return None;
    }
    let largest = logits.iter().copied().fold(f32::MIN, f32::max);
    let total: f32 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    Some((logits.get(live)? - largest).exp() / total)
}

/// The mean over the looks at one face; `None` when there is none, or one is no number.
pub fn mean(looks: impl Iterator<Item = Option<f32>>) -> Option<f32> {
    let looks = looks.collect::<Option<Vec<f32>>>()?;
    (!looks.is_empty()).then(|| looks.iter().sum::<f32>() / looks.len() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_living_class_is_weighed_against_the_others() {
        let ln2 = std::f32::consts::LN_2;
        for (logits, class, expected) in [
            ([0.0, 0.0, 0.0], 0, 1.0 / 3.0),
            ([ln2, 0.0, 0.0], 0, 0.5),
            ([0.0, ln2, 0.0], 0, 0.25),
            ([0.0, ln2, 0.0], 1, 0.5),
            ([1e5, 0.0, 0.0], 0, 1.0),
            ([1e5, 0.0, 0.0], 1, 0.0),
            ([-1e5, 0.0, 1e5], 0, 0.0),
        ] {
            let found = live(&logits, class).expect("three numbers");
            assert!((found - expected).abs() < 1e-6, "{logits:?} gives {found}");
        }
    }

    #[test]
    fn logits_that_are_no_numbers_give_no_score() {
        assert_eq!(live(&[f32::NAN, 0.0, 0.0], 0), None);
        assert_eq!(live(&[f32::INFINITY, 0.0, 0.0], 0), None);
        assert_eq!(live(&[9.0, 0.0], 0), None);
        assert_eq!(live(&[9.0, 0.0, 0.0], 3), None);
    }

    #[test]
    fn a_face_with_one_broken_look_has_no_score() {
        assert_eq!(mean([Some(0.2), Some(0.4)].into_iter()), Some(0.3));
        assert_eq!(mean([Some(1.0), None].into_iter()), None);
        assert_eq!(mean(std::iter::empty()), None);
    }
}
