//! YuNet-n (Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector", 2023): faces of ten pixels and more.

use burn::module::Module;
use burn::tensor::Device;

use super::Layers;
use super::conv::{Bend, Conv, ConvConfig};
use super::flow::{Doubling, Flow, Pool};

/// Input pixels that the coarsest map's cells are apart.
const STRIDE_MAX: usize = 32;

/// Maps at strides of 8, 16 and 32 that faces are read from.
const LEVELS: usize = 3;

/// Channels of every map but the first ones.
const WIDTH: usize = 64;

/// YuNet-n for square pictures of `side` pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YunetConfig {
    /// Pixels of a side of the input. What is more than a multiple of 32 is left out.
    pub side: usize,
}

impl YunetConfig {
    /// The network, its parameters zero until weights are loaded.
    pub fn init(self, device: &Device) -> Yunet {
        let unit = |inputs, outputs| Unit::init([inputs, outputs], device);
        let pair = || vec![unit(WIDTH, WIDTH), unit(WIDTH, WIDTH)];
        let each = |outputs: usize| (0..LEVELS).map(|_| unit(WIDTH, outputs)).collect();
        Yunet {
            stem: ConvConfig::dense([3, 16], 3, 2).padded(1).init(device),
            stem_unit: unit(16, 16),
            stride4: vec![unit(16, 16), unit(16, WIDTH), unit(WIDTH, WIDTH), unit(WIDTH, WIDTH)],
            stride8: pair(),
            stride16: pair(),
            stride32: pair(),
            lateral: each(WIDTH),
            shared: each(WIDTH),
            classes: each(1),
            boxes: each(4),
            objects: each(1),
            points: each(10),
            cells: (self.side / STRIDE_MAX).max(1),
        }
    }
}

/// The network. Fields stand in the order of the published graph.
#[derive(Module, Debug)]
pub struct Yunet {
    stem: Conv,
    stem_unit: Unit,
    stride4: Vec<Unit>,
    stride8: Vec<Unit>,
    stride16: Vec<Unit>,
    stride32: Vec<Unit>,
    /// The coarsest map's first.
    lateral: Vec<Unit>,
    /// From here on the finest map's first.
    shared: Vec<Unit>,
    classes: Vec<Unit>,
    boxes: Vec<Unit>,
    objects: Vec<Unit>,
    points: Vec<Unit>,
    /// Cells along a side of the coarsest map.
    cells: usize,
}

impl Layers for Yunet {
    fn input(&self) -> [usize; 3] {
        [3, STRIDE_MAX * self.cells, STRIDE_MAX * self.cells]
    }

    /// # Shapes
    /// `[n, 3, side, side]` to, for the cells of strides 8, 16 and 32, row by row: `[n, cells]` probabilities of the class,
    /// `[n, cells]` of an object, `[n, cells * 4]` boxes (offset of the centre and logarithm of the size) and `[n, cells *
    /// 10]` points, both in strides from the cell's corner
    fn run<F: Flow>(&self, input: F) -> Vec<F::Rows> {
        let x = self.stem_unit.forward(self.stem.forward_bent(input, Bend::Relu), Bend::Relu);
        let x = through(&self.stride4, x.pooled(Pool::HALVE)); // [n, 64, side / 4, side / 4]
        let fine = through(&self.stride8, x.pooled(Pool::HALVE));
        let middle = through(&self.stride16, fine.clone().pooled(Pool::HALVE));
        let coarse = through(&self.stride32, middle.clone().pooled(Pool::HALVE));
        let coarse = self.lateral[0].forward(coarse, Bend::Relu);
        let middle = self.lateral[1]
            .forward(middle.plus(coarse.clone().doubled(Doubling::Nearest), false), Bend::Relu);
        let fine =
            self.lateral[2].forward(fine.plus(middle.clone().doubled(Doubling::Nearest), false), Bend::Relu);
        let maps = [fine, middle, coarse].into_iter().zip(&self.shared);
        let maps: Vec<F> = maps.map(|(map, shared)| shared.forward(map, Bend::Relu)).collect();
        let read = |heads: &[Unit], sigmoid| {
            let levels = heads.iter().zip(&maps);
            F::rows(levels.map(|(head, map)| head.forward(map.clone(), Bend::Linear)).collect(), sigmoid)
        };
        let (classes, objects) = (read(&self.classes, true), read(&self.objects, true));
        vec![classes, objects, read(&self.boxes, false), read(&self.points, false)]
    }
}

/// A pointwise and a depthwise 3x3 convolution with nothing between them.
#[derive(Module, Debug)]
struct Unit {
    pointwise: Conv,
    depthwise: Conv,
}

impl Unit {
    fn init(channels: [usize; 2], device: &Device) -> Self {
        Self {
            pointwise: ConvConfig::pointwise(channels).init(device),
            depthwise: ConvConfig::depthwise(channels[1], 3, 1).padded(1).init(device),
        }
    }

    /// # Shapes
    /// `[n, inputs, h, w]` to `[n, outputs, h, w]`
    fn forward<F: Flow>(&self, x: F, bend: Bend<'_>) -> F {
        self.depthwise.forward_bent(self.pointwise.forward(x), bend)
    }
}

fn through<F: Flow>(units: &[Unit], x: F) -> F {
    units.iter().fold(x, |x, unit| unit.forward(x, Bend::Relu))
}
