//! Consents: given once, withdrawn once, kept as long as the person is.
use diesel::prelude::*;
use domain::{ConsentId, Timestamp, UserId, consent::Term};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    outbox, row,
    schema::{consents, users},
};

/// A consent to be recorded.
#[derive(Debug, Clone)]
pub struct NewConsent {
    /// The id to be given.
    pub id: ConsentId,
    /// Whose.
    pub user: UserId,
    /// Which version of the text was agreed to.
    pub text_version: String,
    /// SHA-256 of that text, in hex.
    pub text_sha256: String,
    /// The text's language (BCP 47).
    pub language: String,
    /// How it was given: `branch`, `link`, ….
    pub channel: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// A consent.
#[derive(Debug, Clone)]
pub struct ConsentRow {
    /// The id.
    pub id: ConsentId,
    /// Whose.
    pub user: UserId,
    /// Which version of the text was agreed to.
    pub text_version: String,
    /// SHA-256 of that text, in hex.
    pub text_sha256: String,
    /// The text's language (BCP 47).
    pub language: String,
    /// How it was given.
    pub channel: String,
    /// Who recorded it.
    pub operator: String,
    /// From when to when it holds.
    pub term: Term,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = consents)]
struct Record {
    id: String,
    user_id: String,
    text_version: String,
    text_sha256: String,
    language: String,
    channel: String,
    operator: String,
    given_at: i64,
    expires_at: i64,
    withdrawn_at: Option<i64>,
}

impl TryFrom<Record> for ConsentRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            id: row::parse(&r.id)?,
            user: row::parse(&r.user_id)?,
            text_version: r.text_version,
            text_sha256: r.text_sha256,
            language: r.language,
            channel: r.channel,
            operator: r.operator,
            term: Term {
                given_at: Timestamp(r.given_at),
                expires_at: Timestamp(r.expires_at),
                withdrawn_at: row::time_opt(r.withdrawn_at),
            },
        })
    }
}

impl Store {
    /// Records a consent, given now.
    ///
    /// # Errors
    /// When there is no such person, or the consent would have ended already.
    pub fn add_consent(&self, by: By<'_>, consent: &NewConsent) -> Result<ConsentRow, StoreError> {
        if consent.expires_at <= by.at {
            return Err(StoreError::Conflict("a consent must end in the future".to_owned()));
        }
        let record = || Record {
            id: consent.id.to_string(),
            user_id: consent.user.to_string(),
            text_version: consent.text_version.clone(),
            text_sha256: consent.text_sha256.clone(),
            language: consent.language.clone(),
            channel: consent.channel.clone(),
            operator: by.actor.to_owned(),
            given_at: by.at.0,
            expires_at: consent.expires_at.0,
            withdrawn_at: None,
        };
        self.write_audited(by, |c| {
            let known: i64 = users::table.find(consent.user.to_string()).count().get_result(c)?;
            if known == 0 {
                return Err(StoreError::NotFound("user"));
            }
            diesel::insert_into(consents::table).values(record()).execute(c)?;
            let detail = format!("{{\"user\":\"{}\"}}", consent.user);
            Ok(((), NewAudit::new("consent.given", consent.id).with(detail)))
        })?;
        record().try_into()
    }

    /// A person's consents, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn consents(&self, user: UserId) -> Result<Vec<ConsentRow>, StoreError> {
        self.read(|c| all(c, &user.to_string()))
    }

    /// A page of a person's consents, in the order in which they were recorded.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn consent_page(
        &self,
        user: UserId,
        after: Option<ConsentId>,
        limit: u32,
    ) -> Result<Vec<ConsentRow>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let rows = self.read(|c| {
            let of_user = consents::table.filter(consents::user_id.eq(user.to_string()));
            let page = of_user.filter(consents::id.gt(&after)).order(consents::id);
            Ok(page.limit(row::page(limit)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(ConsentRow::try_from).collect()
    }

    /// The consent that a template rests on.
    ///
    /// # Errors
    /// When there is none.
    pub fn consent(&self, id: ConsentId) -> Result<ConsentRow, StoreError> {
        self.read(|c| Ok(consents::table.find(id.to_string()).first::<Record>(c).optional()?))?
            .ok_or(StoreError::NotFound("consent"))?
            .try_into()
    }

    /// Withdraws a consent; every template that rests on it is gone in the same transaction, and means are made anew
    /// of what is left.
    ///
    /// # Errors
    /// When this person has no such consent or withdrew it before.
    pub fn withdraw_consent(&self, by: By<'_>, user: UserId, id: ConsentId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let id_text = id.to_string();
            let mine = consents::table
                .filter(consents::id.eq(&id_text))
                .filter(consents::user_id.eq(user.to_string()));
            let record: Option<Record> = mine.clone().first(c).optional()?;
            if record.ok_or(StoreError::NotFound("consent"))?.withdrawn_at.is_some() {
                return Err(StoreError::Conflict("this consent was withdrawn before".to_owned()));
            }
            diesel::update(mine).set(consents::withdrawn_at.eq(by.at.0)).execute(c)?;
            self.renew_means(c, by, user)?;
            let detail = format!("{{\"user\":\"{user}\"}}");
            outbox::append(c, by.at, "consent.withdrawn", &detail)?;
            Ok(((), NewAudit::new("consent.withdrawn", id).with(detail)))
        })
    }
}

/// A person's consents, in the order in which they were given.
pub(crate) fn all(c: &mut AnyConnection, user: &str) -> Result<Vec<ConsentRow>, StoreError> {
    let of_user = consents::table.filter(consents::user_id.eq(user));
    let rows: Vec<Record> = of_user.order((consents::given_at, consents::id)).load(c)?;
    rows.into_iter().map(ConsentRow::try_from).collect()
}

/// Makes the consent here what it is at the centre; its templates go with its withdrawal.
pub(crate) fn copy(c: &mut AnyConnection, row: &ConsentRow) -> Result<(), StoreError> {
    let withdrawn_at = row.term.withdrawn_at.map(|at| at.0);
    let record = Record {
        id: row.id.to_string(),
        user_id: row.user.to_string(),
        text_version: row.text_version.clone(),
        text_sha256: row.text_sha256.clone(),
        language: row.language.clone(),
        channel: row.channel.clone(),
        operator: row.operator.clone(),
        given_at: row.term.given_at.0,
        expires_at: row.term.expires_at.0,
        withdrawn_at,
    };
    let new = insert_or_ignore!(c, consents::table, &record) == 1;
    if !new && withdrawn_at.is_some() {
        let live = consents::table.find(&record.id).filter(consents::withdrawn_at.is_null());
        diesel::update(live).set(consents::withdrawn_at.eq(withdrawn_at)).execute(c)?;
    }
    Ok(())
}
