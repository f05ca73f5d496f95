//! The rows of a gallery: in segments that a search keeps as they were when it began, while changes go on.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use hashbrown::HashTable;
use zeroize::Zeroize;

use super::code::Measure;
use super::{Subject, TemplateId};

/// Rows of one segment. A change copies a segment that a search is reading: 256 KiB at 512 values.
pub(super) const SEGMENT_ROWS: usize = 512;

/// Whose template a row is.
pub(super) type Label = (Subject, TemplateId);

/// Some rows, one after the other. Overwritten when dropped: a removed face leaves nothing behind in memory.
pub(super) struct Segment {
    pub(super) labels: Vec<Label>,
    pub(super) measures: Vec<Measure>,
    /// `[rows, dim]`
    pub(super) codes: Vec<i8>,
    /// `[rows, dim]`, or empty where the exact values are elsewhere.
    pub(super) exact: Vec<f32>,
}

/// A row to be inserted.
#[derive(Clone, Copy)]
pub(super) struct NewRow<'a> {
    pub(super) label: Label,
    pub(super) measure: Measure,
    pub(super) codes: &'a [i8],
    /// Empty where the exact values are elsewhere.
    pub(super) exact: &'a [f32],
}

impl Segment {
    fn new(dim: usize, exact: bool) -> Self {
        Self {
            labels: Vec::with_capacity(SEGMENT_ROWS),
            measures: Vec::with_capacity(SEGMENT_ROWS),
            codes: Vec::with_capacity(SEGMENT_ROWS * dim),
            exact: Vec::with_capacity(if exact { SEGMENT_ROWS * dim } else { 0 }),
        }
    }

    fn push(&mut self, row: NewRow<'_>) {
        self.labels.push(row.label);
        self.measures.push(row.measure);
        self.codes.extend_from_slice(row.codes);
        self.exact.extend_from_slice(row.exact);
    }

    fn pop(&mut self, dim: usize) {
        self.labels.pop();
        self.measures.pop();
        let rows = self.labels.len();
        self.codes[rows * dim..].zeroize();
        self.codes.truncate(rows * dim);
        if !self.exact.is_empty() {
            self.exact[rows * dim..].zeroize();
            self.exact.truncate(rows * dim);
        }
    }

    fn copy_within(&mut self, from: usize, to: usize, dim: usize) {
        self.labels[to] = self.labels[from];
        self.measures[to] = self.measures[from];
        self.codes.copy_within(from * dim..(from + 1) * dim, to * dim);
        if !self.exact.is_empty() {
            self.exact.copy_within(from * dim..(from + 1) * dim, to * dim);
        }
    }

    /// The exact values of a row, where they are here.
    pub(super) fn exact(&self, row: usize, dim: usize) -> Option<&[f32]> {
        self.exact.get(row * dim..(row + 1) * dim)
    }
}

impl Clone for Segment {
    fn clone(&self) -> Self {
        let dim = self.codes.len() / self.labels.len().max(1);
        let mut copy = Self::new(dim, !self.exact.is_empty());
        copy.labels.extend_from_slice(&self.labels);
        copy.measures.extend_from_slice(&self.measures);
        copy.codes.extend_from_slice(&self.codes);
        copy.exact.extend_from_slice(&self.exact);
        copy
    }
}

impl Drop for Segment {
    fn drop(&mut self) {
        self.codes.zeroize();
        self.exact.zeroize();
    }
}

/// Rows in no particular order: the last one takes a removed one's place.
pub(super) struct Rows {
    dim: usize,
    segments: Vec<Arc<Segment>>,
    /// Which change was a segment's last; changes are numbered from one on, for as long as there are these rows.
    changed: Vec<u64>,
    changes: u64,
    count: usize,
    /// Places by template; only the places are kept, because a million ids take more memory than their hashes.
    places: HashTable<u32>,
    hasher: RandomState,
    /// Whether exact values are kept here.
    pub(super) exact: bool,
}

impl Rows {
    pub(super) fn new(dim: usize) -> Self {
        let (segments, changed, places) = (Vec::new(), Vec::new(), HashTable::new());
        let hasher = RandomState::new();
        Self { dim, segments, changed, changes: 0, count: 0, places, hasher, exact: true }
    }

