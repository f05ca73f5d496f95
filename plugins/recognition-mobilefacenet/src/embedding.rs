//! Unit vectors that stand for faces.

/// The sum of `looks` at one face brought to length one; `None` when it has no length or is not finite.
///
/// Each look is brought to length one before, so that a sharper look does not outweigh the others.
pub fn unit_sum<'a>(looks: impl Iterator<Item = &'a [f32]>) -> Option<Vec<f32>> {
    let mut sum: Option<Vec<f32>> = None;
    for look in looks {
        let look = unit(look)?;
        match &mut sum {
            None => sum = Some(look),
            Some(sum) => sum.iter_mut().zip(look).for_each(|(sum, value)| *sum += value),
        }
    }
    unit(&sum?)
}

/// `vector` brought to length one; `None` when it has no length or is not finite.
fn unit(vector: &[f32]) -> Option<Vec<f32>> {
    let length = vector.iter().map(|&value| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
    // Below this a direction is rounding noise.
    (length.is_finite() && length > 1e-6)
        .then(|| vector.iter().map(|&value| (f64::from(value) / length) as f32).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(looks: &[&[f32]], expected: Option<&[f32]>) {
        let found = unit_sum(looks.iter().copied());
        match (&found, expected) {
            (None, None) => {}
            (Some(found), Some(expected)) if found.len() == expected.len() => {
                assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-6));
            }
            _ => panic!("{} looks should have given another vector", looks.len()),
        }
    }

    #[test]
    fn one_look_is_brought_to_length_one() {
        check(&[&[3.0, 0.0, -4.0]], Some(&[0.6, 0.0, -0.8]));
    }

    #[test]
    fn two_looks_count_the_same_whatever_their_length() {
        let half = std::f32::consts::FRAC_1_SQRT_2;
        check(&[&[100.0, 0.0], &[0.0, 0.5]], Some(&[half, half]));
    }

    #[test]
    fn a_vector_without_direction_is_no_embedding() {
        check(&[&[0.0, 0.0]], None);
        check(&[&[1.0, 0.0], &[-1.0, 0.0]], None);
        check(&[&[1.0, f32::NAN]], None);
        check(&[&[1.0, 0.0], &[f32::INFINITY, 0.0]], None);
        check(&[], None);
    }
}
