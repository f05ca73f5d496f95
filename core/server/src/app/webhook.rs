//! Webhooks: added, told what happened, told again, removed.

mod courier;
mod post;

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::webhook::EventFilter;
use domain::{Secret, WebhookId};
use parking_lot::Mutex;
use rand::Rng;
use serde_json::json;
use store::{By, NewWebhook, OutboxRow, Replay, Store, StoreError, WebhookRow};
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use super::App;
use crate::api::Problem;
use crate::auth::Principal;
use crate::outbound::{Place, Unconnected};
use post::{Answer, Message};

/// What comes of a delivery, as the metrics name it.
pub(crate) const RESULTS: [&str; 3] = ["delivered", "failed", "dead"];

const SECRET_PREFIX: &str = "whsec_";
const SECRET_BYTES: usize = 32;

/// Who carries messages: one for each webhook, woken when there may be something to do.
pub(crate) struct Couriers {
    at_work: Mutex<BTreeMap<WebhookId, Arc<Notify>>>,
    /// The place of the last message of the outbox.
    told: watch::Sender<i64>,
}

impl Couriers {
    pub(super) fn new(published: i64) -> Self {
        Self { at_work: Mutex::default(), told: watch::Sender::new(published) }
    }

    /// There are messages up to this place.
    pub(super) fn tell(&self, last: i64) {
        self.told.send_if_modified(|told| std::mem::replace(told, last) != last);
    }

    fn wake(&self, id: WebhookId) {
        if let Some(courier) = self.at_work.lock().get(&id) {
            courier.notify_one();
        }
    }
}

/// Sends to every webhook what it has not heard yet.
pub(super) async fn start_known(app: &App) -> Result<(), StoreError> {
    for webhook in app.store(Store::webhooks).await? {
        send_out(app, webhook.id);
    }
    Ok(())
}

fn send_out(app: &App, id: WebhookId) {
    let wake = Arc::new(Notify::new());
    app.couriers().at_work.lock().insert(id, wake.clone());
    app.spawn(courier::run(app.clone(), id, wake));
}

/// Adds a webhook; returns it with its secret.
pub(crate) async fn add(
    app: &App,
    by: &Principal,
    url: String,
    events: Vec<String>,
) -> Result<WebhookRow, Problem> {
    let place = place(&url).map_err(|error| refused(&error))?;
    place.check_literal(&app.settings().webhooks.networks).map_err(|error| refused(&error))?;
    let events = EventFilter::new(events)
        .map_err(|error| Problem::unprocessable("events_invalid", error.to_string()))?;
    let (id, secret) = (WebhookId(Uuid::now_v7()), mint_secret());
    let (actor, at) = (by.actor(), app.now());
    let added = app.store(move |store| {
        store.add_webhook(By { actor: &actor, at }, &NewWebhook { id, url, events, secret })?;
        store.webhook(id)
    });
    let added = added.await?;
    send_out(app, id);
    Ok(added)
}

/// Where a webhook's messages go.
fn place(url: &str) -> Result<Place, Unconnected> {
    let place = Place::of(url)?;
    match place.scheme.is_http() {
        true => Ok(place),
        false => Err(Unconnected::Malformed("a webhook's is http or https")),
    }
}

fn refused(error: &Unconnected) -> Problem {
    Problem::unprocessable("webhook_url_refused", error.to_string())
}

fn mint_secret() -> Secret<String> {
    let mut bytes = Secret::new([0; SECRET_BYTES]);
    rand::rng().fill_bytes(bytes.expose_mut());
    Secret::new(format!("{SECRET_PREFIX}{}", hex::encode(bytes.expose())))
}

/// Signs with a new secret as well; returns it.
pub(crate) async fn rotate(app: &App, by: &Principal, id: WebhookId) -> Result<Secret<String>, Problem> {
    let (actor, at, secret) = (by.actor(), app.now(), mint_secret());
    let kept = secret.clone();
    app.store(move |store| store.rotate_webhook_secret(By { actor: &actor, at }, id, &kept)).await?;
    Ok(secret)
}

/// Signs with the newest secret only.
pub(crate) async fn drop_old_secret(app: &App, by: &Principal, id: WebhookId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.drop_old_secret(By { actor: &actor, at }, id)).await?)
}

/// Sends messages once more.
pub(crate) async fn replay(app: &App, by: &Principal, id: WebhookId, replay: Replay) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.replay_deliveries(By { actor: &actor, at }, id, replay)).await?;
    app.couriers().wake(id);
    Ok(())
}

/// Removes a webhook; what waits for it is not sent.
pub(crate) async fn remove(app: &App, by: &Principal, id: WebhookId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.remove_webhook(By { actor: &actor, at }, id)).await?;
    app.couriers().wake(id);
    Ok(())
}

/// Sends one message that tells of nothing, now and once.
pub(crate) async fn test(app: &App, id: WebhookId) -> Result<Answer, Problem> {
    let webhook = app.store(move |store| store.webhook(id)).await?;
    let (seq, kind, payload) = (0, "webhook.test".to_owned(), json!({ "webhook": id.to_string() }));
    let event = OutboxRow { seq, at_micros: app.now().0, kind, payload: payload.to_string() };
    let event_id = format!("evt_test_{}", Uuid::new_v4().simple());
    Ok(post::send(app, &webhook, &Message { event: &event, event_id: &event_id, payment: None }).await)
}
