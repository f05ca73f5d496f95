//! The looks at one aligned face whose mean is its embedding.

use crate::align::{mirrored, nearer};
use crate::config::Looks;

/// By how much the two of four looks are nearer and farther than the plain one.
const STEP: f32 = 0.05;

/// How many looks there are.
pub fn count(looks: Looks) -> usize {
    match looks {
        Looks::One => 1,
        Looks::Two => 2,
        Looks::Four => 4,
    }
}

/// The looks at the face that `plain` shows aligned in an input of `side` pixels.
pub fn affines(plain: [f32; 6], side: u32, looks: Looks) -> impl Iterator<Item = [f32; 6]> {
    let (near, far) = (nearer(plain, side, 1.0 + STEP), nearer(plain, side, 1.0 - STEP));
    let mirrored = |look| mirrored(look, side);
    let all = match looks {
        Looks::One => [plain; 4],
        Looks::Two => [plain, mirrored(plain), plain, plain],
        Looks::Four => [near, mirrored(near), far, mirrored(far)],
    };
    all.into_iter().take(count(looks))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: [f32; 6] = [2.0, 0.0, 10.0, 0.0, 2.0, 20.0];

    /// The width of each look in frame pixels; a mirror image's is negative.
    fn widths(looks: Looks) -> Vec<f32> {
        affines(PLAIN, 112, looks).map(|affine| affine[0]).collect()
    }

    #[test]
    fn every_look_but_a_single_one_has_its_mirror_image() {
        for (looks, expected) in [
            (Looks::One, &[2.0][..]),
            (Looks::Two, &[2.0, -2.0]),
            (Looks::Four, &[1.905, -1.905, 2.105, -2.105]),
        ] {
            let found = widths(looks);
            assert_eq!(found.len(), count(looks));
            assert!(found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-3), "{found:?}");
        }
    }

    #[test]
    fn every_look_is_at_the_same_middle() {
        for [a, b, x, c, d, y] in affines(PLAIN, 112, Looks::Four) {
            let middle = ((a + b) * 55.5 + x, (c + d) * 55.5 + y);
            assert!((middle.0 - 121.0).abs() < 1e-3 && (middle.1 - 131.0).abs() < 1e-3, "{middle:?}");
        }
    }
}
