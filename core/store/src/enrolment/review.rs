//! Enrolments that another person has to look at: the face looks like somebody else's. Their templates are kept sealed,
//! outside the gallery, until they are decided or the time is over.
use diesel::prelude::*;
use domain::{
    ConsentId, EnrolmentId, Timestamp, UserId, approval,
    enrolment::{self, State},
};

use super::{
    NewEnrolment,
    decision::expire,
    sealed::{bound_to, packed},
};
use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    outbox, row,
    schema::{enrolment_duplicates, enrolments},
};

/// Somebody whom an enrolment looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Duplicate {
    /// Who.
    pub user: UserId,
    /// How like, at the most.
    pub similarity: f32,
}

/// An enrolment that another person is to look at.
pub struct NewReview<'a> {
    /// The id to be given.
    pub id: EnrolmentId,
    /// Whose faces, on which consent.
    pub enrolment: &'a NewEnrolment,
    /// Whom they look like.
    pub duplicates: Vec<Duplicate>,
    /// From when on it is too late.
    pub expires_at: Timestamp,
}

/// An enrolment that waits, or waited, for another person. It holds no template.
#[derive(Debug, Clone)]
pub struct EnrolmentRow {
    /// The id.
    pub id: EnrolmentId,
    /// Whose faces.
    pub user: UserId,
    /// The consent that they rest on.
    pub consent: ConsentId,
    /// Which recogniser made them.
    pub model_tag: u32,
    /// How many pictures they are of.
    pub members: usize,
    /// Whom they look like, the nearest first.
    pub duplicates: Vec<Duplicate>,
    /// Who enrolled.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// From when on it is too late.
    pub expires_at: Timestamp,
    /// Who decided; `None` before, and where nobody did in time.
    pub decided_by: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// How it was decided.
    pub decision: Option<approval::State>,
}

impl EnrolmentRow {
    /// Where it stands.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> State {
        enrolment::state(self.decision, self.expires_at, now)
    }
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = enrolments)]
pub(super) struct Record {
    id: String,
    user_id: String,
    consent_id: String,
    model_tag: i64,
    members: i64,
    templates_sealed: Option<Vec<u8>>,
    requested_by: String,
    requested_at: i64,
    expires_at: i64,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    decision: Option<String>,
}

impl Record {
    pub(super) fn row(self, duplicates: Vec<Duplicate>) -> Result<EnrolmentRow, StoreError> {
        let number = |value: i64| StoreError::Corrupt(format!("enrolment {}: {value}", self.id));
        Ok(EnrolmentRow {
            id: row::parse(&self.id)?,
            user: row::parse(&self.user_id)?,
            consent: row::parse(&self.consent_id)?,
            model_tag: u32::try_from(self.model_tag).map_err(|_| number(self.model_tag))?,
            members: usize::try_from(self.members).map_err(|_| number(self.members))?,
            duplicates,
            requested_by: self.requested_by,
            requested_at: Timestamp(self.requested_at),
            expires_at: Timestamp(self.expires_at),
            decided_by: self.decided_by,
            decided_at: row::time_opt(self.decided_at),
            decision: row::parse_opt(self.decision.as_deref())?,
        })
    }
}

impl Store {
    /// Lets an enrolment wait for another person. One of this person that waits already goes on to wait instead, and is
    /// given back: nobody changes the pictures while another looks at them.
    ///
    /// # Errors
    /// [`StoreError::ConsentMissing`] when the consent does not last as long.
    pub fn open_review(&self, by: By<'_>, new: &NewReview<'_>) -> Result<EnrolmentRow, StoreError> {
        self.write(|c| {
            let (id, user) = (new.id.to_string(), new.enrolment.user.to_string());
            expire(c, by, Some(&user))?;
            let open = enrolments::table
                .filter(enrolments::user_id.eq(&user))
                .filter(enrolments::decision.is_null());
            if let Some(known) = open.first::<Record>(c).optional()? {
                return with_duplicates(c, known);
            }
            let key = self.data_key_of(c, &user)?;
            let plain = packed(&new.enrolment.members);
            let record = Record {
                templates_sealed: Some(key.seal(&plain, &bound_to(&user, &id))?),
                id,
                user_id: user,
                consent_id: new.enrolment.consent.to_string(),
                model_tag: i64::from(new.enrolment.model_tag),
                members: i64::try_from(new.enrolment.members.len()).unwrap_or(i64::MAX),
                requested_by: by.actor.to_owned(),
                requested_at: by.at.0,
                expires_at: new.expires_at.0,
                decided_by: None,
                decided_at: None,
                decision: None,
            };
            diesel::insert_into(enrolments::table).values(&record).execute(c)?;
            keep_duplicates(c, &record.id, &new.duplicates)?;
            tell(c, by, (new.id, new.enrolment.user), State::Review)?;
            with_duplicates(c, record)
        })
    }

