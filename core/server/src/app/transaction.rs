//! Payments: the one way in which money moves, whatever asked for it.

use std::time::Duration;

use domain::consent::Standing;
use domain::decision::{Charge, Reason, payer_refusal};
use domain::operation::{self, Kind};
use domain::transaction::{Event, State};
use domain::user::Status;
use domain::{Money, OperationId, Timestamp, TransactionId};
use plugin_host::{Op, Outcome as PluginOutcome, Request, Verdict};
use store::{By, Details, OperationRow, Outcome, Preparation, Prepared, StoreError, TransactionRow};
use uuid::Uuid;

use super::{App, evidence};
use crate::api::{Problem, chain};
use crate::auth::Principal;
use crate::effects::{self, Bounds, Ending};
use crate::metrics::{FaultLabels, StateLabels};
use crate::plugins::PaymentSteps;

/// Pays a confirmed payment: at once, or set aside for a later capture.
pub(crate) async fn pay(
    app: &App,
    by: &Principal,
    id: TransactionId,
    kind: Kind,
) -> Result<TransactionRow, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    if let Some(reason) = refusal_now(app, &row).await? {
        return decline(app, by, id, reason.code()).await;
    }
    match operate(app, by, id, kind, row.amount).await {
        Err(OperateError::Store(StoreError::InsufficientFunds { .. })) => {
            decline(app, by, id, "insufficient_funds").await
        }
        Err(OperateError::Store(StoreError::Limit(exceeded))) => {
            decline(app, by, id, Reason::Limit(exceeded).code()).await
        }
        done => Ok(done?.transaction),
    }
}

/// What speaks against the payer at this moment: much may have changed since the look.
async fn refusal_now(app: &App, row: &TransactionRow) -> Result<Option<Reason>, Problem> {
    let Some(user) = row.user else { return Ok(None) };
    let (settings, currency, now) = (app.settings().clone(), row.amount.currency(), app.now());
    let payer = app.store(move |store| evidence::payer(store, &settings, (user, None), currency, now)).await;
    match payer {
        Ok(payer) => Ok(payer_refusal(&Charge { amount: row.amount, expires_at: row.expires_at }, &payer)),
        // Somebody who was erased agrees to nothing any more.
        Err(StoreError::NotFound(_)) => Ok(Some(Reason::NoConsent(Standing::Withdrawn))),
        Err(error) => Err(error.into()),
    }
}

async fn decline(
    app: &App,
    by: &Principal,
    id: TransactionId,
    reason: &str,
) -> Result<TransactionRow, Problem> {
    let details = Details { reason: Some(reason.to_owned()), ..Details::default() };
    step(app, by, id, Event::PolicyDeclined, details).await
}

/// Takes what was set aside.
pub(crate) async fn capture(app: &App, by: &Principal, id: TransactionId) -> Result<Asked, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    asked(operate(app, by, id, Kind::Capture, row.amount).await?)
}

/// Gives free what was set aside; a payment that no provider knows yet is cancelled.
pub(crate) async fn void(app: &App, by: &Principal, id: TransactionId) -> Result<Asked, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    match row.state {
        State::RequiresIdentification | State::RequiresStepUp | State::RequiresConfirmation => {
            Ok(Asked::Done(step(app, by, id, Event::Cancelled, Details::default()).await?))
        }
        _ => asked(operate(app, by, id, Kind::Void, row.amount).await?),
    }
}

/// Gives `amount` back, or all that is left.
pub(crate) async fn refund(
    app: &App,
    by: &Principal,
    id: TransactionId,
    amount: Option<Money>,
) -> Result<Asked, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    let left = row.amount.minor() - row.refunded_minor;
    let nothing_left =
        || Problem::conflict("nothing_to_refund", "nothing of this payment is left to give back");
    let amount = match amount {
        Some(amount) => amount,
        None => Money::new(left, row.amount.currency()).map_err(|_| nothing_left())?,
    };
    if amount.currency() != row.amount.currency() {
        return Err(Problem::unprocessable("wrong_currency", "a refund is in the payment's currency"));
    }
    asked(operate(app, by, id, Kind::Refund, amount).await?)
}

