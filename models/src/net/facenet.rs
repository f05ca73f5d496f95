//! FaceNet's Inception-ResNet-v1: a face of 160 pixels to 512 numbers.
//!
//! Every convolution but those that join the branches is followed by ReLU; the factors by which a block's branches count
//! are part of its joining weights. Pictures shrink without padding.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Bend, Conv, ConvConfig};
use super::flow::{Flow, Pool};

const SIDE: usize = 160;

/// A convolution: inputs, outputs, rows, columns, and whether it halves the picture.
type Shape = (usize, usize, usize, usize, bool);

/// Branches of the blocks, by the pictures' sides.
const AT_17: &[&[Shape]] = &[
    &[(256, 32, 1, 1, false)],
    &[(256, 32, 1, 1, false), (32, 32, 3, 3, false)],
    &[(256, 32, 1, 1, false), (32, 32, 3, 3, false), (32, 32, 3, 3, false)],
];
const TO_8: &[&[Shape]] =
    &[&[(256, 384, 3, 3, true)], &[(256, 192, 1, 1, false), (192, 192, 3, 3, false), (192, 256, 3, 3, true)]];
const AT_8: &[&[Shape]] = &[
    &[(896, 128, 1, 1, false)],
    &[(896, 128, 1, 1, false), (128, 128, 1, 7, false), (128, 128, 7, 1, false)],
];
const TO_3: &[&[Shape]] = &[
    &[(896, 256, 1, 1, false), (256, 384, 3, 3, true)],
    &[(896, 256, 1, 1, false), (256, 256, 3, 3, true)],
    &[(896, 256, 1, 1, false), (256, 256, 3, 3, false), (256, 256, 3, 3, true)],
];
const AT_3: &[&[Shape]] = &[
    &[(1792, 192, 1, 1, false)],
    &[(1792, 192, 1, 1, false), (192, 192, 1, 3, false), (192, 192, 3, 1, false)],
];

/// FaceNet's Inception-ResNet-v1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FacenetConfig;

impl FacenetConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Facenet {
        let dense = |channels, stride| ConvConfig::dense(channels, 3, stride).init(device);
        let blocks = |count: usize, branches, joined| -> Vec<Block> {
            (0..count).map(|_| Block::init(branches, joined, device)).collect()
        };
        Facenet {
            shrink: dense([3, 32], 2),
            filter: dense([32, 32], 1),
            widen: ConvConfig::dense([32, 64], 3, 1).padded(1).init(device),
            narrow: ConvConfig::pointwise([64, 80]).init(device),
            filter_more: dense([80, 192], 1),
            shrink_more: dense([192, 256], 2),
            stage1: blocks(5, AT_17, [96, 256]),
            down1: branches(TO_8, device),
            stage2: blocks(10, AT_8, [256, 896]),
            down2: branches(TO_3, device),
            stage3: blocks(6, AT_3, [384, 1792]),
            embed: ConvConfig::pointwise([1792, 512]).init(device),
        }
    }
}

/// The network. Fields stand in the order of the published state dict.
#[derive(Module, Debug)]
pub struct Facenet {
    shrink: Conv,
    filter: Conv,
    widen: Conv,
    narrow: Conv,
    filter_more: Conv,
    shrink_more: Conv,
    stage1: Vec<Block>,
    down1: Vec<Branch>,
    stage2: Vec<Block>,
    down2: Vec<Branch>,
    stage3: Vec<Block>,
    embed: Conv,
}

impl Facenet {
    /// Embeds face crops.
    ///
    /// # Shapes
    /// `[n, 3, 160, 160]` to `[n, 512, 1, 1]`, not of unit length
    fn embed<F: Flow>(&self, x: F) -> F {
        let bent = |conv: &Conv, x: F| conv.forward_bent(x, Bend::Relu);
        let x = bent(&self.widen, bent(&self.filter, bent(&self.shrink, x))); // [n, 64, 77, 77]
        let x = bent(&self.narrow, halved(x)); // [n, 80, 38, 38]
        let x = bent(&self.shrink_more, bent(&self.filter_more, x)); // [n, 256, 17, 17]
        let x = self.stage1.iter().fold(x, |x, block| block.forward(x, Bend::Relu));
        let x = smaller(&self.down1, x); // [n, 896, 8, 8]
        let x = self.stage2.iter().fold(x, |x, block| block.forward(x, Bend::Relu));
        let mut x = smaller(&self.down2, x); // [n, 1792, 3, 3]
        if let Some((last, blocks)) = self.stage3.split_last() {
            x = blocks.iter().fold(x, |x, block| block.forward(x, Bend::Relu));
            x = last.forward(x, Bend::Linear);
        }
        self.embed.forward(x.means())
    }
}

impl Layers for Facenet {
    fn input(&self) -> [usize; 3] {
        [3, SIDE, SIDE]
    }

    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        vec![F::rows(vec![self.embed(input)], false)]
    }
}

/// Convolutions one after another, ReLU after each.
#[derive(Module, Debug)]
struct Branch {
    convs: Vec<Conv>,
}

impl Branch {
    fn init(shapes: &[Shape], device: &Device) -> Self {
        let conv = |&(inputs, outputs, rows, columns, halves): &Shape| {
            let conv = match halves {
                true => ConvConfig::dense([inputs, outputs], rows, 2),
                false => ConvConfig::rectangular([inputs, outputs], [rows, columns]),
            };
            conv.init(device)
        };
        Self { convs: shapes.iter().map(conv).collect() }
    }

    fn forward<F: Flow>(&self, x: F) -> F {
        self.convs.iter().fold(x, |x, conv| conv.forward_bent(x, Bend::Relu))
    }
}

fn branches(shapes: &[&[Shape]], device: &Device) -> Vec<Branch> {
    shapes.iter().map(|shapes| Branch::init(shapes, device)).collect()
}

/// Branches that are joined and added to what they came from.
#[derive(Module, Debug)]
struct Block {
    branches: Vec<Branch>,
    join: Conv,
}

impl Block {
    fn init(shapes: &[&[Shape]], joined: [usize; 2], device: &Device) -> Self {
        Self { branches: branches(shapes, device), join: ConvConfig::pointwise(joined).init(device) }
    }

    /// # Shapes
    /// `[n, channels, h, w]` to the same
    fn forward<F: Flow>(&self, x: F, bend: Bend<'_>) -> F {
        let found = self.branches.iter().map(|branch| branch.forward(x.clone())).collect();
        self.join.forward_around(F::joined(found), Some(x), bend)
    }
}

/// Branches that halve the picture, and its maxima beside them.
fn smaller<F: Flow>(branches: &[Branch], x: F) -> F {
    let mut found: Vec<F> = branches.iter().map(|branch| branch.forward(x.clone())).collect();
    found.push(halved(x));
    F::joined(found)
}

/// The maximum of each 3x3, at every other place.
fn halved<F: Flow>(x: F) -> F {
    x.pooled(Pool::Max { side: 3, stride: 2, over: false })
}
