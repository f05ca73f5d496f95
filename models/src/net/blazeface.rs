//! MediaPipe BlazeFace, short range: faces near the camera, from a picture of 128 pixels.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Bend, Conv, ConvConfig, Separable, residual};
use super::flow::Flow;

const SIDE: usize = 128;

/// Numbers per anchor: a box of four and six points of two.
pub(super) const COORDINATES: usize = 16;

/// BlazeFace, short range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlazefaceShortConfig;

impl BlazefaceShortConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> BlazefaceShort {
        let fine = [24, 24, 28, 32, 36, 42, 48, 56, 64, 72, 80, 88];
        let coarse = [88, 96, 96, 96, 96, 96];
        let halving = |from: usize, to: usize| matches!((from, to), (28, 32) | (42, 48) | (88, 96));
        let residuals = |widths: &[usize]| -> Vec<Residual> {
            let pairs = widths.windows(2).map(|pair| (pair[0], pair[1]));
            pairs
                .map(|(from, to)| Residual::init([from, to], 1 + usize::from(halving(from, to)), device))
                .collect()
        };
        let head = |inputs, outputs| ConvConfig::pointwise([inputs, outputs]).init(device);
        BlazefaceShort {
            stem: ConvConfig::dense([3, 24], 5, 2).same().init(device),
            fine: residuals(&fine),
            coarse: residuals(&coarse),
            boxes_fine: head(88, 2 * COORDINATES),
            boxes_coarse: head(96, 6 * COORDINATES),
            scores_fine: head(88, 2),
            scores_coarse: head(96, 6),
        }
    }
}

/// The network. Fields stand in the order of the published graph.
#[derive(Module, Debug)]
pub struct BlazefaceShort {
    stem: Conv,
    fine: Vec<Residual>,
    coarse: Vec<Residual>,
    boxes_fine: Conv,
    boxes_coarse: Conv,
    scores_fine: Conv,
    scores_coarse: Conv,
}

impl Layers for BlazefaceShort {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    /// # Shapes
    /// `[n, 3, 128, 128]` to `[n, 896 * 16]` (boxes and points, in pixels from the anchor) and `[n, 896]` (logits);
    /// anchors: 16 x 16 cells of two, then 8 x 8 of six
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let x = self.stem.forward_bent(input, Bend::Relu); // [n, 24, 64, 64]
        let fine = through(&self.fine, x); // [n, 88, 16, 16]
        let coarse = through(&self.coarse, fine.clone()); // [n, 96, 8, 8]
        let boxes = [self.boxes_fine.forward(fine.clone()), self.boxes_coarse.forward(coarse.clone())];
        let scores = [self.scores_fine.forward(fine), self.scores_coarse.forward(coarse)];
        [boxes, scores].map(|pair| F::rows(pair.into(), false)).into()
    }
}

pub(super) fn through<F: Flow>(blocks: &[Residual], x: F) -> F {
    blocks.iter().fold(x, |x, block| block.forward(x))
}

/// A separable convolution with a shortcut around it, then ReLU.
#[derive(Module, Debug)]
pub(super) struct Residual {
    separable: Separable,
}

impl Residual {
    pub(super) fn init(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        Self { separable: Separable::init(channels, stride, device) }
    }

    /// # Shapes
    /// `[n, inputs, h, w]` to `[n, outputs, h / stride, w / stride]`
    fn forward<F: Flow>(&self, x: F) -> F {
        residual(None, &self.separable, x, Bend::Relu)
    }
}
