//! Staff accounts.
use std::time::Duration;

use diesel::prelude::*;
use domain::{OperatorId, Timestamp, role::Role};

use crate::{By, Store, StoreError, audit::NewAudit, row, schema::operators};

/// A member of staff. The password's hash is printed nowhere.
#[derive(Clone)]
pub struct OperatorRow {
    /// The id.
    pub id: OperatorId,
    /// The name to log in with.
    pub name: String,
    /// What the operator may do.
    pub role: Role,
    /// The password's argon2id hash, in PHC form.
    pub password_hash: String,
    /// Failed log-ins since the last good one.
    pub failed_logins: u32,
    /// Until when log-ins are refused.
    pub locked_until: Option<Timestamp>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the account was shut.
    pub disabled_at: Option<Timestamp>,
    /// When the operator proved to have a device for one-time codes.
    pub totp_confirmed_at: Option<Timestamp>,
    /// Sessions that began before are over.
    pub sessions_since: Option<Timestamp>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = operators)]
struct Record {
    id: String,
    name: String,
    role: String,
    password_hash: String,
    failed_logins: i32,
    locked_until: Option<i64>,
    created_at: i64,
    disabled_at: Option<i64>,
    totp_sealed: Option<Vec<u8>>,
    totp_confirmed_at: Option<i64>,
    totp_step: Option<i64>,
    sessions_since: Option<i64>,
}

impl TryFrom<Record> for OperatorRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        Ok(Self {
            id: row::parse(&r.id)?,
            name: r.name,
            role: row::parse(&r.role)?,
            password_hash: r.password_hash,
            failed_logins: u32::try_from(r.failed_logins).unwrap_or(u32::MAX),
            locked_until: row::time_opt(r.locked_until),
            created_at: Timestamp(r.created_at),
            disabled_at: row::time_opt(r.disabled_at),
            totp_confirmed_at: row::time_opt(r.totp_confirmed_at),
            sessions_since: row::time_opt(r.sessions_since),
        })
    }
}

impl Store {
    /// Makes an account.
    ///
    /// # Errors
    /// When the name is taken.
    pub fn add_operator(
        &self,
        by: By<'_>,
        id: OperatorId,
        name: &str,
        role: Role,
        password_hash: &str,
    ) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let record = Record {
                id: id.to_string(),
                name: name.to_owned(),
                role: role.to_string(),
                password_hash: password_hash.to_owned(),
                failed_logins: 0,
                locked_until: None,
                created_at: by.at.0,
                disabled_at: None,
                totp_sealed: None,
                totp_confirmed_at: None,
                totp_step: None,
                sessions_since: None,
            };
            diesel::insert_into(operators::table).values(&record).execute(c)?;
            Ok(((), NewAudit::new("operator.added", id).with(format!("{{\"role\":\"{role}\"}}"))))
        })
    }

    /// The account that logs in as `name`.
    ///
    /// # Errors
    /// When there is none.
    pub fn operator_named(&self, name: &str) -> Result<OperatorRow, StoreError> {
        self.read(|c| Ok(operators::table.filter(operators::name.eq(name)).first::<Record>(c).optional()?))?
            .ok_or(StoreError::NotFound("operator"))?
            .try_into()
    }

    /// Every account, by name.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operators(&self) -> Result<Vec<OperatorRow>, StoreError> {
        let rows = self.read(|c| Ok(operators::table.order(operators::name).load::<Record>(c)?))?;
        rows.into_iter().map(OperatorRow::try_from).collect()
    }

    /// The account with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn operator(&self, id: OperatorId) -> Result<OperatorRow, StoreError> {
        self.read(|c| Ok(operators::table.find(id.to_string()).first::<Record>(c).optional()?))?
            .ok_or(StoreError::NotFound("operator"))?
            .try_into()
    }

    /// Accounts in the order in which they were made.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operator_page(
        &self,
        after: Option<OperatorId>,
        limit: u32,
    ) -> Result<Vec<OperatorRow>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let page = operators::table.filter(operators::id.gt(&after)).order(operators::id);
        let rows = self.read(|c| Ok(page.limit(row::page(limit)).load::<Record>(c)?))?;
        rows.into_iter().map(OperatorRow::try_from).collect()
    }

    /// Notes a good log-in: no failures are counted any more, and no lock holds.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn note_login(&self, by: By<'_>, id: OperatorId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let open = (operators::failed_logins.eq(0), operators::locked_until.eq(None::<i64>));
            diesel::update(operators::table.find(id.to_string())).set(open).execute(c)?;
            Ok(((), NewAudit::new("operator.login", id)))
        })
    }

    /// Notes a failed log-in; each `failures_max` of them lock the account for `lockout`. The count that
    /// decides is the one that was just written, so that failures side by side lock like those in a row.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn note_failed_login(
        &self,
        by: By<'_>,
        id: OperatorId,
        failures_max: u32,
        lockout: Duration,
    ) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let row = || operators::table.find(id.to_string());
            let more = operators::failed_logins.eq(operators::failed_logins + 1);
            diesel::update(row()).set(more).execute(c)?;
            let failed: Option<i32> = row().select(operators::failed_logins).first(c).optional()?;
            let failed = failed.ok_or(StoreError::NotFound("operator"))?;
            if failed.unsigned_abs().is_multiple_of(failures_max.max(1)) {
                let until = by.at.plus(lockout).0;
                diesel::update(row()).set(operators::locked_until.eq(until)).execute(c)?;
            }
            Ok(((), NewAudit::new("operator.login_failed", id)))
        })
    }

    /// Replaces the password. Sessions that began before are over.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn set_password(&self, by: By<'_>, id: OperatorId, password_hash: &str) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let new = (
                operators::password_hash.eq(password_hash),
                operators::sessions_since.eq(by.at.0),
                operators::failed_logins.eq(0),
                operators::locked_until.eq(None::<i64>),
            );
            match diesel::update(operators::table.find(id.to_string())).set(new).execute(c)? {
                0 => Err(StoreError::NotFound("operator")),
                _ => Ok(((), NewAudit::new("operator.password_changed", id))),
            }
        })
    }

    /// Shuts an account.
    ///
    /// # Errors
    /// When there is none, or it was shut before.
    pub fn disable_operator(&self, by: By<'_>, id: OperatorId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let open = operators::table
                .filter(operators::id.eq(id.to_string()))
                .filter(operators::disabled_at.is_null());
            match diesel::update(open).set(operators::disabled_at.eq(by.at.0)).execute(c)? {
                0 => Err(StoreError::NotFound("operator")),
                _ => Ok(((), NewAudit::new("operator.disabled", id))),
            }
        })
    }
}
