//! Carries messages to one webhook: one after the other, each until it arrived or was given up.

use std::sync::Arc;
use std::time::Duration;

use domain::{Timestamp, WebhookId};
use store::{Attempt, Due, Next, StoreError};
use tokio::sync::Notify;

use super::post::{self, Message};
use crate::app::App;
use crate::metrics::ResultLabels;

/// How often the clock is looked at while a message waits for its next try.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);
/// After a failure of the database.
const REST: Duration = Duration::from_secs(1);
const JITTER_PERMILLE: std::ops::RangeInclusive<u32> = 0..=200;

/// Works until the webhook is removed.
pub(super) async fn run(app: App, id: WebhookId, wake: Arc<Notify>) {
    let mut told = app.couriers().told.subscribe();
    loop {
        // What is told from here on is not missed: it was not looked at yet.
        told.mark_unchanged();
        match step(&app, id).await {
            Ok(Next::Gone) => break,
            Ok(Next::Idle) => tokio::select! {
                changed = told.changed() => if changed.is_err() { break },
                () = wake.notified() => {}
            },
            Ok(Next::Waits(until)) => tokio::select! {
                () = reached(&app, until) => {}
                () = wake.notified() => {}
            },
            Ok(Next::Due(_)) => {}
            Err(error) => {
                tracing::warn!(webhook = %id, %error, "a webhook's messages wait for the database");
                tokio::time::sleep(REST).await;
            }
        }
    }
    app.couriers().at_work.lock().remove(&id);
}

/// Sends what is due, if anything is.
async fn step(app: &App, id: WebhookId) -> Result<Next, StoreError> {
    let at = app.now();
    let next = app.store(move |store| store.next_delivery(id, at)).await?;
    if let Next::Due(due) = &next {
        deliver(app, due).await?;
    }
    Ok(next)
}

async fn deliver(app: &App, due: &Due) -> Result<(), StoreError> {
    let (id, seq) = (due.webhook.id, due.event.seq);
    let message = Message { event: &due.event, event_id: &due.event_id, payment: due.payment };
    let answer = post::send(app, &due.webhook, &message).await;
    let at = app.now();
    let attempt = match (answer.status, answer.error) {
        (Some(status), None) => Attempt::Delivered { status },
        (status, error) => {
            let jitter = rand::random_range(JITTER_PERMILLE);
            let retry_at = domain::webhook::retry_at(due.attempts.saturating_add(1), due.due_at, at, jitter);
            Attempt::Failed { status, error: error.unwrap_or_default(), retry_at }
        }
    };
    let result = match &attempt {
        Attempt::Delivered { .. } => "delivered",
        Attempt::Failed { retry_at: Some(_), .. } => "failed",
        Attempt::Failed { error, retry_at: None, .. } => {
            tracing::error!(webhook = %id, seq, error, "a message to a webhook was given up; replay it");
            "dead"
        }
    };
    app.store(move |store| store.note_delivery(id, seq, &attempt, at)).await?;
    app.metrics().webhook_deliveries.get_or_create(&ResultLabels { result }).inc();
    Ok(())
}

/// Ends when the appliance's clock, which may be set, has come to `until`.
async fn reached(app: &App, until: Timestamp) {
    loop {
        let left = until.since(app.now());
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(LOOK_INTERVAL)).await;
    }
}
