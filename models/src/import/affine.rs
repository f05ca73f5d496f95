//! A layer `y = weight x + bias` on its way from a published file, in double precision while what follows is folded in.

use super::array::{Array, Numbers};

/// A convolution or linear layer, one row of the weight per output.
pub(super) struct Affine {
    shape: Vec<usize>,
    weight: Vec<f64>,
    bias: Vec<f64>,
}

impl Affine {
    /// The layer; `None` unless the shape has four dimensions, none of them zero, the numbers fill it, and there is a bias
    /// per output.
    pub(super) fn new(shape: [usize; 4], weight: Vec<f64>, bias: Vec<f64>) -> Option<Self> {
        let len = shape.iter().try_fold(1_usize, |len, &side| len.checked_mul(side))?;
        let fits = len > 0 && weight.len() == len && bias.len() == shape[0];
        fits.then(|| Self { shape: shape.to_vec(), weight, bias })
    }

    pub(super) fn outputs(&self) -> usize {
        self.bias.len()
    }

    fn inputs(&self) -> usize {
        self.weight.len() / self.bias.len()
    }

    /// This map followed by a matrix of `[self outputs, outputs]`.
    pub(super) fn then(&mut self, matrix: &[f64], outputs: usize) {
        let (inner, inputs) = (self.outputs(), self.inputs());
        let mut weight = vec![0.0; outputs * inputs];
        let mut bias = vec![0.0; outputs];
        for output in 0..outputs {
            for middle in 0..inner {
                let factor = matrix[middle * outputs + output];
                bias[output] += factor * self.bias[middle];
                let row = &mut weight[output * inputs..][..inputs];
                let from = &self.weight[middle * inputs..][..inputs];
                row.iter_mut().zip(from).for_each(|(sum, weight)| *sum += factor * weight);
            }
        }
        (self.shape, self.weight, self.bias) = (vec![outputs, inputs, 1, 1], weight, bias);
    }

    /// Takes an input's normalisation `(value - mean) / divisor` into the layer, which must not pad: its zeros would be
    /// other ones then.
    pub(super) fn take_over_input(&mut self, means: &[f64], divisor: f64) {
        let per_channel = self.inputs() / means.len();
        for (weights, bias) in self.weight.chunks_mut(per_channel * means.len()).zip(&mut self.bias) {
            weights.iter_mut().for_each(|weight| *weight /= divisor);
            let channels = weights.chunks(per_channel).zip(means);
            *bias -= channels.map(|(weights, mean)| weights.iter().sum::<f64>() * mean).sum::<f64>();
        }
    }

    /// All of it times `factor`.
    pub(super) fn scale(&mut self, factor: f64) {
        self.weight.iter_mut().chain(&mut self.bias).for_each(|number| *number *= factor);
    }

    /// BatchNorm with its learnt statistics. Says whether it has the layer's width; if not, nothing changes.
    pub(super) fn normalise(&mut self, norm: &BatchNorm) -> bool {
        let BatchNorm { scale, shift, mean, variance, epsilon } = norm;
        if [scale, shift, mean, variance].iter().any(|row| row.len() != self.outputs()) {
            return false;
        }
        let inputs = self.inputs();
        let rows = self.weight.chunks_mut(inputs).zip(&mut self.bias).enumerate();
        for (output, (weights, bias)) in rows {
            let scale = scale[output] / (variance[output] + epsilon).sqrt();
            weights.iter_mut().for_each(|weight| *weight *= scale);
            *bias = (*bias - mean[output]) * scale + shift[output];
        }
        true
    }

    /// Weight and bias in single precision.
    pub(super) fn into_arrays(self) -> [Array; 2] {
        let single = |numbers: Vec<f64>| Numbers::F32(numbers.into_iter().map(|n| n as f32).collect());
        let bias = Array { shape: vec![self.bias.len()], numbers: single(self.bias) };
        [Array { shape: self.shape, numbers: single(self.weight) }, bias]
    }
}

/// What BatchNorm learnt: a number of each kind per channel.
pub(super) struct BatchNorm {
    pub(super) scale: Vec<f64>,
    pub(super) shift: Vec<f64>,
    pub(super) mean: Vec<f64>,
    pub(super) variance: Vec<f64>,
    pub(super) epsilon: f64,
}
