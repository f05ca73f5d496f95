//! One thing that a team does: to each member its rows, or its channels of a single place.

use std::ops::Range;

use super::bands::{Arena, Held, Member, Scratch, Seen, Writing};
use super::depthwise::{Depthwise, Picture, SIDE};
use super::product::{Around, Blocks, BlocksMut, GROUP, Inputs, Product, Windows};
use super::wide::Aligned;
use crate::net::flow::{Doubling, Pool};
use crate::plan::Shape;

mod between;

/// A step of a plan, or several that are done together.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) work: Work,
    /// What it is made of, apart from the network's input.
    pub(super) from: Vec<Held>,
    /// What comes around a convolution, and whether it is added after the sums are bent.
    pub(super) around: Option<(Held, bool)>,
    pub(super) to: Held,
    /// How many stages all other members must have done before.
    pub(super) after: usize,
}

/// What is done.
#[derive(Debug)]
pub(super) enum Work {
    /// A dense convolution of the network's input, which lies plane by plane.
    Stem(Convolution),
    Dense(Convolution),
    Pointwise(Product),
    Depthwise(Depthwise),
    /// A filter per channel, then all channels at each place.
    Separable(Depthwise, Product),
    /// A filter per channel as large as the picture.
    DepthwiseAll(Depthwise),
    /// A dense filter as large as the picture.
    DenseAll(Product),
    Pool(Pool),
    Double(Doubling),
    Add {
        relu: bool,
    },
    Means,
    Gate,
    Softmax,
    ByColumn,
    Join,
}

/// A dense convolution that sees windows.
#[derive(Debug)]
pub(super) struct Convolution {
    pub(super) product: Product,
    pub(super) inputs: Inputs,
    /// Rows, columns.
    pub(super) kernel: [usize; 2],
    pub(super) stride: usize,
    /// Rows and columns of zeros before the first.
    pub(super) before: [usize; 2],
}

/// Numbers of a tile, so that it stays in the caches next to the processor.
const TILE: usize = 1 << 14;

/// Rows of a tile.
pub(super) fn tile_rows(held: Held) -> usize {
    (TILE / (held.line() * held.blocks())).max(1)
}

/// What a stage works with: one member's part of one item.
pub(super) struct Part<'a> {
    /// The network's input, plane by plane, and its shape.
    pub(super) input: &'a [f32],
    pub(super) input_shape: Shape,
    pub(super) arena: &'a Arena,
    pub(super) member: Member,
    pub(super) scratch: &'a mut Scratch,
}

impl Stage {
    /// Does the member's share.
    pub(super) fn run(&self, part: &mut Part<'_>) {
        let share = self.to.share(part.member);
        if share.is_empty() {
            return;
        }
        let mut y = part.arena.write(self.to, part.member);
        match &self.work {
            Work::Stem(convolution) => self.stem(convolution, part, share, &mut y),
            Work::Dense(convolution) => self.dense(convolution, part, share, &mut y),
            Work::Pointwise(product) => self.pointwise(product, part, share, &mut y),
            Work::Depthwise(depthwise) => {
                let x = self.near(part, depthwise, &share);
                let first = share.start;
                let Scratch { zeros, patch, .. } = part.scratch;
                self.filtered(depthwise, &x, share, [zeros, patch], y.rows_from(first));
            }
            Work::Separable(depthwise, product) => self.separable(depthwise, product, part, share, &mut y),
            Work::DepthwiseAll(depthwise) => {
                let x = part.arena.all(self.from[0]);
                let height = self.from[0].shape[1];
                depthwise.all(|block, row| x.row(block, row), height, share, y.single_place());
            }
            Work::DenseAll(product) => self.dense_all(product, part, share, y.single_place()),
            Work::Pool(pool) => self.pooled(*pool, part, share, &mut y),
            Work::Double(how) => self.doubled(*how, part, share, &mut y),
            Work::Add { relu } => self.added(*relu, part, share, &mut y),
            Work::Means => self.means(part, share, &mut y),
            Work::Gate => self.gated(part, share, &mut y),
            Work::Softmax => self.softmax(part, share, &mut y),
            Work::ByColumn => self.by_column(part, share, y.single_place()),
            Work::Join => self.joined(part, &mut y),
        }
    }

    fn stem(&self, convolution: &Convolution, part: &mut Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let [_, height, width] = part.input_shape;
        let input = part.input;
        let line = |plane: usize, row: usize| &input[(plane * height + row) * width..][..width];
        for row in share {
            convolution.row(
                row,
                [height, width],
                line,
                self.to.shape[2],
                None,
                y.rows_from(row),
                part.scratch,
            );
        }
    }

