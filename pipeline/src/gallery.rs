//! The enrolled faces, searched exactly.
//!
//! A search reads every template in eight bits a value and rescores in f32 whatever those bits leave open, so that its answer
//! is that of comparing with all of them in f32, to the last bit; of equals the smallest id is first. A search keeps the
//! segments of rows as they are when it begins; a change made meanwhile copies the few that it touches. So neither waits for
//! the other, and a search sees every change that returned before it began.
//!
//! Where the engine has a GPU, that tells which blocks of rows a search has to look at; what it finds there is the same.

use std::collections::HashSet;
use std::sync::Arc;

use models::Engine;

use crate::embedding::Embedding;
use code::Code;
use device::Device;
use kernel::Kernel;
use lock::{RwLock, RwLockUpgradableReadGuard};
use rows::{Label, NewRow, Rows, Segment};

mod lock;
mod rows;

mod code;
mod kernel;

mod crew;
mod scan;

mod device;

mod coded;
mod comparison;
mod rescore;
mod search;
mod source;

pub use coded::CodedError;
pub use search::SearchError;
pub use source::{ExactTemplates, SourceError};

/// Somebody who is enrolled; opaque here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject(pub u128);

/// One enrolled template; opaque here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TemplateId(pub u128);

/// The best match and how far it is ahead of anybody else.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Top2 {
    /// Whose template matched best.
    pub subject: Subject,
    /// Which template.
    pub template: TemplateId,
    /// Cosine similarity to it.
    pub similarity: f32,
    /// Similarity to the best template of anybody else; `None` when only one subject is enrolled.
    pub runner_up: Option<f32>,
    /// How many templates were searched.
    pub searched: usize,
}

impl Top2 {
    /// How far the best is ahead of the runner-up; `None` without one.
    pub fn margin(&self) -> Option<f32> {
        self.runner_up.map(|runner_up| self.similarity - runner_up)
    }
}

/// Why a template was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GalleryError {
    /// Made by another recogniser.
    #[error("a template of model {found} can't be compared with those of model {expected}")]
    ModelTag {
        /// The gallery's recogniser.
        expected: u32,
        /// The template's.
        found: u32,
    },
    /// Of another length.
    #[error("a template has {found} values instead of {expected}")]
    Dim {
        /// The gallery's.
        expected: usize,
        /// The template's.
        found: usize,
    },
}

/// Enrolled templates of one recogniser. A change is visible to every search that starts after it returned.
pub struct Gallery {
    dim: usize,
    model_tag: u32,
    kernel: Kernel,
    rows: RwLock<Rows>,
    source: Option<Arc<dyn ExactTemplates>>,
    /// With a source, how many rows have their exact values in memory at the most: all of them, or none.
    exact_rows_max: usize,
    /// The GPU that has the rows as well.
    device: Option<Device>,
}

impl Gallery {
    /// An empty gallery for the recogniser `model_tag`, whose embeddings have `dim` values. It keeps the exact values in
    /// memory, however many there are.
    pub fn new(dim: usize, model_tag: u32) -> Self {
        let (kernel, rows) = (Kernel::best(), RwLock::new(Rows::new(dim)));
        Self { dim, model_tag, kernel, rows, source: None, exact_rows_max: usize::MAX, device: None }
    }

    /// An empty gallery that keeps the exact values in memory until it holds more than `exact_rows_max` templates, and reads
    /// those of the few candidates from `source` from then on.
    pub fn with_source(
        dim: usize,
        model_tag: u32,
        source: Arc<dyn ExactTemplates>,
        exact_rows_max: usize,
    ) -> Self {
        Self { source: Some(source), exact_rows_max, ..Self::new(dim, model_tag) }
    }

    /// The same gallery, searched on the engine's GPU where that has one and there are enough templates, now or later. It
    /// should have been filled before: from then on each change goes to the GPU by itself. What fails there is logged, and
    /// the CPU searches.
    pub fn search_on(self, engine: &Engine) -> Self {
        self.search_on_from(engine, device::ROWS_MIN)
    }

    fn search_on_from(self, engine: &Engine, rows_min: usize) -> Self {
        let device = Device::of(engine, self.kernel, self.dim, rows_min);
        if let Some(device) = &device {
            device.begin(&self.rows);
        }
        Self { device, ..self }
    }

    /// Which recogniser the templates are of.
    pub fn model_tag(&self) -> u32 {
        self.model_tag
    }

    /// How many values a template has.
    pub fn dim(&self) -> usize {
        self.dim
    }

