//! The rows of a gallery on a GPU as well, which tells of each block of rows how similar one of them can be.
//!
//! The GPU decides nothing: the CPU looks through the blocks that can matter, as it would look through all, and what that
//! leaves open is compared in f32. So the answer is the same to the last bit, as long as no row is above what the GPU tells of
//! its block; [`Query::ceiling`] says why none is, and a trial sees to it before a GPU is used.
//!
//! A search takes the rows as they are while it holds the GPU, and brings what is there up to them. So does each change
//! before it returns: what was removed is overwritten there, too.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use models::Engine;
use models::table::{Page, Table, TableError};
use parking_lot::Mutex;

use super::code::{Query, TABLE_DIM_MAX};
use super::kernel::Kernel;
use super::lock::RwLock;
use super::rows::{Rows, SEGMENT_ROWS, Segment, Snapshot};
use super::scan::{CEILING_ROWS, bounds};
use crate::embedding::Embedding;

/// Fewer rows are searched by the CPU, which takes about a millisecond for so many of 512 values on two cores
/// (docs/benchmarks.md). What a search on a GPU takes beside reading the rows, to be submitted, to be waited for and to have
/// its answer read, is a few tenths of one by what others report; on a GPU of this kind it has not been measured yet.
pub(super) const ROWS_MIN: usize = 32_768;

const _: () = assert!(SEGMENT_ROWS == models::table::PAGE_ROWS);

/// All rows of a search, and of each query how similar a row of each block can be.
type Ceilings = (Vec<Arc<Segment>>, Vec<Vec<f64>>);

/// A GPU that a gallery may use.
pub(super) struct Device {
    kernel: Kernel,
    dim: usize,
    rows_min: usize,
    /// `None` when it has failed, for good.
    mirror: Mutex<Option<Mirror>>,
    /// Whether rows are there.
    used: AtomicBool,
}

/// What is on the GPU.
struct Mirror {
    table: Box<dyn Table>,
    /// Of each segment, as which change it is there.
    changed: Vec<u64>,
    /// The last change of all that is there.
    changes: u64,
}

impl Device {
    /// The engine's GPU for rows of `dim` values; `None` where it has none that can be used.
    pub(super) fn of(engine: &Engine, kernel: Kernel, dim: usize, rows_min: usize) -> Option<Self> {
        if dim > TABLE_DIM_MAX {
            return None;
        }
        let table = engine.table(dim)?;
        let table =
            table.inspect_err(|error| tracing::error!(%error, "the CPU searches the gallery")).ok()?;
        Some(Self::with(table, kernel, dim, rows_min))
    }

    pub(super) fn with(table: Box<dyn Table>, kernel: Kernel, dim: usize, rows_min: usize) -> Self {
        let mirror = Mutex::new(Some(Mirror { table, changed: Vec::new(), changes: 0 }));
        Self { kernel, dim, rows_min, mirror, used: AtomicBool::new(false) }
    }

    /// Whether it searches so many rows.
    pub(super) fn searches(&self, rows: usize) -> bool {
        rows >= self.rows_min && self.used.load(Ordering::SeqCst)
    }

    /// Takes the rows to the GPU where there are enough of them.
    pub(super) fn begin(&self, rows: &RwLock<Rows>) {
        self.ceilings(rows, &[]);
    }

    /// The rows as they are now, and what the GPU says of each query; `None` where the CPU is to search.
    pub(super) fn ceilings(&self, rows: &RwLock<Rows>, queries: &[Query]) -> Option<Ceilings> {
        if rows.read().count() < self.rows_min {
            return None;
        }
        let mut mirror = self.mirror.lock();
        // Before the rows are read, so that whoever changes them after that brings the change.
        let first = mirror.is_some() && !self.used.swap(true, Ordering::SeqCst);
        let snapshot = rows.read().snapshot();
        let held = mirror.as_mut()?;
        let begun = if first { held.begin(&snapshot, self.kernel, self.dim) } else { Ok(()) };
        let asked = begun.and_then(|()| held.ceilings(&snapshot, queries));
        match asked {
            Ok(ceilings) => Some((snapshot.segments, ceilings)),
            Err(error) => {
                self.give_up(&mut mirror, &error);
                None
            }
        }
    }

