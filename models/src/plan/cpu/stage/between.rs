//! What a stage does between convolutions.

use std::ops::Range;

use super::super::bands::Writing;
use super::super::plain;
use super::{Part, Stage};
use crate::net::flow::{Doubling, Pool};

impl Stage {
    pub(super) fn pooled(&self, pool: Pool, part: &Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let (side, stride) = match pool {
            Pool::Max { side, stride, .. } => (side, stride),
            Pool::Mean2 => (2, 2),
        };
        let (x, height) = (part.arena.all(self.from[0]), self.from[0].shape[1]);
        for block in 0..self.to.blocks() {
            for row in share.clone() {
                let rows = row * stride..height.min(row * stride + side);
                plain::pooled(pool, rows.map(|row| x.row(block, row)), y.row(block, row));
            }
        }
    }

    pub(super) fn doubled(&self, how: Doubling, part: &Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let (x, height) = (part.arena.all(self.from[0]), self.from[0].shape[1]);
        for block in 0..self.to.blocks() {
            for row in share.clone() {
                let rows = plain::doubled_rows(how, row, height).map(|row| x.row(block, row));
                plain::doubled(how, rows, y.row(block, row));
            }
        }
    }

    pub(super) fn added(&self, relu: bool, part: &Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let [one, two] = [self.from[0], self.from[1]].map(|held| (held, part.arena.all(held)));
        self.each_row(&share, |block, row| {
            let [one, two] =
                [&one, &two].map(|(held, seen)| match block < held.blocks() && row < held.shape[1] {
                    true => seen.row(block, row),
                    false => &[],
                });
            plain::added(one, two, relu, y.row(block, row));
        });
    }

    /// Calls `each` with the blocks and rows of the member's share.
    fn each_row(&self, share: &Range<usize>, mut each: impl FnMut(usize, usize)) {
        match self.to.by_blocks {
            true => share.clone().for_each(|block| each(block, 0)),
            false => (0..self.to.blocks()).for_each(|block| share.clone().for_each(|row| each(block, row))),
        }
    }

    pub(super) fn means(&self, part: &Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let (x, [_, height, width]) = (part.arena.all(self.from[0]), self.from[0].shape);
        for block in share {
            let y = y.row(block, 0);
            y.fill(0.0);
            (0..height).for_each(|row| plain::gathered(x.row(block, row), y));
            y.iter_mut().for_each(|sum| *sum /= (height * width) as f32);
        }
    }

    pub(super) fn gated(&self, part: &mut Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let [x, gate] = [self.from[0], self.from[1]].map(|held| part.arena.all(held));
        let lanes = self.to.lanes;
        let factors = &mut part.scratch.tile[..self.to.blocks() * lanes];
        for (block, factors) in factors.chunks_exact_mut(lanes).enumerate() {
            factors
                .iter_mut()
                .zip(gate.row(block, 0))
                .for_each(|(factor, gate)| *factor = plain::sigmoid(*gate));
        }
        self.each_row(&share, |block, row| {
            plain::scaled(x.row(block, row), &factors[block * lanes..], y.row(block, row));
        });
    }

    pub(super) fn softmax(&self, part: &mut Part<'_>, share: Range<usize>, y: &mut Writing<'_>) {
        let (x, [channels, height, width], lanes) =
            (part.arena.all(self.from[0]), self.to.shape, self.to.lanes);
        self.each_row(&share, |block, row| y.row(block, row).fill(0.0));
        let place = &mut part.scratch.tile[..channels];
        for row in if self.to.by_blocks { 0..height } else { share.clone() } {
            for column in 0..width {
                let at = |channel: usize| (channel / lanes, column * lanes + channel % lanes);
                for (channel, number) in place.iter_mut().enumerate() {
                    let (block, at) = at(channel);
                    *number = x.row(block, row)[at];
                }
                plain::softmax(place);
                for (channel, number) in place.iter().enumerate() {
                    let (block, at) = at(channel);
                    if !self.to.by_blocks || share.contains(&block) {
                        y.row(block, row)[at] = *number;
                    }
                }
            }
        }
    }

    pub(super) fn by_column(&self, part: &Part<'_>, share: Range<usize>, y: &mut [f32]) {
        let (x, [channels, height, _], lanes) =
            (part.arena.all(self.from[0]), self.from[0].shape, self.to.lanes);
        let all = self.to.shape[0];
        y.fill(0.0);
        for (at, y) in (share.start * lanes..all).zip(y) {
            let (place, channel) = (at / channels, at % channels);
            let (column, row) = (place / height, place % height);
            *y = x.row(channel / lanes, row)[column * lanes + channel % lanes];
        }
    }

    pub(super) fn joined(&self, part: &Part<'_>, y: &mut Writing<'_>) {
        let (share, lanes) = (y.share.clone(), self.to.lanes);
        self.each_row(&share, |block, row| y.row(block, row).fill(0.0));
        let mut first = 0;
        for held in &self.from {
            let x = part.arena.all(*held);
            for channel in 0..held.shape[0] {
                let (to, from) = (first + channel, channel);
                self.each_row(&share, |block, row| {
                    if block == to / lanes {
                        let x = x.row(from / lanes, row).iter().skip(from % lanes).step_by(lanes);
                        let y = y.row(block, row).iter_mut().skip(to % lanes).step_by(lanes);
                        y.zip(x).for_each(|(y, x)| *y = *x);
                    }
                });
            }
            first += held.shape[0];
        }
    }
}
