//! MTCNN (Zhang, Zhang, Li, Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks",
//! 2016): three small networks, each surer than the one before. The first looks at every place of every size; where it
//! sees a face, the second looks, then the third.
//!
//! The first network takes pictures of any size. Here it takes one size, and the picture is cut into tiles of it.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Conv, ConvConfig, ConvSlope};
use super::flow::{Flow, Pool};

/// Pixels of a side of what each network sees.
const PROPOSE_SIDE: usize = 128;
const REFINE_SIDE: usize = 24;
const OUTPUT_SIDE: usize = 48;

/// A convolution without padding and its PReLU.
fn valid(channels: [usize; 2], kernel: usize, device: &Device) -> ConvSlope {
    ConvSlope::init(ConvConfig::dense(channels, kernel, 1), device)
}

/// The maximum of each window of `kernel` pixels, two apart; the last windows may reach over the edge.
fn halved<F: Flow>(x: F, kernel: usize) -> F {
    x.pooled(Pool::Max { side: kernel, stride: 2, over: true })
}

/// The head that two networks share: probabilities of no face and of a face, box.
fn judged<F: Flow>(x: &F, scores: &Conv, boxes: &Conv) -> [F::Rows; 2] {
    let scores = scores.forward(x.clone()).softmax();
    [scores, boxes.forward(x.clone())].map(|answer| F::rows(vec![answer], false))
}

fn linear(inputs: usize, outputs: usize, device: &Device) -> Conv {
    ConvConfig::pointwise([inputs, outputs]).init(device)
}

/// MTCNN's first network, P-Net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProposeConfig;

impl ProposeConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Propose {
        Propose {
            conv1: valid([3, 10], 3, device),
            conv2: valid([10, 16], 3, device),
            conv3: valid([16, 32], 3, device),
            scores: linear(32, 2, device),
            boxes: linear(32, 4, device),
        }
    }
}

/// The network. Fields stand in the order of the published state dict.
#[derive(Module, Debug)]
pub struct Propose {
    conv1: ConvSlope,
    conv2: ConvSlope,
    conv3: ConvSlope,
    scores: Conv,
    boxes: Conv,
}

impl Layers for Propose {
    fn input(&self) -> [usize; 3] {
        [3, PROPOSE_SIDE, PROPOSE_SIDE]
    }

    /// # Shapes
    /// `[n, 3, 128, 128]` to, for 59 x 59 windows of 12 pixels that are two apart, `[n, 59 * 59 * 2]` (probabilities of no
    /// face and of a face) and `[n, 59 * 59 * 4]` (how far the box's edges are off the window's, in its side)
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let x = halved(self.conv1.forward(input), 2); // [n, 10, 63, 63]
        let x = self.conv3.forward(self.conv2.forward(x)); // [n, 32, 59, 59]
        judged(&x, &self.scores, &self.boxes).into()
    }
}

/// MTCNN's second network, R-Net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefineConfig;

impl RefineConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Refine {
        Refine {
            conv1: valid([3, 28], 3, device),
            conv2: valid([28, 48], 3, device),
            conv3: valid([48, 64], 2, device),
            dense4: ConvSlope::init(ConvConfig::pointwise([576, 128]), device),
            scores: linear(128, 2, device),
            boxes: linear(128, 4, device),
        }
    }
}

/// The network. Fields stand in the order of the published state dict.
#[derive(Module, Debug)]
pub struct Refine {
    conv1: ConvSlope,
    conv2: ConvSlope,
    conv3: ConvSlope,
    dense4: ConvSlope,
    scores: Conv,
    boxes: Conv,
}

impl Layers for Refine {
    fn input(&self) -> [usize; 3] {
        [3, REFINE_SIDE, REFINE_SIDE]
    }

    /// # Shapes
    /// `[n, 3, 24, 24]` to `[n, 2]` (probabilities of no face and of a face) and `[n, 4]` (how far the box's edges are off
    /// the input's, in its side)
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let x = halved(self.conv1.forward(input), 3); // [n, 28, 11, 11]
        let x = halved(self.conv2.forward(x), 3); // [n, 48, 4, 4]
        let x = self.dense4.forward(self.conv3.forward(x).by_column()); // [n, 128, 1, 1]
        judged(&x, &self.scores, &self.boxes).into()
    }
}

/// MTCNN's third network, O-Net.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutputConfig;

impl OutputConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Output {
        Output {
            conv1: valid([3, 32], 3, device),
            conv2: valid([32, 64], 3, device),
            conv3: valid([64, 64], 3, device),
            conv4: valid([64, 128], 2, device),
            dense5: ConvSlope::init(ConvConfig::pointwise([1152, 256]), device),
            scores: linear(256, 2, device),
            boxes: linear(256, 4, device),
            points: linear(256, 10, device),
        }
    }
}

/// The network. Fields stand in the order of the published state dict.
#[derive(Module, Debug)]
pub struct Output {
    conv1: ConvSlope,
    conv2: ConvSlope,
    conv3: ConvSlope,
    conv4: ConvSlope,
    dense5: ConvSlope,
    scores: Conv,
    boxes: Conv,
    points: Conv,
}

impl Layers for Output {
    fn input(&self) -> [usize; 3] {
        [3, OUTPUT_SIDE, OUTPUT_SIDE]
    }

    /// # Shapes
    /// `[n, 3, 48, 48]` to `[n, 2]` (probabilities of no face and of a face), `[n, 4]` (how far the box's edges are off the
    /// input's, in its side) and `[n, 10]` (eyes, nose, corners of the mouth, in its side: five x, then five y)
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let x = halved(self.conv1.forward(input), 3); // [n, 32, 23, 23]
        let x = halved(self.conv2.forward(x), 3); // [n, 64, 10, 10]
        let x = halved(self.conv3.forward(x), 2); // [n, 64, 4, 4]
        let x = self.dense5.forward(self.conv4.forward(x).by_column()); // [n, 256, 1, 1]
        let [scores, boxes] = judged(&x, &self.scores, &self.boxes);
        vec![scores, boxes, F::rows(vec![self.points.forward(x)], false)]
    }
}
