//! Webhooks: addresses that hear of what happens. Their secrets are sealed.
use diesel::prelude::*;
use domain::{Secret, Timestamp, WebhookId, webhook::EventFilter};

use crate::{
    By, Store, StoreError, audit::NewAudit, connection::AnyConnection, counter, row, schema::webhooks,
};

/// Most webhooks of one appliance.
pub const WEBHOOKS_MAX: i64 = 64;
const SEALED: &str = "webhook";

/// A webhook to be added.
pub struct NewWebhook {
    /// The id to be given.
    pub id: WebhookId,
    /// Where messages go.
    pub url: String,
    /// Which events it hears of.
    pub events: EventFilter,
    /// What messages are signed with.
    pub secret: Secret<String>,
}

/// A webhook. Its secrets are printed nowhere.
#[derive(Clone)]
pub struct WebhookRow {
    /// The id.
    pub id: WebhookId,
    /// Where messages go.
    pub url: String,
    /// Which events it hears of.
    pub events: EventFilter,
    /// What messages are signed with, the newest first.
    pub secrets: Vec<Secret<String>>,
    /// The last message of the outbox that has become a delivery, or was not wanted.
    pub position: i64,
    /// When it was added.
    pub created_at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = webhooks)]
struct Record {
    id: String,
    url: String,
    events: String,
    secret_sealed: Vec<u8>,
    secret_old_sealed: Option<Vec<u8>>,
    position: i64,
    created_at: i64,
}

impl Store {
    /// Adds a webhook. It hears of what happens from now on.
    ///
    /// # Errors
    /// When there are [`WEBHOOKS_MAX`] already.
    pub fn add_webhook(&self, by: By<'_>, new: &NewWebhook) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            if webhooks::table.count().get_result::<i64>(c)? >= WEBHOOKS_MAX {
                return Err(StoreError::Conflict(format!("there are {WEBHOOKS_MAX} webhooks already")));
            }
            let id = new.id.to_string();
            let record = Record {
                url: new.url.clone(),
                events: new.events.to_string(),
                secret_sealed: self.seal_own(new.secret.expose().as_bytes(), SEALED, &id)?,
                secret_old_sealed: None,
                position: counter::last(c, "outbox")?,
                created_at: by.at.0,
                id,
            };
            diesel::insert_into(webhooks::table).values(&record).execute(c)?;
            Ok(((), NewAudit::new("webhook.added", new.id)))
        })
    }

    /// Every webhook, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer or a secret does not open.
    pub fn webhooks(&self) -> Result<Vec<WebhookRow>, StoreError> {
        let rows = self.read(|c| Ok(webhooks::table.order(webhooks::id).load::<Record>(c)?))?;
        rows.into_iter().map(|record| self.open_webhook(record)).collect()
    }

    /// One webhook.
    ///
    /// # Errors
    /// When there is none with this id.
    pub fn webhook(&self, id: WebhookId) -> Result<WebhookRow, StoreError> {
        self.read(|c| self.webhook_in(c, id))?.ok_or(StoreError::NotFound("webhook"))
    }

    pub(crate) fn webhook_in(
        &self,
        c: &mut AnyConnection,
        id: WebhookId,
    ) -> Result<Option<WebhookRow>, StoreError> {
        let found = webhooks::table.find(id.to_string()).first::<Record>(c).optional()?;
        found.map(|record| self.open_webhook(record)).transpose()
    }

    fn open_webhook(&self, record: Record) -> Result<WebhookRow, StoreError> {
        let secret = |sealed: &Vec<u8>| {
            let text = String::from_utf8(self.open_own(sealed, SEALED, &record.id)?);
            text.map(Secret::new).map_err(|_| StoreError::Seal)
        };
        let secrets = [Some(&record.secret_sealed), record.secret_old_sealed.as_ref()];
        Ok(WebhookRow {
            id: row::parse(&record.id)?,
            events: row::parse(&record.events)?,
            secrets: secrets.into_iter().flatten().map(secret).collect::<Result<_, _>>()?,
            url: record.url,
            position: record.position,
            created_at: Timestamp(record.created_at),
        })
    }

    /// Signs with a new secret from now on, and with the one before it until [`Self::drop_old_secret`]. An older one
    /// is forgotten.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub fn rotate_webhook_secret(
        &self,
        by: By<'_>,
        id: WebhookId,
        secret: &Secret<String>,
    ) -> Result<(), StoreError> {
        let text = id.to_string();
        self.write_audited(by, |c| {
            let sealed = self.seal_own(secret.expose().as_bytes(), SEALED, &text)?;
            let change = (
                webhooks::secret_old_sealed.eq(webhooks::secret_sealed.nullable()),
                webhooks::secret_sealed.eq(sealed),
            );
            match diesel::update(webhooks::table.find(&text)).set(change).execute(c)? {
                0 => Err(StoreError::NotFound("webhook")),
                _ => Ok(((), NewAudit::new("webhook.secret_added", id))),
            }
        })
    }

    /// Signs with the newest secret only from now on.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub fn drop_old_secret(&self, by: By<'_>, id: WebhookId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let none = webhooks::secret_old_sealed.eq(None::<Vec<u8>>);
            match diesel::update(webhooks::table.find(id.to_string())).set(none).execute(c)? {
                0 => Err(StoreError::NotFound("webhook")),
                _ => Ok(((), NewAudit::new("webhook.secret_dropped", id))),
            }
        })
    }

    /// Removes a webhook with what waits for it.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub fn remove_webhook(&self, by: By<'_>, id: WebhookId) -> Result<(), StoreError> {
        self.write_audited(by, |c| match diesel::delete(webhooks::table.find(id.to_string())).execute(c)? {
            0 => Err(StoreError::NotFound("webhook")),
            _ => Ok(((), NewAudit::new("webhook.removed", id))),
        })
    }
}
