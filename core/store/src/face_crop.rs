//! Faces cut out of the pictures of enrolments: sealed with the person's key, bound to person and crop, and kept only where
//! the operator says so.
use diesel::{dsl::exists, prelude::*};
use domain::{ConsentId, FaceId, Timestamp, UserId, model_change::TemplateSource};
use zeroize::Zeroizing;

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    row,
    schema::{consents, face_crops, faces, subject_keys},
    seal::context,
};

/// A crop to be kept. Its bytes are printed nowhere.
pub struct NewCrop<'a> {
    /// The id to be given, as text.
    pub id: String,
    /// Whose.
    pub user: UserId,
    /// The live consent that it rests on.
    pub consent: ConsentId,
    /// The template that was made of it.
    pub face: FaceId,
    /// The picture, as its owner writes it.
    pub bytes: &'a [u8],
    /// How good the picture was, 0 to 1.
    pub quality: f32,
}

/// A crop, opened.
pub struct CropRow {
    /// The id.
    pub id: String,
    /// The template that it goes with.
    pub face: FaceId,
    /// How good the picture was, 0 to 1.
    pub quality: f32,
    /// The picture; overwritten when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
}

/// Id, user, template, quality, sealed crop, wrapped data key.
type Sealed = (String, String, String, f64, Vec<u8>, Vec<u8>);

fn bound_to(user: &str, crop: &str) -> Vec<u8> {
    context(&["crop", user, crop])
}

impl Store {
    /// Keeps a crop.
    ///
    /// # Errors
    /// [`StoreError::ConsentMissing`] when the consent isn't this person's or isn't live: the database itself refuses.
    pub fn add_crop(&self, at: Timestamp, crop: &NewCrop<'_>) -> Result<(), StoreError> {
        let user = crop.user.to_string();
        self.write(|c| {
            let key = self.data_key_of(c, &user)?;
            let row = (
                face_crops::id.eq(&crop.id),
                face_crops::user_id.eq(&user),
                face_crops::consent_id.eq(crop.consent.to_string()),
                face_crops::face_id.eq(crop.face.to_string()),
                face_crops::crop_sealed.eq(key.seal(crop.bytes, &bound_to(&user, &crop.id))?),
                face_crops::quality.eq(f64::from(crop.quality)),
                face_crops::created_at.eq(at.0),
            );
            diesel::insert_into(face_crops::table).values(row).execute(c)?;
            Ok(())
        })
    }

    /// The first crop after `after` that goes with a template of `active` and of which there is none of `other` yet, on
    /// a consent that is live at `now`.
    ///
    /// # Errors
    /// When the database doesn't answer or the crop does not open.
    pub fn next_crop(
        &self,
        (active, other): (u32, u32),
        after: &str,
        now: Timestamp,
    ) -> Result<Option<CropRow>, StoreError> {
        let others = diesel::alias!(faces as others);
        let found: Option<Sealed> = self.read(|c| {
            let made = others
                .filter(others.field(faces::model_tag).eq(i64::from(other)))
                .filter(others.field(faces::source).ne(TemplateSource::Visit.as_str()))
                .filter(others.field(faces::origin_id).eq(face_crops::face_id.nullable()));
            let open = face_crops::table
                .inner_join(faces::table.on(faces::id.eq(face_crops::face_id)))
                .inner_join(consents::table.on(consents::id.eq(face_crops::consent_id)))
                .inner_join(subject_keys::table.on(subject_keys::user_id.eq(face_crops::user_id)))
                .filter(faces::model_tag.eq(i64::from(active)))
                .filter(consents::expires_at.gt(now.0))
                .filter(face_crops::id.gt(after))
                .filter(diesel::dsl::not(exists(made)))
                .order(face_crops::id)
                .select((
                    face_crops::id,
                    face_crops::user_id,
                    face_crops::face_id,
                    face_crops::quality,
                    face_crops::crop_sealed,
                    subject_keys::key_wrapped,
                ));
            Ok(open.first(c).optional()?)
        })?;
        let Some((id, user, face, quality, sealed, wrapped)) = found else { return Ok(None) };
        let key = self.data_key(&wrapped, &user)?;
        let bytes = Zeroizing::new(key.open(&sealed, &bound_to(&user, &id))?);
        Ok(Some(CropRow { face: row::parse(&face)?, quality: quality as f32, id, bytes }))
    }

    /// How many crops are kept.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn crop_count(&self) -> Result<usize, StoreError> {
        let count: i64 = self.read(|c| Ok(face_crops::table.count().get_result(c)?))?;
        usize::try_from(count).map_err(|_| StoreError::Corrupt(format!("{count} crops")))
    }

    /// Deletes every crop; says whether there were any.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_crops(&self, by: By<'_>) -> Result<bool, StoreError> {
        if self.crop_count()? == 0 {
            return Ok(false);
        }
        self.write_audited(by, |c| {
            diesel::delete(face_crops::table).execute(c)?;
            Ok((true, NewAudit::new("face_crops.forgotten", "all")))
        })
    }
}

/// Deletes the crops of faces that are removed, and all of a person who has no face any more.
pub(crate) fn follow_removal(
    c: &mut AnyConnection,
    user: &str,
    removed: &[String],
) -> Result<(), StoreError> {
    let theirs = face_crops::table.filter(face_crops::user_id.eq(user));
    let faces_left: i64 = faces::table.filter(faces::user_id.eq(user)).count().get_result(c)?;
    if faces_left == 0 {
        diesel::delete(theirs).execute(c)?;
    } else {
        diesel::delete(theirs.filter(face_crops::face_id.eq_any(removed))).execute(c)?;
    }
    Ok(())
}

/// Has each crop of a template that is settled away go with the template that the other recogniser made of it.
pub(crate) fn follow_settlement(c: &mut AnyConnection, leaving: &[String]) -> Result<(), StoreError> {
    let made: Vec<(Option<String>, String)> = faces::table
        .filter(faces::origin_id.eq_any(leaving))
        .filter(faces::source.ne(TemplateSource::Visit.as_str()))
        .order(faces::id)
        .select((faces::origin_id, faces::id))
        .load(c)?;
    for (origin, face) in made {
        let Some(origin) = origin else { continue };
        let of_it = face_crops::table.filter(face_crops::face_id.eq(origin));
        diesel::update(of_it).set(face_crops::face_id.eq(face)).execute(c)?;
    }
    Ok(())
}
