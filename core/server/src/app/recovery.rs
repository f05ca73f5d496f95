//! What was left open: asked after by our own reference, then posted, undone or left to a person; never guessed.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::operation::{Answers, Event, Kind, Next, Open, Patience, State, asked_again_after};
use domain::{OperationId, TransactionId};
use futures_util::future::join_all;
use plugin_host::{Op, Outcome, Verdict};
use store::{OperationRow, SavedResponse, StoreError};

use super::App;
use super::operation::{ask, event_of, op, settle, undo};
use crate::api::Problem;
use crate::auth::Principal;

/// How often it is looked for requests that are due.
const DUE_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked for requests of clients that nobody will answer.
const CLAIMS_EVERY: Duration = Duration::from_secs(30);
/// The start waits for providers for so long.
const START_PATIENCE: Duration = Duration::from_secs(10);
/// A client's request takes no longer than its operation and this much.
const GRACE: Duration = Duration::from_secs(30);

/// Looks at every operation of this branch whose outcome is open: whoever worked on it is gone. Serving does not wait long
/// for providers that don't answer; [`watch`] goes on.
pub(super) async fn run(app: &App) -> Result<(), StoreError> {
    let branch = app.settings().policy.branch.clone();
    let open = app.store(move |store| store.operations_in_flight(&branch)).await?;
    match tokio::time::timeout(START_PATIENCE, look_after_all(app, open)).await {
        Ok(done) => done,
        Err(_) => {
            tracing::warn!("open payments are looked after while the appliance runs");
            Ok(())
        }
    }
}

/// Asks after what is due, and settles what was left behind while the appliance runs: its outcome could not be
/// written, say, because the disk was full.
pub(super) async fn watch(app: App) {
    let (mut due, mut claims) = (tokio::time::interval(DUE_EVERY), tokio::time::interval(CLAIMS_EVERY));
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    claims.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let done = tokio::select! {
            _ = due.tick() => app.settle_due().await,
            _ = claims.tick() => app.end_claims().await,
        };
        if let Err(error) = done {
            tracing::error!(%error, "payments that are open are not settled; it is tried again");
        }
    }
}

impl App {
    /// Looks at every operation that is due by now, and at those of other branches whose appliance is gone.
    ///
    /// # Errors
    /// When the database doesn't answer; the next round tries again.
    pub async fn settle_due(&self) -> Result<(), StoreError> {
        let now = self.now();
        let branch = self.settings().policy.branch.clone();
        let patience = Duration::from_millis(self.settings().payment.settle_window_ms);
        let due = self.store(move |store| store.operations_due(now, (&branch, patience))).await?;
        look_after_all(self, due).await
    }

