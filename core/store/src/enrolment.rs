//! Enrolment: all templates of one enrolment are stored together or none is, and only where the gallery that was
//! searched for duplicates is still the one that the database has.
use diesel::prelude::*;
use domain::{ConsentId, FaceId, UserId, enrolment::FaceKind};
use zeroize::Zeroizing;

use crate::{
    By, FaceRow, LookAlike, NewFace, OutboxRow, Store, StoreError,
    connection::AnyConnection,
    counter, look_alike, outbox, row,
    schema::{faces, outbox as messages},
};

mod decision;
mod review;
mod sealed;

pub use review::{Duplicate, EnrolmentRow, NewReview};

/// The template of one picture. Printed nowhere, overwritten when dropped.
pub struct Member {
    /// The id, or the one to be given.
    pub id: FaceId,
    /// The unit vector.
    pub template: Zeroizing<Vec<f32>>,
    /// How good the picture was, 0 to 1.
    pub quality: f32,
}

impl Member {
    /// The template `values` of a picture of this quality.
    #[must_use]
    pub fn new(id: FaceId, values: Vec<f32>, quality: f32) -> Self {
        Self { id, template: Zeroizing::new(values), quality }
    }
}

/// Templates of one person that are to be stored together.
pub struct NewEnrolment {
    /// Whose.
    pub user: UserId,
    /// The live consent that they rest on.
    pub consent: ConsentId,
    /// Which recogniser made them.
    pub model_tag: u32,
    /// One for each picture.
    pub members: Vec<Member>,
}

/// On what templates are let in.
pub struct Admission {
    /// The last message that the gallery knew of in which the new faces' like was looked for.
    pub known: i64,
    /// The most faces of one person, means not counted.
    pub faces_max: usize,
    /// Whom the new faces and their mean look like.
    pub alike: Vec<LookAlike>,
}

/// The messages that tell of changed templates.
const FACE_EVENTS: [&str; 5] =
    ["face.enrolled", "face.retemplated", "face.removed", "consent.withdrawn", "user.erased"];

impl Store {
    /// Stores all members of an enrolment, their mean and whom they look like.
    ///
    /// # Errors
    /// [`StoreError::Overtaken`] when somebody's faces changed after `admission.known`, [`StoreError::FacesFull`],
    /// and [`StoreError::ConsentMissing`]. Nothing is stored then.
    pub fn enrol(
        &self,
        by: By<'_>,
        new: &NewEnrolment,
        admission: &Admission,
    ) -> Result<Vec<FaceRow>, StoreError> {
        self.write(|c| self.admit(c, by, new, admission))
    }

    fn admit(
        &self,
        c: &mut AnyConnection,
        by: By<'_>,
        new: &NewEnrolment,
        admission: &Admission,
    ) -> Result<Vec<FaceRow>, StoreError> {
        // Writers come one after the other: what is not there now comes after this.
        if !face_events(c, admission.known, 1)?.is_empty() {
            return Err(StoreError::Overtaken);
        }
        let known: i64 = faces::table
            .filter(faces::user_id.eq(new.user.to_string()))
            .filter(faces::model_tag.eq(i64::from(new.model_tag)))
            .filter(faces::kind.eq(FaceKind::Member.as_str()))
            .count()
            .get_result(c)?;
        if usize::try_from(known).unwrap_or(usize::MAX).saturating_add(new.members.len())
            > admission.faces_max
        {
            return Err(StoreError::FacesFull(admission.faces_max));
        }
        let NewEnrolment { user, consent, model_tag, .. } = *new;
        let insert = |member: &Member| {
            let Member { id, template, quality } = member;
            let face = NewFace { id: *id, user, consent, model_tag, template, quality: *quality };
            self.insert_member(c, by, &face)
        };
        let rows = new.members.iter().map(insert).collect::<Result<Vec<_>, _>>()?;
        self.renew_mean(c, by, user, model_tag)?;
        look_alike::keep(c, by, &admission.alike)?;
        Ok(rows)
    }

    /// Messages after `after` that tell of changed templates, oldest first, and the last message there is of any kind.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn face_events(&self, after: i64) -> Result<(Vec<OutboxRow>, i64), StoreError> {
        self.read_at_once(|c| Ok((face_events(c, after, row::PAGE_ROWS_MAX)?, counter::last(c, "outbox")?)))
    }
}

fn face_events(c: &mut AnyConnection, after: i64, limit: i64) -> Result<Vec<OutboxRow>, StoreError> {
    let [a, b, d, e, f] = FACE_EVENTS.map(|kind| messages::kind.eq(kind));
    let query = messages::table
        .filter(messages::seq.gt(after))
        .filter(a.or(b).or(d).or(e).or(f))
        .order(messages::seq)
        .limit(limit)
        .select(outbox::COLUMNS);
    Ok(query.load(c)?)
}
