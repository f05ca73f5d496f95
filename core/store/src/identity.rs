//! Checks of who people are: asked, kept and ended in transactions of their own. What an issuer attests is sealed with the
//! person's key and goes with it.
use std::time::Duration;

use diesel::prelude::*;
use domain::{
    IdentityCheckId, Timestamp, UserId,
    identity::{Assurance, Offered, Purpose, State},
};
use zeroize::Zeroizing;

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    outbox, row,
    schema::{identity_checks as checks, users},
    seal::context,
};

/// A check that is about to be asked for.
pub struct NewIdentityCheck {
    /// The id to be given.
    pub id: IdentityCheckId,
    /// Whose.
    pub user: UserId,
    /// The plugin's id.
    pub provider: String,
    /// What is checked, in the provider's words.
    pub kind: String,
    /// What for.
    pub purpose: Purpose,
    /// What names the attempt to the provider.
    pub attempt_ref: [u8; 16],
    /// So many checks of one person may begin within a day.
    pub day_count_max: u32,
}

/// How a check ended, or where it stands now.
pub struct IdentityEnding {
    /// Its state.
    pub state: State,
    /// Why nobody was verified, where the provider or the appliance says it.
    pub code: Option<String>,
    /// The provider's own id.
    pub provider_ref: Option<String>,
    /// What the issuer attests; there if, and only if, it verified the person.
    pub attested: Option<Attested>,
}

/// What of an attestation is kept.
pub struct Attested {
    /// How surely the issuer vouches.
    pub assurance: Assurance,
    /// The provider's lasting key for the person.
    pub reference_key: String,
    /// Everything that is to be read again, as JSON. It is sealed.
    pub json: Zeroizing<Vec<u8>>,
}

/// A check.
pub struct IdentityCheckRow {
    /// The id.
    pub id: IdentityCheckId,
    /// Whose.
    pub user: UserId,
    /// The plugin's id.
    pub provider: String,
    /// What is checked, in the provider's words.
    pub kind: String,
    /// What for.
    pub purpose: Purpose,
    /// Where it stands.
    pub state: State,
    /// What names the attempt to the provider.
    pub attempt_ref: [u8; 16],
    /// The provider's own id.
    pub provider_ref: Option<String>,
    /// Why nobody was verified.
    pub code: Option<String>,
    /// How surely the issuer vouches.
    pub assurance: Option<Assurance>,
    /// What the issuer attests, as JSON.
    pub attested: Option<Zeroizing<Vec<u8>>>,
    /// What the plugin keeps, as JSON.
    pub kept: Option<Zeroizing<Vec<u8>>>,
    /// Whether the same provider found the same person behind somebody else here.
    pub is_shared: bool,
    /// When it began.
    pub begun_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// When a payment was rested on it.
    pub used_at: Option<Timestamp>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = checks)]
