//! The layers these networks are made of: convolutions with BatchNorm folded in, PReLU, depthwise separable
//! blocks, squeeze-and-excitation.

use std::sync::OnceLock;

use burn::module::{Initializer, Module, Param};
use burn::tensor::activation::{prelu, relu, sigmoid};
use burn::tensor::module::{conv2d, interpolate, max_pool2d};
use burn::tensor::ops::{ConvOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions, PadMode};
use burn::tensor::{Device, Tensor};

mod cpu;
mod kernel;
mod lean;
mod product;
mod spare;

pub use lean::lean_stem;

/// Shape of a [`Conv`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConvConfig {
    channels: [usize; 2],
    /// Rows, columns.
    kernel: [usize; 2],
    stride: usize,
    padding: Padding,
    groups: usize,
}

/// Zeros around a picture: above and below, left and right.
type Padding = [[usize; 2]; 2];

impl ConvConfig {
    /// A dense convolution without padding.
    pub fn dense(channels: [usize; 2], kernel: usize, stride: usize) -> Self {
        Self { channels, kernel: [kernel; 2], stride, padding: [[0; 2]; 2], groups: 1 }
    }

    /// A dense convolution of so many rows and columns that keeps the size; both are odd.
    pub fn rectangular(channels: [usize; 2], kernel: [usize; 2]) -> Self {
        Self { kernel, padding: kernel.map(|side| [side / 2; 2]), ..Self::dense(channels, 1, 1) }
    }

    /// A 1x1 convolution.
    pub fn pointwise(channels: [usize; 2]) -> Self {
        Self::dense(channels, 1, 1)
    }

    /// One filter per channel, without padding.
    pub fn depthwise(channels: usize, kernel: usize, stride: usize) -> Self {
        Self { groups: channels, ..Self::dense([channels, channels], kernel, stride) }
    }

    /// Zeros on all four sides.
    pub fn padded(self, pixels: usize) -> Self {
        Self { padding: [[pixels; 2]; 2], ..self }
    }

    /// TensorFlow's `SAME` on an input whose sides are multiples of the stride: when the zeros don't divide evenly,
    /// the odd one lies below and to the right.
    pub fn same(self) -> Self {
        let padding = self.kernel.map(|side| {
            let total = side.saturating_sub(self.stride);
            [total / 2, total - total / 2]
        });
        Self { padding, ..self }
    }

    /// The layer, its parameters zero until weights are loaded.
    pub fn init(&self, device: &Device) -> Conv {
        let [inputs, outputs] = self.channels;
        let weight = [outputs, inputs / self.groups, self.kernel[0], self.kernel[1]];
        Conv {
            weight: Initializer::Zeros.init(weight, device),
            bias: Initializer::Zeros.init([outputs], device),
            stride: self.stride,
            padding: self.padding,
            groups: self.groups,
            on_cpu: *device == Device::flex(),
            layer: OnceLock::new(),
        }
    }
}

/// A convolution with bias.
///
/// On the CPU its work is done by fused kernels, elsewhere by Burn's operations.
#[derive(Module, Debug)]
pub struct Conv {
    /// `[outputs, inputs / groups, rows, columns]`
    pub weight: Param<Tensor<4>>,
    /// `[outputs]`
    pub bias: Param<Tensor<1>>,
    stride: usize,
    padding: Padding,
    groups: usize,
    on_cpu: bool,
    /// The parameters for the CPU's kernels, made of the loaded ones at the first run.
    #[module(skip)]
    layer: OnceLock<cpu::Layer>,
}

/// What happens to numbers below zero after a convolution.
#[derive(Debug, Clone, Copy)]
pub enum Bend<'a> {
    /// Nothing.
    Linear,
    /// They become zero.
    Relu,
    /// They are multiplied by their channel's slope.
    Prelu(&'a Slope),
}