/// A payment after its provider was asked for something more.
pub(crate) enum Asked {
    /// It did so.
    Done(TransactionRow),
    /// Its answer is not known yet; recovery asks again.
    Open(TransactionRow),
}

fn asked(Prepared { operation, transaction, .. }: Prepared) -> Result<Asked, Problem> {
    let OperationRow { kind, state, reason, .. } = operation;
    match state {
        operation::State::Approved => Ok(Asked::Done(transaction)),
        operation::State::Declined => {
            let detail = format!("the provider refused the {kind}: {}", reason.unwrap_or_default());
            Err(Problem::conflict("provider_declined", detail))
        }
        operation::State::NotSent => {
            let detail = format!("the provider was not asked for the {kind}; try again");
            Err(Problem::unavailable("provider_not_asked", detail))
        }
        _ => Ok(Asked::Open(transaction)),
    }
}

/// One step of a payment that asks no provider.
pub(crate) async fn step(
    app: &App,
    by: &Principal,
    id: TransactionId,
    event: Event,
    details: Details,
) -> Result<TransactionRow, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let row =
        app.store(move |store| store.step_transaction(By { actor: &actor, at }, id, event, &details)).await?;
    count(app, &row);
    Ok(row)
}

fn count(app: &App, row: &TransactionRow) {
    app.metrics().transactions.get_or_create(&StateLabels { state: row.state.as_str() }).inc();
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
                Self::unavailable("payments_off", "no payment plugin is loaded: set plugins.payment")
            }
            OperateError::Store(error) => error.into(),
        }
    }
}

/// Commits the intent, asks the provider, commits the outcome.
async fn operate(
    app: &App,
    by: &Principal,
    transaction: TransactionId,
    kind: Kind,
    amount: Money,
) -> Result<Prepared, OperateError> {
    let provider = app.payment().ok_or(OperateError::NoProvider)?.plugin().manifest().id.clone();
    let preparation = Preparation {
        id: OperationId(Uuid::now_v7()),
        transaction,
        kind,
        provider,
        attempt_ref: *Uuid::new_v4().as_bytes(),
        amount,
        merchant: app.settings().policy.merchant.clone(),
        limits: evidence::limits(&app.settings().policy),
    };
    let (actor, at, id) = (by.actor(), app.now(), preparation.id);
    let prepared =
        app.store(move |store| store.prepare_operation(By { actor: &actor, at }, &preparation)).await?;
    Ok(submit(app, by, &prepared).await.unwrap_or_else(|error| {
        // Whatever the provider did is found out by recovery; a failure here would invite a second request.
        tracing::error!(operation = %id, error = chain(&error), "the outcome could not be written yet");
        prepared
    }))
}

/// Asks the provider and commits its answer.
async fn submit(app: &App, by: &Principal, prepared: &Prepared) -> Result<Prepared, StoreError> {
    let OperationRow { id, kind, .. } = prepared.operation;
    settle(app, by, id, operation::Event::Submitted, None).await?;
    let outcome = ask(app, &prepared.operation, op(kind)).await.outcome;
    settle(app, by, id, event_of(&outcome), Some(outcome)).await
}

fn op(kind: Kind) -> Op {
    match kind {
        Kind::Authorize => Op::Authorize,
        Kind::Capture => Op::Capture,
        Kind::Sale => Op::Sale,
        Kind::Void => Op::Void,
        Kind::Refund => Op::Refund,
    }
}

/// What a verdict means for the operation.
pub(crate) fn event_of(outcome: &PluginOutcome) -> operation::Event {
    match outcome.verdict {
        Verdict::Approved => operation::Event::Approved,
        Verdict::Declined { .. } => operation::Event::Declined,
        Verdict::Pending => operation::Event::Pending,
        Verdict::NotSent => operation::Event::NotSent,
        Verdict::Unknown => operation::Event::AnswerLost,
    }
}

/// Commits one step of an operation with what it means for the money.
pub(crate) async fn settle(
    app: &App,
    by: &Principal,
    id: OperationId,
    event: operation::Event,
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
        count(app, &settled.transaction);
    }
    Ok(settled)
}

