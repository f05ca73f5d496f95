//! What was under way when the appliance stopped: asked after, then posted, freed or left to a person.

use std::time::Duration;

use domain::operation::{Event, State};
use domain::{OperationId, TransactionId};
use plugin_host::{Op, Verdict};
use store::{OperationRow, SavedResponse, Store, StoreError};

use super::App;
use super::transaction::{ask, event_of, settle};
use crate::api::Problem;
use crate::auth::Principal;

/// How often it is looked for what was left behind while the appliance runs.
const EVERY: Duration = Duration::from_secs(30);
/// Nothing takes longer than its deadline and this much: what is still open then was left behind.
const GRACE: Duration = Duration::from_secs(30);

/// Settles every operation whose outcome is open. What stays open is asked after again by [`watch`], by
/// `POST /transactions/{id}/sync` and at the next start.
pub(super) async fn run(app: &App) -> Result<(), StoreError> {
    for operation in app.store(Store::operations_in_flight).await? {
        settle_open(app, operation).await?;
    }
    Ok(())
}

/// Settles what was left behind while the appliance runs: its outcome could not be written, say, because the
/// disk was full.
pub(super) async fn watch(app: App) {
    let mut rounds = tokio::time::interval(EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        if let Err(error) = app.settle_left_behind().await {
            tracing::error!(%error, "payments that were left behind are not settled; it is tried again");
        }
    }
}

impl App {
    /// Settles the operations that nobody works on any more, and answers the requests that nobody will answer.
    ///
    /// # Errors
    /// When the database doesn't answer; the next round tries again.
    pub async fn settle_left_behind(&self) -> Result<(), StoreError> {
        let patience = Duration::from_millis(self.settings().payment.deadline_ms_max) + GRACE;
        let before = self.now().minus(patience);
        let left =
            |operation: &OperationRow| operation.created_at < before && operation.state != State::Pending;
        for operation in self.store(Store::operations_in_flight).await?.into_iter().filter(left) {
            settle_open(self, operation).await?;
        }
        let answer = cut_off();
        let ended = self.store(move |store| store.end_claims(before, &answer)).await?;
        if ended > 0 {
            tracing::warn!(ended, "requests that were cut off are answered with outcome_unknown from now on");
        }
        Ok(())
    }
}

/// What a request is answered whose first try ended without an answer.
fn cut_off() -> SavedResponse {
    let detail = "the appliance stopped while it worked on this request; look at what became of it, then use a new key";
    let problem = Problem::conflict("outcome_unknown", detail);
    SavedResponse { status: problem.status.as_u16(), body: problem.document() }
}

async fn settle_open(app: &App, operation: OperationRow) -> Result<(), StoreError> {
    let (id, transaction) = (operation.id, operation.transaction);
    match recover(app, &Principal::SYSTEM, operation).await {
        Ok(state) => tracing::info!(operation = %id, %transaction, %state, "recovered"),
        // Books that contradict the provider are for a person to look at; the others go on.
        Err(error @ StoreError::Conflict(_)) => {
            tracing::error!(operation = %id, %transaction, %error, "cannot be recovered: look at this payment");
        }
        Err(error) => return Err(error),
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
    matches!(state, State::Pending | State::Unknown | State::Reversing | State::ManualReview)
}

async fn recover(app: &App, by: &Principal, operation: OperationRow) -> Result<State, StoreError> {
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
        // Nobody waits for an answer that was lost: what is still open is undone. Where the provider itself had
        // said that it takes time, it is waited for.
        None if ending.outcome.verdict == Verdict::Pending && operation.state != State::Pending => {
            reverse(app, by, &operation).await
        }
        None => {
            let event = event_of(&ending.outcome);
            Ok(settle(app, by, id, event, Some(ending.outcome)).await?.operation.state)
        }
    }
}

async fn reverse(app: &App, by: &Principal, operation: &OperationRow) -> Result<State, StoreError> {
    if operation.state != State::Reversing {
        stepped(app, by, operation.id, Event::ReverseStarted).await?;
    }
    let ending = ask(app, operation, Op::Reverse).await;
    match ending.outcome.verdict {
        // The question did not come through: it is asked again.
        _ if ending.fault.is_some() => Ok(State::Reversing),
        Verdict::Approved => stepped(app, by, operation.id, Event::Reversed).await,
        _ => stepped(app, by, operation.id, Event::GaveUp).await,
    }
}

async fn stepped(app: &App, by: &Principal, id: OperationId, event: Event) -> Result<State, StoreError> {
    Ok(settle(app, by, id, event, None).await?.operation.state)
}
