//! Whom a centre names when it is asked who a face may be: a few, to be compared where they would pay. It narrows and lets nobody pay.

/// The most people that one answer names.
pub const CANDIDATES_MAX: usize = 5;

/// Of similarities in falling order, how many are worth naming: nobody where the best is no match among all that were searched; else
/// those who are not clearly behind it, so that whoever compares them anew finds as small a lead as there is.
#[must_use]
pub fn candidates(similarities: &[f32], match_min: f32, margin_min: f32) -> usize {
    let Some(best) = similarities.first().copied() else { return 0 };
    // Written so that a value that is no number names nobody.
    let is_match = best >= match_min && best.is_finite();
    let near = |similarity: &&f32| best - **similarity < margin_min;
    match is_match {
        false => 0,
        // The best is one of them, whatever the margin.
        true => similarities.iter().skip(1).take(CANDIDATES_MAX - 1).take_while(near).count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_are_named_and_only_where_the_best_is_a_match() {
        for (similarities, expected) in [
            (&[][..], 0),
            (&[0.5], 0),
            (&[f32::NAN], 0),
            (&[f32::INFINITY], 0),
            (&[0.6], 1),
            (&[0.9, 0.5], 1),
            (&[0.65, 0.6, 0.56, 0.54], 3),
            (&[0.9, f32::NAN], 1),
            (&[0.9; 20], CANDIDATES_MAX),
        ] {
            assert_eq!(candidates(similarities, 0.6, 0.1), expected, "{similarities:?}");
        }
        assert_eq!(candidates(&[0.9, 0.9], 0.6, 0.0), 1);
    }
}
