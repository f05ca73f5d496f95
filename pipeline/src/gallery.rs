//! The enrolled faces, searched exactly.

use std::collections::{HashMap, HashSet};

use parking_lot::RwLock;

use crate::embedding::{Embedding, dot};

mod comparison;

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
    rows: RwLock<Rows>,
}

/// Rows in no particular order: the last one takes a removed one's place.
#[derive(Default)]
struct Rows {
    values: Vec<f32>,
    labels: Vec<(Subject, TemplateId)>,
    index: HashMap<TemplateId, usize>,
}

/// From so many rows on a search is shared between two threads.
const ROWS_PER_THREAD_MIN: usize = 40_000;

impl Gallery {
    /// An empty gallery for the recogniser `model_tag`, whose embeddings have `dim` values.
    pub fn new(dim: usize, model_tag: u32) -> Self {
        Self { dim, model_tag, rows: RwLock::default() }
    }

    /// Which recogniser the templates are of.
    pub fn model_tag(&self) -> u32 {
        self.model_tag
    }

    /// How many values a template has.
    pub fn dim(&self) -> usize {
        self.dim
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
        let values = self.fitting(model_tag, embedding)?;
        self.rows.write().insert((subject, template), values);
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
        let mut refused = Vec::new();
        let mut rows = self.rows.write();
        rows.remove_subject(subject, self.dim);
        for (template, embedding) in templates {
            match self.fitting(model_tag, embedding) {
                Ok(values) => rows.insert((subject, *template), values),
                Err(error) => refused.push((*template, error)),
            }
        }
        refused
    }

    /// The values of an embedding that compares with those here.
    fn fitting<'a>(&self, model_tag: u32, embedding: &'a Embedding) -> Result<&'a [f32], GalleryError> {
        if model_tag != self.model_tag {
            return Err(GalleryError::ModelTag { expected: self.model_tag, found: model_tag });
        }
        let values = embedding.values();
        match values.len() == self.dim {
            true => Ok(values),
            false => Err(GalleryError::Dim { expected: self.dim, found: values.len() }),
        }
    }

    /// Removes a template; says whether it was there.
    pub fn remove(&self, template: TemplateId) -> bool {
        self.rows.write().remove(template, self.dim)
    }

    /// Removes every template of a subject; says how many there were.
    pub fn remove_subject(&self, subject: Subject) -> usize {
        self.rows.write().remove_subject(subject, self.dim)
    }

    /// Removes every template.
    pub fn clear(&self) {
        let mut rows = self.rows.write();
        // Removed faces leave nothing behind, not even in memory that is not used any more.
        rows.values.fill(0.0);
        *rows = Rows::default();
    }

    /// How many templates there are.
    pub fn len(&self) -> usize {
        self.rows.read().labels.len()
    }

    /// Whether there are no templates.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many subjects there are.
    pub fn subjects(&self) -> usize {
        self.rows.read().labels.iter().map(|(subject, _)| *subject).collect::<HashSet<_>>().len()
    }

    /// The best match among all templates, exactly; `None` when there are none or the embedding is of
    /// another length.
    pub fn search(&self, embedding: &Embedding) -> Option<Top2> {
        let query = embedding.values();
        if query.len() != self.dim {
            return None;
        }
        let rows = self.rows.read();
        let count = rows.labels.len();
        let best = if count < 2 * ROWS_PER_THREAD_MIN {
            rows.scan(query, 0, count)
        } else {
            let half = count / 2;
            std::thread::scope(|scope| {
                let upper = scope.spawn(|| rows.scan(query, half, count));
                let lower = rows.scan(query, 0, half);
                upper.join().ok().flatten().and_then(|upper| Some(lower?.join(upper)))
            })
        }?;
        let (subject, template) = rows.labels[best.row];
        let runner_up = (best.runner_up > f32::NEG_INFINITY).then_some(best.runner_up);
        Some(Top2 { subject, template, similarity: best.similarity, runner_up, searched: count })
    }
}

/// The best row of a scan and the best similarity of any other subject.
#[derive(Clone, Copy)]
struct Best {
    row: usize,
    subject: Subject,
    similarity: f32,
    runner_up: f32,
}

impl Best {
    /// The best of two scans.
    fn join(self, other: Self) -> Self {
        let (first, second) = if other.similarity > self.similarity { (other, self) } else { (self, other) };
        let beaten = if second.subject == first.subject { second.runner_up } else { second.similarity };
        Self { runner_up: first.runner_up.max(beaten), ..first }
    }
}

impl Rows {
    fn scan(&self, query: &[f32], from: usize, to: usize) -> Option<Best> {
        let dim = query.len();
        let vectors = self.values[from * dim..to * dim].chunks_exact(dim);
        let mut best: Option<Best> = None;
        for (row, vector) in (from..to).zip(vectors) {
            let (subject, _) = self.labels[row];
            let similarity = dot(query, vector);
            best = Some(match best {
                None => Best { row, subject, similarity, runner_up: f32::NEG_INFINITY },
                Some(best) if similarity > best.similarity => {
                    let beaten = if best.subject == subject { best.runner_up } else { best.similarity };
                    Best { row, subject, similarity, runner_up: beaten }
                }
                Some(best) if subject != best.subject && similarity > best.runner_up => {
                    Best { runner_up: similarity, ..best }
                }
                Some(best) => best,
            });
        }
        best
    }

    /// Adds a row, or replaces the one of this template.
    fn insert(&mut self, label: (Subject, TemplateId), values: &[f32]) {
        self.remove(label.1, values.len());
        self.index.insert(label.1, self.labels.len());
        self.values.extend_from_slice(values);
        self.labels.push(label);
    }

    fn remove_subject(&mut self, subject: Subject, dim: usize) -> usize {
        let theirs: Vec<_> = self.labels.iter().filter(|(s, _)| *s == subject).map(|(_, t)| *t).collect();
        theirs.iter().filter(|template| self.remove(**template, dim)).count()
    }

    fn remove(&mut self, template: TemplateId, dim: usize) -> bool {
        let Some(row) = self.index.remove(&template) else { return false };
        let last = self.labels.len() - 1;
        self.values.copy_within(last * dim..(last + 1) * dim, row * dim);
        // A removed face leaves nothing behind, not even in memory that is not used any more.
        self.values[last * dim..].fill(0.0);
        self.values.truncate(last * dim);
        self.labels.swap_remove(row);
        if let Some((_, moved)) = self.labels.get(row) {
            self.index.insert(*moved, row);
        }
        true
    }
}

#[cfg(test)]
mod tests;
