//! Random numbers that a seed repeats.

/// SplitMix64: small, fast, and any seed is a good one.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 up to but not including `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    /// From `1` to `most`, both included.
    pub(crate) fn amount(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.next() % most.unsigned_abs()).unwrap()
    }

    /// True once in `often`.
    pub(crate) fn once_in(&mut self, often: usize) -> bool {
        self.below(often) == 0
    }
}
