//! Payments: the one way in which money moves, whatever asked for it.

use domain::consent::Standing;
use domain::decision::{Charge, Reason, payer_refusal};
use domain::operation::{self, Kind};
use domain::transaction::{Event, State};
use domain::{ApprovalId, Money, TransactionId};
use store::{
    AUTHORIZATION_EXPIRED, ApprovalRow, By, Details, OperationRow, Place, Prepared, Sanction, StoreError,
    TransactionRow,
};

use super::evidence::Person;
use super::operation::{Intent, OperateError, operate};
use super::{App, analytics, approval, step_up};
use crate::api::Problem;
use crate::auth::Principal;
use crate::metrics::StateLabels;

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
    if let Some(waiting) = step_up::asked_now(app, by, &row).await? {
        return Ok(waiting);
    }
    match operate(app, by, Intent::of(&row, kind, row.amount)).await {
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
    let person = Person {
        user,
        face: None,
        by_face: !super::receipt::is_by_staff(row.evidence.as_deref()),
        place: row.place.clone(),
    };
    match app.payer(person, row.amount.currency(), app.now()).await {
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

/// Takes what was set aside, or a part of it; the rest is free again.
pub(crate) async fn capture(
    app: &App,
    by: &Principal,
    id: TransactionId,
    amount: Option<Money>,
) -> Result<Asked, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    let amount = amount.unwrap_or(row.amount);
    if amount.currency() != row.amount.currency() {
        return Err(Problem::unprocessable("wrong_currency", "a capture is in the payment's currency"));
    }
    if amount.minor() < row.amount.minor() && !super::operation::takes_parts(app, &row) {
        let detail = "this provider captures all that was set aside or nothing";
        return Err(Problem::unprocessable("partial_capture_unsupported", detail));
    }
    asked(operate(app, by, Intent::of(&row, Kind::Capture, amount)).await?)
}

/// Gives free what was set aside; a payment that no provider knows yet is cancelled.
pub(crate) async fn void(app: &App, by: &Principal, id: TransactionId) -> Result<Asked, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    match row.state {
        State::RequiresIdentification | State::RequiresStepUp | State::RequiresConfirmation => {
            Ok(Asked::Done(step(app, by, id, Event::Cancelled, Details::default()).await?))
        }
        _ => asked(operate(app, by, Intent::of(&row, Kind::Void, row.amount)).await?),
    }
}

/// Gives free what nobody took in time.
pub(super) async fn expire_authorization(app: &App, id: TransactionId) -> Result<(), Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    let intent = Intent { reason: Some(AUTHORIZATION_EXPIRED), ..Intent::of(&row, Kind::Void, row.amount) };
    asked(operate(app, &Principal::SYSTEM, intent).await?).map(drop)
}

/// Gives `amount` back, or all that is left.
pub(crate) async fn refund(
    app: &App,
    by: &Principal,
    id: TransactionId,
    amount: Option<Money>,
) -> Result<Asked, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    let amount = match amount {
        Some(amount) => amount,
        None => left(&row)?,
    };
    if amount.currency() != row.amount.currency() {
        return Err(Problem::unprocessable("wrong_currency", "a refund is in the payment's currency"));
    }
    let tier = app.settings().policy.refund_four_eyes_amount_min;
    let sanction = if tier > 0 { Sanction::Alone { amount_below: tier } } else { Sanction::ENOUGH };
    let intent = Intent { sanction, ..Intent::of(&row, Kind::Refund, amount) };
    match operate(app, by, intent).await {
        Err(OperateError::Store(StoreError::ApprovalNeeded)) => {
            Ok(Asked::Approval(approval::ask_refund(app, by, id, amount).await?))
        }
        done => asked(done?),
    }
}

/// Gives back all that is left of a payment that is undone with others: no person asks for it, so that none has to say
/// yes to it.
pub(super) async fn give_back(app: &App, by: &Principal, id: TransactionId) -> Result<Asked, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    asked(operate(app, by, Intent::of(&row, Kind::Refund, left(&row)?)).await?)
}

/// What can still be given back.
fn left(row: &TransactionRow) -> Result<Money, Problem> {
    let left = Money::new(row.captured_minor - row.refunded_minor, row.amount.currency());
    left.map_err(|_| Problem::conflict("nothing_to_refund", "nothing of this payment is left to give back"))
}

/// Gives back what a second person says yes to by this: the yes and the refund's intent are one commit.
pub(crate) async fn refund_approved(
    app: &App,
    by: &Principal,
    approval: ApprovalId,
    id: TransactionId,
    amount: Money,
) -> Result<OperationRow, Problem> {
    let row = app.store(move |store| store.transaction(id)).await?;
    let intent = Intent { sanction: Sanction::Approved(approval), ..Intent::of(&row, Kind::Refund, amount) };
    Ok(operate(app, by, intent).await?.operation)
}

/// A payment after its provider was asked for something more.
pub(crate) enum Asked {
    /// It did so.
    Done(TransactionRow),
    /// Its answer is not known yet; recovery asks again.
    Open(TransactionRow),
    /// It will be asked when a second person says yes.
    Approval(ApprovalRow),
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

/// Counts the state that a payment has come to.
pub(super) fn count(app: &App, row: &TransactionRow) {
    app.metrics().transactions.get_or_create(&StateLabels { state: row.state.as_str() }).inc();
    analytics::paid(app, row);
}

/// Where a payment of this appliance is made.
pub(crate) fn place(app: &App, terminal: Option<String>) -> Place {
    Place { terminal, branch: app.settings().policy.branch.clone() }
}
