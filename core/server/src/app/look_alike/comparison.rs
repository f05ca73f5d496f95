//! Every enrolled face compared with every other one, a little at a time.

use std::collections::HashSet;

use domain::threshold::Scores;
use pipeline::{Embedding, Gallery, SearchError, Subject, TemplateId};

use super::Alike;
use crate::api::chain;

/// A template, whose it is, and another that is like it.
type Pair = ((TemplateId, Subject), Alike);

/// How far the comparison has come.
#[derive(Default)]
pub(crate) struct Comparison {
    last: Option<TemplateId>,
    /// The recogniser whose templates are compared; `None` before the first comparison.
    model_tag: Option<u32>,
    /// The templates whose people agreed to be measured with.
    agreed: HashSet<TemplateId>,
    scores: Scores,
    people: HashSet<Subject>,
}

/// What a while of comparing found.
#[derive(Default)]
pub(crate) struct Round {
    /// Templates with whom they look like.
    pub(crate) alike: Vec<Pair>,
    /// How alike how many people are, once all of them are compared.
    pub(crate) measured: Option<(Scores, usize)>,
}

/// Templates taken from the gallery at a time.
const TEMPLATES_MAX: usize = 256;

impl Comparison {
    /// Whether it is under way with the templates of the recogniser `model_tag`.
    pub(crate) fn is_of(&self, model_tag: u32) -> bool {
        self.last.is_some() && self.model_tag == Some(model_tag)
    }

    /// Begins anew with those of `model_tag`, and measures with the templates that `agreed`.
    pub(crate) fn begin(&mut self, model_tag: u32, agreed: HashSet<TemplateId>) {
        *self = Self { agreed, model_tag: Some(model_tag), ..Self::default() };
    }

    /// Goes on through `gallery` until it is through or `enough` says so. Those at least `alike_min` like each other
    /// look alike; each pair is found from both sides and measured from one.
    pub(crate) fn go_on(&mut self, gallery: &Gallery, alike_min: f32, enough: impl Fn() -> bool) -> Round {
        let mut round = Round::default();
        let templates = gallery.templates_after(self.last, TEMPLATES_MAX);
        for template in &templates {
            match self.compare(gallery, *template, alike_min) {
                Ok(mut alike) => round.alike.append(&mut alike),
                Err(error) => {
                    tracing::warn!(error = chain(&error), "faces are not compared now; upkeep goes on there");
                    return round;
                }
            }
            self.last = Some(*template);
            if enough() {
                return round;
            }
        }
        if templates.len() < TEMPLATES_MAX {
            let done = std::mem::take(self);
            round.measured = Some((done.scores, done.people.len())).filter(|(scores, _)| scores.total() > 0);
        }
        round
    }

    /// Compares one template with all others, if it is still there.
    fn compare(
        &mut self,
        gallery: &Gallery,
        template: TemplateId,
        alike_min: f32,
    ) -> Result<Vec<Pair>, SearchError> {
        let Some((subject, embedding)) = gallery.template(template)? else { return Ok(Vec::new()) };
        let alike = super::alike(gallery, &embedding, subject, alike_min)?;
        if self.agreed.contains(&template) {
            self.measure(gallery, (template, subject), &embedding);
        }
        Ok(alike.into_iter().map(|alike| ((template, subject), alike)).collect())
    }

    /// Counts how alike one template is to those after it that agreed as well.
    fn measure(
        &mut self,
        gallery: &Gallery,
        (template, subject): (TemplateId, Subject),
        embedding: &Embedding,
    ) {
        self.people.insert(subject);
        let (agreed, scores) = (&self.agreed, &mut self.scores);
        gallery.compare_with_others(embedding, subject, |_, other, similarity| {
            if other > template && agreed.contains(&other) {
                scores.add(similarity);
            }
        });
    }
}

#[cfg(test)]
mod tests;
