//! What every detector's settings keep to.

use std::fmt::Display;
use std::ops::RangeInclusive;

use plugin_sdk::{Error, Result};

/// How sure of a face a detector may be told to be, at least.
const SCORE_MIN: RangeInclusive<f32> = 0.05..=1.0;

/// How many faces of a frame may be asked for, at most.
const FACES_MAX: RangeInclusive<u32> = 1..=64;

/// Refuses a setting that is out of bounds, by its name. What is no number is.
///
/// # Errors
/// [`Error::Config`].
pub fn within<T: PartialOrd + Display>(name: &str, value: T, bounds: &RangeInclusive<T>) -> Result<()> {
    match bounds.contains(&value) {
        true => Ok(()),
        false => {
            let (least, most) = (bounds.start(), bounds.end());
            Err(Error::Config(format!("{name} is {value}, not within {least} to {most}")))
        }
    }
}

/// Refuses a `score_min` or `faces_max` that no detector takes.
///
/// # Errors
/// [`Error::Config`].
pub fn check(score_min: f32, faces_max: u32) -> Result<()> {
    within("score_min", score_min, &SCORE_MIN)?;
    within("faces_max", faces_max, &FACES_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_out_of_bounds_is_named_with_what_was_found_and_what_may_be() {
        for (score_min, faces_max, told) in [
            (0.04, 1, "score_min is 0.04, not within 0.05 to 1"),
            (1.5, 1, "score_min is 1.5, not within 0.05 to 1"),
            (f32::NAN, 1, "score_min is NaN, not within 0.05 to 1"),
            (0.5, 0, "faces_max is 0, not within 1 to 64"),
            (0.5, 65, "faces_max is 65, not within 1 to 64"),
        ] {
            let refused = check(score_min, faces_max).expect_err(told).to_string();
            assert!(refused.ends_with(told), "{refused}");
        }
        for (score_min, faces_max) in [(0.05, 1), (1.0, 64)] {
            assert!(check(score_min, faces_max).is_ok(), "{score_min} {faces_max}");
        }
    }
}
