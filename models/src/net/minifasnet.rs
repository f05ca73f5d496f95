//! MiniFASNet V1 with squeeze-and-excitation: a wide crop around a face to how live it looks.
//!
//! The published network was pruned, so every block has a width of its own. Its two linear layers with a BatchNorm
//! between them are one linear map, and are loaded as one.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::Network;
use super::conv::{Bottleneck, Conv, ConvConfig, ConvSlope, Excite};

const SIDE: usize = 128;

/// MiniFASNet V1 SE at 128 pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinifasnetConfig;

impl MinifasnetConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Minifasnet {
        let down = |channels, inner| {
            Bottleneck::init(channels, ConvConfig::depthwise(inner, 3, 2).padded(1), device)
        };
        Minifasnet {
            stem: ConvSlope::init(ConvConfig::dense([3, 32], 3, 2).padded(1), device),
            filter: ConvSlope::init(ConvConfig::depthwise(32, 3, 1).padded(1), device),
            down1: down([32, 64], 103),
            stage1: Stage::init(64, &[13, 13, 13, 13], device),
            down2: down([64, 128], 231),
            stage2: Stage::init(128, &[231, 52, 26, 77, 26, 26], device),
            down3: down([128, 128], 308),
            stage3: Stage::init(128, &[26, 26], device),
            widen: ConvSlope::init(ConvConfig::pointwise([128, 512]), device),
            pool: ConvConfig::depthwise(512, 8, 1).init(device),
            classify: ConvConfig::pointwise([512, 3]).init(device),
        }
    }
}

/// The network. Fields stand in the order of the published graph.
#[derive(Module, Debug)]
pub struct Minifasnet {
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
    /// `[n, 3, 128, 128]` to `[n, 3]`: logits, class 0 is live
    pub fn score(&self, x: Tensor<4>) -> Tensor<2> {
        let x = self.filter.forward(self.stem.forward(x)); // [n, 32, 64, 64]
        let x = self.stage1.forward(self.down1.forward(x)); // [n, 64, 32, 32]
        let x = self.stage2.forward(self.down2.forward(x)); // [n, 128, 16, 16]
        let x = self.stage3.forward(self.down3.forward(x)); // [n, 128, 8, 8]
        let x = self.pool.forward(self.widen.forward(x)); // [n, 512, 1, 1]
        self.classify.forward(x).flatten(1, 3)
    }
}

impl Network for Minifasnet {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    fn forward(&self, input: Tensor<4>) -> Vec<Tensor<2>> {
        vec![self.score(input)]
    }
}

/// Residual bottlenecks, the last with squeeze-and-excitation.
#[derive(Module, Debug)]
struct Stage {
    blocks: Vec<Bottleneck>,
    excite: Excite,
}

impl Stage {
    fn init(width: usize, inner: &[usize], device: &Device) -> Self {
        let block = |&inner: &usize| {
            Bottleneck::init([width, width], ConvConfig::depthwise(inner, 3, 1).padded(1), device)
        };
        Self { blocks: inner.iter().map(block).collect(), excite: Excite::init(width, device) }
    }

    /// # Shapes
    /// `[n, width, h, w]` to the same
    fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let Some((last, blocks)) = self.blocks.split_last() else { return x };
        let x = blocks.iter().fold(x, |x, block| block.forward_residual(x));
        x.clone() + self.excite.forward(last.forward(x))
    }
}