    fn dense(
        &self,
        convolution: &Convolution,
        part: &mut Part<'_>,
        share: Range<usize>,
        y: &mut Writing<'_>,
    ) {
        let [_, height, width] = self.from[0].shape;
        let x = part.arena.all(self.from[0]);
        let around = self.around(part);
        for row in share {
            let line = |block: usize, row: usize| x.row(block, row);
            let around = around.as_ref().map(|around| around.rows_from(row));
            convolution.row(
                row,
                [height, width],
                line,
                self.to.shape[2],
                around,
                y.rows_from(row),
                part.scratch,
            );
        }
    }

    fn pointwise(&self, product: &Product, part: &Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let x = part.arena.own(self.from[0], part.member);
        let (around, rows) = (self.around(part), tile_rows(self.from[0]));
        for first in share.clone().step_by(rows) {
            let count = rows.min(share.end - first) * self.to.shape[2];
            let around = around.as_ref().map(|around| around.rows_from(first));
            product.at_places(x.rows_from(first), count, around, y.rows_from(first));
        }
    }

    fn separable(
        &self,
        depthwise: &Depthwise,
        product: &Product,
        part: &mut Part<'_>,
        share: Range<usize>,
        y: &mut Writing<'_>,
    ) {
        let x = self.near(part, depthwise, &share);
        let around = self.around(part);
        let Scratch { tile, zeros, patch } = part.scratch;
        let inner =
            Held { shape: [self.from[0].shape[0], self.to.shape[1], self.to.shape[2]], ..self.from[0] };
        let rows = tile_rows(inner);
        for first in share.clone().step_by(rows) {
            let rows = first..(first + rows).min(share.end);
            let count = rows.len() * self.to.shape[2];
            let pitch = rows.len() * inner.line();
            let filtered = BlocksMut { numbers: tile, pitch };
            self.filtered(depthwise, &x, rows, [zeros, patch], filtered);
            let around = around.as_ref().map(|around| around.rows_from(first));
            product.at_places(Blocks { numbers: tile, pitch }, count, around, y.rows_from(first));
        }
    }

    /// The rows that a filter of the rows `share` sees.
    fn near<'a>(&self, part: &Part<'a>, depthwise: &Depthwise, share: &Range<usize>) -> Seen<'a> {
        let first = (share.start * depthwise.stride).saturating_sub(depthwise.before[0]);
        let last = (share.end - 1) * depthwise.stride + SIDE - depthwise.before[0].min(SIDE);
        part.arena.seen(self.from[0], first..last, part.member)
    }

    fn filtered(
        &self,
        depthwise: &Depthwise,
        x: &Seen<'_>,
        rows: Range<usize>,
        [zeros, between]: [&mut Aligned; 2],
        y: BlocksMut<'_>,
    ) {
        let (height, zeros) = (self.from[0].shape[1], &zeros[..self.from[0].line()]);
        let picture = Picture { row: |block, row| x.row(block, row), height, zeros };
        depthwise.rows(picture, self.to.shape[2], rows, between, y);
    }

    fn around<'a>(&self, part: &Part<'a>) -> Option<Surrounding<'a>> {
        let (held, after) = self.around?;
        Some(Surrounding { seen: part.arena.own(held, part.member), blocks: held.blocks(), after })
    }

    fn dense_all(&self, product: &Product, part: &mut Part<'_>, share: Range<usize>, y: &mut [f32]) {
        let (x, held) = (part.arena.all(self.from[0]), self.from[0]);
        let mut lines = part.scratch.tile.chunks_exact_mut(held.line());
        for block in 0..held.blocks() {
            for (row, to) in (0..held.shape[1]).zip(&mut lines) {
                to.copy_from_slice(x.row(block, row));
            }
        }
        let seen = &part.scratch.tile[..held.blocks() * held.shape[1] * held.line()];
        product.at_one(seen, share.start / GROUP..share.end.div_ceil(GROUP), y);
    }
}

/// A member's band of what comes around a convolution.
struct Surrounding<'a> {
    seen: Seen<'a>,
    blocks: usize,
    after: bool,
}

impl Surrounding<'_> {
    fn rows_from(&self, row: usize) -> Around<'_> {
        Around { x: self.seen.rows_from(row), blocks: self.blocks, after: self.after }
    }
}

impl Convolution {
    /// A row of `count` places, of a picture whose rows `line` gives.
    #[allow(clippy::too_many_arguments)]
    fn row<'a>(
        &self,
        row: usize,
        [height, width]: [usize; 2],
        line: impl Fn(usize, usize) -> &'a [f32],
        count: usize,
        around: Option<Around<'_>>,
        y: BlocksMut<'_>,
        scratch: &mut Scratch,
    ) {
        let seen = |block: usize, tap: usize| {
            let at = (row * self.stride + tap).wrapping_sub(self.before[0]);
            (at < height).then(|| line(block, at))
        };
        let windows = Windows {
            row: seen,
            inputs: self.inputs,
            width,
            kernel: self.kernel,
            stride: self.stride,
            before: self.before[1],
        };
        self.product.at_windows(windows, count, around, y, &mut scratch.patch);
    }
}
