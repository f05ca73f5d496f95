//! MobileFaceNet: a face crop of 112 pixels to an embedding, in the two forms that are published.
//!
//! Both are one trunk of inverted bottlenecks that ends in a global depthwise convolution. They differ in padding
//! (PyTorch's against TensorFlow's `SAME`), in one narrowing layer at the start, and in the head.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Bottleneck, Conv, ConvConfig, ConvSlope, lean_stem};
use super::flow::Flow;

const SIDE: usize = 112;

/// Which MobileFaceNet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MobilefacenetConfig {
    /// 512 numbers, PyTorch's padding.
    Of512,
    /// 192 numbers, TensorFlow's padding.
    Of192,
}

impl MobilefacenetConfig {
    fn filter(self, channels: [usize; 2], stride: usize) -> ConvConfig {
        let [inputs, outputs] = channels;
        let filter = if inputs == outputs {
            ConvConfig::depthwise(inputs, 3, stride)
        } else {
            ConvConfig::dense(channels, 3, stride)
        };
        match self {
            Self::Of512 => filter.padded(1),
            Self::Of192 => filter.same(),
        }
    }

    fn stage(self, width: usize, inner: usize, blocks: usize, device: &Device) -> Vec<Bottleneck> {
        (0..blocks).map(|_| self.block([width, inner, width], 1, device)).collect()
    }

    fn block(self, channels: [usize; 3], stride: usize, device: &Device) -> Bottleneck {
        let [inputs, inner, outputs] = channels;
        Bottleneck::init([inputs, outputs], self.filter([inner, inner], stride), device)
    }

    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Mobilefacenet {
        let of_192 = self == Self::Of192;
        let pointwise = |inputs, outputs| ConvConfig::pointwise([inputs, outputs]);
        Mobilefacenet {
            stem: ConvSlope::init(self.filter([3, 64], 2), device),
            filter: ConvSlope::init(self.filter([64, 64], 1), device),
            narrow: of_192.then(|| pointwise(64, 64).init(device)),
            down1: self.block([64, 128, 64], 2, device),
            stage1: self.stage(64, 128, 4, device),
            down2: self.block([64, 256, 128], 2, device),
            stage2: self.stage(128, 256, 6, device),
            down3: self.block([128, 512, 128], 2, device),
            stage3: self.stage(128, 256, 2, device),
            widen: ConvSlope::init(pointwise(128, 512), device),
            pool: ConvConfig::depthwise(512, 7, 1).init(device),
            embed: pointwise(512, 512).init(device),
            reduce: of_192.then(|| pointwise(512, 192).init(device)),
        }
    }
}

/// The network. Fields stand in the order of the published graphs.
#[derive(Module, Debug)]
pub struct Mobilefacenet {
    stem: ConvSlope,
    filter: ConvSlope,
    narrow: Option<Conv>,
    down1: Bottleneck,
    stage1: Vec<Bottleneck>,
    down2: Bottleneck,
    stage2: Vec<Bottleneck>,
    down3: Bottleneck,
    stage3: Vec<Bottleneck>,
    widen: ConvSlope,
    pool: Conv,
    embed: Conv,
    reduce: Option<Conv>,
}

impl Mobilefacenet {
    /// The network without the channels that nothing hears of: of the published network of 512 numbers they cost a third
    /// of the work.
    #[must_use]
    pub fn lean(self) -> Self {
        let all = |blocks: Vec<Bottleneck>| blocks.into_iter().map(Bottleneck::lean).collect();
        let (stem, filter, down1) = match self.narrow {
            None => lean_stem(self.stem, self.filter, self.down1),
            Some(_) => (self.stem, self.filter, self.down1),
        };
        Self {
            stem,
            filter,
            down1: down1.lean(),
            stage1: all(self.stage1),
            down2: self.down2.lean(),
            stage2: all(self.stage2),
            down3: self.down3.lean(),
            stage3: all(self.stage3),
            ..self
        }
    }

    /// Embeds face crops.
    ///
    /// # Shapes
    /// `[n, 3, 112, 112]` to `[n, 512 or 192, 1, 1]`, not of unit length
    fn embed<F: Flow>(&self, x: F) -> F {
        let mut x = self.filter.forward(self.stem.forward(x)); // [n, 64, 56, 56]
        if let Some(narrow) = &self.narrow {
            x = narrow.forward(x);
        }
        x = residuals(&self.stage1, self.down1.forward(x)); // [n, 64, 28, 28]
        x = residuals(&self.stage2, self.down2.forward(x)); // [n, 128, 14, 14]
        x = residuals(&self.stage3, self.down3.forward(x)); // [n, 128, 7, 7]
        x = self.embed.forward(self.pool.forward(self.widen.forward(x))); // [n, 512, 1, 1]
        if let Some(reduce) = &self.reduce {
            x = reduce.forward(x);
        }
        x
    }
}

fn residuals<F: Flow>(blocks: &[Bottleneck], x: F) -> F {
    blocks.iter().fold(x, |x, block| block.forward_residual(x))
}

impl Layers for Mobilefacenet {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        vec![F::rows(vec![self.embed(input)], false)]
    }
}
