//! A recogniser with the templates that it made: what may be compared with each other.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_host::CallContext;

use crate::analyse::AnalyseError;
use crate::crop::FaceCrop;
use crate::embedding::Embedding;
use crate::gallery::{Gallery, Top2};
use crate::pipeline::PipelineError;
use crate::recognizer_set::RecognizerSet;

/// A recogniser and the templates of its own model tag. Embeddings of two spaces never compare, so that every search
/// goes through the space that made the embedding.
pub struct Space {
    recognizer: RecognizerSet,
    gallery: Arc<Gallery>,
}

impl Space {
    /// The space of `recognizer`, whose templates are in `gallery`.
    ///
    /// # Errors
    /// [`PipelineError::Gallery`] when the gallery is for another recogniser.
    pub fn new(recognizer: RecognizerSet, gallery: Arc<Gallery>) -> Result<Self, PipelineError> {
        let (tag, dim) = (recognizer.model_tag(), recognizer.dim());
        let (gallery_tag, gallery_dim) = (gallery.model_tag(), gallery.dim());
        match (gallery_tag, gallery_dim) == (tag, dim) {
            true => Ok(Self { recognizer, gallery }),
            false => Err(PipelineError::Gallery { gallery_tag, gallery_dim, tag, dim }),
        }
    }

    /// What turns faces into embeddings of this space.
    pub fn recognizer(&self) -> &RecognizerSet {
        &self.recognizer
    }

    /// The templates.
    pub fn gallery(&self) -> &Arc<Gallery> {
        &self.gallery
    }

    /// Names the space: embeddings of different tags never compare.
    pub fn model_tag(&self) -> u32 {
        self.recognizer.model_tag()
    }

    /// The best match for an embedding of this space; nobody where the gallery has no answer.
    pub(crate) fn search(&self, embedding: &Embedding) -> Option<Top2> {
        self.search_all(std::slice::from_ref(embedding)).pop().flatten()
    }

    /// The best match for each of some embeddings of this space.
    pub(crate) fn search_all(&self, embeddings: &[Embedding]) -> Vec<Option<Top2>> {
        self.gallery.search_all(embeddings).unwrap_or_else(|error| {
            let cause: &dyn std::error::Error = &error;
            tracing::error!(error = cause, "the gallery has no answer; nobody is recognised");
            vec![None; embeddings.len()]
        })
    }

    /// The embedding of a face that was cut out before, `within` a time. Blocks; any thread may call it.
    ///
    /// # Errors
    /// [`AnalyseError`] when the recogniser gives none.
    pub fn embed(&self, crop: &FaceCrop, within: Duration) -> Result<Embedding, AnalyseError> {
        let context = CallContext::until(Instant::now() + within);
        let view = crop.view().map_err(AnalyseError::Picture)?;
        let found = self.recognizer.embed(&context, &[view], std::slice::from_ref(crop.face()))?;
        let embedding = found.iter().next().and_then(|values| Embedding::new(values.to_vec()).ok());
        embedding.ok_or(AnalyseError::Missing("embedding"))
    }
}
