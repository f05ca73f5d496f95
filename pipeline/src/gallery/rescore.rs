//! Candidates brought into order by their exact similarities.

use std::sync::Arc;

use super::rows::{Label, Segment};
use super::scan::Candidate;
use super::source::{ExactTemplates, SourceError};
use super::{TemplateId, Top2};
use crate::embedding::{Embedding, dot};

/// Exact values read at a time: the first few mostly rule out the others.
const READ_FIRST: usize = 8;
const READ_MAX: usize = 512;

/// The exact values of candidates.
pub(super) struct Exact<'a> {
    pub(super) segments: &'a [Arc<Segment>],
    pub(super) source: Option<&'a dyn ExactTemplates>,
}

impl Exact<'_> {
    /// The exact similarities of `candidates` to `query`, in their order; `None` for a template that is gone.
    fn similarities(
        &self,
        query: &Embedding,
        candidates: &[Candidate],
    ) -> Result<Vec<Option<f32>>, SourceError> {
        let dim = query.values().len();
        let here = |candidate: &Candidate| {
            let exact = self.segments.get(candidate.segment)?.exact(candidate.row, dim)?;
            Some(dot(query.values(), exact))
        };
        let found: Vec<Option<f32>> = candidates.iter().map(here).collect();
        let Some(source) = self.source.filter(|_| found.contains(&None)) else { return Ok(found) };
        let ids: Vec<TemplateId> = candidates.iter().map(|candidate| candidate.label.1).collect();
        let read = source.read(&ids)?.into_iter();
        let fits = |embedding: &Embedding| embedding.values().len() == dim;
        Ok(read.map(|exact| exact.filter(fits).map(|exact| query.similarity(&exact))).collect())
    }

    /// The best of `candidates` and the best of anybody else. The candidates' upper bounds fall.
    pub(super) fn best(
        &self,
        query: &Embedding,
        candidates: &[Candidate],
        searched: usize,
    ) -> Result<Best, SourceError> {
        let (mut top, mut gone) = (Top::default(), Vec::new());
        let (mut from, mut count) = (0, READ_FIRST);
        loop {
            let open = candidates[from..].iter().take(count).take_while(|c| c.bounds.upper >= top.least());
            let page: Vec<Candidate> = open.copied().collect();
            if page.is_empty() {
                return Ok(Best { top: top.found(searched), gone });
            }
            for (candidate, similarity) in page.iter().zip(self.similarities(query, &page)?) {
                match similarity {
                    Some(similarity) => top.add(candidate.label, similarity),
                    None => gone.push(candidate.label.1),
                }
            }
            from += page.len();
            count = (4 * count).min(READ_MAX);
        }
    }

    /// Those of `candidates` that are at least `least` similar.
    pub(super) fn alike(
        &self,
        query: &Embedding,
        candidates: &[Candidate],
        least: f32,
    ) -> Result<Vec<(Label, f32)>, SourceError> {
        let mut found = Vec::new();
        for page in candidates.chunks(READ_MAX) {
            let similarities = self.similarities(query, page)?;
            let pairs = page.iter().map(|candidate| candidate.label).zip(similarities);
            found.extend(
                pairs.filter_map(|(label, similarity)| Some((label, similarity.filter(|s| *s >= least)?))),
            );
        }
        Ok(found)
    }
}

/// What the candidates come to.
pub(super) struct Best {
    pub(super) top: Option<Top2>,
    /// Candidates that are not there any more: others may be in their place.
    pub(super) gone: Vec<TemplateId>,
}

/// The first by exact similarity, and how similar anybody else is.
#[derive(Default)]
struct Top {
    first: Option<(Label, f32)>,
    second: Option<f32>,
}

impl Top {
    /// Of two rows that are equally similar the one with the smaller id is the better one.
    fn add(&mut self, label: Label, similarity: f32) {
        let Some(((subject, template), best)) = self.first else {
            self.first = Some((label, similarity));
            return;
        };
        let wins = similarity > best || (similarity == best && label.1 < template);
        let other = if wins { best } else { similarity };
        if label.0 != subject {
            self.second = Some(self.second.map_or(other, |second| second.max(other)));
        }
        if wins {
            self.first = Some((label, similarity));
        }
    }

    /// A row whose upper bound is below this is neither first nor second.
    fn least(&self) -> f64 {
        self.second.map_or(f64::NEG_INFINITY, f64::from)
    }

    fn found(self, searched: usize) -> Option<Top2> {
        let ((subject, template), similarity) = self.first?;
        let runner_up = self.second;
        Some(Top2 { subject, template, similarity, runner_up, searched })
    }
}
