//! MediaPipe's face mesh: a face crop of 192 pixels to 468 points in space and whether there is a face at all.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Bend, Conv, ConvConfig, ConvSlope, Separable, Slope, residual};
use super::flow::Flow;

const SIDE: usize = 192;
const POINTS: usize = 468;

/// The face mesh of 468 points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaceMeshConfig;

impl FaceMeshConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> FaceMesh {
        let widths = [(16, 1), (16, 1), (32, 2), (32, 1), (32, 1), (64, 2), (64, 1), (64, 1), (128, 2)];
        let deep = [(128, 1), (128, 1), (128, 2), (128, 1), (128, 1)];
        FaceMesh {
            stem: ConvSlope::init(ConvConfig::dense([3, 16], 3, 2).same(), device),
            trunk: residuals(16, widths.iter().chain(&deep), device),
            points: residuals(128, &[(128, 2), (128, 1), (128, 1)], device),
            points_head: Head::init(3 * POINTS, device),
            presence: residuals(128, &[(128, 2)], device),
            presence_head: Head::init(1, device),
        }
    }
}

/// The network.
#[derive(Module, Debug)]
pub struct FaceMesh {
    stem: ConvSlope,
    trunk: Vec<Residual>,
    points: Vec<Residual>,
    points_head: Head,
    presence: Vec<Residual>,
    presence_head: Head,
}

impl Layers for FaceMesh {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    /// # Shapes
    /// `[n, 3, 192, 192]` to `[n, 468 * 3]` (x, y in crop pixels, z in the same scale) and `[n, 1]` (a logit)
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let x = through(&self.trunk, self.stem.forward(input)); // [n, 128, 6, 6]
        let points = self.points_head.forward(through(&self.points, x.clone()));
        let presence = self.presence_head.forward(through(&self.presence, x));
        [points, presence].map(|answer| F::rows(vec![answer], false)).into()
    }
}

fn residuals<'a>(
    width: usize,
    blocks: impl IntoIterator<Item = &'a (usize, usize)>,
    device: &Device,
) -> Vec<Residual> {
    let mut inputs = width;
    let block = |&(outputs, stride): &(usize, usize)| {
        let block = Residual::init([inputs, outputs], stride, device);
        inputs = outputs;
        block
    };
    blocks.into_iter().map(block).collect()
}

fn through<F: Flow>(blocks: &[Residual], x: F) -> F {
    blocks.iter().fold(x, |x, block| block.forward(x))
}

/// A separable convolution with a shortcut around it, then PReLU.
#[derive(Module, Debug)]
struct Residual {
    separable: Separable,
    prelu: Slope,
}

impl Residual {
    fn init(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        Self { separable: Separable::init(channels, stride, device), prelu: Slope::init(channels[1], device) }
    }

    /// # Shapes
    /// `[n, inputs, h, w]` to `[n, outputs, h / stride, w / stride]`
    fn forward<F: Flow>(&self, x: F) -> F {
        residual(None, &self.separable, x, Bend::Prelu(&self.prelu))
    }
}

/// Narrows to 32 channels, filters once more, and sees the last 3x3 at once.
#[derive(Module, Debug)]
struct Head {
    narrow: ConvSlope,
    residual: Residual,
    all: Conv,
}

impl Head {
    fn init(outputs: usize, device: &Device) -> Self {
        Self {
            narrow: ConvSlope::init(ConvConfig::pointwise([128, 32]), device),
            residual: Residual::init([32, 32], 1, device),
            all: ConvConfig::dense([32, outputs], 3, 1).init(device),
        }
    }

    /// # Shapes
    /// `[n, 128, 3, 3]` to `[n, outputs, 1, 1]`
    fn forward<F: Flow>(&self, x: F) -> F {
        self.all.forward(self.residual.forward(self.narrow.forward(x)))
    }
}
