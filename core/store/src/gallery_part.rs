//! The keys of a snapshot's parts, and the faces that are in a part.
use std::collections::HashSet;

use diesel::{dsl::sql, prelude::*, sql_types::Text};
use domain::{FaceId, Timestamp, UserId};

use crate::{
    GalleryRow, Part, Snapshot, Store, StoreError, WrittenPart,
    connection::AnyConnection,
    face::model_tag,
    row,
    schema::{faces, gallery_changes, gallery_parts, subject_keys},
    seal::{Key, context},
};

/// The part of a face, by its index: the last three digits of the person's id.
const PART_OF_FACE: &str = "substr(faces.user_id, 34, 3)";

/// A part of a snapshot that can be opened: whole and current as long as its key is in the database.
pub struct KeptPart {
    /// Which one.
    pub part: Part,
    /// How many templates are in it.
    pub templates: usize,
    /// `None` when the database's entry itself does not open.
    pub(crate) key: Option<Key>,
    wrapped: Vec<u8>,
}

/// The templates of a part as the database has them at one moment.
pub struct PartFaces {
    /// How often faces of the part had changed by then.
    pub changes: i64,
    /// The templates, and whose they are.
    pub faces: Vec<(FaceId, UserId)>,
}

fn key_context(snapshot: &Snapshot, tag: u32, part: Part) -> Vec<u8> {
    context(&["gallery-part-key", snapshot.id(), &tag.to_string(), &part.to_string()])
}

