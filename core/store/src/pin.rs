//! PINs: a sealed hash for each person, and a count of tries that is written before a try is looked at.
use std::time::Duration;

use diesel::prelude::*;
use domain::{Secret, Timestamp, UserId};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    schema::{copies, pins},
    seal::context,
};

/// What a try at a PIN may go on with.
pub enum PinTry {
    /// The hash to compare with. The try is counted as a wrong one until [`Store::prove_step_up`] says otherwise.
    Admitted(Secret<String>),
    /// Refused until then, unseen.
    Locked(Timestamp),
    /// The person has no PIN.
    Missing,
}

impl Store {
    /// The bytes that stand for a person's PIN wherever it is hashed: HMAC-SHA-256 under the appliance's key, so that
    /// a copy of the database alone can't be searched through.
    #[must_use]
    pub fn peppered_pin(&self, user: UserId, pin: &Secret<String>) -> Secret<Vec<u8>> {
        Secret::new(self.key.tag(&format!("pin {user}"), pin.expose()))
    }

    /// Gives a person a PIN, by its argon2id hash in PHC form; counts and locks of the one before are gone.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn set_pin(&self, by: By<'_>, user: UserId, hash: &Secret<String>) -> Result<(), StoreError> {
        let id = user.to_string();
        self.write_audited(by, |c| {
            let sealed = self.data_key_of(c, &id)?.seal(hash.expose().as_bytes(), &context(&["pin", &id]))?;
            diesel::delete(pins::table.find(&id)).execute(c)?;
            let row = (
                pins::user_id.eq(&id),
                pins::hash_sealed.eq(sealed),
                pins::failures.eq(0),
                pins::updated_at.eq(by.at.0),
            );
            diesel::insert_into(pins::table).values(row).execute(c)?;
            Ok(((), NewAudit::new("pin.set", &id)))
        })
    }

    /// Takes a person's PIN away.
    ///
    /// # Errors
    /// When the person has none.
    pub fn remove_pin(&self, by: By<'_>, user: UserId) -> Result<(), StoreError> {
        self.write_audited(by, |c| match diesel::delete(pins::table.find(user.to_string())).execute(c)? {
            0 => Err(StoreError::NotFound("pin")),
            _ => Ok(((), NewAudit::new("pin.removed", user))),
        })
    }

    /// Whether a person has a PIN that is kept at the centre.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn has_pin_at_centre(&self, user: UserId) -> Result<bool, StoreError> {
        let copied = copies::table.find(user.to_string()).filter(copies::has_pin.eq(1));
        self.read(|c| Ok(copied.count().get_result::<i64>(c)? > 0))
    }

    /// Whether a person has a PIN here.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn has_pin(&self, user: UserId) -> Result<bool, StoreError> {
        self.read(|c| Ok(pins::table.find(user.to_string()).count().get_result::<i64>(c)? > 0))
    }

    /// Lets one more PIN be tried, unless it is locked. The try is counted here, before anybody knows whether it is
    /// right: of many at once no more are let through than in a row.
    ///
    /// # Errors
    /// When the database can't be written, or the hash doesn't open.
    pub fn try_pin(&self, by: By<'_>, user: UserId, lockout: Duration) -> Result<PinTry, StoreError> {
        let id = user.to_string();
        self.write(|c| {
            // The row is locked by this, until the commit.
            let more = pins::failures.eq(pins::failures + 1);
            if diesel::update(pins::table.find(&id)).set(more).execute(c)? == 0 {
                return Ok(PinTry::Missing);
            }
            let columns = (pins::hash_sealed, pins::failures, pins::locked_until);
            let (sealed, failures, locked): (Vec<u8>, i32, Option<i64>) =
                pins::table.find(&id).select(columns).first(c)?;
            if let Some(until) = locked.filter(|until| by.at.0 < *until) {
                // A try that nobody looks at is none.
                let less = pins::failures.eq(pins::failures - 1);
                diesel::update(pins::table.find(&id)).set(less).execute(c)?;
                return Ok(PinTry::Locked(Timestamp(until)));
            }
            let until = domain::pin::locked_until(failures.unsigned_abs(), lockout, by.at);
            let lock = pins::locked_until.eq(until.map(|at| at.0));
            diesel::update(pins::table.find(&id)).set(lock).execute(c)?;
            NewAudit::new("pin.tried", &id).with(format!("{{\"try\":{failures}}}")).append(c, by)?;
            let hash = self.data_key_of(c, &id)?.open(&sealed, &context(&["pin", &id]))?;
            let hash = String::from_utf8(hash).map_err(|_| StoreError::Seal)?;
            Ok(PinTry::Admitted(Secret::new(hash)))
        })
    }
}

impl Store {
    /// Ends the count of tries at a person's PIN, which was right.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn pin_was_right(&self, by: By<'_>, user: UserId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            proved(c, by, user)?;
            Ok(((), NewAudit::new("pin.proved", user)))
        })
    }
}

/// The PIN was right: no tries are counted any more, and no lock holds.
pub(crate) fn proved(c: &mut AnyConnection, by: By<'_>, user: UserId) -> Result<(), StoreError> {
    let open = (pins::failures.eq(0), pins::locked_until.eq(None::<i64>), pins::updated_at.eq(by.at.0));
    diesel::update(pins::table.find(user.to_string())).set(open).execute(c)?;
    Ok(())
}
