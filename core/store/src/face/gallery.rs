//! Templates opened for the gallery: all of them at start, a few of them where it searches.
use std::{collections::HashMap, sync::mpsc::sync_channel, thread};

use diesel::prelude::*;
use domain::{FaceId, UserId};
use zeroize::Zeroizing;

use super::{SealedFace, bound_to};
use crate::{
    Store, StoreError, row,
    schema::{faces, subject_keys},
};

/// A template as the gallery needs it.
pub struct GalleryRow {
    /// The id.
    pub id: FaceId,
    /// Whose.
    pub user: UserId,
    /// The unit vector; overwritten when dropped.
    pub template: Zeroizing<Vec<f32>>,
}

/// Templates read at a time while the gallery is filled.
const PAGE: i64 = 2_000;
/// Pages that wait to be opened.
const PAGES_WAITING_MAX: usize = 2;

impl Store {
    /// How many templates the recogniser `tag` made.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn gallery_len(&self, tag: u32) -> Result<usize, StoreError> {
        let of_tag = faces::table.filter(faces::model_tag.eq(i64::from(tag)));
        let count: i64 = self.read(|c| Ok(of_tag.count().get_result(c)?))?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// Opens every template that the recogniser `tag` made and hands it to `each`. The next ones are read meanwhile.
    ///
    /// # Errors
    /// When the database doesn't answer or a template does not open.
    pub fn gallery(&self, tag: u32, mut each: impl FnMut(GalleryRow)) -> Result<(), StoreError> {
        thread::scope(|scope| {
            let (sender, pages) = sync_channel::<Result<Vec<SealedFace>, StoreError>>(PAGES_WAITING_MAX);
            scope.spawn(move || {
                let mut after = String::new();
                loop {
                    let page = self.gallery_page(tag, &after);
                    let last = page.as_ref().ok().and_then(|page| page.last()).map(|(id, ..)| id.clone());
                    // Whoever opens them has given up where nobody takes them.
                    if sender.send(page).is_err() {
                        return;
                    }
                    match last {
                        Some(last) => after = last,
                        None => return,
                    }
                }
            });
            for page in pages {
                for row in page? {
                    each(self.opened_face(row, tag)?);
                }
            }
            Ok(())
        })
    }

    fn gallery_page(&self, tag: u32, after: &str) -> Result<Vec<SealedFace>, StoreError> {
        self.read(|c| {
            let page = faces::table
                .inner_join(subject_keys::table.on(subject_keys::user_id.eq(faces::user_id)))
                .filter(faces::model_tag.eq(i64::from(tag)))
                .filter(faces::id.gt(after))
                .order(faces::id)
                .limit(PAGE)
                .select((faces::id, faces::user_id, faces::template_sealed, subject_keys::key_wrapped));
            Ok(page.load(c)?)
        })
    }

    /// The templates `ids` of the recogniser `tag` in their order, opened; `None` for one that is not there.
    ///
    /// # Errors
    /// When the database doesn't answer or a template does not open.
    pub fn gallery_rows(&self, ids: &[FaceId], tag: u32) -> Result<Vec<Option<GalleryRow>>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for page in ids.chunks(row::PAGE_ROWS_MAX as usize) {
            let names: Vec<String> = page.iter().map(FaceId::to_string).collect();
            let rows: Vec<SealedFace> = self.read(|c| {
                let named = faces::table
                    .inner_join(subject_keys::table.on(subject_keys::user_id.eq(faces::user_id)))
                    .filter(faces::id.eq_any(names))
                    .filter(faces::model_tag.eq(i64::from(tag)))
                    .select((faces::id, faces::user_id, faces::template_sealed, subject_keys::key_wrapped));
                Ok(named.load(c)?)
            })?;
            for row in rows {
                match self.opened_face(row, tag) {
                    // Whose key was just destroyed is about to go.
                    Err(StoreError::NotFound(_)) => {}
                    row => {
                        let row = row?;
                        found.insert(row.id, row);
                    }
                }
            }
        }
        Ok(ids.iter().map(|id| found.remove(id)).collect())
    }

    /// A person's opened templates of the recogniser `tag`, for a comparison with that person alone.
    ///
    /// # Errors
    /// When the database doesn't answer or a template does not open.
    pub fn templates_of(&self, user: UserId, tag: u32) -> Result<Vec<GalleryRow>, StoreError> {
        let rows: Vec<SealedFace> = self.read(|c| {
            let of_user = faces::table
                .inner_join(subject_keys::table.on(subject_keys::user_id.eq(faces::user_id)))
                .filter(faces::user_id.eq(user.to_string()))
                .filter(faces::model_tag.eq(i64::from(tag)))
                .order(faces::id)
                .limit(row::PAGE_ROWS_MAX)
                .select((faces::id, faces::user_id, faces::template_sealed, subject_keys::key_wrapped));
            Ok(of_user.load(c)?)
        })?;
        rows.into_iter().map(|row| self.opened_face(row, tag)).collect()
    }

    pub(crate) fn opened_face(
        &self,
        (id, user, sealed, wrapped): SealedFace,
        tag: u32,
    ) -> Result<GalleryRow, StoreError> {
        let key = self.data_key(&wrapped, &user)?;
        let plain = Zeroizing::new(key.open(&sealed, &bound_to(&user, &id, i64::from(tag)))?);
        let (values, rest) = plain.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(StoreError::Corrupt(format!("template {id} has {} bytes", plain.len())));
        }
        let template = values.iter().map(|value| f32::from_le_bytes(*value)).collect();
        Ok(GalleryRow { id: row::parse(&id)?, user: row::parse(&user)?, template: Zeroizing::new(template) })
    }
}
