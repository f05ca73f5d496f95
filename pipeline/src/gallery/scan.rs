//! One pass over all rows for all queries: whatever the bounds leave open is a candidate.
//!
//! Who is first and who is second among different people is known for certain as soon as the exact similarities of the
//! candidates are: let L be the second highest of each person's highest lower bound. Then two people have a row of at least
//! L, so that the best row and the best row of anybody else are at least L, and a row whose upper bound is below L is neither.
//! Nor is a row whose upper bound is below the lower bound of a row of the same person.

use std::collections::BinaryHeap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::code::{Bounds, Query};
use super::kernel::Kernel;
use super::rows::{Label, SEGMENT_ROWS, Segment};
use super::{Subject, TemplateId};
use ceiling::Ceiling;

mod ceiling;

/// Rows whose products are made at a time: with 512 values they just fit in the first cache for the next query.
const BLOCK_ROWS: usize = 64;
/// Rows that have one ceiling, where something else has gone over them before.
pub(super) const CEILING_ROWS: usize = models::table::BLOCK_ROWS;
const _: () = assert!(CEILING_ROWS <= BLOCK_ROWS && SEGMENT_ROWS.is_multiple_of(CEILING_ROWS));
/// Candidates are looked through again when there are so many, at the least.
const CANDIDATES_MIN: usize = 1_024;

/// Which rows are candidates.
#[derive(Clone)]
pub(super) enum Wanted {
    /// Those that may be the best, or the best of anybody else; a template that is gone is neither.
    Best { gone: Vec<TemplateId> },
    /// Those of anybody but a subject that may be this similar.
    Alike { subject: Subject, least: f64 },
}

/// A row that may be wanted.
#[derive(Clone, Copy)]
pub(super) struct Candidate {
    pub(super) segment: usize,
    pub(super) row: usize,
    pub(super) label: Label,
    pub(super) bounds: Bounds,
}

/// The candidates of one query.
pub(super) struct Candidates {
    pub(super) rows: Vec<Candidate>,
    /// Who is first by lower bounds, and that bound.
    first: Option<(Subject, f64)>,
    /// The highest lower bound of anybody else.
    second: f64,
    /// At how many candidates they are looked through again.
    full: usize,
}

impl Candidates {
    fn new() -> Self {
        Self { rows: Vec::new(), first: None, second: f64::NEG_INFINITY, full: CANDIDATES_MIN }
    }

    /// Takes a row that may be wanted.
    fn add(&mut self, candidate: Candidate, wanted: &Wanted) {
        let (subject, template) = candidate.label;
        match wanted {
            Wanted::Alike { subject: own, .. } if subject == *own => return,
            Wanted::Alike { .. } => {}
            Wanted::Best { gone } if gone.contains(&template) => return,
            Wanted::Best { .. } => {
                if !self.rank(subject, candidate.bounds) {
                    return;
                }
            }
        }
        self.rows.push(candidate);
        if self.rows.len() >= self.full {
            self.look_through(wanted);
            self.full = CANDIDATES_MIN.max(2 * self.rows.len());
        }
    }

    /// Learns from a row's bounds who is first and second; says whether the row is a candidate.
    fn rank(&mut self, subject: Subject, Bounds { lower, upper }: Bounds) -> bool {
        match self.first {
            Some((first, least)) if first == subject => {
                if upper < least {
                    return false;
                }
                self.first = Some((first, least.max(lower)));
            }
            Some((_, least)) if lower <= least => self.second = self.second.max(lower),
            before => {
                self.second = before.map_or(self.second, |(_, least)| least);
                self.first = Some((subject, lower));
            }
        }
        true
    }

    /// What a row's upper bound has to reach.
    fn least(&self, wanted: &Wanted) -> f64 {
        match wanted {
            Wanted::Alike { least, .. } => *least,
            Wanted::Best { .. } => self.second,
        }
    }

    fn look_through(&mut self, wanted: &Wanted) {
        let (least, first) = (self.least(wanted), self.first);
        let beaten = |row: &Candidate| {
            first.is_some_and(|(subject, least)| row.label.0 == subject && row.bounds.upper < least)
        };
        self.rows.retain(|row| row.bounds.upper >= least && !beaten(row));
    }

    /// The candidates of two parts of the gallery.
    pub(super) fn join(mut self, other: Self, wanted: &Wanted) -> Self {
        for candidate in other.rows {
            if candidate.bounds.upper >= self.least(wanted) {
                self.add(candidate, wanted);
            }
        }
        self
    }

    /// The candidates that are left, the most promising one first.
    pub(super) fn sorted(mut self, wanted: &Wanted) -> Vec<Candidate> {
        self.look_through(wanted);
        self.rows.sort_by(|a, b| b.bounds.upper.total_cmp(&a.bounds.upper));
        self.rows
    }
}

