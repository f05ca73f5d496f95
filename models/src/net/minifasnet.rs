//! MiniFASNet: a wide crop around a face to how live it looks, in the three forms that are published.
//!
//! The published networks were pruned, so every block has a width of its own. Their two linear layers with a BatchNorm
//! between them are one linear map, and are loaded as one.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Bottleneck, Conv, ConvConfig, ConvSlope, Excite};
use super::flow::Flow;

/// Which MiniFASNet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinifasnetConfig {
    /// V1 with squeeze-and-excitation, of 128 pixels.
    V1seAt128,
    /// V2, of 80 pixels.
    V2At80,
    /// V1 with squeeze-and-excitation, of 80 pixels.
    V1seAt80,
}

impl MinifasnetConfig {
    /// Side of the input in pixels.
    fn side(self) -> usize {
        match self {
            Self::V1seAt128 => 128,
            Self::V2At80 | Self::V1seAt80 => 80,
        }
    }

    /// Inner widths of the blocks of the three stages.
    fn inner(self) -> [&'static [usize]; 3] {
        match self {
            Self::V1seAt128 | Self::V2At80 => [&[13, 13, 13, 13], &[231, 52, 26, 77, 26, 26], &[26, 26]],
            Self::V1seAt80 => [&[13, 26, 13, 52], &[154, 52, 26, 52, 26, 26], &[26, 26]],
        }
    }

    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Minifasnet {
        let down = |channels, inner| {
            Bottleneck::init(channels, ConvConfig::depthwise(inner, 3, 2).padded(1), device)
        };
        let stage = |width, inner| Stage::init(width, inner, self != Self::V2At80, device);
        let [inner1, inner2, inner3] = self.inner();
        Minifasnet {
            side: self.side(),
            stem: ConvSlope::init(ConvConfig::dense([3, 32], 3, 2).padded(1), device),
            filter: ConvSlope::init(ConvConfig::depthwise(32, 3, 1).padded(1), device),
            down1: down([32, 64], 103),
            stage1: stage(64, inner1),
            down2: down([64, 128], 231),
            stage2: stage(128, inner2),
            down3: down([128, 128], 308),
            stage3: stage(128, inner3),
            widen: ConvSlope::init(ConvConfig::pointwise([128, 512]), device),
            pool: ConvConfig::depthwise(512, self.side() / 16, 1).init(device),
            classify: ConvConfig::pointwise([512, 3]).init(device),
        }
    }
}

/// The network. Fields stand in the order of the published graph.
#[derive(Module, Debug)]
pub struct Minifasnet {
    side: usize,
    stem: ConvSlope,
    filter: ConvSlope,
    down1: Bottleneck,
    stage1: Stage,
    down2: Bottleneck,
    stage2: Stage,
    down3: Bottleneck,
    stage3: Stage,
    widen: ConvSlope,
    pool: Conv,
    classify: Conv,
}

impl Minifasnet {
    /// Scores crops.
    ///
    /// # Shapes
    /// `[n, 3, side, side]` to `[n, 3, 1, 1]`: logits; the live class is 0 at 128 pixels and 1 at 80
    fn score<F: Flow>(&self, x: F) -> F {
        let x = self.filter.forward(self.stem.forward(x)); // [n, 32, side / 2, side / 2]
        let x = self.stage1.forward(self.down1.forward(x)); // [n, 64, side / 4, side / 4]
        let x = self.stage2.forward(self.down2.forward(x)); // [n, 128, side / 8, side / 8]
        let x = self.stage3.forward(self.down3.forward(x)); // [n, 128, side / 16, side / 16]
        let x = self.pool.forward(self.widen.forward(x)); // [n, 512, 1, 1]
        self.classify.forward(x)
    }
}

impl Layers for Minifasnet {
    fn input(&self) -> [usize; 3] {
        [3, self.side, self.side]
    }

    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        vec![F::rows(vec![self.score(input)], false)]
    }
}

/// Residual bottlenecks, the last with squeeze-and-excitation if the network has any.
#[derive(Module, Debug)]
struct Stage {
    blocks: Vec<Bottleneck>,
    excite: Option<Excite>,
}

impl Stage {
    fn init(width: usize, inner: &[usize], excited: bool, device: &Device) -> Self {
        let block = |&inner: &usize| {
            Bottleneck::init([width, width], ConvConfig::depthwise(inner, 3, 1).padded(1), device)
        };
        Self {
            blocks: inner.iter().map(block).collect(),
            excite: excited.then(|| Excite::init(width, device)),
        }
    }

    /// # Shapes
    /// `[n, width, h, w]` to the same
    fn forward<F: Flow>(&self, x: F) -> F {
        let Some((last, blocks)) = self.blocks.split_last() else { return x };
        let x = blocks.iter().fold(x, |x, block| block.forward_residual(x));
        match &self.excite {
            Some(excite) => x.clone().plus(excite.forward(last.forward(x)), false),
            None => last.forward_residual(x),
        }
    }
}