struct Record {
    id: String,
    user_id: String,
    provider: String,
    kind: String,
    purpose: String,
    state: String,
    attempt_ref: Vec<u8>,
    provider_ref: Option<String>,
    code: Option<String>,
    assurance: Option<String>,
    reference_tag: Option<Vec<u8>>,
    attested_sealed: Option<Vec<u8>>,
    kept_sealed: Option<Vec<u8>>,
    begun_at: i64,
    updated_at: i64,
    used_at: Option<i64>,
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

impl Store {
    /// Keeps that a provider is about to be asked who a person is.
    ///
    /// # Errors
    /// When there is no such person, or so many checks of that person began within a day.
    pub fn begin_identity_check(
        &self,
        by: By<'_>,
        new: &NewIdentityCheck,
    ) -> Result<IdentityCheckRow, StoreError> {
        self.write_audited(by, |c| {
            let user = new.user.to_string();
            // The row is locked by this, until the commit: of many at once no more begin than in a row.
            let person = diesel::update(users::table.find(&user)).set(users::id.eq(&user));
            if person.execute(c)? == 0 {
                return Err(StoreError::NotFound("user"));
            }
            let day = i64::try_from(DAY.as_micros()).unwrap_or(i64::MAX);
            let begun: i64 = checks::table
                .filter(checks::user_id.eq(&user))
                .filter(checks::begun_at.gt(by.at.0.saturating_sub(day)))
                .count()
                .get_result(c)?;
            if begun >= i64::from(new.day_count_max) {
                let text = format!("{begun} identity checks of this person began within a day; try tomorrow");
                return Err(StoreError::Conflict(text));
            }
            let record = Record {
                id: new.id.to_string(),
                user_id: user,
                provider: new.provider.clone(),
                kind: new.kind.clone(),
                purpose: new.purpose.to_string(),
                state: State::Asked.to_string(),
                attempt_ref: new.attempt_ref.to_vec(),
                provider_ref: None,
                code: None,
                assurance: None,
                reference_tag: None,
                attested_sealed: None,
                kept_sealed: None,
                begun_at: by.at.0,
                updated_at: by.at.0,
                used_at: None,
            };
            diesel::insert_into(checks::table).values(&record).execute(c)?;
            let NewIdentityCheck { user, provider, purpose, .. } = new;
            let detail = serde_json::json!({
                "user": user.to_string(), "provider": provider, "kind": new.kind, "purpose": purpose.as_str(),
            });
            let audit = NewAudit::new("identity.asked", new.id).with(detail.to_string());
            Ok((self.opened_check(c, record)?, audit))
        })
    }

