//! Numbers by a seed: the same seed and label give the same numbers, on every machine.

/// A stream of numbers.
pub(super) struct Draws(u64);

/// SplitMix64's finisher: every bit of the input moves every bit of the output.
fn mixed(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Draws {
    /// Streams of one seed under different labels have nothing to do with each other.
    pub(super) fn new(seed: u64, label: &str) -> Draws {
        let label = label.bytes().fold(STEP, |hash, byte| mixed(hash ^ u64::from(byte)));
        Draws(mixed(seed.wrapping_mul(STEP) ^ label))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mixed(self.0)
    }

    /// Evenly from 0 to below 1.
    pub(super) fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }

    /// Evenly within the range.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// -1 or 1.
    pub(super) fn sign(&mut self) -> f32 {
        if self.next() & 1 == 0 { 1.0 } else { -1.0 }
    }

    /// About normal with a deviation of 1: the sum of four, which is what grain needs and cheap.
    pub(super) fn grain(&mut self) -> f32 {
        let bits = self.next();
        let sum: f32 = (0..4).map(|part| ((bits >> (16 * part)) & 0xffff) as f32 / 65_535.0 - 0.5).sum();
        sum * 1.732
    }
}

/// About normal with a deviation of 1, fixed to a place: the grain of paper.
pub(super) fn grain_at(x: i32, y: i32) -> f32 {
    let place = (u64::from(x as u32) << 32) | u64::from(y as u32);
    Draws(mixed(place ^ STEP)).grain()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_those_of_their_seed_and_label() {
        let first = |seed, label| Draws::new(seed, label).next();
        assert_eq!(first(1, "print-flat"), first(1, "print-flat"));
        assert_ne!(first(1, "print-flat"), first(2, "print-flat"));
        assert_ne!(first(1, "print-flat"), first(1, "print-bent"));
    }

    #[test]
    fn grain_has_a_deviation_of_one_and_no_mean() {
        let mut draws = Draws::new(3, "grain");
        let values: Vec<f32> = (0..20_000).map(|_| draws.grain()).collect();
        let mean = values.iter().sum::<f32>() / 20_000.0;
        let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f32>() / 20_000.0).sqrt();
        assert!(mean.abs() < 0.03 && (deviation - 1.0).abs() < 0.03, "{mean} {deviation}");
    }
}
