//! Arrays of numbers as the published files hold them.

use half::f16;
use safetensors::Dtype;

/// A parameter in the order of the graph.
pub(super) struct Parameter {
    /// Name of its layer in the file.
    pub(super) layer: String,
    pub(super) array: Array,
}

/// Numbers in row-major order; their count is the product of the shape.
#[derive(Clone)]
pub(super) struct Array {
    pub(super) shape: Vec<usize>,
    pub(super) numbers: Numbers,
}

/// Numbers in the width in which they were published.
#[derive(Clone)]
pub(super) enum Numbers {
    F32(Vec<f32>),
    F16(Vec<f16>),
}

impl Array {
    /// The array, unless the shape doesn't fit the numbers.
    pub(super) fn new(shape: Vec<usize>, numbers: Numbers) -> Option<Self> {
        let len = shape.iter().try_fold(1_usize, |len, &side| len.checked_mul(side))?;
        let found = match &numbers {
            Numbers::F32(numbers) => numbers.len(),
            Numbers::F16(numbers) => numbers.len(),
        };
        (len == found).then_some(Self { shape, numbers })
    }

    pub(super) fn dtype(&self) -> Dtype {
        match self.numbers {
            Numbers::F32(_) => Dtype::F32,
            Numbers::F16(_) => Dtype::F16,
        }
    }

    /// Little-endian.
    pub(super) fn bytes(&self) -> Vec<u8> {
        match &self.numbers {
            Numbers::F32(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
            Numbers::F16(numbers) => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
        }
    }

    /// In double precision, for folding.
    pub(super) fn doubles(&self) -> Vec<f64> {
        match &self.numbers {
            Numbers::F32(numbers) => numbers.iter().copied().map(f64::from).collect(),
            Numbers::F16(numbers) => numbers.iter().copied().map(f64::from).collect(),
        }
    }

    /// The same numbers in order, one dimension.
    pub(super) fn flat(mut self) -> Self {
        self.shape = vec![self.shape.iter().product()];
        self
    }

    /// `[o, h, w, i]` as `[o, i, h, w]`; `None` unless there are four dimensions.
    pub(super) fn channels_first(self) -> Option<Self> {
        let [o, h, w, i] = *self.shape else { return None };
        let order = |at: usize| {
            let (rest, x) = (at / w, at % w);
            let (rest, y) = (rest / h, rest % h);
            let (out, channel) = (rest / i, rest % i);
            ((out * h + y) * w + x) * i + channel
        };
        Some(self.reordered(vec![o, i, h, w], order))
    }

    /// `[1, h, w, c]`, a depthwise filter, as `[c, 1, h, w]`; `None` unless the first of four dimensions is one.
    pub(super) fn filters_first(self) -> Option<Self> {
        let [1, h, w, c] = *self.shape else { return None };
        Some(self.reordered(vec![c, 1, h, w], |at| (at % (h * w)) * c + at / (h * w)))
    }

    fn reordered(self, shape: Vec<usize>, from: impl Fn(usize) -> usize) -> Self {
        let numbers = match self.numbers {
            Numbers::F32(n) => Numbers::F32((0..n.len()).map(|at| n[from(at)]).collect()),
            Numbers::F16(n) => Numbers::F16((0..n.len()).map(|at| n[from(at)]).collect()),
        };
        Self { shape, numbers }
    }
}

/// Little-endian f32; a remainder of less than four bytes is left out.
pub(super) fn f32s(bytes: &[u8]) -> Numbers {
    Numbers::F32(bytes.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect())
}

/// Little-endian f16; a last odd byte is left out.
pub(super) fn f16s(bytes: &[u8]) -> Numbers {
    Numbers::F16(bytes.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b)).collect())
}