impl Store {
    /// The parts of `snapshot` that can be opened, of the recogniser `tag`.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn kept_parts(&self, snapshot: &Snapshot, tag: u32) -> Result<Vec<KeptPart>, StoreError> {
        let rows: Vec<(String, Vec<u8>, i64)> = self.read(|c| {
            let of_tag = gallery_parts::table
                .filter(gallery_parts::folder.eq(snapshot.id()))
                .filter(gallery_parts::model_tag.eq(i64::from(tag)))
                .order(gallery_parts::part);
            let columns = (gallery_parts::part, gallery_parts::key_wrapped, gallery_parts::templates);
            Ok(of_tag.select(columns).load(c)?)
        })?;
        let kept = |(part, wrapped, templates): (String, Vec<u8>, i64)| {
            let part: Part = row::parse(&part)?;
            let bound = key_context(snapshot, tag, part);
            let key = Key::unwrap_as(&wrapped, &self.part_wrapping_key(part), &bound).ok();
            let templates = usize::try_from(templates).unwrap_or_default();
            Ok(KeptPart { part, templates, key, wrapped })
        };
        rows.into_iter().map(kept).collect()
    }

    /// Which parts of `snapshot` have keys, by recognisers.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn kept_places(&self, snapshot: &Snapshot) -> Result<HashSet<(u32, Part)>, StoreError> {
        let rows: Vec<(i64, String)> = self.read(|c| {
            let of_folder = gallery_parts::table.filter(gallery_parts::folder.eq(snapshot.id()));
            Ok(of_folder.select((gallery_parts::model_tag, gallery_parts::part)).load(c)?)
        })?;
        rows.into_iter().map(|(tag, part)| Ok((model_tag(tag)?, row::parse(&part)?))).collect()
    }

    /// The templates of a part of the recogniser `tag`, unopened.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn part_faces(&self, tag: u32, part: Part) -> Result<PartFaces, StoreError> {
        let (changes, faces): (i64, Vec<(String, String)>) = self.read_at_once(|c| {
            let changes = gallery_changes::table.find(part.to_string());
            let faces = faces::table
                .filter(sql::<Text>(PART_OF_FACE).eq(part.to_string()))
                .filter(faces::model_tag.eq(i64::from(tag)))
                .select((faces::id, faces::user_id));
            Ok((changes.select(gallery_changes::changes).first(c)?, faces.load(c)?))
        })?;
        let face = |(id, user): (String, String)| Ok((row::parse(&id)?, row::parse(&user)?));
        Ok(PartFaces { changes, faces: faces.into_iter().map(face).collect::<Result<_, StoreError>>()? })
    }

    /// The templates of a part of the recogniser `tag`, opened.
    ///
    /// # Errors
    /// When the database doesn't answer or a template does not open.
    pub fn part_rows(&self, tag: u32, part: Part) -> Result<Vec<GalleryRow>, StoreError> {
        let rows: Vec<(String, String, Vec<u8>, Vec<u8>)> = self.read(|c| {
            let of_part = faces::table
                .inner_join(subject_keys::table.on(subject_keys::user_id.eq(faces::user_id)))
                .filter(sql::<Text>(PART_OF_FACE).eq(part.to_string()))
                .filter(faces::model_tag.eq(i64::from(tag)))
                .select((faces::id, faces::user_id, faces::template_sealed, subject_keys::key_wrapped));
            Ok(of_part.load(c)?)
        })?;
        rows.into_iter().map(|row| self.opened_face(row, tag)).collect()
    }

    /// Keeps the keys of parts that were written, in one commit, but of those whose faces changed since they were read; says
    /// how many that were.
    ///
    /// # Errors
    /// When the database or the parts can't be written.
    pub fn keep_parts(
        &self,
        (snapshot, tag): (&Snapshot, u32),
        at: Timestamp,
        written: &[WrittenPart],
    ) -> Result<usize, StoreError> {
        // Parts that were written together are waited for together, and before anybody waits for the commit.
        let synced = written.iter().try_for_each(WrittenPart::sync);
        synced.map_err(|error| StoreError::NotWritable(format!("parts of the gallery: {error}")))?;
        self.write(|c| {
            let mut kept = 0;
            for one in written {
                kept += usize::from(self.keep_part(c, (snapshot, tag), at, one)?);
            }
            Ok(kept)
        })
    }

    /// Of an older backup of database and parts this opens none in which somebody was who was erased since.
    fn part_wrapping_key(&self, part: Part) -> Key {
        self.key.joined("gallery-part-key", &self.subjects.part_share(part))
    }

    fn keep_part(
        &self,
        c: &mut AnyConnection,
        (snapshot, tag): (&Snapshot, u32),
        at: Timestamp,
        written: &WrittenPart,
    ) -> Result<bool, StoreError> {
        let part = written.part.to_string();
        // Whoever changes a face of the part in the meantime waits here, and then takes the key.
        let as_read = gallery_changes::table
            .filter(gallery_changes::part.eq(&part))
            .filter(gallery_changes::changes.eq(written.changes));
        let unchanged =
            diesel::update(as_read).set(gallery_changes::changes.eq(written.changes)).execute(c)? == 1;
        if unchanged {
            let place = (snapshot.id(), i64::from(tag), part.as_str());
            diesel::delete(gallery_parts::table.find(place)).execute(c)?;
            let row = (
                gallery_parts::folder.eq(snapshot.id()),
                gallery_parts::model_tag.eq(i64::from(tag)),
                gallery_parts::part.eq(&part),
                gallery_parts::key_wrapped.eq(written.key.wrap_as(
                    &self.part_wrapping_key(written.part),
                    &key_context(snapshot, tag, written.part),
                )?),
                gallery_parts::templates.eq(i64::try_from(written.templates).unwrap_or(i64::MAX)),
                gallery_parts::written_at.eq(at.0),
            );
            diesel::insert_into(gallery_parts::table).values(row).execute(c)?;
        }
        Ok(unchanged)
    }

    /// Forgets the keys of parts that did not open, so that they are written anew.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_parts(
        &self,
        (snapshot, tag): (&Snapshot, u32),
        parts: &[&KeptPart],
    ) -> Result<(), StoreError> {
        self.write(|c| {
            for one in parts {
                let part = one.part.to_string();
                let place = gallery_parts::table.find((snapshot.id(), i64::from(tag), part.as_str()));
                // Another key may have been kept meanwhile.
                let mine = place.filter(gallery_parts::key_wrapped.eq(&one.wrapped));
                diesel::delete(mine).execute(c)?;
            }
            Ok(())
        })
    }
}
