//! What the engine says about a network, and what it hands back.

/// An output of a network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputInfo {
    /// The output's name in the manifest.
    pub name: String,
    /// Its shape for one region, without the leading batch dimension.
    pub dims: Vec<usize>,
}

/// A network that is loaded and warmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelInfo {
    /// The name it was opened under.
    pub name: String,
    /// Width of the network's input in pixels.
    pub input_width: usize,
    /// Height of the network's input in pixels.
    pub input_height: usize,
    /// The outputs, in the order in which `run` returns them.
    pub outputs: Vec<OutputInfo>,
    /// Regions that run in one go; more are split.
    pub max_batch: usize,
    /// Names the embedding space: templates of another tag can't be compared.
    pub model_tag: u32,
    /// SHA-256 of the weight file in use.
    pub sha256: [u8; 32],
}

/// One output for all regions of a call, row-major, dims `[regions, …]`.
#[derive(Clone, PartialEq)]
pub struct Tensor {
    /// The shape; the first dimension counts the regions.
    pub dims: Vec<usize>,
    /// The values, `dims` multiplied together.
    pub data: Vec<f32>,
}

impl Tensor {
    /// The values of region `index`, or nothing when there is no such region.
    pub fn row(&self, index: usize) -> Option<&[f32]> {
        let len = self.dims.get(1..)?.iter().product::<usize>();
        self.data.get(index.checked_mul(len)?..)?.get(..len)
    }

    /// The tensor of `count` regions from `from` on, which must be there.
    pub(crate) fn rows(&self, from: usize, count: usize) -> Self {
        let row: usize = self.dims[1..].iter().product();
        let dims = [&[count], &self.dims[1..]].concat();
        Self { dims, data: self.data[from * row..(from + count) * row].to_vec() }
    }

    /// One tensor of the regions of all `parts`, in their order; every part has the same shape per region.
    pub(crate) fn joined(parts: &[&Self]) -> Self {
        let count = parts.iter().map(|part| part.dims[0]).sum();
        let dims = [&[count], &parts[0].dims[1..]].concat();
        Self { dims, data: parts.iter().flat_map(|part| part.data.iter().copied()).collect() }
    }
}
