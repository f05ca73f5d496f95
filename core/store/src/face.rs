//! Face templates: sealed with the person's key, bound to person, template and model.
use diesel::prelude::*;
use domain::{ConsentId, FaceId, Timestamp, UserId, enrolment::FaceKind, model_change::TemplateSource};
use zeroize::Zeroizing;

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    face_crop, outbox, row,
    schema::{consents, faces},
    seal::context,
};

mod copied;
mod gallery;
mod mean;
mod synthetic;

pub(crate) use copied::copied;
pub use gallery::GalleryRow;
pub use mean::mean_id;
pub use synthetic::Synthetic;

/// A template to be stored. The vector is printed nowhere.
pub struct NewFace<'a> {
    /// The id to be given.
    pub id: FaceId,
    /// Whose.
    pub user: UserId,
    /// The live consent that it rests on.
    pub consent: ConsentId,
    /// Which recogniser made it.
    pub model_tag: u32,
    /// The unit vector.
    pub template: &'a [f32],
    /// How good the picture was, 0 to 1.
    pub quality: f32,
}

/// A template without its vector.
#[derive(Debug, Clone)]
pub struct FaceRow {
    /// The id.
    pub id: FaceId,
    /// Whose.
    pub user: UserId,
    /// The consent that it rests on.
    pub consent: ConsentId,
    /// Which recogniser made it.
    pub model_tag: u32,
    /// How good the picture was, 0 to 1.
    pub quality: f32,
    /// When it was stored; of a mean, when its newest member was.
    pub created_at: Timestamp,
    /// What it is of.
    pub kind: FaceKind,
    /// What it was made of.
    pub source: TemplateSource,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = faces)]
struct Record {
    id: String,
    user_id: String,
    consent_id: String,
    model_tag: i64,
    dim: i32,
    template_sealed: Vec<u8>,
    quality: f64,
    created_at: i64,
    source: String,
    origin_id: Option<String>,
    kind: String,
}

impl TryFrom<Record> for FaceRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            id: row::parse(&r.id)?,
            user: row::parse(&r.user_id)?,
            consent: row::parse(&r.consent_id)?,
            model_tag: model_tag(r.model_tag)?,
            quality: r.quality as f32,
            created_at: Timestamp(r.created_at),
            kind: row::parse(&r.kind)?,
            source: row::parse(&r.source)?,
        })
    }
}

/// How a template came to be.
pub(crate) struct Made {
    pub(crate) kind: FaceKind,
    pub(crate) source: TemplateSource,
    /// The template of the recogniser in force that it goes with.
    pub(crate) origin: Option<String>,
}

impl Made {
    /// By an enrolment, for the recogniser in force: a member, or the mean of them.
    fn enrolled(kind: FaceKind) -> Self {
        Self { kind, source: TemplateSource::Enrolment, origin: None }
    }
}

pub(crate) fn model_tag(stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|_| StoreError::Corrupt(format!("model tag {stored}")))
}

fn bound_to(user: &str, face: &str, model_tag: i64) -> Vec<u8> {
    context(&["face", user, face, &model_tag.to_string()])
}

/// Id, user, sealed template, wrapped data key.
type SealedFace = (String, String, Vec<u8>, Vec<u8>);

impl Store {
    /// Stores the template of one picture, and makes the mean of the person's pictures anew.
    ///
    /// # Errors
    /// [`StoreError::ConsentMissing`] when the consent isn't this person's or isn't live: the database
    /// itself refuses.
    pub fn add_face(&self, by: By<'_>, face: &NewFace<'_>) -> Result<FaceRow, StoreError> {
        self.write(|c| {
            let row = self.insert_member(c, by, face)?;
            self.renew_mean(c, by, face.user, face.model_tag)?;
            Ok(row)
        })
    }

    /// Stores the template of one picture with its audit record and message; its mean is the caller's to renew.
    pub(crate) fn insert_member(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        face: &NewFace<'_>,
    ) -> Result<FaceRow, StoreError> {
        let row = self.insert_face(c, by.at, (face, Made::enrolled(FaceKind::Member)))?;
        let (id, user, consent) = (row.id, row.user, row.consent);
        outbox::append(c, by.at, "face.enrolled", &format!("{{\"user\":\"{user}\",\"face\":\"{id}\"}}"))?;
        let detail = format!("{{\"user\":\"{user}\",\"consent\":\"{consent}\"}}");
        NewAudit::new("face.enrolled", id).with(detail).append(c, by)?;
        Ok(row)
    }

