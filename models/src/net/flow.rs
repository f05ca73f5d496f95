//! What flows through a network: a batch of Burn's numbers, or the record of what is done to them.
//!
//! A network is written once, over this trait. Run with Burn's tensors it is the network; run with
//! [`Recorded`](crate::plan::Recorded) it tells its steps, of which a [`Plan`](crate::plan::Plan) is made.

use burn::tensor::Tensor;
use burn::tensor::activation::{prelu, relu, sigmoid, softmax};
use burn::tensor::module::{avg_pool2d, conv2d, interpolate, max_pool2d};
use burn::tensor::ops::{
    AvgPoolOptions, ConvOptions, InterpolateMode, InterpolateOptions, MaxPoolOptions, PadMode,
};

use serde::Serialize;

use super::conv::{Bend, Conv};

/// Windows of a picture that are drawn together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Pool {
    /// The largest number of each `side` x `side` window, `stride` apart. With `over` the last windows may reach over
    /// the edge.
    Max {
        /// Rows and columns of a window.
        side: usize,
        /// Rows and columns between two windows.
        stride: usize,
        /// Whether windows may reach over the edge.
        over: bool,
    },
    /// The mean of each 2x2, two apart.
    Mean2,
}

impl Pool {
    /// The maximum of each 2x2.
    pub const HALVE: Self = Self::Max { side: 2, stride: 2, over: false };

    /// Rows or columns that remain of `length`.
    pub(crate) fn of(self, length: usize) -> usize {
        match self {
            Self::Max { side, stride, over: false } => (length - side) / stride + 1,
            Self::Max { side, stride, over: true } => (length - side).div_ceil(stride) + 1,
            Self::Mean2 => length / 2,
        }
    }
}

/// How a picture becomes twice as high and wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Doubling {
    /// Each number four times.
    Nearest,
    /// Bilinear between pixel centres.
    Bilinear,
}

/// A batch of pictures on their way through a network. Shapes are those of one item: channels, rows, columns.
pub trait Flow: Clone {
    /// Answers of a network: one row per item.
    type Rows;

    /// The convolution, plus what came around it, then `bend`; channels that `around` lacks count as zero.
    #[must_use]
    fn convolved(self, conv: &Conv, around: Option<Self>, bend: Bend<'_>) -> Self;

    /// Windows drawn together.
    #[must_use]
    fn pooled(self, pool: Pool) -> Self;

    /// Twice as high and wide.
    #[must_use]
    fn doubled(self, how: Doubling) -> Self;

    /// The sum; what one of them lacks of the other's channels, rows or columns, behind its last, counts as zero. With
    /// `relu` sums below zero become zero.
    #[must_use]
    fn plus(self, other: Self, relu: bool) -> Self;

    /// The mean of each channel.
    #[must_use]
    fn means(self) -> Self;

    /// Each channel times the sigmoid of the gate's, which has one number per channel.
    #[must_use]
    fn gated(self, gate: Self) -> Self;

    /// Probabilities over the channels of each place.
    #[must_use]
    fn softmax(self) -> Self;

    /// Laid out for a linear layer that was trained so: column by column, then row by row, then by channel.
    #[must_use]
    fn by_column(self) -> Self;

    /// The channels of all, one behind another. There is at least one.
    #[must_use]
    fn joined(parts: Vec<Self>) -> Self;

    /// The answer: place by place, row by row, all channels of a place together; of all parts one behind another. With
    /// `sigmoid` each number goes through it.
    #[must_use]
    fn rows(parts: Vec<Self>, sigmoid: bool) -> Self::Rows;
}

impl Flow for Tensor<4> {
    type Rows = Tensor<2>;

    fn convolved(self, conv: &Conv, around: Option<Self>, bend: Bend<'_>) -> Self {
        let padding = conv.padding().map(|[before, after]| (before, after));
        let options = ConvOptions::new_with_padding([conv.stride(); 2], padding, [1; 2], conv.groups());
        let mut y = conv2d(self, conv.weight.val(), Some(conv.bias.val()), options);
        if let Some(around) = around {
            let shape = y.dims();
            y = y + filled(around, shape);
        }
        match bend {
            Bend::Linear => y,
            Bend::Relu => relu(y),
            Bend::Prelu(slope) => prelu(y, slope.slope.val()),
        }
    }

    fn pooled(self, pool: Pool) -> Self {
        match pool {
            Pool::Max { side, stride, over } => {
                let options = MaxPoolOptions::new([side; 2]).with_stride([stride; 2]);
                max_pool2d(self, options.with_ceil_mode(over))
            }
            Pool::Mean2 => avg_pool2d(self, AvgPoolOptions::new([2, 2])),
        }
    }

    fn doubled(self, how: Doubling) -> Self {
        let [_, _, h, w] = self.dims();
        let options = match how {
            Doubling::Nearest => InterpolateOptions::new(InterpolateMode::Nearest),
            Doubling::Bilinear => {
                InterpolateOptions::new(InterpolateMode::Bilinear).with_align_corners(false)
            }
        };
        interpolate(self, options.with_output_size([2 * h, 2 * w]))
    }

    fn plus(self, other: Self, with_relu: bool) -> Self {
        let shape = std::array::from_fn(|axis| self.dims()[axis].max(other.dims()[axis]));
        let sum = filled(self, shape) + filled(other, shape);
        if with_relu { relu(sum) } else { sum }
    }

    fn means(self) -> Self {
        let [n, channels, h, w] = self.dims();
        self.reshape([n, channels, h * w]).mean_dim(2).reshape([n, channels, 1, 1])
    }

    fn gated(self, gate: Self) -> Self {
        self * sigmoid(gate)
    }

    fn softmax(self) -> Self {
        softmax(self, 1)
    }

    fn by_column(self) -> Self {
        let [n, c, h, w] = self.dims();
        self.permute([0, 3, 2, 1]).reshape([n, w * h * c, 1, 1])
    }

    fn joined(parts: Vec<Self>) -> Self {
        Self::cat(parts, 1)
    }

    fn rows(parts: Vec<Self>, with_sigmoid: bool) -> Self::Rows {
        let parts = parts.into_iter().map(|part| part.permute([0, 2, 3, 1]).flatten(1, 3)).collect();
        let rows: Tensor<2> = Tensor::cat(parts, 1);
        if with_sigmoid { sigmoid(rows) } else { rows }
    }
}

/// `x` with zeros behind the last number of each dimension, up to a larger shape.
fn filled(x: Tensor<4>, shape: [usize; 4]) -> Tensor<4> {
    let missing = std::array::from_fn::<_, 4, _>(|axis| (0, shape[axis] - x.dims()[axis]));
    match missing.iter().all(|(_, after)| *after == 0) {
        true => x,
        false => x.pad(missing, PadMode::Constant(0.0)),
    }
}