    /// Keeps what the plugin wants kept with a check, a JSON object, in the place of what it kept before.
    ///
    /// # Errors
    /// When there is no such check, or the database can't be written.
    pub fn keep_identity_check(
        &self,
        by: By<'_>,
        id: IdentityCheckId,
        kept: &[u8],
    ) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let record = load(c, id)?;
            let sealed = self.data_key_of(c, &record.user_id)?.seal(kept, &kept_context(&record.id))?;
            let change = (checks::kept_sealed.eq(sealed), checks::updated_at.eq(by.at.0));
            diesel::update(checks::table.find(&record.id)).set(change).execute(c)?;
            // Its digest would tell a guess of what it says.
            Ok(((), NewAudit::new("identity.kept", id)))
        })
    }

    /// Writes what came of a check. A verdict is final: of two that come, the first one stands.
    ///
    /// # Errors
    /// When there is no such check, or it has its verdict.
    pub fn end_identity_check(
        &self,
        by: By<'_>,
        id: IdentityCheckId,
        ending: &IdentityEnding,
    ) -> Result<IdentityCheckRow, StoreError> {
        self.write_audited(by, |c| {
            let mut record = load(c, id)?;
            let before: State = row::parse(&record.state)?;
            if !before.may_become(ending.state) {
                return Err(StoreError::Conflict(format!("this identity check is {before} already")));
            }
            if (ending.state == State::Verified) != ending.attested.is_some() {
                return Err(StoreError::Conflict("who is verified is attested, and nobody else".to_owned()));
            }
            let attested = ending.attested.as_ref();
            let sealed = attested.map(|attested| {
                let key = self.data_key_of(c, &record.user_id)?;
                key.seal(&attested.json, &attested_context(&record.id))
            });
            record.state = ending.state.to_string();
            record.code = ending.code.clone();
            record.provider_ref = ending.provider_ref.clone().or(record.provider_ref);
            record.assurance = attested.map(|attested| attested.assurance.to_string());
            record.reference_tag = attested.map(|attested| self.reference_tag(&record.provider, attested));
            record.attested_sealed = sealed.transpose()?;
            record.updated_at = by.at.0;
            let change = (
                checks::state.eq(&record.state),
                checks::code.eq(&record.code),
                checks::provider_ref.eq(&record.provider_ref),
                checks::assurance.eq(&record.assurance),
                checks::reference_tag.eq(&record.reference_tag),
                checks::attested_sealed.eq(&record.attested_sealed),
                checks::updated_at.eq(record.updated_at),
            );
            let as_it_was =
                checks::table.filter(checks::id.eq(&record.id)).filter(checks::state.eq(before.as_str()));
            if diesel::update(as_it_was).set(change).execute(c)? == 0 {
                return Err(StoreError::Overtaken);
            }
            let detail = serde_json::json!({
                "user": record.user_id, "state": record.state, "code": record.code, "assurance": record.assurance,
            });
            let payload = serde_json::json!({
                "check": record.id, "user": record.user_id, "provider": record.provider, "state": record.state,
            });
            outbox::append(c, by.at, "user.identity", &payload.to_string())?;
            let audit = NewAudit::new("identity.ended", id).with(detail.to_string());
            Ok((self.opened_check(c, record)?, audit))
        })
    }

    /// Calls checks unknown that were asked for and not ended before `since`: whoever asked is gone.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn leave_identity_checks(&self, by: By<'_>, since: Timestamp) -> Result<(), StoreError> {
        let left = || {
            checks::table
                .filter(checks::state.eq(State::Asked.as_str()))
                .filter(checks::updated_at.lt(since.0))
        };
        let ids: Vec<String> = self.read(|c| Ok(left().select(checks::id).load(c)?))?;
        for id in ids {
            let ending =
                IdentityEnding { state: State::Unknown, code: None, provider_ref: None, attested: None };
            match self.end_identity_check(by, row::parse(&id)?, &ending) {
                // It ended meanwhile, or its person was erased.
                Ok(_) | Err(StoreError::Conflict(_) | StoreError::Overtaken | StoreError::NotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The check with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn identity_check(&self, id: IdentityCheckId) -> Result<IdentityCheckRow, StoreError> {
        self.read(|c| {
            let record = load(c, id)?;
            self.opened_check(c, record)
        })
    }

    /// A person's checks before `before`, newest first.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn identity_checks(
        &self,
        user: UserId,
        before: Option<IdentityCheckId>,
        limit: u32,
    ) -> Result<Vec<IdentityCheckRow>, StoreError> {
        let user = user.to_string();
        self.read(|c| {
            if users::table.find(&user).select(users::id).first::<String>(c).optional()?.is_none() {
                return Err(StoreError::NotFound("user"));
            }
            let mut query = checks::table.filter(checks::user_id.eq(&user)).into_boxed();
            if let Some(before) = before {
                query = query.filter(checks::id.lt(before.to_string()));
            }
            let records: Vec<Record> = query.order(checks::id.desc()).limit(row::page(limit)).load(c)?;
            records.into_iter().map(|record| self.opened_check(c, record)).collect()
        })
    }

    /// Whether a person is known by one of these providers, at least so surely.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn is_identified(
        &self,
        user: UserId,
        providers: &[String],
        least: Assurance,
    ) -> Result<bool, StoreError> {
        let enough = Assurance::ALL.iter().filter(|level| **level >= least).map(|level| level.as_str());
        let known = checks::table
            .filter(checks::user_id.eq(user.to_string()))
            .filter(checks::purpose.eq(Purpose::Enrolment.as_str()))
            .filter(checks::provider.eq_any(providers.to_vec()))
            .filter(checks::assurance.eq_any(enough.collect::<Vec<_>>()))
            .count();
        Ok(self.read(|c| Ok(known.get_result::<i64>(c)?))? > 0)
    }

    fn opened_check(&self, c: &mut AnyConnection, record: Record) -> Result<IdentityCheckRow, StoreError> {
        let sealed = record.attested_sealed.is_some() || record.kept_sealed.is_some();
        let key = sealed.then(|| self.data_key_of(c, &record.user_id)).transpose()?;
        let open = |sealed: Option<Vec<u8>>, context: Vec<u8>| match (&key, sealed) {
            (Some(key), Some(sealed)) => key.open(&sealed, &context).map(Zeroizing::new).map(Some),
            _ => Ok(None),
        };
        let is_shared = match &record.reference_tag {
            Some(tag) => others_with(c, &record.user_id, tag)? > 0,
            None => false,
        };
        let attempt_ref = record.attempt_ref.as_slice().try_into();
        Ok(IdentityCheckRow {
            attested: open(record.attested_sealed, attested_context(&record.id))?,
            kept: open(record.kept_sealed, kept_context(&record.id))?,
            id: row::parse(&record.id)?,
            user: row::parse(&record.user_id)?,
            provider: record.provider,
            kind: record.kind,
            purpose: row::parse(&record.purpose)?,
            state: row::parse(&record.state)?,
            attempt_ref: attempt_ref
                .map_err(|_| StoreError::Corrupt("an attempt has 16 bytes".to_owned()))?,
            provider_ref: record.provider_ref,
            code: record.code,
            assurance: row::parse_opt(record.assurance.as_deref())?,
            is_shared,
            begun_at: Timestamp(record.begun_at),
            updated_at: Timestamp(record.updated_at),
            used_at: row::time_opt(record.used_at),
        })
    }

    fn reference_tag(&self, provider: &str, attested: &Attested) -> Vec<u8> {
        self.key.tag(&format!("identity-reference {provider}"), &attested.reference_key)
    }
}

