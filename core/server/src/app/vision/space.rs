//! The recognisers with the templates that are enrolled, and which of them is in force.

use std::sync::Arc;

use domain::FaceId;
use domain::model_change::Roles;
use models::Engine;
use pipeline::gallery::SourceError;
use pipeline::{Embedding, ExactTemplates, Gallery, RecognizerSet, Space, TemplateId};
use store::{Snapshot, Store};
use uuid::Uuid;

use super::refused;
use super::snapshot::{Filled, fill, insert};
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

/// A recogniser with all its templates, searched on the engine's GPU where it has one; and where they came from.
pub(super) fn filled(
    store: &Arc<Store>,
    snapshot: Option<&Snapshot>,
    (engine, recognizer): (&Engine, RecognizerSet),
) -> Result<(Space, Filled), StartError> {
    let dim = recognizer.dim();
    let (gallery, filled) = gallery(store, snapshot, (dim, recognizer.model_tag()), exact_rows_max(dim))?;
    let gallery = Arc::new(gallery.search_on(engine));
    let space = Space::new(recognizer, gallery).map_err(|error| refused(&error))?;
    Ok((space, filled))
}

/// So much memory is for the exact values of templates, in bytes: those of 131,072 people at 512 values. Where there are
/// more, the gallery keeps eight bits a value and reads the few exact ones of each search from the database.
const EXACT_BYTES_MAX: usize = 256 << 20;

/// Of so many templates at the most the exact values stay in memory.
pub(crate) fn exact_rows_max(dim: usize) -> usize {
    EXACT_BYTES_MAX / (size_of::<f32>() * dim.max(1))
}

/// Every template of this recogniser in memory: opened one by one from the database where exact values stay in memory, and
/// else from the sealed parts of `snapshot`, as far as they are current.
pub(crate) fn gallery(
    store: &Arc<Store>,
    snapshot: Option<&Snapshot>,
    (dim, model_tag): (usize, u32),
    exact_rows_max: usize,
) -> Result<(Gallery, Filled), StartError> {
    let exact = Arc::new(InDatabase { store: store.clone(), model_tag });
    let gallery = Gallery::with_source(dim, model_tag, exact, exact_rows_max);
    let kept =
        snapshot.map(|snapshot| store.kept_parts(snapshot, model_tag)).transpose()?.unwrap_or_default();
    let in_parts: usize = kept.iter().map(|kept| kept.templates).sum();
    // Only where it matters are all of them counted, which at a million takes long.
    gallery.expect(if in_parts > exact_rows_max { in_parts } else { store.gallery_len(model_tag)? });
    let (filled, unusable) = match snapshot.filter(|_| !kept.is_empty() && !gallery.is_exact()) {
        Some(snapshot) => fill(store, snapshot, &gallery, kept)?,
        None => (Filled::default(), from_database(store, &gallery)?),
    };
    if unusable > 0 {
        tracing::error!(unusable, "templates do not fit their recogniser and are left out");
    }
    tracing::info!(model_tag, templates = gallery.len(), ?filled, "gallery filled");
    Ok((gallery, filled))
}

/// Opens every template; says how many do not fit.
fn from_database(store: &Store, gallery: &Gallery) -> Result<usize, StartError> {
    let mut unusable = 0;
    store.gallery(gallery.model_tag(), |row| unusable += usize::from(!insert(gallery, &row)))?;
    Ok(unusable)
}

/// The exact values of templates, sealed where they are.
struct InDatabase {
    store: Arc<Store>,
    model_tag: u32,
}

impl ExactTemplates for InDatabase {
    fn read(&self, templates: &[TemplateId]) -> Result<Vec<Option<Embedding>>, SourceError> {
        let ids: Vec<FaceId> = templates.iter().map(|id| FaceId(Uuid::from_u128(id.0))).collect();
        let rows = self.store.gallery_rows(&ids, self.model_tag)?.into_iter();
        // The same values as in the gallery, by the same way.
        rows.map(|row| row.map(|row| Embedding::new(row.template.to_vec())).transpose().map_err(Into::into))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use domain::{ConsentId, Timestamp, UserId};
    use pipeline::Subject;
    use store::seal::Key;
    use store::{By, Synthetic};

    use super::*;

    const TAG: u32 = 3;
    const DIM: usize = 8;
    const AT: Timestamp = Timestamp(1_800_000_000_000_000);

    fn id(number: usize) -> Uuid {
        Uuid::from_u128(number as u128 + 1)
    }

    /// A store with somebody in each of the eight directions, and somebody between the first two.
    fn people(folder: &std::path::Path) -> Arc<Store> {
        let url = format!("sqlite:{}/db", folder.display()).parse().unwrap();
        let store = Store::open(&url, Key::random(), &folder.join("keys")).unwrap();
        let direction = |number: usize| {
            let mut values = vec![0.0; DIM];
            values[number % DIM] = 1.0;
            values[number / DIM] += 0.5;
            Embedding::new(values).ok().unwrap().values().to_vec()
        };
        let person = |number: usize| Synthetic {
            user: UserId(id(number)),
            consent: ConsentId(id(number)),
            face: FaceId(id(number)),
            template: direction(number),
        };
        store.add_synthetic(AT, TAG, &(0..=DIM).map(person).collect::<Vec<_>>()).unwrap();
        Arc::new(store)
    }

    #[test]
    fn a_gallery_with_its_exact_values_in_the_database_finds_what_one_with_them_in_memory_finds() {
        let folder = tempfile::tempdir().unwrap();
        let store = people(folder.path());
        let [near, far] = [usize::MAX, 0].map(|rows| gallery(&store, None, (DIM, TAG), rows).ok().unwrap().0);
        for number in 0..=DIM {
            let (_, probe) = near.template(TemplateId(id(number).as_u128())).unwrap().unwrap();
            let found = near.search(&probe).unwrap().unwrap();
            assert_eq!(found.subject, Subject(id(number).as_u128()));
            assert_eq!(far.search(&probe).unwrap(), Some(found));
        }
    }

    #[test]
    fn who_is_erased_in_the_database_is_not_found_even_before_the_gallery_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let store = people(folder.path());
        let (gallery, _) = gallery(&store, None, (DIM, TAG), 0).ok().unwrap();
        let (_, probe) = gallery.template(TemplateId(id(0).as_u128())).unwrap().unwrap();
        store.erase_user(By { actor: "test", at: AT }, UserId(id(0))).unwrap();
        let found = gallery.search(&probe).unwrap().unwrap();
        assert_eq!(found.subject, Subject(id(DIM).as_u128()), "the next one is");
        assert!(gallery.template(TemplateId(id(0).as_u128())).unwrap().is_none());
    }
}
