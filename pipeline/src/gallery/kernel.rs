//! A query's products with rows, by the widest registers that the processor has.
//!
//! The loop is one for all: a product of 16-bit values summed in 32 bits is what these processors multiply and add in pairs
//! (`vpmaddwd`, `smlal`), and the compiler finds it. It prefers that to the single step of VNNI (`vpdpwssd`) where there is
//! one; either is faster than the memory. What a large gallery costs is reading it: the rows ahead are asked for early,
//! because the processor's own reading ahead ends at each page.

use pulp::NullaryFnOnce;

/// The processor's way to multiply.
#[derive(Clone, Copy)]
pub(super) enum Kernel {
    #[cfg(target_arch = "x86_64")]
    Avx512(pulp::x86::V4),
    #[cfg(target_arch = "x86_64")]
    Avx2(pulp::x86::V3),
    #[cfg(target_arch = "aarch64")]
    Neon(pulp::aarch64::Neon),
    Scalar,
}

/// So many rows ahead are asked for; 8 to 16 of 512 bytes were fastest on an AMD EPYC.
const ROWS_AHEAD: usize = 8;
/// What a processor reads at once, in bytes.
const LINE: usize = 64;

impl Kernel {
    /// The widest one here.
    pub(super) fn best() -> Self {
        Self::all().into_iter().next().unwrap_or(Self::Scalar)
    }

    /// All that this processor can run, the widest first.
    pub(super) fn all() -> Vec<Self> {
        let wide = [
            #[cfg(target_arch = "x86_64")]
            pulp::x86::V4::try_new().map(Self::Avx512),
            #[cfg(target_arch = "x86_64")]
            pulp::x86::V3::try_new().map(Self::Avx2),
            #[cfg(target_arch = "aarch64")]
            pulp::aarch64::Neon::try_new().map(Self::Neon),
            Some(Self::Scalar),
        ];
        wide.into_iter().flatten().collect()
    }

    /// As it is shown.
    pub(super) fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => "avx512",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => "avx2",
            #[cfg(target_arch = "aarch64")]
            Self::Neon(_) => "neon",
            Self::Scalar => "scalar",
        }
    }

    /// The products of `query` with the first rows of `rows`, one into each of `products`; where `rows` are read for the
    /// first time, those that follow are asked for.
    #[inline(always)]
    pub(super) fn products(self, query: &[i16], (rows, first): (&[i8], bool), products: &mut [i32]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => {
                let ask = |line: &i8| simd.sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line);
                simd.vectorize(Multiply { query, rows, first, products, ask });
            }
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => {
                let ask = |line: &i8| simd.sse._mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line);
                simd.vectorize(Multiply { query, rows, first, products, ask });
            }
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => simd.vectorize(Multiply { query, rows, first, products, ask: |_: &i8| () }),
            Self::Scalar => Multiply { query, rows, first, products, ask: |_: &i8| () }.call(),
        }
    }
}

struct Multiply<'a, A> {
    query: &'a [i16],
    rows: &'a [i8],
    first: bool,
    products: &'a mut [i32],
    ask: A,
}

impl<A: Fn(&i8)> NullaryFnOnce for Multiply<'_, A> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { query, rows, first, products, ask } = self;
        let dim = query.len();
        for (at, (row, product)) in rows.chunks_exact(dim).zip(products).enumerate() {
            if first {
                let ahead = rows.get((at + ROWS_AHEAD) * dim..).unwrap_or_default();
                ahead.iter().take(dim).step_by(LINE).for_each(&ask);
            }
            // It never leaves 32 bits, see `code`; to check for that at each step would cost ten times as much.
            let add = |sum: i32, (q, c): (&i16, &i8)| sum.wrapping_add(i32::from(*q) * i32::from(*c));
            *product = query.iter().zip(row).fold(0, add);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kernel_multiplies_like_a_plain_loop() {
        for kernel in Kernel::all() {
            for dim in [1_usize, 15, 16, 24, 33, 128, 192, 512] {
                let query: Vec<i16> = (0..dim).map(|i| ((i * 7_919 + 5) % 65_535) as i16).collect();
                let rows: Vec<i8> = (0..20 * dim).map(|i| ((i * 31 + 7) % 255) as u8 as i8).collect();
                let mut products = vec![0; 17];
                kernel.products(&query, (&rows, dim % 2 == 0), &mut products);
                for (row, product) in rows.chunks(dim).zip(&products) {
                    let plain: i64 = query.iter().zip(row).map(|(q, c)| i64::from(*q) * i64::from(*c)).sum();
                    assert_eq!(i64::from(*product), plain, "{} of {dim} values", kernel.name());
                }
            }
        }
    }

    #[test]
    fn the_widest_kernel_is_chosen_and_scalar_is_always_there() {
        let names: Vec<_> = Kernel::all().into_iter().map(Kernel::name).collect();
        assert_eq!(names.first(), Some(&Kernel::best().name()));
        assert_eq!(names.last(), Some(&"scalar"));
    }
}