    /// The enrolment with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn enrolment(&self, id: EnrolmentId) -> Result<EnrolmentRow, StoreError> {
        self.read(|c| load(c, id))
    }

    /// The enrolment with this id; that somebody looked at it is recorded, since it says who looks like whom.
    ///
    /// # Errors
    /// When there is none.
    pub fn look_at_enrolment(&self, by: By<'_>, id: EnrolmentId) -> Result<EnrolmentRow, StoreError> {
        self.write_audited(by, |c| Ok((load(c, id)?, NewAudit::new("enrolment.read", id))))
    }

    /// Notes that enrolments were looked through.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn note_enrolments_read(&self, by: By<'_>) -> Result<(), StoreError> {
        self.write_audited(by, |_| Ok(((), NewAudit::new("enrolments.read", "all"))))
    }

    /// Enrolments before `before` that stand at `now` where `state` says, newest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn enrolments(
        &self,
        (state, now): (Option<State>, Timestamp),
        before: Option<EnrolmentId>,
        limit: u32,
    ) -> Result<Vec<EnrolmentRow>, StoreError> {
        self.read(|c| {
            let mut query = enrolments::table.into_boxed();
            if let Some(before) = before {
                query = query.filter(enrolments::id.lt(before.to_string()));
            }
            query = match state {
                None => query,
                Some(State::Review) => {
                    query.filter(enrolments::decision.is_null()).filter(enrolments::expires_at.gt(now.0))
                }
                Some(State::Expired) => query.filter(
                    enrolments::decision
                        .eq(State::Expired.as_str())
                        .or(enrolments::decision.is_null().and(enrolments::expires_at.le(now.0))),
                ),
                Some(decided) => query.filter(enrolments::decision.eq(decided.as_str())),
            };
            let records: Vec<Record> = query.order(enrolments::id.desc()).limit(row::page(limit)).load(c)?;
            records.into_iter().map(|record| with_duplicates(c, record)).collect()
        })
    }

    /// Adds whom an enrolment that waits looks like since others were enrolled.
    ///
    /// # Errors
    /// When there is none.
    pub fn add_duplicates(
        &self,
        by: By<'_>,
        id: EnrolmentId,
        duplicates: &[Duplicate],
    ) -> Result<EnrolmentRow, StoreError> {
        self.write_audited(by, |c| {
            load(c, id)?;
            keep_duplicates(c, &id.to_string(), duplicates)?;
            Ok((load(c, id)?, NewAudit::new("enrolment.duplicates_found", id)))
        })
    }
}

/// The audit record and the message of what became of an enrolment.
pub(super) fn tell(
    c: &mut AnyConnection,
    by: By<'_>,
    (id, user): (EnrolmentId, UserId),
    state: State,
) -> Result<(), StoreError> {
    let kind = match state {
        State::Review => "enrolment.review",
        State::Approved => "enrolment.approved",
        State::Rejected => "enrolment.rejected",
        State::Expired => "enrolment.expired",
    };
    outbox::append(c, by.at, kind, &format!("{{\"enrolment\":\"{id}\",\"user\":\"{user}\"}}"))?;
    NewAudit::new(kind, id).with(format!("{{\"user\":\"{user}\"}}")).append(c, by)
}

pub(super) fn load(c: &mut AnyConnection, id: EnrolmentId) -> Result<EnrolmentRow, StoreError> {
    let record: Option<Record> = enrolments::table.find(id.to_string()).first(c).optional()?;
    with_duplicates(c, record.ok_or(StoreError::NotFound("enrolment"))?)
}

fn with_duplicates(c: &mut AnyConnection, record: Record) -> Result<EnrolmentRow, StoreError> {
    let of_it = enrolment_duplicates::table
        .filter(enrolment_duplicates::enrolment_id.eq(&record.id))
        .order((enrolment_duplicates::similarity.desc(), enrolment_duplicates::other_user_id))
        .select((enrolment_duplicates::other_user_id, enrolment_duplicates::similarity));
    let rows: Vec<(String, f64)> = of_it.load(c)?;
    let duplicates = rows
        .into_iter()
        .map(|(user, similarity)| Ok(Duplicate { user: row::parse(&user)?, similarity: similarity as f32 }))
        .collect::<Result<_, StoreError>>()?;
    record.row(duplicates)
}

/// Keeps whom an enrolment looks like; of one who is known already, what is new.
fn keep_duplicates(c: &mut AnyConnection, id: &str, duplicates: &[Duplicate]) -> Result<(), StoreError> {
    for duplicate in duplicates {
        let user = duplicate.user.to_string();
        diesel::delete(enrolment_duplicates::table.find((id, &user))).execute(c)?;
        let row = (
            enrolment_duplicates::enrolment_id.eq(id),
            enrolment_duplicates::other_user_id.eq(&user),
            enrolment_duplicates::similarity.eq(f64::from(duplicate.similarity)),
        );
        diesel::insert_into(enrolment_duplicates::table).values(row).execute(c)?;
    }
    Ok(())
}
