//! Layers without the channels that nothing hears of.
//!
//! Training with weight decay leaves channels dead: the layer after them weighs them with zero. They cost as much as the
//! living ones, so they are left out once the weights are loaded. Answers stay the same.

use burn::module::Param;
use burn::tensor::{Int, Tensor, TensorData};

use super::{Bottleneck, Conv, ConvSlope, Slope, numbers};

/// Channels are kept in groups of so many: kernels work on that many at a time, and fewer would gain nothing.
const GROUP: usize = 8;

/// The channels of one layer that are kept, in their order.
struct Kept(Vec<i32>);

impl Kept {
    /// The inputs that `conv` listens to, filled up to whole groups with others; `None` when that is all of them.
    fn of(conv: &Conv) -> Option<Self> {
        let [outputs, inputs, rows, columns] = conv.weight.dims();
        let (weights, each) = (numbers(conv.weight.val()), rows * columns);
        let is_heard = |input: usize| {
            (0..outputs)
                .any(|output| weights[(output * inputs + input) * each..][..each].iter().any(|w| *w != 0.0))
        };
        let (heard, mut silent): (Vec<usize>, Vec<usize>) = (0..inputs).partition(|&input| is_heard(input));
        let count = heard.len().max(1).next_multiple_of(GROUP).min(inputs);
        silent.truncate(count - heard.len());
        let mut kept: Vec<i32> = heard.into_iter().chain(silent).map(|input| input as i32).collect();
        kept.sort_unstable();
        (count < inputs).then_some(Self(kept))
    }

    fn select<const D: usize>(&self, param: &Param<Tensor<D>>, dim: usize) -> Param<Tensor<D>> {
        let tensor = param.val();
        let kept = TensorData::new(self.0.clone(), [self.0.len()]);
        let kept = Tensor::<1, Int>::from_data(kept, &tensor.device());
        Param::initialized(param.id, tensor.select(dim, kept))
    }

    fn inputs(&self, conv: Conv) -> Conv {
        Conv { weight: self.select(&conv.weight, 1), ..conv }
    }

    fn outputs(&self, conv: Conv) -> Conv {
        let groups = if conv.groups == 1 { 1 } else { self.0.len() };
        let (weight, bias) = (self.select(&conv.weight, 0), self.select(&conv.bias, 0));
        Conv { weight, bias, groups, ..conv }
    }

    fn outputs_bent(&self, ConvSlope { conv, prelu }: ConvSlope) -> ConvSlope {
        let prelu = Slope { slope: self.select(&prelu.slope, 0) };
        ConvSlope { conv: self.outputs(conv), prelu }
    }
}

impl Bottleneck {
    /// The block without the inner channels that its output doesn't hear of.
    #[must_use]
    pub fn lean(self) -> Self {
        let Some(kept) = Kept::of(&self.project) else { return self };
        Self {
            expand: kept.outputs_bent(self.expand),
            depthwise: kept.outputs_bent(self.depthwise),
            project: kept.inputs(self.project),
        }
    }
}

/// A convolution, the filter of its channels, and the block that alone hears of them, without the channels that it
/// doesn't.
#[must_use]
pub fn lean_stem(
    stem: ConvSlope,
    filter: ConvSlope,
    block: Bottleneck,
) -> (ConvSlope, ConvSlope, Bottleneck) {
    let Some(kept) = Kept::of(&block.expand.conv) else { return (stem, filter, block) };
    let ConvSlope { conv, prelu } = block.expand;
    let expand = ConvSlope { conv: kept.inputs(conv), prelu };
    (kept.outputs_bent(stem), kept.outputs_bent(filter), Bottleneck { expand, ..block })
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, Distribution};

    use super::*;
    use crate::net::conv::ConvConfig;

    fn noise<const D: usize>(shape: [usize; D]) -> Param<Tensor<D>> {
        Param::from_tensor(Tensor::random(shape, Distribution::Uniform(-1.0, 1.0), &Device::flex()))
    }

    fn filled(layer: ConvSlope) -> ConvSlope {
        let ConvSlope { conv, prelu } = layer;
        let conv = Conv { weight: noise(conv.weight.dims()), bias: noise(conv.bias.dims()), ..conv };
        ConvSlope { conv, prelu: Slope { slope: noise(prelu.slope.dims()) } }
    }

    /// A block of 20 inner channels, of which its output hears only the even ones below `heard`.
    fn block(heard: usize) -> Bottleneck {
        let device = &Device::flex();
        let block = Bottleneck::init([6, 5], ConvConfig::depthwise(20, 3, 1).padded(1), device);
        let mut project = vec![0.0_f32; 5 * 20];
        for (at, weight) in project.iter_mut().enumerate() {
            if at % 20 < heard && at % 2 == 0 {
                *weight = 0.1 + at as f32 / 100.0;
            }
        }
        let weight = Param::from_tensor(Tensor::from_data(TensorData::new(project, [5, 20, 1, 1]), device));
        Bottleneck {
            expand: filled(block.expand),
            depthwise: filled(block.depthwise),
            project: Conv { weight, bias: noise([5]), ..block.project },
        }
    }

    fn inner(block: &Bottleneck) -> [usize; 3] {
        [block.expand.conv.weight.dims()[0], block.depthwise.conv.groups, block.project.weight.dims()[1]]
    }

    fn near(one: Tensor<4>, other: Tensor<4>) -> bool {
        let (one, other) = (numbers(one), numbers(other));
        one.len() == other.len() && one.iter().zip(&other).all(|(a, b)| (a - b).abs() < 1e-5)
    }

    #[test]
    fn a_block_answers_the_same_without_the_channels_that_its_output_does_not_hear_of() {
        for (heard, kept) in [(20, 16), (16, 8), (2, 8), (0, 8)] {
            let (whole, x) = (block(heard), noise([2, 6, 4, 4]).val());
            let lean = whole.clone().lean();
            assert_eq!((inner(&whole), inner(&lean)), ([20; 3], [kept; 3]), "{heard}");
            assert!(near(whole.forward(x.clone()), lean.forward(x)), "{heard}");
        }
    }

    #[test]
    fn a_stem_answers_the_same_without_the_channels_that_the_block_after_it_does_not_hear_of() {
        let device = &Device::flex();
        let stem = filled(ConvSlope::init(ConvConfig::dense([3, 12], 3, 2).padded(1), device));
        let filter = filled(ConvSlope::init(ConvConfig::depthwise(12, 3, 1).padded(1), device));
        let block = filled_block(device);
        let x = noise([1, 3, 8, 8]).val();
        let whole = block.forward(filter.forward(stem.forward(x.clone())));
        let (stem, filter, block) = lean_stem(stem, filter, block);
        assert_eq!((stem.conv.weight.dims()[0], filter.conv.groups), (8, 8));
        assert!(near(whole, block.forward(filter.forward(stem.forward(x)))));
    }

    /// A block that hears of the last three of its twelve inputs.
    fn filled_block(device: &Device) -> Bottleneck {
        let block = Bottleneck::init([12, 4], ConvConfig::depthwise(16, 3, 1).padded(1), device);
        let mut expand = filled(block.expand);
        let heard = expand.conv.weight.val().slice([0..16, 9..12]);
        let deaf = Tensor::<4>::zeros([16, 9, 1, 1], device);
        expand.conv.weight = Param::from_tensor(Tensor::cat(vec![deaf, heard], 1));
        let project = Conv { weight: noise([4, 16, 1, 1]), bias: noise([4]), ..block.project };
        Bottleneck { expand, depthwise: filled(block.depthwise), project }
    }
}
