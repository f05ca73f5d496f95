//! Convolutions of tensors that live in the CPU's memory, by fused kernels and Burn's matrix product.

use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Device, Tensor, TensorData};

use super::kernel::{self, Below, Filter};
use super::{Bend, Conv};

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec().expect("the networks compute in f32")
}

fn tensor(numbers: Vec<f32>, shape: [usize; 4]) -> Tensor<4> {
    Tensor::from_data(TensorData::new(numbers, shape), &Device::flex())
}

/// What [`Conv::forward_around`] says.
pub(super) fn forward(conv: &Conv, x: Tensor<4>, around: Option<Tensor<4>>, bend: Bend<'_>) -> Tensor<4> {
    let bias = numbers(conv.bias.val());
    let slopes = match bend {
        Bend::Prelu(slope) => numbers(slope.slope.val()),
        Bend::Linear | Bend::Relu => Vec::new(),
    };
    let below = match bend {
        Bend::Linear => Below::Linear,
        Bend::Relu => Below::Zero,
        Bend::Prelu(_) => Below::Slopes(&slopes),
    };
    let ([n, channels, h, w], [outputs, per_group, kernel, _]) = (x.dims(), conv.weight.dims());
    let size = [h, w];
    let keeps_size = conv.padding[0] + conv.padding[1] + conv.stride >= kernel;
    if (kernel, per_group, channels) == (3, 1, outputs) && keeps_size && around.is_none() {
        let weights = numbers(conv.weight.val());
        let (stride, before) = (conv.stride, conv.padding[0]);
        let y = Filter { weights: &weights, bias: &bias, below, stride, before }.apply(&numbers(x), size);
        let [h, w] = size.map(|side| side.div_ceil(stride));
        return tensor(y, [n, outputs, h, w]);
    }
    let y = if conv.groups == 1 && kernel > 1 && keeps_size {
        let patches = kernel::patches(&numbers(x), size, kernel, conv.stride, conv.padding[0]);
        let [h, w] = size.map(|side| side.div_ceil(conv.stride));
        let taps = channels * kernel * kernel;
        let weight = conv.weight.val().reshape([outputs, taps, 1, 1]);
        conv2d(tensor(patches, [n, taps, h, w]), weight, None, ConvOptions::new([1, 1], [0, 0], [1, 1], 1))
    } else {
        let padding = (conv.padding[0], conv.padding[1]);
        let options = ConvOptions::new_with_padding([conv.stride; 2], [padding; 2], [1; 2], conv.groups);
        conv2d(x, conv.weight.val(), None, options)
    };
    let shape = y.dims();
    let mut y = numbers(y);
    let around = around.map(|around| (around.dims()[1], numbers(around)));
    let around = around.as_ref().map(|(channels, around)| (around.as_slice(), *channels));
    kernel::finish(&mut y, shape[2] * shape[3], &bias, around, below);
    tensor(y, shape)
}

/// The maximum of each 2x2.
///
/// # Shapes
/// `[n, c, h, w]` to `[n, c, h / 2, w / 2]`
pub(super) fn halve(x: Tensor<4>) -> Tensor<4> {
    let [n, channels, h, w] = x.dims();
    tensor(kernel::halve(&numbers(x), w), [n, channels, h / 2, w / 2])
}

/// Twice as high and wide.
///
/// # Shapes
/// `[n, c, h, w]` to `[n, c, 2h, 2w]`
pub(super) fn double(x: Tensor<4>) -> Tensor<4> {
    let [n, channels, h, w] = x.dims();
    tensor(kernel::double(&numbers(x), [h, w]), [n, channels, 2 * h, 2 * w])
}