    /// Answers the requests of clients that nobody will answer any more.
    ///
    /// # Errors
    /// When the database doesn't answer; the next round tries again.
    pub async fn end_claims(&self) -> Result<(), StoreError> {
        let patience = Duration::from_millis(self.settings().payment.deadline_ms_max) + GRACE;
        let (before, answer) = (self.now().minus(patience), cut_off());
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

/// One provider that does not answer holds up no other.
async fn look_after_all(app: &App, operations: Vec<OperationRow>) -> Result<(), StoreError> {
    let mut by_provider = BTreeMap::<String, Vec<OperationRow>>::new();
    for operation in operations {
        by_provider.entry(operation.provider.clone()).or_default().push(operation);
    }
    let one_after_another = |operations: Vec<OperationRow>| async move {
        for operation in operations {
            look_after(app, operation).await?;
        }
        Ok(())
    };
    let done = join_all(by_provider.into_values().map(one_after_another)).await;
    done.into_iter().collect()
}

async fn look_after(app: &App, operation: OperationRow) -> Result<(), StoreError> {
    let (id, transaction) = (operation.id, operation.transaction);
    match recover(app, &Principal::SYSTEM, operation).await {
        Ok(state) => tracing::info!(operation = %id, %transaction, %state, "looked after"),
        Err(error @ (StoreError::Unavailable(_) | StoreError::NotWritable(_))) => return Err(error),
        // Books that contradict the provider are for a person to look at; the others go on.
        Err(error) => {
            tracing::error!(operation = %id, %transaction, %error, "cannot be recovered: look at this payment");
            put_off(app, id, u32::MAX).await?;
        }
    }
    Ok(())
}

/// Asks after every request of one payment: those that are open, and those that were given up, since a provider may have
/// approved one late.
pub(crate) async fn sync(app: &App, by: &Principal, transaction: TransactionId) -> Result<(), Problem> {
    let operations = app.store(move |store| store.operations(transaction)).await?;
    for operation in operations {
        match operation.state {
            State::Pending | State::Unknown | State::Reversing => {
                recover(app, by, operation).await?;
            }
            State::ManualReview => {
                if let Some(_taken) = app.desk().take(operation.id) {
                    ask_after(app, by, &operation).await?;
                }
            }
            State::Declined | State::NotSent | State::Reversed => undo_late(app, by, &operation).await?,
            // A request that is being submitted this very moment answers by itself.
            State::Prepared | State::Submitting | State::Syncing | State::Approved => {}
        }
    }
    Ok(())
}

/// Takes one step towards the outcome of an open request that nobody works on.
async fn recover(app: &App, by: &Principal, operation: OperationRow) -> Result<State, StoreError> {
    let (id, state) = (operation.id, operation.state);
    let Some(_taken) = app.desk().take(id) else { return Ok(state) };
    let Some(provider) = app.providers().find(Some(&operation.provider)) else {
        tracing::error!(operation = %id, provider = operation.provider, "its plugin is not loaded");
        put_off(app, id, operation.tries).await?;
        return Ok(state);
    };
    // Whoever took it out of use is asked nothing by that: its payments wait, and none is given up meanwhile.
    if provider.is_disabled() {
        put_off(app, id, operation.tries).await?;
        return Ok(state);
    }
    let answers = provider.answers(operation.kind);
    let operation = left_behind(app, by, operation).await?;
    let next = next(app, &operation, answers);
    // Undoing and repeating rest on not knowing: it is asked once more, however long ago the request was.
    if matches!(next, Next::Repeat | Next::Reverse) && answers.sync && operation.state != State::Reversing {
        let (state, came_through) = ask_after(app, by, &operation).await?;
        let operation = app.store(move |store| store.operation(id)).await?;
        return match state {
            State::Unknown | State::Pending if came_through => {
                let next = self::next(app, &operation, Answers { sync: false, ..answers });
                take(app, by, (&operation, next)).await
            }
            state => Ok(state),
        };
    }
    take(app, by, (&operation, next)).await
}

/// What a lost process was doing when it was lost.
async fn left_behind(app: &App, by: &Principal, operation: OperationRow) -> Result<OperationRow, StoreError> {
    let id = operation.id;
    let operation = match (operation.state, operation.kind) {
        // What must be undone is asked for until it is.
        (State::Prepared, Kind::Reversal) => stepped(app, by, id, Event::Submitted).await?,
        _ => operation,
    };
    match operation.state {
        State::Submitting => stepped(app, by, id, Event::AnswerLost).await,
        _ => Ok(operation),
    }
}

fn next(app: &App, operation: &OperationRow, answers: Answers) -> Next {
    let OperationRow { kind, state, tries, .. } = *operation;
    let payment = &app.settings().payment;
    let patience = Patience {
        settle: Duration::from_millis(payment.settle_window_ms),
        pending: Duration::from_millis(payment.pending_window_ms),
    };
    Open { kind, state, age: app.now().since(operation.created_at), tries }.next(answers, patience)
}

async fn take(
    app: &App,
    by: &Principal,
    (operation, next): (&OperationRow, Next),
) -> Result<State, StoreError> {
    let OperationRow { id, state, tries, .. } = *operation;
    match next {
        Next::Close => Ok(stepped(app, by, id, Event::NotSent).await?.state),
        Next::Sync => Ok(ask_after(app, by, operation).await?.0),
        Next::Repeat => Ok(question(app, by, operation, op(operation.kind)).await?.0),
        Next::Reverse => reverse(app, by, operation).await,
        Next::Review => Ok(stepped(app, by, id, Event::GaveUp).await?.state),
        Next::Wait => {
            put_off(app, id, tries).await?;
            Ok(state)
        }
    }
}

/// Asks what became of a request: where it stands then, and whether the question came through.
async fn ask_after(app: &App, by: &Principal, operation: &OperationRow) -> Result<(State, bool), StoreError> {
    question(app, by, operation, Op::Sync).await
}

/// Asks what became of a request, or for the same once more under the same reference.
async fn question(
    app: &App,
    by: &Principal,
    operation: &OperationRow,
    op: Op,
) -> Result<(State, bool), StoreError> {
    let id = operation.id;
    if operation.state != State::Syncing {
        stepped(app, by, id, Event::SyncStarted).await?;
    }
    let ending = ask(app, operation, op).await;
    let came_through = ending.fault.is_none();
    let event = learned(operation, op, (came_through, &ending.outcome));
    Ok((settle(app, by, id, event, Some(ending.outcome)).await?.operation.state, came_through))
}

/// What the answer to a question says about the request that it is about.
fn learned(operation: &OperationRow, op: Op, (came_through, outcome): (bool, &Outcome)) -> Event {
    // What the provider once called pending stays so until it says something else.
    let nothing = if operation.state == State::Pending { Event::Pending } else { Event::AnswerLost };
    match (event_of(outcome), op) {
        // A question that failed says nothing about the request.
        _ if !came_through => nothing,
        (Event::AnswerLost, Op::Sync) => nothing,
        (event, Op::Sync) => event,
        // That this time nothing was sent does not say that the first time nothing was.
        (Event::NotSent, _) => Event::AnswerLost,
        // Nor does a refusal now say that the first one had no effect: a person must look.
        (Event::Declined, _) => Event::GaveUp,
        (event, _) => event,
    }
}

async fn reverse(app: &App, by: &Principal, operation: &OperationRow) -> Result<State, StoreError> {
    let id = operation.id;
    if operation.state != State::Reversing {
        stepped(app, by, id, Event::ReverseStarted).await?;
    }
    let ending = ask(app, operation, Op::Reverse).await;
    match ending.outcome.verdict {
        Verdict::Approved if ending.fault.is_none() => Ok(stepped(app, by, id, Event::Reversed).await?.state),
        Verdict::Declined { .. } if ending.fault.is_none() => {
            Ok(stepped(app, by, id, Event::GaveUp).await?.state)
        }
        // The question did not come through, or is not settled: it is asked again.
        _ => {
            put_off(app, id, operation.tries).await?;
            Ok(State::Reversing)
        }
    }
}

/// Asks after a request that was given up: what its provider approved all the same is undone, and told.
async fn undo_late(app: &App, by: &Principal, operation: &OperationRow) -> Result<(), Problem> {
    let provider = app.providers().find(Some(&operation.provider));
    if !provider.is_some_and(|provider| provider.answers(operation.kind).sync) {
        return Ok(());
    }
    let ending = ask(app, operation, Op::Sync).await;
    if ending.fault.is_none() && ending.outcome.verdict == Verdict::Approved {
        undo(app, by, operation).await?;
    }
    Ok(())
}

async fn put_off(app: &App, id: OperationId, tries: u32) -> Result<(), StoreError> {
    let at = app.now();
    app.store(move |store| store.put_off(at, id, asked_again_after(tries))).await
}

async fn stepped(
    app: &App,
    by: &Principal,
    id: OperationId,
    event: Event,
) -> Result<OperationRow, StoreError> {
    Ok(settle(app, by, id, event, None).await?.operation)
}
