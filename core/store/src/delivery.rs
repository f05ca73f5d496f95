//! Messages on their way to webhooks: at least once, one after the other, each until it arrived or was given up.
use diesel::prelude::*;
use domain::{Timestamp, TransactionId, WebhookId};

use crate::{
    By, OutboxRow, Store, StoreError, WebhookRow,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    outbox, row,
    schema::{deliveries, outbox as events, webhook_in, webhooks},
};

/// How many messages of the outbox become deliveries at one time.
const SPREAD_ROWS: usize = 256;

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be sent, now or later.
    Waiting,
    /// It arrived.
    Delivered,
    /// It was given up.
    Dead,
}

impl DeliveryState {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }
}

impl std::str::FromStr for DeliveryState {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let all = [Self::Waiting, Self::Delivered, Self::Dead];
        all.into_iter().find(|state| state.as_str() == text).ok_or_else(|| format!("no such state: {text}"))
    }
}

/// A message to one webhook, and what became of it.
#[derive(Debug, Clone)]
pub struct DeliveryRow {
    /// The message's place in the outbox.
    pub seq: i64,
    /// What happened, such as `transaction.captured`.
    pub kind: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: u32,
    /// When it is sent next, while it waits.
    pub next_try_at: Timestamp,
    /// When it arrived or was given up.
    pub ended_at: Option<Timestamp>,
    /// The status of the last answer.
    pub last_status: Option<u16>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
}

/// A message to be sent now.
pub struct Due {
    /// Where to.
    pub webhook: WebhookRow,
    /// What happened.
    pub event: OutboxRow,
    /// The event's id: the same in every attempt, and no other event's on any appliance.
    pub event_id: String,
    /// The payment that it is about, and its number among the events of that payment, from 1.
    pub payment: Option<(TransactionId, i64)>,
    /// How often it was sent before.
    pub attempts: u32,
    /// Since when it is to be sent.
    pub due_at: Timestamp,
}

/// What a webhook has to do next.
pub enum Next {
    /// There is no such webhook any more.
    Gone,
    /// Nothing, until something happens.
    Idle,
    /// Nothing before this moment.
    Waits(Timestamp),
    /// Send this.
    Due(Box<Due>),
}

/// What came of sending a message.
#[derive(Debug, Clone)]
pub enum Attempt {
    /// It arrived.
    Delivered {
        /// The answer's status.
        status: u16,
    },
    /// It did not.
    Failed {
        /// The answer's status, if there was one.
        status: Option<u16>,
        /// Why, in one line.
        error: String,
        /// When it is sent again; `None` gives it up.
        retry_at: Option<Timestamp>,
    },
}

/// Which messages are sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replay {
    /// Those that were given up.
    Dead,
    /// All from this place in the outbox on.
    From(i64),
}

impl Store {
    /// What the webhook has to do at `at`. New messages of the outbox become deliveries here.
    ///
    /// # Errors
    /// When the database doesn't answer or can't be written.
    pub fn next_delivery(&self, id: WebhookId, at: Timestamp) -> Result<Next, StoreError> {
        let Some(webhook) = self.read(|c| self.webhook_in(c, id))? else { return Ok(Next::Gone) };
        if let Some(next) = self.read(|c| self.first_waiting(c, &webhook, at))? {
            return Ok(next);
        }
        match self.spread(&webhook, at)? {
            // Looked at again at once: what was spread may be due, or more may lie behind what was not wanted.
            true => Ok(Next::Waits(at)),
            false => Ok(Next::Idle),
        }
    }