/// Rests a payment of `payer`, opened at `opened_at`, on a check, which is used up with it.
pub(crate) fn use_check(
    c: &mut AnyConnection,
    by: By<'_>,
    id: IdentityCheckId,
    (payer, opened_at): (Option<UserId>, Timestamp),
    least: Assurance,
) -> Result<(), StoreError> {
    let record = load(c, id)?;
    let is_own = payer.is_some_and(|payer| payer.to_string() == record.user_id);
    if !is_own {
        // Nobody learns of another person's checks.
        return Err(StoreError::NotFound("identity check"));
    }
    let offered = Offered {
        purpose: row::parse(&record.purpose)?,
        state: row::parse(&record.state)?,
        assurance: row::parse_opt(record.assurance.as_deref())?,
        begun_at: Timestamp(record.begun_at),
        is_payer: is_whom_enrolment_found(c, &record)?,
        used: record.used_at.is_some(),
    };
    offered.carries(opened_at, least)?;
    let unused = checks::table.filter(checks::id.eq(&record.id)).filter(checks::used_at.is_null());
    match diesel::update(unused).set(checks::used_at.eq(by.at.0)).execute(c)? {
        0 => Err(domain::identity::Unfit::Used.into()),
        _ => Ok(()),
    }
}

/// Whether the same provider verified the same one for the person's enrolment.
fn is_whom_enrolment_found(c: &mut AnyConnection, record: &Record) -> Result<bool, StoreError> {
    let Some(tag) = &record.reference_tag else { return Ok(false) };
    let found = checks::table
        .filter(checks::user_id.eq(&record.user_id))
        .filter(checks::purpose.eq(Purpose::Enrolment.as_str()))
        .filter(checks::reference_tag.eq(tag));
    Ok(found.count().get_result::<i64>(c)? > 0)
}

/// How many checks of others found whom this one found.
fn others_with(c: &mut AnyConnection, user: &str, tag: &[u8]) -> Result<i64, StoreError> {
    let others = checks::table.filter(checks::reference_tag.eq(tag)).filter(checks::user_id.ne(user));
    Ok(others.count().get_result(c)?)
}

fn load(c: &mut AnyConnection, id: IdentityCheckId) -> Result<Record, StoreError> {
    let record: Option<Record> = checks::table.find(id.to_string()).first(c).optional()?;
    record.ok_or(StoreError::NotFound("identity check"))
}

fn attested_context(id: &str) -> Vec<u8> {
    context(&["identity-attested", id])
}

fn kept_context(id: &str) -> Vec<u8> {
    context(&["identity-kept", id])
}
