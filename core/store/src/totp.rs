//! One-time codes of staff: the secret, sealed, and which step's code was taken last.
use diesel::prelude::*;
use domain::{OperatorId, Secret};

use crate::{By, Store, StoreError, audit::NewAudit, schema::operators};

const SEALED: &str = "operator-totp";

impl Store {
    /// Keeps a new secret in the place of any other. It counts from [`Self::confirm_totp`] on.
    ///
    /// # Errors
    /// When there is no such account, or its secret is in force already.
    pub fn offer_totp(&self, by: By<'_>, id: OperatorId, secret: &Secret<Vec<u8>>) -> Result<(), StoreError> {
        let sealed = self.seal_own(secret.expose(), SEALED, &id.to_string())?;
        self.write_audited(by, |c| {
            let unproved = operators::table
                .filter(operators::id.eq(id.to_string()))
                .filter(operators::totp_confirmed_at.is_null());
            let offered = (operators::totp_sealed.eq(Some(&sealed)), operators::totp_step.eq(None::<i64>));
            match diesel::update(unproved).set(offered).execute(c)? {
                0 => Err(StoreError::Conflict("one-time codes are in use already".to_owned())),
                _ => Ok(((), NewAudit::new("operator.totp_offered", id))),
            }
        })
    }

    /// The secret, in force or not.
    ///
    /// # Errors
    /// When there is no such account, or what is kept does not open.
    pub fn totp_secret(&self, id: OperatorId) -> Result<Option<Secret<Vec<u8>>>, StoreError> {
        let found = self.read(|c| {
            let row = operators::table.find(id.to_string()).select(operators::totp_sealed);
            Ok(row.first::<Option<Vec<u8>>>(c).optional()?)
        })?;
        let sealed = found.ok_or(StoreError::NotFound("operator"))?;
        sealed.map(|sealed| Ok(Secret::new(self.open_own(&sealed, SEALED, &id.to_string())?))).transpose()
    }

    /// Takes the code of `step`, which must be newer than any that was taken: a code that somebody looked at over a shoulder
    /// opens nothing a second time. False when it was taken before.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn take_totp_step(&self, id: OperatorId, step: i64) -> Result<bool, StoreError> {
        self.write(|c| {
            let older = operators::table
                .filter(operators::id.eq(id.to_string()))
                .filter(operators::totp_step.is_null().or(operators::totp_step.lt(step)));
            Ok(diesel::update(older).set(operators::totp_step.eq(step)).execute(c)? == 1)
        })
    }

    /// From now on nobody signs in to this account without a code.
    ///
    /// # Errors
    /// When no secret was offered.
    pub fn confirm_totp(&self, by: By<'_>, id: OperatorId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let offered = operators::table
                .filter(operators::id.eq(id.to_string()))
                .filter(operators::totp_sealed.is_not_null());
            match diesel::update(offered).set(operators::totp_confirmed_at.eq(by.at.0)).execute(c)? {
                0 => Err(StoreError::Conflict("no secret for one-time codes was asked for".to_owned())),
                _ => Ok(((), NewAudit::new("operator.totp_confirmed", id))),
            }
        })
    }

    /// Forgets the secret, as when the device is lost. Sessions that began before are over.
    ///
    /// # Errors
    /// When there is no such account.
    pub fn reset_totp(&self, by: By<'_>, id: OperatorId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let nothing = (
                operators::totp_sealed.eq(None::<Vec<u8>>),
                operators::totp_confirmed_at.eq(None::<i64>),
                operators::totp_step.eq(None::<i64>),
                operators::sessions_since.eq(Some(by.at.0)),
            );
            match diesel::update(operators::table.find(id.to_string())).set(nothing).execute(c)? {
                0 => Err(StoreError::NotFound("operator")),
                _ => Ok(((), NewAudit::new("operator.totp_reset", id))),
            }
        })
    }
}
