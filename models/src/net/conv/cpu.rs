//! Convolutions of tensors that live in the CPU's memory, by fused kernels on their plain numbers.

use burn::tensor::{Device, Tensor, TensorData};

use super::kernel::{self, Below, Filter, Window};
use super::product::{After, Banded};
use super::{Bend, Conv, numbers, spare};

/// A layer's parameters as the kernels read them.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    weights: Weights,
    bias: Vec<f32>,
}

#[derive(Debug, Clone)]
enum Weights {
    /// One filter per channel.
    PerChannel(Vec<f32>),
    /// A row per output.
    Dense(Banded),
}

impl Layer {
    fn of(conv: &Conv) -> Self {
        let ([outputs, per_group, ..], weights) = (conv.weight.dims(), numbers(conv.weight.val()));
        let weights = match conv.groups == 1 {
            true => Weights::Dense(Banded::of(&weights, outputs)),
            false => {
                assert_eq!(per_group, 1, "a convolution is dense or has one filter per channel");
                Weights::PerChannel(weights)
            }
        };
        Self { weights, bias: numbers(conv.bias.val()) }
    }
}

/// A tensor's numbers.
#[derive(Clone)]
struct Planes {
    numbers: Vec<f32>,
    shape: [usize; 4],
}

impl Planes {
    fn of(tensor: Tensor<4>) -> Self {
        let shape = tensor.dims();
        Self { numbers: numbers(tensor), shape }
    }

    fn tensor(mut self) -> Tensor<4> {
        let numbers = std::mem::take(&mut self.numbers);
        Tensor::from_data(TensorData::new(numbers, self.shape), &Device::flex())
    }
}

impl Drop for Planes {
    fn drop(&mut self) {
        spare::keep(std::mem::take(&mut self.numbers));
    }
}

/// What [`Conv::forward_around`] says.
pub(super) fn forward(conv: &Conv, x: Tensor<4>, around: Option<Tensor<4>>, bend: Bend<'_>) -> Tensor<4> {
    convolved(conv, &Planes::of(x), around.map(Planes::of).as_ref(), bend).tensor()
}

fn convolved(conv: &Conv, x: &Planes, around: Option<&Planes>, bend: Bend<'_>) -> Planes {
    let layer = conv.layer.get_or_init(|| Layer::of(conv));
    let below = match bend {
        Bend::Linear => Below::Linear,
        Bend::Relu => Below::Zero,
        Bend::Prelu(slope) => Below::Slopes(slope.numbers.get_or_init(|| numbers(slope.slope.val()))),
    };
    let ([n, channels, h, w], [outputs, _, rows, columns]) = (x.shape, conv.weight.dims());
    let (stride, kernel, bias) = (conv.stride, [rows, columns], layer.bias.as_slice());
    let before = conv.padding.map(|[before, _]| before);
    let sees_all = [h, w] == kernel && conv.padding == [[0; 2]; 2];
    let stops = |axis: usize| {
        let room = [h, w][axis] + conv.padding[axis][0] + conv.padding[axis][1];
        assert!(room >= kernel[axis], "a convolution is no larger than its picture");
        (room - kernel[axis]) / stride + 1
    };
    let size = [stops(0), stops(1)];
    let places = size[0] * size[1];
    let numbers = match &layer.weights {
        Weights::PerChannel(weights) if sees_all => {
            assert!(around.is_none(), "nothing goes around a convolution that sees all");
            kernel::weighted_sums(&x.numbers, weights, bias, below)
        }
        Weights::PerChannel(weights) => {
            assert!(around.is_none() && kernel == [3; 2], "a filter is of 3 x 3 and nothing goes around it");
            assert_eq!(size, [h, w].map(|side| side.div_ceil(stride)), "a filter keeps the size");
            Filter { weights, bias, below, stride, before: before[0] }.apply(&x.numbers, [h, w])
        }
        Weights::Dense(matrix) => {
            let around = around.map(|around| (around.numbers.as_slice(), around.shape[1]));
            let after = After { bias, around, below };
            if (kernel == [1; 2] && stride == 1) || sees_all {
                matrix.times(&x.numbers, places, after)
            } else {
                let window = Window { kernel, stride, before, stops: size };
                let patches = kernel::patches(&x.numbers, [h, w], window);
                let numbers = matrix.times(&patches, places, after);
                spare::keep(patches);
                numbers
            }
        }
    };
    debug_assert_eq!(numbers.len(), n * outputs * places, "{channels} channels");
    Planes { numbers, shape: [n, outputs, size[0], size[1]] }
}