impl Conv {
    /// # Shapes
    /// `[n, inputs, h, w]` to `[n, outputs, h', w']`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.forward_around(x, None, Bend::Linear)
    }

    /// The convolution, then `bend`.
    ///
    /// # Shapes
    /// as [`Conv::forward`]
    pub fn forward_bent(&self, x: Tensor<4>, bend: Bend<'_>) -> Tensor<4> {
        self.forward_around(x, None, bend)
    }

    /// The convolution, plus what came around it, then `bend`.
    ///
    /// # Shapes
    /// `[n, inputs, h, w]` and `[n, at most outputs, h', w']` to `[n, outputs, h', w']`; channels that `around` lacks
    /// count as zero
    pub fn forward_around(&self, x: Tensor<4>, around: Option<Tensor<4>>, bend: Bend<'_>) -> Tensor<4> {
        if self.on_cpu {
            return cpu::forward(self, x, around, bend);
        }
        let padding = self.padding.map(|[before, after]| (before, after));
        let options = ConvOptions::new_with_padding([self.stride; 2], padding, [1; 2], self.groups);
        let mut y = conv2d(x, self.weight.val(), Some(self.bias.val()), options);
        if let Some(around) = around {
            let missing = y.dims()[1] - around.dims()[1];
            let channels = [(0, 0), (0, missing), (0, 0), (0, 0)];
            y = y + if missing == 0 { around } else { around.pad(channels, PadMode::Constant(0.0)) };
        }
        match bend {
            Bend::Linear => y,
            Bend::Relu => relu(y),
            Bend::Prelu(slope) => prelu(y, slope.slope.val()),
        }
    }
}

/// The slopes of a PReLU.
#[derive(Module, Debug)]
pub struct Slope {
    /// `[channels]`
    pub slope: Param<Tensor<1>>,
    /// The same for the CPU's kernels, made at the first run.
    #[module(skip)]
    numbers: OnceLock<Vec<f32>>,
}

impl Slope {
    /// The layer for `channels`, its slopes zero until weights are loaded.
    pub fn init(channels: usize, device: &Device) -> Self {
        Self { slope: Initializer::Zeros.init([channels], device), numbers: OnceLock::new() }
    }
}

/// A convolution and its PReLU.
#[derive(Module, Debug)]
pub struct ConvSlope {
    /// The convolution.
    pub conv: Conv,
    /// What follows it.
    pub prelu: Slope,
}

impl ConvSlope {
    /// The pair, its parameters zero until weights are loaded.
    pub fn init(config: ConvConfig, device: &Device) -> Self {
        Self { conv: config.init(device), prelu: Slope::init(config.channels[1], device) }
    }

    /// # Shapes
    /// as [`Conv::forward`]
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        self.conv.forward_bent(x, Bend::Prelu(&self.prelu))
    }
}

/// A depthwise 3x3 and a pointwise convolution with nothing between them.
#[derive(Module, Debug)]
pub struct Separable {
    /// Depthwise.
    pub depthwise: Conv,
    /// Pointwise.
    pub pointwise: Conv,
}

impl Separable {
    /// The pair with TensorFlow's `SAME` padding.
    pub fn init(channels: [usize; 2], stride: usize, device: &Device) -> Self {
        Self {
            depthwise: ConvConfig::depthwise(channels[0], 3, stride).same().init(device),
            pointwise: ConvConfig::pointwise(channels).init(device),
        }
    }

    /// The pair, plus what came around it, then `bend`.
    fn forward(&self, x: Tensor<4>, around: Option<Tensor<4>>, bend: Bend<'_>) -> Tensor<4> {
        self.pointwise.forward_around(self.depthwise.forward(x), around, bend)
    }

    /// The path around the pair: `x` itself, or the maximum of each 2x2 where the pair halves the picture.
    fn shortcut(&self, x: Tensor<4>) -> Tensor<4> {
        match self.depthwise.stride {
            2 => max_pool2d(x, MaxPoolOptions::new([2, 2])),
            _ => x,
        }
    }
}

