//! The widest registers that the processor has, and memory that suits them.

use std::ops::{Deref, DerefMut};

use pulp::{Simd, WithSimd};

/// Numbers in a line of the cache.
const LINE: usize = 16;

/// Runs `work` with the widest registers that the processor has; work that is to gain must be inlined.
#[inline(always)]
pub(super) fn wide<W: WithSimd>(work: W) -> W::Output {
    #[cfg(test)]
    match tested::LANES.get() {
        4 => return Simd::vectorize(pulp::Scalar128b, work),
        16 => return Simd::vectorize(pulp::Scalar512b, work),
        _ => {}
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = pulp::x86::V4::try_new() {
        return Simd::vectorize(wide, work);
    }
    #[cfg(target_arch = "x86_64")]
    if let Some(wide) = pulp::x86::V3::try_new() {
        return Simd::vectorize(wide, work);
    }
    #[cfg(target_arch = "aarch64")]
    if let Some(wide) = pulp::aarch64::Neon::try_new() {
        return Simd::vectorize(wide, work);
    }
    Simd::vectorize(pulp::Scalar128b, work)
}

/// The name of the instructions that [`wide`] works with.
pub(super) fn instructions() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if pulp::x86::V4::try_new().is_some() {
        return "avx512";
    }
    #[cfg(target_arch = "x86_64")]
    if pulp::x86::V3::try_new().is_some() {
        return "avx2";
    }
    #[cfg(target_arch = "aarch64")]
    if pulp::aarch64::Neon::try_new().is_some() {
        return "neon";
    }
    "scalar"
}

/// Numbers in one of the registers that [`wide`] works with: the channels that lie together in a block.
pub(super) fn lanes() -> usize {
    struct Lanes;
    impl WithSimd for Lanes {
        type Output = usize;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> usize {
            S::F32_LANES
        }
    }
    wide(Lanes)
}

/// Numbers that begin with a line of the cache, so that no register's load crosses two.
#[derive(Debug)]
pub(super) struct Aligned {
    /// Never grows, so the first line stays where it is.
    numbers: Vec<f32>,
    first: usize,
    len: usize,
}

impl Aligned {
    /// `len` zeros.
    pub(super) fn zeros(len: usize) -> Self {
        let numbers = vec![0.0_f32; len + LINE];
        let first = numbers.as_ptr().align_offset(LINE * size_of::<f32>()).min(LINE);
        Self { numbers, first, len }
    }
}

impl Deref for Aligned {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.numbers[self.first..][..self.len]
    }
}

impl DerefMut for Aligned {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.numbers[self.first..][..self.len]
    }
}

/// Registers of other processors, made up of this one's.
#[cfg(test)]
pub(super) mod tested {
    use std::cell::Cell;

    thread_local! {
        /// Numbers in the registers that this thread works with, four or sixteen; other values leave it the widest.
        pub(in crate::plan::cpu) static LANES: Cell<usize> = const { Cell::new(0) };
    }
}
