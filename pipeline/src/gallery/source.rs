//! Where exact values are when there are too many of them for the memory.

use super::TemplateId;
use crate::embedding::Embedding;

/// Why exact values were not read.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

/// Reads the exact values of templates. They have to be the ones that were inserted, bit by bit: the search is exact on
/// what is read here.
pub trait ExactTemplates: Send + Sync {
    /// The embeddings of `templates`, in their order; `None` for one that is not there any more.
    ///
    /// # Errors
    /// When they can't be read.
    fn read(&self, templates: &[TemplateId]) -> Result<Vec<Option<Embedding>>, SourceError>;
}