    fn first_waiting(
        &self,
        c: &mut AnyConnection,
        webhook: &WebhookRow,
        at: Timestamp,
    ) -> Result<Option<Next>, StoreError> {
        let first: Option<(i64, i64, i64, i64)> = deliveries::table
            .filter(deliveries::webhook_id.eq(webhook.id.to_string()))
            .filter(deliveries::state.eq(DeliveryState::Waiting.as_str()))
            .order(deliveries::seq)
            .select((deliveries::seq, deliveries::attempts, deliveries::due_at, deliveries::next_try_at))
            .first(c)
            .optional()?;
        let Some((seq, attempts, due_at, next_try_at)) = first else { return Ok(None) };
        if next_try_at > at.0 {
            return Ok(Some(Next::Waits(Timestamp(next_try_at))));
        }
        let event: OutboxRow = events::table.find(seq).select(outbox::COLUMNS).first(c)?;
        let about: Option<String> = events::table.find(seq).select(events::transaction_id).first(c)?;
        let payment = match about {
            None => None,
            Some(payment) => {
                let until_here =
                    events::table.filter(events::transaction_id.eq(&payment)).filter(events::seq.le(seq));
                Some((row::parse(&payment)?, until_here.count().get_result(c)?))
            }
        };
        Ok(Some(Next::Due(Box::new(Due {
            webhook: webhook.clone(),
            event,
            event_id: format!("evt_{}", &hex::encode(self.key.tag("event", &seq.to_string()))[..32]),
            payment,
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
            due_at: Timestamp(due_at),
        }))))
    }

    /// Makes deliveries of the next messages of the outbox; whether there were any to look at further.
    fn spread(&self, webhook: &WebhookRow, at: Timestamp) -> Result<bool, StoreError> {
        let rows = self.outbox(webhook.position, SPREAD_ROWS as u32)?;
        let wanted: Vec<i64> =
            rows.iter().filter(|row| webhook.events.takes(&row.kind)).map(|row| row.seq).collect();
        // A few that are not wanted are looked at again later, so that they cost no write.
        let Some(last) = rows.last().filter(|_| !wanted.is_empty() || rows.len() == SPREAD_ROWS) else {
            return Ok(false);
        };
        let id = webhook.id.to_string();
        self.write(|c| {
            let unmoved =
                webhooks::table.filter(webhooks::id.eq(&id)).filter(webhooks::position.eq(webhook.position));
            // Replayed or removed in the meantime: it is looked at anew.
            if diesel::update(unmoved).set(webhooks::position.eq(last.seq)).execute(c)? == 0 {
                return Ok(true);
            }
            for seq in &wanted {
                let new = (
                    deliveries::webhook_id.eq(&id),
                    deliveries::seq.eq(seq),
                    deliveries::state.eq(DeliveryState::Waiting.as_str()),
                    deliveries::attempts.eq(0),
                    deliveries::due_at.eq(at.0),
                    deliveries::next_try_at.eq(at.0),
                );
                insert_or_ignore!(c, deliveries::table, new);
            }
            Ok(true)
        })
    }

