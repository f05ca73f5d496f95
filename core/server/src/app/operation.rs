//! Requests to providers: the intent is committed, the provider is asked, its answer is committed.

use std::time::Duration;

use domain::limits::PlaceLimits;
use domain::operation::{Event, Kind};
use domain::{Money, OperationId, TransactionId};
use plugin_host::{Op, Outcome as PluginOutcome, Verdict};
use store::{By, OperationRow, Outcome, Preparation, Prepared, Sanction, StoreError, TransactionRow};
use uuid::Uuid;

use super::provider::Provider;
use super::{App, question, transaction};
use crate::api::{Problem, chain};
use crate::auth::Principal;
use crate::effects::{self, Bounds, Ending, Journal};
use crate::metrics::FaultLabels;
use crate::plugins::PaymentSteps;
use crate::settings;

/// Nothing takes longer than its deadline and this much: what is still open then was left behind.
const GRACE: Duration = Duration::from_secs(30);

/// What is to be asked of a payment's provider.
pub(super) struct Intent<'a> {
    pub(super) transaction: TransactionId,
    pub(super) kind: Kind,
    pub(super) amount: Money,
    /// The plugin's id; the appliance's first one when `None`.
    pub(super) provider: Option<&'a str>,
    /// For a reversal: the request that is to be undone.
    pub(super) about: Option<&'a OperationRow>,
    pub(super) reason: Option<&'static str>,
    /// Who stands behind a refund.
    pub(super) sanction: Sanction,
}

impl<'a> Intent<'a> {
    pub(super) fn of(row: &'a TransactionRow, kind: Kind, amount: Money) -> Self {
        let provider = row.provider.as_deref();
        Self {
            transaction: row.id,
            kind,
            amount,
            provider,
            about: None,
            reason: None,
            sanction: Sanction::ENOUGH,
        }
    }
}

/// Why an operation did not come about; nothing moved then.
pub(crate) enum OperateError {
    NoProvider,
    Store(StoreError),
}

impl From<StoreError> for OperateError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<OperateError> for Problem {
    fn from(error: OperateError) -> Self {
        match error {
            OperateError::NoProvider => {
                Self::unavailable("payments_off", "this payment's plugin is not loaded: see plugins.payment")
            }
            OperateError::Store(error) => error.into(),
        }
    }
}

/// Whether a payment's provider captures a part of what was set aside.
pub(super) fn takes_parts(app: &App, row: &TransactionRow) -> bool {
    let provider = app.providers().find(row.provider.as_deref());
    provider.is_some_and(|provider| provider.payment().caps().partial_capture)
}

/// Commits the intent, asks the provider, commits the outcome.
pub(super) async fn operate(app: &App, by: &Principal, intent: Intent<'_>) -> Result<Prepared, OperateError> {
    let provider = app.providers().find(intent.provider).ok_or(OperateError::NoProvider)?;
    let preparation = preparation(app, provider, &intent);
    let (actor, at, id) = (by.actor(), app.now(), preparation.id);
    let _taken = app.desk().take(id);
    let prepared =
        app.store(move |store| store.prepare_operation(By { actor: &actor, at }, &preparation)).await?;
    Ok(submit(app, by, &prepared).await.unwrap_or_else(|error| {
        // Whatever the provider did is found out by recovery; a failure here would invite a second request.
        tracing::error!(operation = %id, error = chain(&error), "the outcome could not be written yet");
        prepared
    }))
}

fn preparation(app: &App, provider: &Provider, intent: &Intent<'_>) -> Preparation {
    let settings = app.settings();
    Preparation {
        id: match intent.sanction {
            // Under the approval's own id, which names at most one request.
            Sanction::Approved(approval) => OperationId(approval.0),
            Sanction::Alone { .. } => OperationId(Uuid::now_v7()),
        },
        transaction: intent.transaction,
        kind: intent.kind,
        provider: provider.id().to_owned(),
        source: provider.source(),
        attempt_ref: *Uuid::new_v4().as_bytes(),
        amount: intent.amount,
        merchant: settings.policy.merchant.clone(),
        limits: app.spending_limits(),
        sanction: intent.sanction,
        place_limits: place_limits(&settings.policy),
        about: intent.about.map(|about| about.id),
        reason: intent.reason.map(str::to_owned),
        lease: Duration::from_millis(settings.payment.deadline_ms_max) + GRACE,
    }
}

