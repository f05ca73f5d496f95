//! Enrolled faces compared with each other: who looks like whom, and how alike different people are.

use super::{Gallery, Subject, TemplateId};
use crate::embedding::{Embedding, dot};

impl Gallery {
    /// Compares an embedding with every template of anybody but `subject`. A change of the gallery waits meanwhile.
    pub fn compare_with_others(
        &self,
        embedding: &Embedding,
        subject: Subject,
        mut each: impl FnMut(Subject, TemplateId, f32),
    ) {
        let query = embedding.values();
        if query.len() != self.dim {
            return;
        }
        let rows = self.rows.read();
        for ((other, template), vector) in rows.labels.iter().zip(rows.values.chunks_exact(self.dim)) {
            if *other != subject {
                each(*other, *template, dot(query, vector));
            }
        }
    }

    /// A template and whose it is; `None` when it is not there any more.
    pub fn template(&self, id: TemplateId) -> Option<(Subject, Embedding)> {
        let rows = self.rows.read();
        let row = *rows.index.get(&id)?;
        let values = rows.values.get(row * self.dim..(row + 1) * self.dim)?;
        Some((rows.labels.get(row)?.0, Embedding::new(values.to_vec()).ok()?))
    }

    /// At most `count` templates in the order of their ids, the first one after `after`.
    pub fn templates_after(&self, after: Option<TemplateId>, count: usize) -> Vec<TemplateId> {
        let rows = self.rows.read();
        let later = |id: &TemplateId| after.is_none_or(|after| *id > after);
        let mut ids: Vec<TemplateId> = rows.index.keys().copied().filter(later).collect();
        drop(rows);
        if count < ids.len() {
            // Only the first ones are put in order: a large gallery is looked through often.
            ids.select_nth_unstable(count);
            ids.truncate(count);
        }
        ids.sort_unstable();
        ids
    }
}
