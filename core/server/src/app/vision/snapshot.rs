//! Galleries between starts: filled from the sealed parts in the data folder, the rest from the database, and kept there in
//! the background.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use domain::{FaceId, Timestamp, UserId};
use pipeline::{Embedding, Gallery, Subject, TemplateId};
use store::{GalleryRow, KeptPart, Part, PartBuffer, Snapshot, Store, StoreError, WrittenPart};

/// Threads that open parts at a start; the database has as many connections to read with.
const OPENERS_MAX: usize = 4;
/// Parts that are written before their keys are kept, in one commit.
const WRITTEN_AT_ONCE: usize = 64;

/// Where the parts of a gallery came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    /// Opened in the data folder.
    pub(crate) opened: usize,
    /// Without a key, because faces changed since they were written: read from the database.
    pub(crate) read: usize,
    /// With a key, and did not open: read from the database.
    pub(crate) refused: usize,
}

impl Filled {
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            opened: self.opened + other.opened,
            read: self.read + other.read,
            refused: self.refused + other.refused,
        }
    }
}

/// Why parts were not kept; the next start reads them from the database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unkept {
    #[error("the folder `gallery` in data.folder cannot be written")]
    Folder(#[from] std::io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts the template of a row into the gallery; says whether it fits.
pub(super) fn insert(gallery: &Gallery, row: &GalleryRow) -> bool {
    let (template, subject) = (TemplateId(row.id.0.as_u128()), Subject(row.user.0.as_u128()));
    Embedding::new(row.template.to_vec())
        .is_ok_and(|embedding| gallery.insert(template, subject, gallery.model_tag(), &embedding).is_ok())
}

/// Fills a gallery part by part: from the folder what opens there, from the database what does not. Says besides how many
/// templates fit no more.
pub(super) fn fill(
    store: &Store,
    snapshot: &Snapshot,
    gallery: &Gallery,
    kept: Vec<KeptPart>,
) -> Result<(Filled, usize), StoreError> {
    let mut keys: HashMap<Part, KeptPart> = kept.into_iter().map(|kept| (kept.part, kept)).collect();
    let parts: Vec<(Part, Option<KeptPart>)> = Part::all().map(|part| (part, keys.remove(&part))).collect();
    let opener = Opener { store, snapshot, gallery, parts: &parts, next: AtomicUsize::new(0) };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(OPENERS_MAX);
    let done: Vec<Result<Opened, StoreError>> = std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(|| opener.run())).collect();
        let mine = opener.run();
        let theirs = helpers.into_iter().map(|helper| {
            helper.join().unwrap_or_else(|_| Err(StoreError::Unavailable("a part was not read".to_owned())))
        });
        std::iter::once(mine).chain(theirs).collect()
    });
    let mut all = Opened::default();
    for opened in done {
        let opened = opened?;
        all.filled = all.filled.and(opened.filled);
        all.unusable += opened.unusable;
        all.refused.extend(opened.refused);
    }
    let refused: Vec<&KeptPart> = all.refused.iter().filter_map(|place| parts[*place].1.as_ref()).collect();
    if !refused.is_empty() {
        tracing::warn!(
            parts = refused.len(),
            model_tag = gallery.model_tag(),
            "parts of the sealed gallery did not open and were read from the database"
        );
        store.forget_parts((snapshot, gallery.model_tag()), &refused)?;
    }
    Ok((all.filled, all.unusable))
}

/// What one thread did.
#[derive(Default)]
struct Opened {
    filled: Filled,
    unusable: usize,
    /// Places of the parts that have a key and did not open.
    refused: Vec<usize>,
}

/// Opens parts as long as there are any that no other thread has taken.
struct Opener<'a> {
    store: &'a Store,
    snapshot: &'a Snapshot,
    gallery: &'a Gallery,
    parts: &'a [(Part, Option<KeptPart>)],
    next: AtomicUsize,
}

impl Opener<'_> {
    fn run(&self) -> Result<Opened, StoreError> {
        let (mut done, mut buffer) = (Opened::default(), PartBuffer::default());
        loop {
            let place = self.next.fetch_add(1, Ordering::Relaxed);
            let Some((part, kept)) = self.parts.get(place) else { return Ok(done) };
            match kept.as_ref().map(|kept| self.open(kept, &mut buffer)) {
                Some(true) => {
                    done.filled.opened += 1;
                    continue;
                }
                Some(false) => {
                    done.filled.refused += 1;
                    done.refused.push(place);
                }
                None => done.filled.read += 1,
            }
            for row in self.store.part_rows(self.gallery.model_tag(), *part)? {
                done.unusable += usize::from(!insert(self.gallery, &row));
            }
        }
    }

    /// Says whether the part opened and its rows are in the gallery.
    fn open(&self, kept: &KeptPart, buffer: &mut PartBuffer) -> bool {
        let fault = match self.snapshot.read(self.gallery.model_tag(), kept, buffer) {
            Ok(rows) => match self.gallery.insert_coded(rows) {
                Ok(_) => return true,
                Err(error) => error.to_string(),
            },
            Err(fault) => crate::api::chain(&fault),
        };
        tracing::debug!(part = %kept.part, fault, "a part of the sealed gallery is not taken");
        false
    }
}

/// Writes what has no key of the galleries that are too large for exact values in memory, and removes files without a key.
/// `go_on` hears after each commit how long it took, and says whether there is time for more. Blocks.
pub(crate) fn keep(
    (store, snapshot): (&Store, &Snapshot),
    galleries: &[&Gallery],
    at: Timestamp,
    mut go_on: impl FnMut(Duration) -> bool,
) -> Result<usize, Unkept> {
    let places = store.kept_places(snapshot)?;
    snapshot.sweep(&places)?;
    let mut kept = 0;
    for gallery in galleries.iter().filter(|gallery| !gallery.is_exact()) {
        let tag = gallery.model_tag();
        let missing: Vec<Part> = Part::all().filter(|part| !places.contains(&(tag, *part))).collect();
        for parts in missing.chunks(WRITTEN_AT_ONCE) {
            let begun = Instant::now();
            let mut written = Vec::with_capacity(parts.len());
            for part in parts {
                written.extend(write(store, snapshot, gallery, *part)?);
            }
            if !written.is_empty() {
                kept += store.keep_parts((snapshot, tag), at, &written)?;
            }
            if !go_on(begun.elapsed()) {
                return Ok(kept);
            }
        }
    }
    Ok(kept)
}

/// Writes one part; `None` when nobody is in it, or when the gallery has not heard of all of them yet.
fn write(
    store: &Store,
    snapshot: &Snapshot,
    gallery: &Gallery,
    part: Part,
) -> Result<Option<WrittenPart>, Unkept> {
    let found = store.part_faces(gallery.model_tag(), part)?;
    let label = |(face, user): &(FaceId, UserId)| (Subject(user.0.as_u128()), TemplateId(face.0.as_u128()));
    let labels: Vec<_> = found.faces.iter().map(label).collect();
    let Some(rows) =
        Some(&labels).filter(|labels| !labels.is_empty()).and_then(|labels| gallery.coded(labels))
    else {
        return Ok(None);
    };
    let place = (gallery.model_tag(), part);
    Ok(Some(snapshot.write(place, (labels.len(), found.changes), &rows)?))
}

#[cfg(test)]
mod tests;
