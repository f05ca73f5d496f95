//! The best match, and the best of anybody else.

use std::sync::Arc;

use super::code::Query;
use super::crew;
use super::rescore::{Best, Exact};
use super::rows::Segment;
use super::scan::{Candidates, Scan, Wanted};
use super::source::SourceError;
use super::{Gallery, TemplateId, Top2};
use crate::embedding::Embedding;

/// Why a search has no answer; nobody may be taken for a stranger by it.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The exact values are elsewhere and can't be read.
    #[error("the exact templates can't be read")]
    Source(#[source] SourceError),
    /// Templates went while they were searched, again and again.
    #[error("the gallery changes too fast to be searched")]
    Changing,
}

/// How often a search begins anew because templates went meanwhile.
const TRIES_MAX: usize = 8;

impl Gallery {
    /// The best match among all templates, exactly; `None` when there are none or the embedding is of
    /// another length.
    ///
    /// # Errors
    /// [`SearchError`], only where the exact values are not in memory.
    pub fn search(&self, embedding: &Embedding) -> Result<Option<Top2>, SearchError> {
        Ok(self.search_all(std::slice::from_ref(embedding))?.pop().flatten())
    }

    /// The best match of each of `embeddings`, as [`Self::search`] finds it, in one pass over the templates.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn search_all(&self, embeddings: &[Embedding]) -> Result<Vec<Option<Top2>>, SearchError> {
        let fits = |embedding: &&Embedding| embedding.values().len() == self.dim;
        let queries = embeddings.iter().filter(fits).map(Query::new).collect();
        let (scan, found) = self.scan(queries, Wanted::Best { gone: Vec::new() });
        let segments = &scan.segments;
        let found = self.best(&scan, found, embeddings)?.into_iter().zip(embeddings);
        let top = |(best, embedding): (Best, _)| match best.gone.is_empty() {
            true => Ok(best.top),
            false => self.search_without(segments, embedding, best.gone),
        };
        found.map(top).collect()
    }

    /// The best match when some templates are `gone` whose rows are still there: they may have hidden others.
    fn search_without(
        &self,
        segments: &[Arc<Segment>],
        embedding: &Embedding,
        mut gone: Vec<TemplateId>,
    ) -> Result<Option<Top2>, SearchError> {
        for _ in 0..TRIES_MAX {
            let wanted = Wanted::Best { gone: gone.clone() };
            let queries = vec![Query::new(embedding)];
            let scan = Arc::new(Scan::new(segments.to_vec(), queries, wanted, self.kernel));
            let found = crew::run(&scan);
            match self.best(&scan, found, std::slice::from_ref(embedding))?.pop() {
                Some(mut best) if !best.gone.is_empty() => gone.append(&mut best.gone),
                best => return Ok(best.and_then(|best| best.top)),
            }
        }
        Err(SearchError::Changing)
    }

    /// The candidates of each query among all rows as they are now: on the GPU where there is one, and else by all cores.
    pub(super) fn scan(&self, queries: Vec<Query>, wanted: Wanted) -> (Arc<Scan>, Vec<Candidates>) {
        let under = self.device.as_ref().and_then(|device| device.ceilings(&self.rows, &queries));
        let (segments, ceilings) = match under {
            Some((segments, ceilings)) => (segments, Some(ceilings)),
            None => (self.segments(), None),
        };
        let scan = Arc::new(Scan::new(segments, queries, wanted, self.kernel));
        let found = match ceilings {
            Some(ceilings) => scan.under(ceilings),
            None => crew::run(&scan),
        };
        (scan, found)
    }

    /// The best match of each of `embeddings`, of which those of the gallery's length have candidates.
    fn best(
        &self,
        scan: &Scan,
        found: Vec<Candidates>,
        embeddings: &[Embedding],
    ) -> Result<Vec<Best>, SearchError> {
        let searched = scan.segments.iter().map(|segment| segment.labels.len()).sum();
        let mut found = found.into_iter();
        let best = |embedding: &Embedding| {
            let fits = embedding.values().len() == self.dim;
            let candidates = if fits { found.next() } else { None };
            let candidates = candidates.map_or_else(Vec::new, |candidates| candidates.sorted(&scan.wanted));
            self.exact(scan).best(embedding, &candidates, searched).map_err(SearchError::Source)
        };
        embeddings.iter().map(best).collect()
    }

    /// The exact values of the candidates of `scan`.
    pub(super) fn exact<'a>(&'a self, scan: &'a Scan) -> Exact<'a> {
        Exact { segments: &scan.segments, source: self.source.as_deref() }
    }
}
