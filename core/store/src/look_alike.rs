//! People who look alike, as pairs of their templates: they go with either template, and so with either person.
use diesel::prelude::*;
use domain::{FaceId, Timestamp, UserId};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    row,
    schema::{faces, look_alikes},
};

/// Two templates of different people that look alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LookAlike {
    /// One template.
    pub face: FaceId,
    /// Whose.
    pub user: UserId,
    /// The other template.
    pub other_face: FaceId,
    /// Whose.
    pub other_user: UserId,
    /// Their cosine similarity.
    pub similarity: f32,
    /// When that was found.
    pub found_at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = look_alikes)]
struct Record {
    face_id: String,
    other_face_id: String,
    user_id: String,
    other_user_id: String,
    similarity: f64,
    found_at: i64,
}

impl From<&LookAlike> for Record {
    fn from(pair: &LookAlike) -> Self {
        let (first, second) = ((pair.face, pair.user), (pair.other_face, pair.other_user));
        // One order, so that a pair is kept once whichever of the two was enrolled last.
        let (a, b) = if first.0 <= second.0 { (first, second) } else { (second, first) };
        Self {
            face_id: a.0.to_string(),
            other_face_id: b.0.to_string(),
            user_id: a.1.to_string(),
            other_user_id: b.1.to_string(),
            similarity: f64::from(pair.similarity),
            found_at: pair.found_at.0,
        }
    }
}

impl TryFrom<Record> for LookAlike {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            face: row::parse(&r.face_id)?,
            user: row::parse(&r.user_id)?,
            other_face: row::parse(&r.other_face_id)?,
            other_user: row::parse(&r.other_user_id)?,
            similarity: r.similarity as f32,
            found_at: Timestamp(r.found_at),
        })
    }
}

/// The most pairs that are read at once.
const PAIRS_MAX: i64 = 10_000;

/// Keeps those of `pairs` whose templates are both there; says how many are new.
pub(crate) fn keep(c: &mut AnyConnection, by: By<'_>, pairs: &[LookAlike]) -> Result<usize, StoreError> {
    let mut added = 0;
    for record in pairs.iter().map(Record::from) {
        let both = faces::table.filter(faces::id.eq(&record.face_id).or(faces::id.eq(&record.other_face_id)));
        if both.count().get_result::<i64>(c)? != 2 {
            continue;
        }
        if insert_or_ignore!(c, look_alikes::table, &record) == 1 {
            let detail = format!("{{\"other_face\":\"{}\"}}", record.other_face_id);
            NewAudit::new("look_alike.found", &record.face_id).with(detail).append(c, by)?;
            added += 1;
        }
    }
    Ok(added)
}

/// The pairs that `user` is in, the oldest first.
pub(crate) fn of(c: &mut AnyConnection, user: &str) -> Result<Vec<LookAlike>, StoreError> {
    let theirs = look_alikes::user_id.eq(user).or(look_alikes::other_user_id.eq(user));
    let pairs = look_alikes::table.filter(theirs).order((look_alikes::found_at, look_alikes::face_id));
    let rows: Vec<Record> = pairs.limit(PAIRS_MAX).load(c)?;
    rows.into_iter().map(LookAlike::try_from).collect()
}

impl Store {
    /// Keeps `pairs`, those left out that are known or whose templates are gone; says how many are new.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn add_look_alikes(&self, by: By<'_>, pairs: &[LookAlike]) -> Result<usize, StoreError> {
        if pairs.is_empty() {
            return Ok(0);
        }
        self.write(|c| keep(c, by, pairs))
    }

    /// Whether anybody looks like `user`: to the recogniser `tag`, or to any.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn has_look_alike(&self, user: UserId, tag: Option<u32>) -> Result<bool, StoreError> {
        let user = user.to_string();
        self.read(|c| {
            let theirs = look_alikes::table
                .filter(look_alikes::user_id.eq(&user).or(look_alikes::other_user_id.eq(&user)));
            let Some(tag) = tag else {
                return Ok(diesel::select(diesel::dsl::exists(theirs)).get_result(c)?);
            };
            // Both templates of a pair are of one recogniser.
            let of_tag = theirs
                .inner_join(faces::table.on(faces::id.eq(look_alikes::face_id)))
                .filter(faces::model_tag.eq(i64::from(tag)));
            Ok(diesel::select(diesel::dsl::exists(of_tag)).get_result(c)?)
        })
    }

    /// The pairs that `user` is in, or all of them; at most ten thousand, the oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn look_alikes(&self, user: Option<UserId>) -> Result<Vec<LookAlike>, StoreError> {
        self.read(|c| match user {
            Some(user) => of(c, &user.to_string()),
            None => {
                let pairs = look_alikes::table.order((look_alikes::found_at, look_alikes::face_id));
                let rows: Vec<Record> = pairs.limit(PAIRS_MAX).load(c)?;
                rows.into_iter().map(LookAlike::try_from).collect()
            }
        })
    }

    /// Notes that look-alikes were looked at: of one person, or all of them.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn note_look_alikes_read(&self, by: By<'_>, user: Option<UserId>) -> Result<(), StoreError> {
        let subject = user.map_or_else(|| "all".to_owned(), |user| user.to_string());
        self.write_audited(by, |_| Ok(((), NewAudit::new("look_alikes.read", subject))))
    }
}