/// Drives the payment plugin through one operation.
pub(crate) async fn ask(app: &App, operation: &OperationRow, op: Op) -> Ending {
    let Some(plugin) = app.payment().cloned() else {
        return Ending::not_sent("absent", "no payment plugin is loaded");
    };
    let request = match request(app, operation, op).await {
        Ok(request) => request,
        Err(error) => return Ending::not_sent("request", &chain(&error)),
    };
    let payment = &app.settings().payment;
    let bounds = Bounds {
        step_count_max: payment.step_count_max,
        deadline: Duration::from_millis(payment.deadline_ms_max),
    };
    let steps = Box::new(PaymentSteps::new(plugin, request));
    let ending = effects::drive(steps, app.endpoints(), bounds).await;
    if let Some(fault) = &ending.fault {
        tracing::error!(
            plugin = operation.provider,
            kind = fault.kind,
            detail = fault.detail,
            "payment plugin failed"
        );
        let labels = FaultLabels { plugin: operation.provider.clone(), kind: fault.kind };
        app.metrics().plugin_faults.get_or_create(&labels).inc();
    }
    ending
}

async fn request(app: &App, operation: &OperationRow, op: Op) -> Result<Request, StoreError> {
    let (id, transaction, kind) = (operation.id, operation.transaction, operation.kind);
    let now = app.now();
    let (reservation, captured, original, payer_active) = app
        .store(move |store| {
            let row = store.transaction(transaction)?;
            let active = match row.user.map(|user| store.user(user)).transpose() {
                Ok(user) => user.is_some_and(|user| user.status == Status::Active),
                Err(StoreError::NotFound(_)) => false,
                Err(error) => return Err(error),
            };
            // The money of somebody who was blocked or erased can still go back.
            let active = active || matches!(kind, Kind::Void | Kind::Refund);
            let operations = store.operations(transaction)?;
            let captured = (kind == Kind::Refund).then(|| captured(&operations, &row, id, now));
            let original = operations.into_iter().find(|o| {
                matches!(o.kind, Kind::Authorize | Kind::Sale) && o.state == operation::State::Approved
            });
            Ok((store.reservation(id)?, captured, original, active))
        })
        .await?;
    let state = reservation.map_or("none", |state| state.as_str());
    let (minor, currency) = (operation.amount.minor(), operation.amount.currency());
    let payload = serde_json::json!({
        "kind": kind.as_str(),
        "captured": captured,
        "reservation": { "state": state, "amount": minor, "currency": currency.code() },
        "wallet": {
            "status": if payer_active { "active" } else { "frozen" },
            "sale_max": app.settings().policy.sale_amount_max,
        },
    });
    let original_ref = match op {
        Op::Sync | Op::Reverse => Some(operation.attempt_ref),
        Op::Capture | Op::Void | Op::Refund => original.as_ref().map(|original| original.attempt_ref),
        _ => None,
    };
    let provider_ref = operation.provider_ref.clone().or_else(|| original.and_then(|o| o.provider_ref));
    let attempt_ref = match op {
        Op::Sync | Op::Reverse => *Uuid::new_v4().as_bytes(),
        _ => operation.attempt_ref,
    };
    let money = plugin_host::Money::new(minor, currency.code(), currency.exponent()).ok();
    Ok(Request {
        op,
        attempt_ref,
        original_ref,
        provider_ref,
        money,
        payload_json: payload.to_string().into_bytes(),
    })
}

/// What has become of the sale that the refund `this` is about.
fn captured(
    operations: &[OperationRow],
    row: &TransactionRow,
    this: OperationId,
    now: Timestamp,
) -> serde_json::Value {
    let taken = operations
        .iter()
        .find(|o| matches!(o.kind, Kind::Capture | Kind::Sale) && o.state == operation::State::Approved);
    let under_way =
        operations.iter().filter(|o| o.kind == Kind::Refund && o.id != this && o.state.is_unsettled());
    let refunded: i64 = row.refunded_minor + under_way.map(|o| o.amount.minor()).sum::<i64>();
    let age_s = taken.map_or(0, |taken| now.since(taken.created_at).as_secs());
    serde_json::json!({
        "amount": row.amount.minor(),
        "currency": row.amount.currency().code(),
        "refunded": refunded,
        "age_s": age_s,
    })
}