/// One separable convolution, or two with ReLU between them, with a shortcut around all, then `bend`.
///
/// # Shapes
/// `[n, inputs, h, w]` to `[n, outputs, h / stride, w / stride]`
pub fn residual(narrow: Option<&Separable>, last: &Separable, x: Tensor<4>, bend: Bend<'_>) -> Tensor<4> {
    if last.depthwise.on_cpu {
        return cpu::residual(narrow, last, x, bend);
    }
    let around = narrow.unwrap_or(last).shortcut(x.clone());
    let x = match narrow {
        Some(narrow) => narrow.forward(x, None, Bend::Relu),
        None => x,
    };
    last.forward(x, Some(around), bend)
}

/// Twice as high and wide, bilinear between pixel centres.
///
/// # Shapes
/// `[n, c, h, w]` to `[n, c, 2h, 2w]`
pub fn double(x: Tensor<4>) -> Tensor<4> {
    if x.device() == Device::flex() {
        return cpu::double(x);
    }
    let [_, _, h, w] = x.dims();
    let options = InterpolateOptions::new(InterpolateMode::Bilinear);
    interpolate(x, options.with_align_corners(false).with_output_size([2 * h, 2 * w]))
}

/// An inverted bottleneck: widen, filter each channel, narrow; PReLU after the first two.
#[derive(Module, Debug)]
pub struct Bottleneck {
    /// 1x1, `inputs` to `inner` channels.
    pub expand: ConvSlope,
    /// 3x3, one filter per channel.
    pub depthwise: ConvSlope,
    /// 1x1, `inner` to `outputs` channels.
    pub project: Conv,
}

impl Bottleneck {
    /// The block. `channels` are inputs and outputs; `depthwise` says the inner width, the stride and the padding.
    pub fn init(channels: [usize; 2], depthwise: ConvConfig, device: &Device) -> Self {
        let [inputs, outputs] = channels;
        let inner = depthwise.channels[0];
        Self {
            expand: ConvSlope::init(ConvConfig::pointwise([inputs, inner]), device),
            depthwise: ConvSlope::init(depthwise, device),
            project: ConvConfig::pointwise([inner, outputs]).init(device),
        }
    }

    /// # Shapes
    /// `[n, inputs, h, w]` to `[n, outputs, h / stride, w / stride]`
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        if self.project.on_cpu {
            return cpu::bottleneck(self, x, false);
        }
        self.project.forward(self.depthwise.forward(self.expand.forward(x)))
    }

    /// The block with its input added to its output.
    ///
    /// # Shapes
    /// `[n, channels, h, w]` to the same
    pub fn forward_residual(&self, x: Tensor<4>) -> Tensor<4> {
        if self.project.on_cpu {
            return cpu::bottleneck(self, x, true);
        }
        let inner = self.depthwise.forward(self.expand.forward(x.clone()));
        self.project.forward_around(inner, Some(x), Bend::Linear)
    }
}

/// Squeeze-and-excitation: each channel scaled by what all channels' means say.
#[derive(Module, Debug)]
pub struct Excite {
    /// 1x1, to a quarter of the channels.
    pub squeeze: Conv,
    /// 1x1, back.
    pub excite: Conv,
}

impl Excite {
    /// The block, its parameters zero until weights are loaded.
    pub fn init(channels: usize, device: &Device) -> Self {
        Self {
            squeeze: ConvConfig::pointwise([channels, channels / 4]).init(device),
            excite: ConvConfig::pointwise([channels / 4, channels]).init(device),
        }
    }

    /// # Shapes
    /// `[n, channels, h, w]` to the same
    pub fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let [n, channels, h, w] = x.dims();
        let means = x.clone().reshape([n, channels, h * w]).mean_dim(2).reshape([n, channels, 1, 1]);
        x * sigmoid(self.excite.forward(self.squeeze.forward_bent(means, Bend::Relu)))
    }
}
