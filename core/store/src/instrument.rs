//! Instruments: what a provider knows a payer's money by, sealed with the payer's own key.
use diesel::prelude::*;
use domain::{Secret, Timestamp, UserId};

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    row,
    schema::instruments,
    seal::{Key, context},
};

/// An instrument without its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstrumentRow {
    /// The payment plugin's id.
    pub provider: String,
    /// When it was stored.
    pub created_at: Timestamp,
    /// When it was last charged.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// Keeps a payer's token at `provider`, in place of the one before.
    ///
    /// # Errors
    /// When there is no such person.
    pub fn set_instrument(
        &self,
        by: By<'_>,
        user: UserId,
        provider: &str,
        token: &Secret<String>,
    ) -> Result<InstrumentRow, StoreError> {
        let id = user.to_string();
        self.write_audited(by, |c| {
            keep(self, c, by.at, (&id, provider), token)?;
            let row = InstrumentRow { provider: provider.to_owned(), created_at: by.at, used_at: None };
            Ok((row, about("instrument.set", &id, provider)))
        })
    }

    /// A payer's instrument at `provider`, without its token.
    ///
    /// # Errors
    /// When there is none.
    pub fn instrument_row(&self, user: UserId, provider: &str) -> Result<InstrumentRow, StoreError> {
        let columns = (instruments::created_at, instruments::used_at);
        let found: Option<(i64, Option<i64>)> = self.read(|c| {
            let row = instruments::table.find((user.to_string(), provider));
            Ok(row.select(columns).first(c).optional()?)
        })?;
        let (created_at, used_at) = found.ok_or(StoreError::NotFound("instrument"))?;
        Ok(InstrumentRow {
            provider: provider.to_owned(),
            created_at: Timestamp(created_at),
            used_at: row::time_opt(used_at),
        })
    }

    /// A payer's token at `provider`, when there is one.
    ///
    /// # Errors
    /// When the database doesn't answer, or the token doesn't open.
    pub fn instrument(&self, user: UserId, provider: &str) -> Result<Option<Secret<String>>, StoreError> {
        let id = user.to_string();
        self.read(|c| {
            let row = instruments::table.find((&id, provider)).select(instruments::token_sealed);
            let Some(sealed) = row.first::<Vec<u8>>(c).optional()? else { return Ok(None) };
            let key = self.data_key_of(c, &id)?;
            opened(&key, &id, provider, &sealed).map(Some)
        })
    }

    /// Forgets a payer's token at `provider`.
    ///
    /// # Errors
    /// When there is none.
    pub fn remove_instrument(&self, by: By<'_>, user: UserId, provider: &str) -> Result<(), StoreError> {
        let id = user.to_string();
        self.write_audited(by, |c| match forget(c, &id, provider)? {
            0 => Err(StoreError::NotFound("instrument")),
            _ => Ok(((), about("instrument.removed", &id, provider))),
        })
    }
}

/// Keeps a payer's token, in place of the one before.
pub(crate) fn keep(
    store: &Store,
    c: &mut AnyConnection,
    at: Timestamp,
    (user, provider): (&str, &str),
    token: &Secret<String>,
) -> Result<(), StoreError> {
    let bound = context(&["instrument", user, provider]);
    let sealed = store.data_key_of(c, user)?.seal(token.expose().as_bytes(), &bound)?;
    forget(c, user, provider)?;
    let row = (
        instruments::user_id.eq(user),
        instruments::provider.eq(provider),
        instruments::token_sealed.eq(sealed),
        instruments::created_at.eq(at.0),
    );
    diesel::insert_into(instruments::table).values(row).execute(c)?;
    Ok(())
}

/// Deletes a payer's token; says how many there were.
pub(crate) fn forget(c: &mut AnyConnection, user: &str, provider: &str) -> Result<usize, StoreError> {
    Ok(diesel::delete(instruments::table.find((user, provider))).execute(c)?)
}

/// A payer's tokens with their providers.
pub(crate) fn tokens(
    store: &Store,
    c: &mut AnyConnection,
    user: &str,
) -> Result<Vec<(String, Secret<String>)>, StoreError> {
    let of_user = instruments::table.filter(instruments::user_id.eq(user)).order(instruments::provider);
    let rows: Vec<(String, Vec<u8>)> =
        of_user.select((instruments::provider, instruments::token_sealed)).load(c)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let key = store.data_key_of(c, user)?;
    rows.into_iter()
        .map(|(provider, sealed)| Ok((provider.clone(), opened(&key, user, &provider, &sealed)?)))
        .collect()
}

fn opened(key: &Key, user: &str, provider: &str, sealed: &[u8]) -> Result<Secret<String>, StoreError> {
    let token = key.open(sealed, &context(&["instrument", user, provider]))?;
    String::from_utf8(token).map(Secret::new).map_err(|_| StoreError::Seal)
}

fn about(action: &'static str, user: &str, provider: &str) -> NewAudit {
    NewAudit::new(action, user).with(format!("{{\"provider\":\"{provider}\"}}"))
}

/// Notes that `provider` is about to be asked for money of `user`.
pub(crate) fn charged(
    c: &mut AnyConnection,
    by: By<'_>,
    user: UserId,
    provider: &str,
) -> Result<(), StoreError> {
    let row = instruments::table.find((user.to_string(), provider));
    diesel::update(row).set(instruments::used_at.eq(by.at.0)).execute(c)?;
    Ok(())
}