/// Segments to be looked through by whoever has time.
pub(super) struct Scan {
    pub(super) segments: Vec<Arc<Segment>>,
    pub(super) queries: Vec<Query>,
    pub(super) wanted: Wanted,
    pub(super) kernel: Kernel,
    next: AtomicUsize,
}

impl Scan {
    pub(super) fn new(
        segments: Vec<Arc<Segment>>,
        queries: Vec<Query>,
        wanted: Wanted,
        kernel: Kernel,
    ) -> Self {
        Self { segments, queries, wanted, kernel, next: AtomicUsize::new(0) }
    }

    /// How many bytes there are to be read.
    pub(super) fn bytes(&self) -> usize {
        self.segments.iter().map(|segment| segment.codes.len()).sum()
    }

    /// Looks through segments as long as there are any that nobody has taken. Gives the candidates of each query, and how
    /// many segments that were.
    pub(super) fn part(&self) -> (Vec<Candidates>, usize) {
        let (mut found, mut taken) = (self.none(), 0);
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(segment) = self.segments.get(place) else { return (found, taken) };
            taken += 1;
            self.look_through(place, segment, &mut found);
        }
    }

    /// The candidates of each query in all segments, whoever else looks through them.
    pub(super) fn whole(&self) -> Vec<Candidates> {
        let mut found = self.none();
        let segments = self.segments.iter().enumerate();
        segments.for_each(|(place, segment)| self.look_through(place, segment, &mut found));
        found
    }

    fn none(&self) -> Vec<Candidates> {
        self.queries.iter().map(|_| Candidates::new()).collect()
    }

    /// The candidates of each query where none of its rows in a block is above the block's ceiling, of which there is one
    /// for each [`CEILING_ROWS`] rows: the highest blocks are looked through first, and the others not at all.
    pub(super) fn under(&self, ceilings: Vec<Vec<f64>>) -> Vec<Candidates> {
        let mut found = self.none();
        for (number, (ceilings, found)) in ceilings.into_iter().zip(&mut found).enumerate() {
            let ceilings = ceilings.into_iter().enumerate();
            let mut blocks: BinaryHeap<Ceiling> = ceilings.map(Ceiling::from).collect();
            while let Some(block) = blocks.pop().filter(|block| block.height >= found.least(&self.wanted)) {
                let place = block.number * CEILING_ROWS / SEGMENT_ROWS;
                let Some(segment) = self.segments.get(place) else { continue };
                let (rows, first) = (segment.labels.len(), block.number * CEILING_ROWS % SEGMENT_ROWS);
                let rows = first.min(rows)..rows.min(first + CEILING_ROWS);
                self.look_at((place, segment), rows, (number, true), found);
            }
        }
        found
    }

    fn look_through(&self, place: usize, segment: &Segment, found: &mut [Candidates]) {
        each_block(segment.labels.len(), |rows| {
            for (number, found) in found.iter_mut().enumerate() {
                self.look_at((place, segment), rows.clone(), (number, number == 0), found);
            }
        });
    }

    /// Looks at some rows of a segment for a query, which may be the `first` that reads them.
    fn look_at(
        &self,
        (place, segment): (usize, &Segment),
        rows: Range<usize>,
        (query, first): (usize, bool),
        found: &mut Candidates,
    ) {
        let mut least = found.least(&self.wanted);
        bounds(self.kernel, &self.queries[query], segment, (rows, first), |row, bounds| {
            if bounds.upper >= least {
                let label = segment.labels[row];
                found.add(Candidate { segment: place, row, label, bounds }, &self.wanted);
                least = found.least(&self.wanted);
            }
        });
    }
}

/// Goes through `rows` rows block by block.
pub(super) fn each_block(rows: usize, mut each: impl FnMut(Range<usize>)) {
    for first in (0..rows).step_by(BLOCK_ROWS) {
        each(first..rows.min(first + BLOCK_ROWS));
    }
}

/// The bounds of the similarities of some rows, one block at the most, which may be the `first` time that they are read.
pub(super) fn bounds(
    kernel: Kernel,
    query: &Query,
    segment: &Segment,
    (rows, first): (Range<usize>, bool),
    mut each: impl FnMut(usize, Bounds),
) {
    let mut products = [0; BLOCK_ROWS];
    let products = &mut products[..rows.len()];
    let codes = &segment.codes[rows.start * query.values.len()..];
    kernel.products(&query.values, (codes, first), products);
    let measures = &segment.measures[rows.clone()];
    for ((row, product), measure) in rows.zip(products.iter()).zip(measures) {
        each(row, query.bounds(*product, *measure));
    }
}
