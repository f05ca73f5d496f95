//! What happens to numbers below zero after a convolution, block by block.

#![allow(clippy::needless_range_loop, reason = "sums stay in registers only where they are counted through")]

use pulp::Simd;

use super::wide::Aligned;
use crate::plan::Below;

/// A [`Below`] whose slopes are laid out in blocks of channels.
#[derive(Debug)]
pub(super) enum Bend {
    Linear,
    Zero,
    Slopes(Aligned),
}

impl Bend {
    pub(super) fn of(below: &Below, blocks: usize, lanes: usize) -> Self {
        match below {
            Below::Linear => Self::Linear,
            Below::Zero => Self::Zero,
            Below::Slopes(slopes) => {
                let mut padded = Aligned::zeros(blocks * lanes);
                padded[..slopes.len()].copy_from_slice(slopes);
                Self::Slopes(padded)
            }
        }
    }

    /// Bends the sums of some places and of blocks of channels from `first` on.
    #[inline(always)]
    pub(super) fn apply<S: Simd, const P: usize, const V: usize>(
        &self,
        simd: S,
        first: usize,
        sums: &mut [[S::f32s; V]; P],
    ) {
        // counting loops, so that all sums stay in registers; a closure that the standard library calls would not even
        // be inlined
        let zero = simd.splat_f32s(0.0);
        match self {
            Self::Linear => {}
            Self::Zero => {
                for p in 0..P {
                    for v in 0..V {
                        sums[p][v] = simd.max_f32s(sums[p][v], zero);
                    }
                }
            }
            Self::Slopes(slopes) => {
                let slopes = &S::as_simd_f32s(slopes).0[first..][..V];
                for p in 0..P {
                    for v in 0..V {
                        let [below, above] =
                            [simd.min_f32s(sums[p][v], zero), simd.max_f32s(sums[p][v], zero)];
                        sums[p][v] = simd.mul_add_e_f32s(slopes[v], below, above);
                    }
                }
            }
        }
    }
}