/// What may be taken at one place.
fn place_limits(policy: &settings::Policy) -> PlaceLimits {
    let limit = |amount: i64| (amount > 0).then_some(amount);
    PlaceLimits {
        terminal_day_amount_max: limit(policy.terminal_day_amount_max),
        branch_day_amount_max: limit(policy.branch_day_amount_max),
    }
}

/// Asks the provider and commits its answer.
async fn submit(app: &App, by: &Principal, prepared: &Prepared) -> Result<Prepared, StoreError> {
    let operation = &prepared.operation;
    let OperationRow { id, kind, .. } = *operation;
    let provider = app.providers().find(Some(&operation.provider));
    // Before it counts as submitted: whoever waits for a turn has sent nothing.
    let _turn = match provider {
        Some(provider) => provider.turn().await,
        None => None,
    };
    settle(app, by, id, Event::Submitted, None).await?;
    let outcome = ask_in_turn(app, operation, op(kind)).await.outcome;
    let event = match event_of(&outcome) {
        // What must be undone is asked for until it is.
        Event::NotSent if kind == Kind::Reversal => Event::AnswerLost,
        // Nobody else can end these: a person must.
        Event::Declined if kind == Kind::Reversal || is_expiry(operation) => Event::GaveUp,
        event => event,
    };
    match settle(app, by, id, event, Some(outcome)).await {
        Err(StoreError::Conflict(_)) if event == Event::Approved => late(app, by, id).await,
        done => done,
    }
}

fn is_expiry(operation: &OperationRow) -> bool {
    operation.kind == Kind::Void && operation.reason.as_deref() == Some(store::AUTHORIZATION_EXPIRED)
}

/// The provider approved what was closed meanwhile, by another appliance of the database or after a clock was set: a charge
/// is undone, everything else is told.
async fn late(app: &App, by: &Principal, id: OperationId) -> Result<Prepared, StoreError> {
    let operation = app.store(move |store| store.operation(id)).await?;
    match Box::pin(undo(app, by, &operation)).await {
        Ok(()) => {}
        Err(OperateError::Store(error)) => return Err(error),
        Err(OperateError::NoProvider) => tracing::error!(operation = %id, "its plugin is not loaded"),
    }
    app.store(move |store| {
        let operation = store.operation(id)?;
        let transaction = store.transaction(operation.transaction)?;
        Ok(Prepared { before: transaction.state, operation, transaction })
    })
    .await
}