    /// Brings the rows on the GPU up to a change.
    pub(super) fn follow(&self, rows: &RwLock<Rows>) {
        if !self.used.load(Ordering::SeqCst) {
            return;
        }
        let mut mirror = self.mirror.lock();
        let snapshot = rows.read().snapshot();
        let followed = mirror.as_mut().map(|mirror| mirror.follow(&snapshot));
        if let Some(Err(error)) = followed {
            self.give_up(&mut mirror, &error);
        }
    }

    fn give_up(&self, mirror: &mut Option<Mirror>, error: &TableError) {
        tracing::error!(%error, "the GPU searches the gallery no more; the CPU does");
        self.used.store(false, Ordering::SeqCst);
        *mirror = None;
    }
}

impl Mirror {
    /// Brings all rows, and tries whether what the GPU says of them is right.
    fn begin(&mut self, snapshot: &Snapshot, kernel: Kernel, dim: usize) -> Result<(), TableError> {
        self.follow(snapshot)?;
        let values = (0..dim).map(|at| (at as f32 * 0.7).sin() + 0.1).collect();
        let Ok(embedding) = Embedding::new(values) else { return Ok(()) };
        let query = Query::new(&embedding);
        let found = self.ceilings(snapshot, std::slice::from_ref(&query))?;
        let expected = snapshot.segments.iter().flat_map(|segment| highest(kernel, &query, segment));
        // A ceiling far above its highest row would do no harm, but it is not the number that was asked for.
        let right = |(ceiling, highest): (&f64, f64)| match highest.is_finite() {
            true => highest <= *ceiling && *ceiling <= highest + 1e-4,
            false => *ceiling < -1.0,
        };
        match found.iter().flatten().zip(expected).all(right) {
            true => {
                let rows: usize = snapshot.segments.iter().map(|segment| segment.labels.len()).sum();
                tracing::info!(rows, "the GPU searches the gallery");
                Ok(())
            }
            false => Err(TableError("its sums are wrong".to_owned())),
        }
    }

    /// Brings what has changed.
    fn follow(&mut self, snapshot: &Snapshot) -> Result<(), TableError> {
        if self.changes == snapshot.changes {
            return Ok(());
        }
        for (page, (segment, changed)) in snapshot.segments.iter().zip(&snapshot.changed).enumerate() {
            if self.changed.get(page) != Some(changed) {
                let measures: Vec<[f32; 2]> =
                    segment.measures.iter().map(|measure| [measure.scale, measure.residual]).collect();
                self.table.write(page, Page { values: &segment.codes, measures: &measures })?;
            }
        }
        self.table.truncate(snapshot.segments.len())?;
        self.changed.clone_from(&snapshot.changed);
        self.changes = snapshot.changes;
        self.table.flush()
    }

    /// How similar a row of each block can be.
    fn ceilings(&mut self, snapshot: &Snapshot, queries: &[Query]) -> Result<Vec<Vec<f64>>, TableError> {
        self.follow(snapshot)?;
        let asked: Vec<_> = queries.iter().map(Query::for_table).collect();
        let found = self.table.maxima(&asked)?;
        let blocks = SEGMENT_ROWS / CEILING_ROWS * snapshot.segments.len();
        if found.len() != queries.len() || found.iter().any(|maxima| maxima.len() != blocks) {
            return Err(TableError("it left out blocks".to_owned()));
        }
        let ceilings = queries
            .iter()
            .zip(found)
            .map(|(query, maxima)| maxima.into_iter().map(|largest| query.ceiling(largest)).collect());
        Ok(ceilings.collect())
    }
}

/// The highest upper bound of each block of a segment; of one without rows, next to nothing.
fn highest(kernel: Kernel, query: &Query, segment: &Segment) -> Vec<f64> {
    let rows = segment.labels.len();
    let of_block = |first: usize| {
        let mut highest = f64::NEG_INFINITY;
        let block = first.min(rows)..rows.min(first + CEILING_ROWS);
        bounds(kernel, query, segment, (block, true), |_, bounds| highest = highest.max(bounds.upper));
        highest
    };
    (0..SEGMENT_ROWS).step_by(CEILING_ROWS).map(of_block).collect()
}