    /// Notes what came of sending the message at `seq`.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn note_delivery(
        &self,
        id: WebhookId,
        seq: i64,
        attempt: &Attempt,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let (state, next_try_at, status, error) = match attempt {
            Attempt::Delivered { status } => (DeliveryState::Delivered, at, Some(*status), None),
            Attempt::Failed { status, error, retry_at: Some(next) } => {
                (DeliveryState::Waiting, *next, *status, Some(error))
            }
            Attempt::Failed { status, error, retry_at: None } => {
                (DeliveryState::Dead, at, *status, Some(error))
            }
        };
        self.write(|c| {
            // One that was replayed or removed in the meantime is not touched.
            let waiting = deliveries::table
                .filter(deliveries::webhook_id.eq(id.to_string()))
                .filter(deliveries::seq.eq(seq))
                .filter(deliveries::state.eq(DeliveryState::Waiting.as_str()));
            let change = (
                deliveries::state.eq(state.as_str()),
                deliveries::attempts.eq(deliveries::attempts + 1),
                deliveries::next_try_at.eq(next_try_at.0),
                deliveries::ended_at.eq((state != DeliveryState::Waiting).then_some(at.0)),
                deliveries::last_status.eq(status.map(i64::from)),
                deliveries::last_error.eq(error),
            );
            diesel::update(waiting).set(change).execute(c)?;
            Ok(())
        })
    }

    /// Deliveries of a webhook after the place `after`, in order; in one state where it is named.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn deliveries(
        &self,
        id: WebhookId,
        state: Option<DeliveryState>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<DeliveryRow>, StoreError> {
        type Columns = (i64, String, String, i64, i64, Option<i64>, Option<i64>, Option<String>);
        let rows: Vec<Columns> = self.read(|c| {
            let names: Vec<&str> = match state {
                Some(state) => vec![state.as_str()],
                None => vec!["waiting", "delivered", "dead"],
            };
            let page = deliveries::table
                .inner_join(events::table)
                .filter(deliveries::webhook_id.eq(id.to_string()))
                .filter(deliveries::seq.gt(after))
                .filter(deliveries::state.eq_any(names))
                .order(deliveries::seq)
                .limit(row::page(limit))
                .select((
                    deliveries::seq,
                    events::kind,
                    deliveries::state,
                    deliveries::attempts,
                    deliveries::next_try_at,
                    deliveries::ended_at,
                    deliveries::last_status,
                    deliveries::last_error,
                ));
            Ok(page.load(c)?)
        })?;
        let read = |(seq, kind, state, attempts, next_try_at, ended_at, status, last_error): Columns| {
            Ok(DeliveryRow {
                seq,
                kind,
                state: row::parse(&state)?,
                attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
                next_try_at: Timestamp(next_try_at),
                ended_at: row::time_opt(ended_at),
                last_status: status.and_then(|status| u16::try_from(status).ok()),
                last_error,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// Sends messages once more that arrived or were given up before.
    ///
    /// # Errors
    /// When there is no such webhook.
    pub fn replay_deliveries(&self, by: By<'_>, id: WebhookId, replay: Replay) -> Result<(), StoreError> {
        let text = id.to_string();
        self.write_audited(by, |c| {
            let of_webhook = deliveries::table.filter(deliveries::webhook_id.eq(&text));
            // The row is locked first, as where messages become deliveries.
            let here = webhooks::table.find(&text);
            if diesel::update(here).set(webhooks::position.eq(webhooks::position)).execute(c)? == 0 {
                return Err(StoreError::NotFound("webhook"));
            }
            let detail = match replay {
                Replay::Dead => {
                    let dead = of_webhook.filter(deliveries::state.eq(DeliveryState::Dead.as_str()));
                    let again = (
                        deliveries::state.eq(DeliveryState::Waiting.as_str()),
                        deliveries::attempts.eq(0),
                        deliveries::due_at.eq(by.at.0),
                        deliveries::next_try_at.eq(by.at.0),
                        deliveries::ended_at.eq(None::<i64>),
                    );
                    diesel::update(dead).set(again).execute(c)?;
                    "{\"messages\":\"dead\"}".to_owned()
                }
                Replay::From(seq) => {
                    diesel::delete(of_webhook.filter(deliveries::seq.ge(seq))).execute(c)?;
                    let behind = webhooks::table.find(&text).filter(webhooks::position.ge(seq));
                    diesel::update(behind).set(webhooks::position.eq(seq - 1)).execute(c)?;
                    format!("{{\"from\":{seq}}}")
                }
            };
            Ok(((), NewAudit::new("webhook.replayed", id).with(detail)))
        })
    }

    /// Forgets deliveries that ended before `before`, and providers' messages that were received before it.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_deliveries(&self, before: Timestamp) -> Result<(), StoreError> {
        self.write(|c| {
            diesel::delete(deliveries::table.filter(deliveries::ended_at.lt(before.0))).execute(c)?;
            diesel::delete(webhook_in::table.filter(webhook_in::received_at.lt(before.0))).execute(c)?;
            Ok(())
        })
    }
}
