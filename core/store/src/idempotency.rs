//! Idempotency keys: one request, one effect, one answer.
use diesel::prelude::*;
use domain::Timestamp;

use crate::{Store, StoreError, connection::insert_or_ignore, schema::idempotency};

/// The answer that a request got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedResponse {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What a key means at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Never seen: go ahead, then [`Store::finish`].
    Fresh,
    /// Seen with the same body, and answered.
    Replay(SavedResponse),
    /// Seen with the same body, still at work.
    InFlight,
    /// Seen with another body.
    Mismatch,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = idempotency)]
struct Record {
    scope: String,
    key: String,
    body_mac: Vec<u8>,
    status: Option<i32>,
    response: Option<Vec<u8>>,
    created_at: i64,
}

impl Store {
    /// Claims `key` within `scope` (caller and route) for a body with this keyed digest.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn claim(
        &self,
        scope: &str,
        key: &str,
        body_mac: &[u8; 32],
        at: Timestamp,
    ) -> Result<Claim, StoreError> {
        self.write(|c| {
            let record = Record {
                scope: scope.to_owned(),
                key: key.to_owned(),
                body_mac: body_mac.to_vec(),
                status: None,
                response: None,
                created_at: at.0,
            };
            // The row decides who came first; a second caller waits here for the first one's commit.
            if insert_or_ignore!(c, idempotency::table, &record) == 1 {
                return Ok(Claim::Fresh);
            }
            let known: Record = idempotency::table.find((scope, key)).first(c)?;
            Ok(if known.body_mac != body_mac {
                Claim::Mismatch
            } else if let (Some(status), Some(body)) = (known.status, known.response) {
                let status =
                    u16::try_from(status).map_err(|_| StoreError::Corrupt(format!("status {status}")))?;
                Claim::Replay(SavedResponse { status, body })
            } else {
                Claim::InFlight
            })
        })
    }

    /// Keeps the answer of a claimed key.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn finish(&self, scope: &str, key: &str, response: &SavedResponse) -> Result<(), StoreError> {
        self.write(|c| {
            let answer = (
                idempotency::status.eq(i32::from(response.status)),
                idempotency::response.eq(&response.body),
            );
            // One key has one answer: what was told to have an unknown outcome keeps that.
            let open = idempotency::table.find((scope, key)).filter(idempotency::status.is_null());
            diesel::update(open).set(answer).execute(c)?;
            Ok(())
        })
    }

    /// Gives a claimed key free after a request that had no effect.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn release(&self, scope: &str, key: &str) -> Result<(), StoreError> {
        self.write(|c| {
            let open = idempotency::table
                .filter(idempotency::scope.eq(scope))
                .filter(idempotency::key.eq(key))
                .filter(idempotency::status.is_null());
            diesel::delete(open).execute(c)?;
            Ok(())
        })
    }

    /// Answers the keys that were claimed before `before` and whose request ended without an answer; returns how
    /// many there were.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn end_claims(&self, before: Timestamp, response: &SavedResponse) -> Result<usize, StoreError> {
        self.write(|c| {
            let left = idempotency::table
                .filter(idempotency::status.is_null())
                .filter(idempotency::created_at.lt(before.0));
            let answer = (
                idempotency::status.eq(i32::from(response.status)),
                idempotency::response.eq(&response.body),
            );
            Ok(diesel::update(left).set(answer).execute(c)?)
        })
    }

    /// Forgets keys claimed before `before`, those included whose request ended without an answer.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_answers(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(|c| {
            let old = idempotency::table.filter(idempotency::created_at.lt(before.0));
            Ok(diesel::delete(old).execute(c)?)
        })
    }
}