    /// What searches read all rows with, as a name: the CPU's instructions, or `gpu`.
    pub fn kernel(&self) -> &'static str {
        match &self.device {
            Some(device) if device.searches(self.len()) => "gpu",
            _ => self.kernel.name(),
        }
    }

    /// How many threads search a large gallery.
    pub fn threads() -> usize {
        crew::threads()
    }

    /// Says that `count` templates are to come: exact values that would not stay in memory are not kept from the start.
    pub fn expect(&self, count: usize) {
        let mut rows = self.rows.write();
        rows.reserve(count);
        if count > self.exact_rows_max {
            rows.drop_exact();
        }
    }

    /// Whether the exact values of all templates are in memory.
    pub fn is_exact(&self) -> bool {
        self.rows.read().exact
    }

    /// Adds a template, or replaces the one with this id.
    ///
    /// # Errors
    /// When it was made by another recogniser.
    pub fn insert(
        &self,
        template: TemplateId,
        subject: Subject,
        model_tag: u32,
        embedding: &Embedding,
    ) -> Result<(), GalleryError> {
        let code = self.code(model_tag, embedding)?;
        self.insert_into(&mut self.rows.write(), new_row((subject, template), &code, embedding));
        self.changed();
        Ok(())
    }

    /// Makes `templates` of the recogniser `model_tag` the only ones of a subject, in one step: a search beside it sees
    /// all old ones or all new ones. Gives back those that do not fit, which are left out.
    pub fn replace_subject(
        &self,
        subject: Subject,
        model_tag: u32,
        templates: &[(TemplateId, Embedding)],
    ) -> Vec<(TemplateId, GalleryError)> {
        let (mut new, mut refused) = (Vec::new(), Vec::new());
        for (template, embedding) in templates {
            match self.code(model_tag, embedding) {
                Ok(code) => new.push((*template, code, embedding)),
                Err(error) => refused.push((*template, error)),
            }
        }
        self.change_subject(subject, |rows| {
            for (template, code, embedding) in &new {
                self.insert_into(rows, new_row((subject, *template), code, embedding));
            }
        });
        refused
    }

    /// The code of an embedding that compares with those here.
    fn code(&self, model_tag: u32, embedding: &Embedding) -> Result<Code, GalleryError> {
        if model_tag != self.model_tag {
            return Err(GalleryError::ModelTag { expected: self.model_tag, found: model_tag });
        }
        let values = embedding.values();
        match values.len() == self.dim {
            true => Ok(Code::new(embedding)),
            false => Err(GalleryError::Dim { expected: self.dim, found: values.len() }),
        }
    }

    fn insert_into(&self, rows: &mut Rows, row: NewRow<'_>) {
        rows.insert(row);
        if rows.exact && rows.count() > self.exact_rows_max {
            rows.drop_exact();
        }
    }

    /// Removes a template; says whether it was there.
    pub fn remove(&self, template: TemplateId) -> bool {
        let removed = self.rows.write().remove(template);
        self.changed();
        removed
    }

    /// Removes every template of a subject; says how many there were.
    pub fn remove_subject(&self, subject: Subject) -> usize {
        self.change_subject(subject, |_| ())
    }

    /// Removes every template of a subject and does what is to be done in the same step; says how many there were. They are
    /// looked for while others search.
    fn change_subject(&self, subject: Subject, change: impl FnOnce(&mut Rows)) -> usize {
        let rows = self.rows.upgradable_read();
        let theirs: Vec<_> = rows.labels().filter(|(s, _)| *s == subject).map(|(_, t)| t).collect();
        let mut rows = RwLockUpgradableReadGuard::upgrade(rows);
        let removed = theirs.iter().filter(|template| rows.remove(**template)).count();
        change(&mut rows);
        drop(rows);
        self.changed();
        removed
    }

    /// Removes every template.
    pub fn clear(&self) {
        self.rows.write().clear();
        self.changed();
    }

    /// Takes a change to the GPU, before whoever made it is told that it is made.
    fn changed(&self) {
        if let Some(device) = &self.device {
            device.follow(&self.rows);
        }
    }

    /// How many templates there are.
    pub fn len(&self) -> usize {
        self.rows.read().count()
    }

    /// Whether there are no templates.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many subjects there are.
    pub fn subjects(&self) -> usize {
        self.rows.read().labels().map(|(subject, _)| subject).collect::<HashSet<_>>().len()
    }

    /// All rows as they are now.
    fn segments(&self) -> Vec<Arc<Segment>> {
        self.rows.read().segments().to_vec()
    }
}

fn new_row<'a>(label: Label, code: &'a Code, exact: &'a Embedding) -> NewRow<'a> {
    NewRow { label, measure: code.measure, codes: &code.values, exact: exact.values() }
}

#[cfg(test)]
mod tests;
