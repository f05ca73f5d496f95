//! Messages of providers: each is acted on once, however often it comes.
use diesel::prelude::*;
use domain::{Timestamp, TransactionId};

use crate::{
    Store, StoreError,
    connection::insert_or_ignore,
    row,
    schema::{operations, webhook_in},
};

/// What is known of a provider's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// It has not been acted on yet.
    New,
    /// It was acted on before.
    Applied,
}

impl Store {
    /// Notes that a provider's message came.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn receive_webhook(
        &self,
        provider: &str,
        event_id: &str,
        at: Timestamp,
    ) -> Result<Received, StoreError> {
        self.write(|c| {
            let new = (
                webhook_in::provider.eq(provider),
                webhook_in::event_id.eq(event_id),
                webhook_in::received_at.eq(at.0),
            );
            insert_or_ignore!(c, webhook_in::table, new);
            let known = webhook_in::table.find((provider, event_id));
            let applied: Option<i64> = known.select(webhook_in::applied_at).first(c)?;
            Ok(if applied.is_some() { Received::Applied } else { Received::New })
        })
    }

    /// Notes that a provider's message was acted on.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn apply_webhook(&self, provider: &str, event_id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.write(|c| {
            let known = webhook_in::table.find((provider, event_id));
            diesel::update(known).set(webhook_in::applied_at.eq(at.0)).execute(c)?;
            Ok(())
        })
    }

    /// The payment that a provider was asked for, by our reference or else by the provider's.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn payment_at_provider(
        &self,
        provider: &str,
        attempt_ref: Option<[u8; 16]>,
        provider_ref: &str,
    ) -> Result<Option<TransactionId>, StoreError> {
        let of_provider = || {
            operations::table
                .filter(operations::provider.eq(provider))
                .order(operations::created_at.desc())
                .select(operations::transaction_id)
        };
        let found: Option<String> = self.read(|c| {
            let by_ours = match attempt_ref {
                Some(attempt) => {
                    of_provider().filter(operations::attempt_ref.eq(attempt.to_vec())).first(c).optional()?
                }
                None => None,
            };
            match by_ours {
                None if !provider_ref.is_empty() => {
                    Ok(of_provider().filter(operations::provider_ref.eq(provider_ref)).first(c).optional()?)
                }
                found => Ok(found),
            }
        })?;
        found.as_deref().map(row::parse).transpose()
    }
}
