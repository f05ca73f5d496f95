//! Enrolled faces compared with each other: who looks like whom, and how alike different people are.

use super::code::Query;
use super::scan::{Wanted, bounds, each_block};
use super::search::SearchError;
use super::{Gallery, Subject, TemplateId};
use crate::embedding::{Embedding, dot};

impl Gallery {
    /// The templates of anybody but `subject` that are at least `least` similar to an embedding, exactly, in no particular
    /// order.
    ///
    /// # Errors
    /// [`SearchError`], only where the exact values are not in memory.
    pub fn alike(
        &self,
        embedding: &Embedding,
        subject: Subject,
        least: f32,
    ) -> Result<Vec<(Subject, TemplateId, f32)>, SearchError> {
        if embedding.values().len() != self.dim {
            return Ok(Vec::new());
        }
        let wanted = Wanted::Alike { subject, least: f64::from(least) };
        let queries = vec![Query::new(embedding)];
        let (scan, mut found) = self.scan(queries, wanted);
        let candidates = found.pop().map_or_else(Vec::new, |found| found.sorted(&scan.wanted));
        let found = self.exact(&scan).alike(embedding, &candidates, least).map_err(SearchError::Source)?;
        Ok(found
            .into_iter()
            .map(|((subject, template), similarity)| (subject, template, similarity))
            .collect())
    }

    /// Compares an embedding with every template of anybody but `subject`: exactly where the exact values are in memory,
    /// and else to about 0.001.
    pub fn compare_with_others(
        &self,
        embedding: &Embedding,
        subject: Subject,
        mut each: impl FnMut(Subject, TemplateId, f32),
    ) {
        if embedding.values().len() != self.dim {
            return;
        }
        let query = Query::new(embedding);
        for segment in self.segments() {
            each_block(segment.labels.len(), |rows| {
                bounds(self.kernel, &query, &segment, (rows, true), |row, bounds| {
                    let (other, template) = segment.labels[row];
                    if other != subject {
                        let exact = segment.exact(row, self.dim).map(|exact| dot(embedding.values(), exact));
                        each(other, template, exact.unwrap_or(bounds.middle() as f32));
                    }
                });
            });
        }
    }

    /// A template and whose it is; `None` when it is not there any more.
    ///
    /// # Errors
    /// [`SearchError`], only where the exact values are not in memory.
    pub fn template(&self, id: TemplateId) -> Result<Option<(Subject, Embedding)>, SearchError> {
        let place = self.rows.read().place(id).map(|(segment, row)| (segment.clone(), row));
        let Some((segment, row)) = place else { return Ok(None) };
        let (subject, _) = segment.labels[row];
        if let Some(exact) = segment.exact(row, self.dim) {
            return Ok(Some((subject, Embedding::of_unit(exact))));
        }
        let Some(source) = &self.source else { return Ok(None) };
        let read = source.read(&[id]).map_err(SearchError::Source)?.pop().flatten();
        Ok(read.map(|embedding| (subject, embedding)))
    }

    /// At most `count` templates in the order of their ids, the first one after `after`.
    pub fn templates_after(&self, after: Option<TemplateId>, count: usize) -> Vec<TemplateId> {
        let segments = self.segments();
        let ids = segments.iter().flat_map(|segment| segment.labels.iter().map(|(_, id)| *id));
        let mut ids: Vec<TemplateId> = ids.filter(|id| after.is_none_or(|after| *id > after)).collect();
        if count < ids.len() {
            // Only the first ones are put in order: a large gallery is looked through often.
            ids.select_nth_unstable(count);
            ids.truncate(count);
        }
        ids.sort_unstable();
        ids
    }
}
