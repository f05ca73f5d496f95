//! dlib's face recogniser: a face of 150 pixels to 128 numbers (`dlib_face_recognition_resnet_model_v1`, a ResNet of 29
//! convolutions).
//!
//! Where a block halves the picture, its way around averages each 2x2, and what is smaller or has fewer channels is filled
//! up with zeros.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Bend, Conv, ConvConfig};
use super::flow::{Flow, Pool};

const SIDE: usize = 150;

/// Channels of each block, and whether it halves the picture.
const BLOCKS: [(usize, bool); 14] = [
    (32, false),
    (32, false),
    (32, false),
    (64, true),
    (64, false),
    (64, false),
    (64, false),
    (128, true),
    (128, false),
    (128, false),
    (256, true),
    (256, false),
    (256, false),
    (256, true),
];

/// By how many pixels each convolution moves on, in the order of the network.
pub(crate) fn strides() -> Vec<usize> {
    let of_block = |&(_, halves): &(usize, bool)| [if halves { 2 } else { 1 }, 1];
    std::iter::once(2).chain(BLOCKS.iter().flat_map(of_block)).collect()
}

/// dlib's ResNet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DlibResnetConfig;

impl DlibResnetConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> DlibResnet {
        let widths = std::iter::once(32).chain(BLOCKS.iter().map(|(width, _)| *width));
        let block = |(inputs, &(outputs, halves)): (usize, &(usize, bool))| {
            Block::init([inputs, outputs], halves, device)
        };
        DlibResnet {
            stem: ConvConfig::dense([3, 32], 7, 2).init(device),
            blocks: widths.zip(&BLOCKS).map(block).collect(),
            embed: ConvConfig::pointwise([256, 128]).init(device),
        }
    }
}

/// The network. Fields stand in the order of the published file.
#[derive(Module, Debug)]
pub struct DlibResnet {
    stem: Conv,
    blocks: Vec<Block>,
    embed: Conv,
}

impl DlibResnet {
    /// Embeds face crops.
    ///
    /// # Shapes
    /// `[n, 3, 150, 150]` to `[n, 128, 1, 1]`, not of unit length
    fn embed<F: Flow>(&self, x: F) -> F {
        let x = self.stem.forward_bent(x, Bend::Relu); // [n, 32, 72, 72]
        let x = x.pooled(Pool::Max { side: 3, stride: 2, over: false }); // [n, 32, 35, 35]
        let x = self.blocks.iter().fold(x, |x, block| block.forward(x)); // [n, 256, 2, 2]
        self.embed.forward(x.means())
    }
}

impl Layers for DlibResnet {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        vec![F::rows(vec![self.embed(input)], false)]
    }
}

/// Two convolutions with a way around them.
#[derive(Module, Debug)]
struct Block {
    first: Conv,
    second: Conv,
    halves: bool,
}

impl Block {
    fn init([inputs, outputs]: [usize; 2], halves: bool, device: &Device) -> Self {
        let first = match halves {
            true => ConvConfig::dense([inputs, outputs], 3, 2),
            false => ConvConfig::dense([inputs, outputs], 3, 1).padded(1),
        };
        let second = ConvConfig::dense([outputs, outputs], 3, 1).padded(1);
        Self { first: first.init(device), second: second.init(device), halves }
    }

    /// # Shapes
    /// `[n, inputs, h, w]` to `[n, outputs, h, w]`, or half as high and wide, rounded down
    fn forward<F: Flow>(&self, x: F) -> F {
        if !self.halves {
            let inner = self.first.forward_bent(x.clone(), Bend::Relu);
            return self.second.forward_around(inner, Some(x), Bend::Relu);
        }
        let inner = self.second.forward(self.first.forward_bent(x.clone(), Bend::Relu));
        inner.plus(x.pooled(Pool::Mean2), true)
    }
}
