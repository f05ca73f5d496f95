//! The recognisers with the templates that are enrolled, and which of them is in force.

use std::sync::Arc;

use domain::model_change::Roles;
use pipeline::{Embedding, Gallery, RecognizerSet, Space, Subject, TemplateId};
use store::Store;

use super::refused;
use crate::app::start::StartError;

/// The recogniser in force, which the settings must offer: templates of another one are of no use to it.
pub(super) fn offered(spaces: &[Arc<Space>], roles: Roles) -> Result<&Arc<Space>, StartError> {
    let tags: Vec<String> = spaces.iter().map(|space| space.model_tag().to_string()).collect();
    let active = spaces.iter().find(|space| space.model_tag() == roles.active);
    active.ok_or_else(|| {
        StartError::Configuration(format!(
            "people are enrolled with the recogniser of model tag {}, and the settings offer {}; name that recogniser \
             in plugins.recognition again and the new one in plugins.recognition_shadow, then change over with \
             `facepay models change` (docs/model-change.md)",
            roles.active,
            tags.join(" and "),
        ))
    })
}

/// A recogniser that knows nobody.
pub(super) fn blind(spaces: &[Arc<Space>]) -> Option<Arc<Space>> {
    let space = spaces.first()?;
    let nobody = Arc::new(Gallery::new(space.gallery().dim(), space.model_tag()));
    Space::new(space.recognizer().clone(), nobody).ok().map(Arc::new)
}

/// A recogniser with all its templates.
pub(super) fn filled(store: &Store, recognizer: RecognizerSet) -> Result<Space, StartError> {
    let gallery = gallery(store, recognizer.dim(), recognizer.model_tag())?;
    Space::new(recognizer, Arc::new(gallery)).map_err(|error| refused(&error))
}

/// Every template of this recogniser, opened into memory.
fn gallery(store: &Store, dim: usize, model_tag: u32) -> Result<Gallery, StartError> {
    let gallery = Gallery::new(dim, model_tag);
    let mut unusable = 0_usize;
    store.gallery(model_tag, |row| {
        let (template, subject) = (TemplateId(row.id.0.as_u128()), Subject(row.user.0.as_u128()));
        let inserted = Embedding::new(row.template.to_vec())
            .is_ok_and(|embedding| gallery.insert(template, subject, model_tag, &embedding).is_ok());
        unusable += usize::from(!inserted);
    })?;
    if unusable > 0 {
        tracing::error!(unusable, "templates do not fit their recogniser and are left out");
    }
    tracing::info!(model_tag, templates = gallery.len(), "gallery filled");
    Ok(gallery)
}
