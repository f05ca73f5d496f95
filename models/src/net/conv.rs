//! The layers these networks are made of: convolutions with BatchNorm folded in, PReLU, depthwise separable
//! blocks, squeeze-and-excitation.

use burn::module::{Initializer, Module, Param};
use burn::tensor::{Device, Tensor};

use super::flow::{Flow, Pool};
use crate::plan::{Below, Filter};

mod lean;

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
        }
    }
}

/// A convolution with bias.
#[derive(Module, Debug)]
pub struct Conv {
    /// `[outputs, inputs / groups, rows, columns]`
    pub weight: Param<Tensor<4>>,
    /// `[outputs]`
    pub bias: Param<Tensor<1>>,
    stride: usize,
    padding: Padding,
    groups: usize,
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
    pub fn forward<F: Flow>(&self, x: F) -> F {
        x.convolved(self, None, Bend::Linear)
    }

    /// The convolution, then `bend`.
    ///
    /// # Shapes
    /// as [`Conv::forward`]
    pub fn forward_bent<F: Flow>(&self, x: F, bend: Bend<'_>) -> F {
        x.convolved(self, None, bend)
    }

    /// The convolution, plus what came around it, then `bend`.
    ///
    /// # Shapes
    /// `[n, inputs, h, w]` and `[n, at most outputs, h', w']` to `[n, outputs, h', w']`; channels that `around` lacks
    /// count as zero
    pub fn forward_around<F: Flow>(&self, x: F, around: Option<F>, bend: Bend<'_>) -> F {
        x.convolved(self, around, bend)
    }

    pub(crate) fn stride(&self) -> usize {
        self.stride
    }

    pub(crate) fn padding(&self) -> Padding {
        self.padding
    }

    pub(crate) fn groups(&self) -> usize {
        self.groups
    }
}

impl Filter {
    /// The convolution with its parameters as they are now.
    pub(crate) fn of(conv: &Conv, bend: Bend<'_>) -> Self {
        let [_, per_group, rows, columns] = conv.weight.dims();
        assert!(conv.groups == 1 || per_group == 1, "a convolution is dense or has one filter per channel");
        let below = match bend {
            Bend::Linear => Below::Linear,
            Bend::Relu => Below::Zero,
            Bend::Prelu(slope) => Below::Slopes(numbers(slope.slope.val())),
        };
        Self {
            weights: numbers(conv.weight.val()),
            bias: numbers(conv.bias.val()),
            kernel: [rows, columns],
            stride: conv.stride,
            before: conv.padding.map(|[before, _]| before),
            per_channel: conv.groups > 1,
            below,
        }
    }
}

/// The numbers of a parameter.
fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("the networks compute in f32")
}

/// The slopes of a PReLU.
#[derive(Module, Debug)]
pub struct Slope {
    /// `[channels]`
    pub slope: Param<Tensor<1>>,
}

impl Slope {
    /// The layer for `channels`, its slopes zero until weights are loaded.
    pub fn init(channels: usize, device: &Device) -> Self {
        Self { slope: Initializer::Zeros.init([channels], device) }
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
    pub fn forward<F: Flow>(&self, x: F) -> F {
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
    fn forward<F: Flow>(&self, x: F, around: Option<F>, bend: Bend<'_>) -> F {
        self.pointwise.forward_around(self.depthwise.forward(x), around, bend)
    }

    /// The path around the pair: `x` itself, or the maximum of each 2x2 where the pair halves the picture.
    fn shortcut<F: Flow>(&self, x: F) -> F {
        match self.depthwise.stride {
            2 => x.pooled(Pool::HALVE),
            _ => x,
        }
    }
}

/// One separable convolution, or two with ReLU between them, with a shortcut around all, then `bend`.
///
/// # Shapes
/// `[n, inputs, h, w]` to `[n, outputs, h / stride, w / stride]`
pub fn residual<F: Flow>(narrow: Option<&Separable>, last: &Separable, x: F, bend: Bend<'_>) -> F {
    let around = narrow.unwrap_or(last).shortcut(x.clone());
    let x = match narrow {
        Some(narrow) => narrow.forward(x, None, Bend::Relu),
        None => x,
    };
    last.forward(x, Some(around), bend)
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
    pub fn forward<F: Flow>(&self, x: F) -> F {
        self.project.forward(self.depthwise.forward(self.expand.forward(x)))
    }

    /// The block with its input added to its output.
    ///
    /// # Shapes
    /// `[n, channels, h, w]` to the same
    pub fn forward_residual<F: Flow>(&self, x: F) -> F {
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
    pub fn forward<F: Flow>(&self, x: F) -> F {
        let squeezed = self.squeeze.forward_bent(x.clone().means(), Bend::Relu);
        x.gated(self.excite.forward(squeezed))
    }
}
