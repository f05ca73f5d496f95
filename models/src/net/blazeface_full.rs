//! MediaPipe BlazeFace, full range, dense variant: faces up to a few metres away, from a picture of 192 pixels.
//!
//! Not the short range with more layers: its blocks are double separable convolutions around a narrow middle, and a
//! feature pyramid brings the coarse maps back up to one grid of 48 x 48 anchors.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::blazeface::COORDINATES;
use super::conv::{Bend, Conv, ConvConfig, Separable, residual};
use super::flow::{Doubling, Flow};

const SIDE: usize = 192;

/// BlazeFace, full range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlazefaceFullConfig;

impl BlazefaceFullConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> BlazefaceFull {
        let double = |channels, stride| Double::init(channels, stride, device);
        let head = |outputs| ConvConfig::pointwise([48, outputs]).init(device);
        BlazefaceFull {
            stem: ConvConfig::dense([3, 32], 3, 2).same().init(device),
            level1: vec![double([32, 8, 32], 1), double([32, 8, 32], 1)],
            level2: vec![double([32, 12, 48], 2), double([48, 12, 48], 1), double([48, 16, 64], 1)],
            level3: vec![double([64, 24, 96], 2), double([96, 32, 128], 1), double([128, 32, 128], 1)],
            level4: vec![double([128, 36, 144], 2), double([144, 48, 192], 1), double([192, 64, 256], 1)],
            level5: vec![
                double([256, 96, 384], 2),
                double([384, 96, 384], 1),
                double([384, 96, 384], 1),
                double([384, 96, 384], 1),
            ],
            up4: Merge::init([384, 256], 96, 2, device),
            up3: Merge::init([96, 128], 64, 2, device),
            up2: Merge::init([64, 64], 48, 1, device),
            boxes: head(COORDINATES),
            scores: head(1),
        }
    }
}

/// The network. Fields stand in the order of the published graph; a level's number is the power of two by which its
/// map is smaller than the picture.
#[derive(Module, Debug)]
pub struct BlazefaceFull {
    stem: Conv,
    level1: Vec<Double>,
    level2: Vec<Double>,
    level3: Vec<Double>,
    level4: Vec<Double>,
    level5: Vec<Double>,
    up4: Merge,
    up3: Merge,
    up2: Merge,
    boxes: Conv,
    scores: Conv,
}

impl Layers for BlazefaceFull {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    /// # Shapes
    /// `[n, 3, 192, 192]` to `[n, 2304 * 16]` (boxes and points, in pixels from the anchor) and `[n, 2304]`
    /// (logits); anchors: 48 x 48 cells of one
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let level1 = through(&self.level1, self.stem.forward_bent(input, Bend::Relu)); // [n, 32, 96, 96]
        let level2 = through(&self.level2, level1); // [n, 64, 48, 48]
        let level3 = through(&self.level3, level2.clone()); // [n, 128, 24, 24]
        let level4 = through(&self.level4, level3.clone()); // [n, 256, 12, 12]
        let level5 = through(&self.level5, level4.clone()); // [n, 384, 6, 6]
        let x = self.up4.forward(level5, level4); // [n, 96, 12, 12]
        let x = self.up3.forward(x, level3); // [n, 64, 24, 24]
        let x = self.up2.forward(x, level2); // [n, 48, 48, 48]
        let answer = |head: &Conv, x| F::rows(vec![head.forward(x)], false);
        vec![answer(&self.boxes, x.clone()), answer(&self.scores, x)]
    }
}

fn through<F: Flow>(blocks: &[Double], x: F) -> F {
    blocks.iter().fold(x, |x, block| block.forward(x))
}

/// Two separable convolutions through a narrow middle with a shortcut around them, then ReLU.
#[derive(Module, Debug)]
struct Double {
    narrow: Separable,
    widen: Separable,
}

impl Double {
    fn init(channels: [usize; 3], stride: usize, device: &Device) -> Self {
        let [inputs, inner, outputs] = channels;
        Self {
            narrow: Separable::init([inputs, inner], stride, device),
            widen: Separable::init([inner, outputs], 1, device),
        }
    }

    /// # Shapes
    /// `[n, inputs, h, w]` to `[n, outputs, h / stride, w / stride]`
    fn forward<F: Flow>(&self, x: F) -> F {
        residual(Some(&self.narrow), &self.widen, x, Bend::Relu)
    }
}

/// One step up the pyramid: the coarse map enlarged twofold, plus the finer map of the way down.
#[derive(Module, Debug)]
struct Merge {
    coarse: Conv,
    fine: Conv,
    blocks: Vec<Double>,
}

impl Merge {
    fn init(inputs: [usize; 2], outputs: usize, blocks: usize, device: &Device) -> Self {
        let [coarse, fine] = inputs.map(|inputs| ConvConfig::pointwise([inputs, outputs]).init(device));
        let block = |_| Double::init([outputs, outputs / 2, outputs], 1, device);
        Self { coarse, fine, blocks: (0..blocks).map(block).collect() }
    }

    /// # Shapes
    /// `[n, c, h, w]` and `[n, c', 2h, 2w]` to `[n, outputs, 2h, 2w]`
    fn forward<F: Flow>(&self, coarse: F, fine: F) -> F {
        let coarse = self.coarse.forward_bent(coarse, Bend::Relu).doubled(Doubling::Bilinear);
        through(&self.blocks, self.fine.forward_bent(fine, Bend::Relu).plus(coarse, false))
    }
}