/// What was given up and approved all the same is undone by a request of its own where it is a charge; it is told in any
/// case.
pub(super) async fn undo(app: &App, by: &Principal, late: &OperationRow) -> Result<(), OperateError> {
    tracing::error!(operation = %late.id, transaction = %late.transaction, kind = %late.kind, "approved late");
    if !matches!(late.kind, Kind::Sale | Kind::Authorize) {
        let (id, actor, at) = (late.id, by.actor(), app.now());
        return Ok(app.store(move |store| store.report_late(By { actor: &actor, at }, id)).await?);
    }
    let intent = Intent {
        transaction: late.transaction,
        kind: Kind::Reversal,
        amount: late.amount,
        provider: Some(&late.provider),
        about: Some(late),
        reason: Some("approved_late"),
        sanction: Sanction::ENOUGH,
    };
    match operate(app, by, intent).await {
        // It is being undone already.
        Ok(_) | Err(OperateError::Store(StoreError::Conflict(_))) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What a request of this kind is called by plugins.
pub(super) fn op(kind: Kind) -> Op {
    match kind {
        Kind::Authorize => Op::Authorize,
        Kind::Capture => Op::Capture,
        Kind::Sale => Op::Sale,
        Kind::Void => Op::Void,
        Kind::Refund => Op::Refund,
        Kind::Reversal => Op::Reverse,
    }
}

/// What a verdict means for the operation.
pub(super) fn event_of(outcome: &PluginOutcome) -> Event {
    match outcome.verdict {
        Verdict::Approved => Event::Approved,
        Verdict::Declined { .. } => Event::Declined,
        Verdict::Pending => Event::Pending,
        Verdict::NotSent => Event::NotSent,
        Verdict::Unknown => Event::AnswerLost,
    }
}

/// Commits one step of an operation with what it means for the money.
pub(super) async fn settle(
    app: &App,
    by: &Principal,
    id: OperationId,
    event: Event,
    outcome: Option<PluginOutcome>,
) -> Result<Prepared, StoreError> {
    let outcome = outcome.unwrap_or_else(|| PluginOutcome::new(Verdict::Unknown));
    let reason = match outcome.verdict {
        Verdict::Declined { code } => Some(code),
        _ => None,
    };
    let provider_ref = Some(outcome.provider_ref).filter(|reference| !reference.is_empty());
    let outcome = Outcome { event, provider_ref, reason };
    let (actor, at) = (by.actor(), app.now());
    let settled =
        app.store(move |store| store.settle_operation(By { actor: &actor, at }, id, &outcome)).await?;
    if settled.transaction.state != settled.before {
        transaction::count(app, &settled.transaction);
    }
    Ok(settled)
}

/// Drives the payment plugin through one operation, in its turn.
pub(super) async fn ask(app: &App, operation: &OperationRow, op: Op) -> Ending {
    let _turn = match app.providers().find(Some(&operation.provider)) {
        Some(provider) => provider.turn().await,
        None => None,
    };
    ask_in_turn(app, operation, op).await
}

async fn ask_in_turn(app: &App, operation: &OperationRow, op: Op) -> Ending {
    let Some(provider) = app.providers().find(Some(&operation.provider)) else {
        return Ending::not_sent("absent", "this operation's payment plugin is not loaded");
    };
    let request = match question::about(app, operation, op).await {
        Ok(request) => request,
        Err(error) => return Ending::not_sent("request", &chain(&error)),
    };
    let payment = &app.settings().payment;
    let bounds = Bounds {
        step_count_max: payment.step_count_max,
        deadline: Duration::from_millis(payment.deadline_ms_max),
        asks: op == Op::Sync,
    };
    let steps = PaymentSteps::new(provider.payment(), request);
    let notes = Notes { app, operation: operation.about.unwrap_or(operation.id) };
    let endpoints = app.endpoints().with_secrets(steps.secret_handles());
    let ending = effects::drive(Box::new(steps), &endpoints, &notes, bounds).await;
    if let Some(fault) = &ending.fault {
        let plugin = &operation.provider;
        tracing::error!(plugin, kind = fault.kind, detail = fault.detail, "payment plugin failed");
        let labels = FaultLabels { plugin: plugin.clone(), kind: fault.kind };
        app.metrics().plugin_faults.get_or_create(&labels).inc();
    }
    ending
}

/// Keeps a plugin's notes with its operation.
struct Notes<'a> {
    app: &'a App,
    operation: OperationId,
}

impl Journal for Notes<'_> {
    async fn keep(&self, json: Vec<u8>) -> Result<(), String> {
        let json = String::from_utf8(json).map_err(|error| error.to_string())?;
        let (id, at) = (self.operation, self.app.now());
        let actor = Principal::SYSTEM.actor();
        let kept = self.app.store(move |store| store.keep(By { actor: &actor, at }, id, &json)).await;
        kept.map_err(|error| chain(&error))
    }
}
