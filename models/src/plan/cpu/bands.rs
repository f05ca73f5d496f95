//! Values in memory: in blocks of channels, and cut into bands, of which each member of a team writes its own.
//!
//! A value is cut by rows, or by blocks of channels if it has a single place. In a band lie the blocks one behind
//! another, in a block the places row by row, at a place the channels of the block.

use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::product::{Blocks, BlocksMut, GROUP};
use super::wide::Aligned;
use crate::plan::Shape;

/// The most members of a team.
pub const MEMBERS_MAX: usize = 16;

/// Where a value lies and how large it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) slot: usize,
    pub(super) shape: Shape,
    /// Channels of a block.
    pub(super) lanes: usize,
    /// Whether it is cut by blocks of channels: it has a single place then.
    pub(super) by_blocks: bool,
}

/// One of a team.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) index: usize,
    pub(super) of: usize,
}

impl Member {
    /// Works without others.
    pub(super) const ALONE: Self = Self { index: 0, of: 1 };

    /// Its part of so many things.
    pub(super) fn share(self, things: usize) -> Range<usize> {
        self.index * things / self.of..(self.index + 1) * things / self.of
    }
}

impl Held {
    pub(super) fn blocks(&self) -> usize {
        self.shape[0].div_ceil(self.lanes)
    }

    /// A member's rows, or blocks where it is cut by them.
    pub(super) fn share(&self, member: Member) -> Range<usize> {
        if !self.by_blocks {
            return member.share(self.shape[1]);
        }
        // whole groups of blocks, as products make them
        let groups = member.share(self.blocks().div_ceil(GROUP));
        (groups.start * GROUP).min(self.blocks())..(groups.end * GROUP).min(self.blocks())
    }

    /// Numbers of a row of a block.
    pub(super) fn line(&self) -> usize {
        self.shape[2] * self.lanes
    }

    /// Numbers from block to block in a band of so many rows.
    fn pitch(&self, rows: usize) -> usize {
        let pitch = rows * self.line();
        // blocks a multiple of a page apart would all want the same few lines of the cache
        if pitch.is_multiple_of(1024) { pitch + 16 } else { pitch }
    }

    /// Numbers of a member's band.
    pub(super) fn len(&self, member: Member) -> usize {
        let share = self.share(member).len();
        if self.by_blocks { share * self.lanes } else { self.blocks() * self.pitch(share) }
    }
}

/// The memory of all values of a plan while a team runs it: one band per slot and member.
#[derive(Debug)]
pub(super) struct Arena {
    /// `[slots][members]`
    bands: Vec<Vec<RwLock<Aligned>>>,
    /// What each member needs for itself.
    scratch: Vec<Mutex<Scratch>>,
    pub(super) members: usize,
}

/// Memory of one member, of which nothing is kept from stage to stage.
#[derive(Debug)]
pub(super) struct Scratch {
    /// What lies between two convolutions that are done together, or what a layer sees at once.
    pub(super) tile: Aligned,
    /// A row beyond a picture.
    pub(super) zeros: Aligned,
    /// What is seen over a picture's edge: numbers and zeros.
    pub(super) patch: Aligned,
}

/// Numbers of each part of a [`Scratch`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ScratchLens {
    pub(super) tile: usize,
    pub(super) zeros: usize,
    pub(super) patch: usize,
}

impl ScratchLens {
    pub(super) fn max(self, other: Self) -> Self {
        Self {
            tile: self.tile.max(other.tile),
            zeros: self.zeros.max(other.zeros),
            patch: self.patch.max(other.patch),
        }
    }
}

impl Arena {
    /// Memory for the values, of a team of so many.
    pub(super) fn of(held: &[Held], lens: ScratchLens, members: usize) -> Self {
        let slots = held.iter().map(|held| held.slot + 1).max().unwrap_or(0);
        let len = |slot: usize, index: usize| {
            let of_slot = held.iter().filter(|held| held.slot == slot);
            of_slot.map(|held| held.len(Member { index, of: members })).max().unwrap_or(0)
        };
        let bands = |slot| (0..members).map(|index| RwLock::new(Aligned::zeros(len(slot, index)))).collect();
        let scratch = || {
            let [tile, zeros, patch] = [lens.tile, lens.zeros, lens.patch].map(Aligned::zeros);
            Mutex::new(Scratch { tile, zeros, patch })
        };
        let scratch = (0..members).map(|_| scratch()).collect();
        Self { bands: (0..slots).map(bands).collect(), scratch, members }
    }