    pub(crate) fn insert_face(
        &self,
        c: &mut AnyConnection,
        created_at: Timestamp,
        (face, made): (&NewFace<'_>, Made),
    ) -> Result<FaceRow, StoreError> {
        let (id, user) = (face.id.to_string(), face.user.to_string());
        let tag = i64::from(face.model_tag);
        let dim = i32::try_from(face.template.len())
            .map_err(|_| StoreError::Conflict("a template this long can't be stored".to_owned()))?;
        let plain: Zeroizing<Vec<u8>> =
            Zeroizing::new(face.template.iter().flat_map(|value| value.to_le_bytes()).collect());
        let record = Record {
            template_sealed: self.data_key_of(c, &user)?.seal(&plain, &bound_to(&user, &id, tag))?,
            id,
            user_id: user,
            consent_id: face.consent.to_string(),
            model_tag: tag,
            dim,
            quality: f64::from(face.quality),
            created_at: created_at.0,
            source: made.source.to_string(),
            origin_id: made.origin,
            kind: made.kind.to_string(),
        };
        diesel::insert_into(faces::table).values(&record).execute(c)?;
        record.try_into()
    }

    /// A person's templates, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn faces(&self, user: UserId) -> Result<Vec<FaceRow>, StoreError> {
        let rows = self.read(|c| {
            let of_user = faces::table.filter(faces::user_id.eq(user.to_string()));
            Ok(of_user.order((faces::created_at, faces::id)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(FaceRow::try_from).collect()
    }

    /// One template of a person.
    ///
    /// # Errors
    /// When there is none.
    pub fn face(&self, id: FaceId) -> Result<FaceRow, StoreError> {
        self.read(|c| Ok(faces::table.find(id.to_string()).first::<Record>(c).optional()?))?
            .ok_or(StoreError::NotFound("face"))?
            .try_into()
    }

    /// Removes the template of one picture, with those that other recognisers made of it; the means of what is left are
    /// made anew.
    ///
    /// # Errors
    /// When the person has no such template, or it is a mean, which goes with its members.
    pub fn remove_face(&self, by: By<'_>, user: UserId, id: FaceId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let mine =
                faces::table.filter(faces::id.eq(id.to_string())).filter(faces::user_id.eq(user.to_string()));
            let known: Option<Record> = mine.first(c).optional()?;
            let record = known.ok_or(StoreError::NotFound("face"))?;
            let origin = record.origin_id.clone();
            let known = FaceRow::try_from(record)?;
            if known.kind == FaceKind::Mean {
                let text = "this is the mean of the other faces; it goes with them";
                return Err(StoreError::Conflict(text.to_owned()));
            }
            // Templates of one picture by several recognisers are one face; so are those made at a visit by it.
            let same_picture = origin.filter(|_| known.source != TemplateSource::Visit);
            let removed: Vec<String> = same_picture.into_iter().chain([id.to_string()]).collect();
            let beside = faces::id.eq_any(removed.clone()).or(faces::origin_id.eq_any(removed.clone()));
            let theirs = faces::table.filter(faces::user_id.eq(user.to_string())).filter(beside);
            diesel::delete(theirs).execute(c)?;
            face_crop::follow_removal(c, &user.to_string(), &removed)?;
            self.renew_means(c, by, user)?;
            let detail = format!("{{\"user\":\"{user}\"}}");
            outbox::append(c, by.at, "face.removed", &format!("{{\"user\":\"{user}\",\"face\":\"{id}\"}}"))?;
            Ok(((), NewAudit::new("face.removed", id).with(detail)))
        })
    }

    /// Removes templates whose consent has ended by itself, and names them.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn remove_expired_faces(&self, by: By<'_>) -> Result<Vec<(FaceId, UserId)>, StoreError> {
        let expired: Vec<(String, String)> = self.read(|c| {
            let query = faces::table
                .inner_join(consents::table.on(consents::id.eq(faces::consent_id)))
                .filter(consents::expires_at.le(by.at.0))
                // A mean goes with its members.
                .filter(faces::kind.eq(FaceKind::Member.as_str()))
                .order(faces::id)
                .limit(row::PAGE_ROWS_MAX);
            Ok(query.select((faces::id, faces::user_id)).load(c)?)
        })?;
        let mut removed = Vec::with_capacity(expired.len());
        for (face, user) in expired {
            let (face, user) = (row::parse(&face)?, row::parse(&user)?);
            match self.remove_face(by, user, face) {
                // Removed by another in the meantime.
                Err(StoreError::NotFound(_)) => {}
                done => {
                    done?;
                    removed.push((face, user));
                }
            }
        }
        Ok(removed)
    }
}
