//! What was under way when the appliance stopped: asked after, then posted, freed or left to a person.

use domain::operation::{Event, State};
use domain::{OperationId, TransactionId};
use plugin_host::{Op, Verdict};
use store::{OperationRow, Store};

use super::App;
use super::start::StartError;
use super::transaction::{OperateError, ask, event_of, settle};
use crate::api::Problem;
use crate::auth::Principal;

/// Settles every operation whose outcome is open. Those that stay open are asked after again by
/// `POST /transactions/{id}/sync` and at the next start.
pub(super) async fn run(app: &App) -> Result<(), StartError> {
    let open = app.store(Store::operations_in_flight).await?;
    for operation in open {
        let (id, transaction) = (operation.id, operation.transaction);
        match recover(app, &Principal::SYSTEM, operation).await {
            Ok(state) => tracing::info!(operation = %id, %transaction, %state, "recovered"),
            Err(OperateError::NoProvider) => tracing::warn!(operation = %id, "no payment plugin: stays open"),
            Err(OperateError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Asks after every open operation of one payment.
pub(crate) async fn sync(app: &App, by: &Principal, transaction: TransactionId) -> Result<(), Problem> {
    let operations = app.store(move |store| store.operations(transaction)).await?;
    for operation in operations.into_iter().filter(|operation| may_be_asked_after(operation.state)) {
        recover(app, by, operation).await?;
    }
    Ok(())
}

/// A request that is being submitted this very moment answers by itself.
fn may_be_asked_after(state: State) -> bool {
    matches!(state, State::Pending | State::Unknown)
}

async fn recover(app: &App, by: &Principal, operation: OperationRow) -> Result<State, OperateError> {
    let id = operation.id;
    // Nothing was sent before `submitting` was committed.
    if operation.state == State::Prepared {
        return stepped(app, by, id, Event::NotSent).await;
    }
    // A lost process lost the answer; one that was asking or undoing asks again from there.
    if operation.state == State::Submitting {
        stepped(app, by, id, Event::AnswerLost).await?;
    }
    if operation.state == State::Reversing {
        return reverse(app, by, &operation).await;
    }
    if operation.state != State::Syncing {
        stepped(app, by, id, Event::SyncStarted).await?;
    }
    let ending = ask(app, &operation, Op::Sync).await;
    match ending.fault {
        // A question that failed says nothing about the operation.
        Some(_) => stepped(app, by, id, Event::AnswerLost).await,
        // Nobody waits for an answer that was lost with the process: what is still open is undone.
        None if ending.outcome.verdict == Verdict::Pending && operation.state == State::Submitting => {
            reverse(app, by, &operation).await
        }
        None => {
            let event = event_of(&ending.outcome);
            Ok(settle(app, by, id, event, Some(ending.outcome)).await?.operation.state)
        }
    }
}

async fn reverse(app: &App, by: &Principal, operation: &OperationRow) -> Result<State, OperateError> {
    if operation.state != State::Reversing {
        stepped(app, by, operation.id, Event::ReverseStarted).await?;
    }
    match ask(app, operation, Op::Reverse).await.outcome.verdict {
        Verdict::Approved => stepped(app, by, operation.id, Event::Reversed).await,
        _ => stepped(app, by, operation.id, Event::GaveUp).await,
    }
}

async fn stepped(app: &App, by: &Principal, id: OperationId, event: Event) -> Result<State, OperateError> {
    Ok(settle(app, by, id, event, None).await?.operation.state)
}