    /// What a member needs for itself.
    pub(super) fn scratch(&self, member: Member) -> MutexGuard<'_, Scratch> {
        self.scratch[member.index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A member's band of a value, to be written.
    pub(super) fn write(&self, held: Held, member: Member) -> Writing<'_> {
        let band = &self.bands[held.slot][member.index];
        Writing {
            numbers: band.write().unwrap_or_else(PoisonError::into_inner),
            share: held.share(member),
            held,
        }
    }

    /// A member's own band of a value.
    pub(super) fn own(&self, held: Held, member: Member) -> Seen<'_> {
        self.seen(held, held.share(member), member)
    }

    /// All of a value.
    pub(super) fn all(&self, held: Held) -> Seen<'_> {
        self.seen(held, 0..usize::MAX, Member { index: 0, of: self.members })
    }

    /// The bands of a value in which the units `needed` lie.
    pub(super) fn seen(&self, held: Held, needed: Range<usize>, member: Member) -> Seen<'_> {
        let mut seen = Seen { bands: [const { None }; MEMBERS_MAX], held, members: self.members };
        for index in 0..self.members {
            let share = held.share(Member { index, ..member });
            if share.start < needed.end && needed.start < share.end {
                let band = self.bands[held.slot][index].read().unwrap_or_else(PoisonError::into_inner);
                seen.bands[index] = Some((band, share));
            }
        }
        seen
    }
}

/// A band that is being written.
pub(super) struct Writing<'a> {
    numbers: RwLockWriteGuard<'a, Aligned>,
    /// Rows, or blocks where it is cut by them.
    pub(super) share: Range<usize>,
    held: Held,
}

impl Writing<'_> {
    /// All blocks, from one of the band's rows on.
    pub(super) fn rows_from(&mut self, row: usize) -> BlocksMut<'_> {
        let (pitch, skipped) =
            (self.held.pitch(self.share.len()), (row - self.share.start) * self.held.line());
        BlocksMut { numbers: &mut self.numbers[skipped..], pitch }
    }

    /// The blocks of a value that is cut by them.
    pub(super) fn single_place(&mut self) -> &mut [f32] {
        &mut self.numbers[..self.share.len() * self.held.lanes]
    }

    /// A row of a block.
    pub(super) fn row(&mut self, block: usize, row: usize) -> &mut [f32] {
        let line = self.held.line();
        let at = match self.held.by_blocks {
            true => (block - self.share.start) * line,
            false => block * self.held.pitch(self.share.len()) + (row - self.share.start) * line,
        };
        &mut self.numbers[at..][..line]
    }
}

/// Bands that are being read.
pub(super) struct Seen<'a> {
    bands: [Option<(RwLockReadGuard<'a, Aligned>, Range<usize>)>; MEMBERS_MAX],
    held: Held,
    members: usize,
}

impl Seen<'_> {
    /// A row of a block.
    ///
    /// # Panics
    /// When the row is not in the bands.
    pub(super) fn row(&self, block: usize, row: usize) -> &[f32] {
        let by_blocks = self.held.by_blocks;
        let unit = if by_blocks { block } else { row };
        let bands = self.bands[..self.members].iter().flatten();
        let mut bands = bands.skip_while(|(_, share)| share.end <= unit);
        let (numbers, share) = bands.next().expect("a stage asks for the rows that it needs");
        let line = self.held.line();
        let at = match by_blocks {
            true => (unit - share.start) * line,
            false => block * self.held.pitch(share.len()) + (unit - share.start) * line,
        };
        &numbers[at..][..line]
    }

    /// All blocks, from a row on, as far as its band goes.
    pub(super) fn rows_from(&self, row: usize) -> Blocks<'_> {
        let bands = self.bands[..self.members].iter().flatten();
        let mut bands = bands.skip_while(|(_, share)| share.end <= row);
        let (numbers, share) = bands.next().expect("a stage asks for the rows that it needs");
        let skipped = (row - share.start) * self.held.line();
        Blocks { numbers: &numbers[skipped..], pitch: self.held.pitch(share.len()) }
    }
}