    /// Removes all rows.
    pub(super) fn clear(&mut self) {
        *self = Self { changes: self.changes + 1, ..Self::new(self.dim) };
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// All segments as they are now; what is changed later is changed in copies.
    pub(super) fn segments(&self) -> &[Arc<Segment>] {
        &self.segments
    }

    /// All segments as they are now, and when they became so.
    pub(super) fn snapshot(&self) -> Snapshot {
        let (segments, changed) = (self.segments.clone(), self.changed.clone());
        Snapshot { segments, changed, changes: self.changes }
    }

    /// The segment of the row at `place` is about to change.
    fn touch(&mut self, place: usize) {
        self.changes += 1;
        if let Some(changed) = self.changed.get_mut(place / SEGMENT_ROWS) {
            *changed = self.changes;
        }
    }

    /// All labels.
    pub(super) fn labels(&self) -> impl Iterator<Item = Label> {
        self.segments.iter().flat_map(|segment| segment.labels.iter().copied())
    }

    /// The segment of a template, and its row there.
    pub(super) fn place(&self, template: TemplateId) -> Option<(&Arc<Segment>, usize)> {
        let is_of = |place: &u32| label(&self.segments, *place).1 == template;
        let place = *self.places.find(self.hasher.hash_one(template), is_of)? as usize;
        Some((self.segments.get(place / SEGMENT_ROWS)?, place % SEGMENT_ROWS))
    }

    /// Makes room for `count` rows.
    pub(super) fn reserve(&mut self, count: usize) {
        self.segments.reserve(count.div_ceil(SEGMENT_ROWS));
        let (segments, hasher) = (&self.segments, &self.hasher);
        self.places.reserve(count, |place| hasher.hash_one(label(segments, *place).1));
    }

    /// Adds a row, or replaces the one of this template.
    pub(super) fn insert(&mut self, new: NewRow<'_>) {
        let (template, dim) = (new.label.1, self.dim);
        self.remove(template);
        if self.count == self.segments.len() * SEGMENT_ROWS {
            self.segments.push(Arc::new(Segment::new(dim, self.exact)));
            self.changed.push(0);
        }
        self.touch(self.count);
        let place = u32::try_from(self.count).expect("as many templates do not fit in memory");
        if let Some(last) = self.segments.last_mut() {
            let exact = if self.exact { new.exact } else { &[] };
            Arc::make_mut(last).push(NewRow { exact, ..new });
        }
        self.count += 1;
        let (segments, hasher) = (&self.segments, &self.hasher);
        let hash = |place: &u32| hasher.hash_one(label(segments, *place).1);
        self.places.insert_unique(hasher.hash_one(template), place, hash);
    }

    /// Removes a row; says whether there was one.
    pub(super) fn remove(&mut self, template: TemplateId) -> bool {
        let (segments, dim) = (&self.segments, self.dim);
        let is_of = |place: &u32| label(segments, *place).1 == template;
        let found = self.places.find_entry(self.hasher.hash_one(template), is_of);
        let Ok(entry) = found else { return false };
        let (place, _) = entry.remove();
        self.count -= 1;
        let last = self.count as u32;
        self.touch(self.count);
        if place != last {
            let (segments, moved_to) = (&self.segments, place as usize);
            let moved = label(segments, last).1;
            let hash = self.hasher.hash_one(moved);
            if let Some(moved) = self.places.find_mut(hash, |place| *place == last) {
                *moved = place;
            }
            self.touch(moved_to);
            self.overwrite(moved_to, self.count);
        }
        if let Some(segment) = self.segments.last_mut() {
            Arc::make_mut(segment).pop(dim);
        }
        if self.count.is_multiple_of(SEGMENT_ROWS) {
            self.segments.pop();
            self.changed.pop();
        }
        true
    }

    /// Puts the row at place `from` in the stead of the one at place `to`.
    fn overwrite(&mut self, to: usize, from: usize) {
        let (dim, row, last) = (self.dim, to % SEGMENT_ROWS, from % SEGMENT_ROWS);
        let (before, after) = self.segments.split_at_mut(from / SEGMENT_ROWS);
        let Some(source) = after.first_mut() else { return };
        let Some(target) = before.get_mut(to / SEGMENT_ROWS) else {
            return Arc::make_mut(source).copy_within(last, row, dim);
        };
        let target = Arc::make_mut(target);
        target.labels[row] = source.labels[last];
        target.measures[row] = source.measures[last];
        target.codes[row * dim..][..dim].copy_from_slice(&source.codes[last * dim..][..dim]);
        if let Some(exact) = source.exact(last, dim) {
            target.exact[row * dim..][..dim].copy_from_slice(exact);
        }
    }

    /// Keeps no exact values from now on.
    pub(super) fn drop_exact(&mut self) {
        self.exact = false;
        for segment in self.segments.iter_mut().filter(|segment| !segment.exact.is_empty()) {
            let segment = Arc::make_mut(segment);
            segment.exact.zeroize();
            segment.exact = Vec::new();
        }
    }
}

/// The rows as they were at a time.
pub(super) struct Snapshot {
    pub(super) segments: Vec<Arc<Segment>>,
    /// Which change was each segment's last.
    pub(super) changed: Vec<u64>,
    /// Which change was the last of all.
    pub(super) changes: u64,
}

fn label(segments: &[Arc<Segment>], place: u32) -> Label {
    segments[place as usize / SEGMENT_ROWS].labels[place as usize % SEGMENT_ROWS]
}
