//! Anchoring: a checkpoint's root is handed to a payment plugin that writes it where nobody can take it back. Only this
//! digest leaves the appliance.

use std::time::Duration;

use plugin_host::{Op, Request, Verdict};
use serde_json::{Value, json};
use store::audit::{AnchorRow, NewAnchor};
use store::{CheckpointRow, Store, StoreError};
use uuid::Uuid;

use super::provider::Provider;
use super::{App, StartError};
use crate::api::chain;
use crate::effects::{self, Bounds, Journal};
use crate::plugins::PaymentSteps;

/// How often it is looked for a checkpoint to anchor, and asked again what is still open.
const EVERY: Duration = Duration::from_secs(60);

/// Refuses settings that name a plugin which can't anchor.
pub(super) fn check(app: &App) -> Result<(), StartError> {
    let id = &app.settings().audit.anchor_provider;
    let fits = |provider: &Provider| provider.payment().offers(Op::Anchor);
    if id.is_empty() || provider(app).is_some_and(fits) {
        return Ok(());
    }
    Err(StartError::Configuration(format!(
        "audit.anchor_provider: {id} is no loaded payment plugin that anchors; see plugins.payment and \
         plugins.payment_also"
    )))
}

/// The plugin that anchors; `None` when the settings name none.
fn provider(app: &App) -> Option<&Provider> {
    let id = &app.settings().audit.anchor_provider;
    (!id.is_empty()).then(|| app.providers().find(Some(id))).flatten()
}

/// Anchors each new checkpoint until the appliance stops.
pub(super) async fn run(app: App) {
    if provider(&app).is_none() {
        return;
    }
    let mut rounds = tokio::time::interval(EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if let Err(error) = app.anchor_checkpoints().await {
            tracing::error!(error = chain(&error), "checkpoints are not anchored; it is tried again");
        }
    }
}

impl App {
    /// Has the newest checkpoint anchored, and asks again for those whose anchor is still open.
    ///
    /// # Errors
    /// When the database doesn't answer; the next round tries again.
    pub async fn anchor_checkpoints(&self) -> Result<(), StoreError> {
        let Some(provider) = provider(self) else { return Ok(()) };
        if let Some(CheckpointRow { id: checkpoint, .. }) = self.store(Store::newest_checkpoint).await? {
            let (provider, at) = (provider.id().to_owned(), self.now());
            let new = NewAnchor { checkpoint, provider, attempt_ref: *Uuid::new_v4().as_bytes() };
            self.store(move |store| store.prepare_anchor(at, &new)).await?;
        }
        for anchor in self.store(Store::open_anchors).await? {
            ask(self, &anchor).await?;
        }
        Ok(())
    }
}

/// Asks for one anchor, with the same reference and what its plugin kept as often as it takes.
async fn ask(app: &App, anchor: &AnchorRow) -> Result<(), StoreError> {
    let id = anchor.checkpoint;
    let Some(provider) = app.providers().find(Some(&anchor.provider)) else {
        tracing::warn!(
            checkpoint = id,
            provider = anchor.provider,
            "the plugin that anchors it is not loaded"
        );
        return Ok(());
    };
    let Some(checkpoint) = app.store(move |store| store.checkpoints(id - 1, 1)).await?.pop() else {
        return Ok(());
    };
    let _turn = provider.turn().await;
    let request = Request {
        op: Op::Anchor,
        attempt_ref: anchor.attempt_ref,
        original_ref: None,
        provider_ref: None,
        money: None,
        payload_json: payload(app, anchor, &checkpoint).to_string().into_bytes(),
    };
    let payment = &app.settings().payment;
    let bounds = Bounds {
        step_count_max: payment.step_count_max,
        deadline: Duration::from_millis(payment.deadline_ms_max),
        asks: false,
    };
    let steps = PaymentSteps::new(provider.payment(), request);
    let endpoints = app.endpoints().with_secrets(steps.secret_handles());
    let ending = effects::drive(Box::new(steps), &endpoints, &Notes { app, checkpoint: id }, bounds).await;
    if let Some(fault) = &ending.fault {
        tracing::error!(
            checkpoint = id,
            kind = fault.kind,
            detail = fault.detail,
            "the anchoring plugin failed"
        );
    }
    let (reference, at) = (ending.outcome.provider_ref, app.now());
    match ending.outcome.verdict {
        Verdict::Approved => {
            tracing::info!(checkpoint = id, reference, "checkpoint anchored");
            app.store(move |store| store.end_anchor(at, id, Ok(&reference))).await
        }
        Verdict::Declined { code } => {
            tracing::error!(checkpoint = id, code, "the checkpoint is not anchored: it was refused");
            app.store(move |store| store.end_anchor(at, id, Err(&code))).await
        }
        Verdict::Pending | Verdict::NotSent | Verdict::Unknown => Ok(()),
    }
}

fn payload(app: &App, anchor: &AnchorRow, checkpoint: &CheckpointRow) -> Value {
    let kept = anchor.kept.as_deref().map(serde_json::from_str::<Value>);
    json!({
        "kind": "anchor",
        "sha256": hex::encode(&checkpoint.root),
        "sequence": anchor.checkpoint,
        "begun_at_s": anchor.created_at.0 / 1_000_000,
        "kept": kept.and_then(Result::ok),
        "now_s": app.now().0 / 1_000_000,
    })
}

/// Keeps the plugin's notes with the anchor.
struct Notes<'a> {
    app: &'a App,
    checkpoint: i64,
}

impl Journal for Notes<'_> {
    async fn keep(&self, json: Vec<u8>) -> Result<(), String> {
        let json = String::from_utf8(json).map_err(|error| error.to_string())?;
        let (id, at) = (self.checkpoint, self.app.now());
        let kept = self.app.store(move |store| store.keep_with_anchor(at, id, &json)).await;
        kept.map_err(|error| chain(&error))
    }
}
