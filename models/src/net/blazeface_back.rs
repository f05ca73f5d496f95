//! MediaPipe BlazeFace, back camera: small faces, from a picture of 256 pixels.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::blazeface::{COORDINATES, Residual, through};
use super::conv::{Bend, Conv, ConvConfig, Separable};
use super::flow::Flow;

const SIDE: usize = 256;

/// BlazeFace, back camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlazefaceBackConfig;

impl BlazefaceBackConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> BlazefaceBack {
        let level = |inputs, outputs, stride| -> Vec<Residual> {
            let first = (stride == 2).then(|| Residual::init([inputs, outputs], 2, device));
            first.into_iter().chain((0..7).map(|_| Residual::init([outputs; 2], 1, device))).collect()
        };
        let head = |outputs| ConvConfig::pointwise([96, outputs]).init(device);
        BlazefaceBack {
            stem: ConvConfig::dense([3, 24], 5, 2).same().init(device),
            level1: level(24, 24, 1),
            level2: level(24, 24, 2),
            level3: level(24, 48, 2),
            level4: level(48, 96, 2),
            coarse: Separable::init([96, 96], 2, device),
            boxes_fine: head(2 * COORDINATES),
            boxes_coarse: head(6 * COORDINATES),
            scores_fine: head(2),
            scores_coarse: head(6),
        }
    }
}

/// The network. Fields stand in the order of the published graph; a level's number is the power of two by which its
/// map is smaller than the picture.
#[derive(Module, Debug)]
pub struct BlazefaceBack {
    stem: Conv,
    level1: Vec<Residual>,
    level2: Vec<Residual>,
    level3: Vec<Residual>,
    level4: Vec<Residual>,
    coarse: Separable,
    boxes_fine: Conv,
    boxes_coarse: Conv,
    scores_fine: Conv,
    scores_coarse: Conv,
}

impl Layers for BlazefaceBack {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    /// # Shapes
    /// `[n, 3, 256, 256]` to `[n, 896 * 16]` (boxes and points, in pixels from the anchor) and `[n, 896]` (logits);
    /// anchors: 16 x 16 cells of two, then 8 x 8 of six
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let x = self.stem.forward_bent(input, Bend::Relu); // [n, 24, 128, 128]
        let x = through(&self.level2, through(&self.level1, x)); // [n, 24, 64, 64]
        let fine = through(&self.level4, through(&self.level3, x)); // [n, 96, 16, 16]
        let coarse = self.coarse.depthwise.forward(fine.clone());
        let coarse = self.coarse.pointwise.forward_bent(coarse, Bend::Relu); // [n, 96, 8, 8]
        let boxes = [self.boxes_fine.forward(fine.clone()), self.boxes_coarse.forward(coarse.clone())];
        let scores = [self.scores_fine.forward(fine), self.scores_coarse.forward(coarse)];
        [boxes, scores].map(|pair| F::rows(pair.into(), false)).into()
    }
}
