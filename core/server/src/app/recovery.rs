//! What was left open: asked after by our own reference, then posted, undone or left to a person; never guessed.

use std::time::Duration;

use domain::operation::{Event, Kind, Next, Open, Patience, State, asked_again_after};
use domain::{OperationId, TransactionId};
use plugin_host::{Op, Verdict};
use store::{OperationRow, SavedResponse, StoreError};

use super::App;
use super::operation::{Intent, ask, event_of, op, operate, settle};
use crate::api::Problem;
use crate::auth::Principal;

/// How often it is looked for requests that are due.
const DUE_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked for requests of clients that nobody will answer.
const CLAIMS_EVERY: Duration = Duration::from_secs(30);
/// A client's request takes no longer than its operation and this much.
const GRACE: Duration = Duration::from_secs(30);

/// Looks at every operation of this branch whose outcome is open: whoever worked on it is gone.
pub(super) async fn run(app: &App) -> Result<(), StoreError> {
    let branch = app.settings().policy.branch.clone();
    for operation in app.store(move |store| store.operations_in_flight(&branch)).await? {
        look_after(app, operation).await?;
    }
    Ok(())
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
    /// Looks at every operation that is due by now, at this appliance or at another one of the database that is gone.
    ///
    /// # Errors
    /// When the database doesn't answer; the next round tries again.
    pub async fn settle_due(&self) -> Result<(), StoreError> {
        let now = self.now();
        for operation in self.store(move |store| store.operations_due(now)).await? {
            look_after(self, operation).await?;
        }
        Ok(())
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

async fn look_after(app: &App, operation: OperationRow) -> Result<(), StoreError> {
    let (id, transaction) = (operation.id, operation.transaction);
    match recover(app, &Principal::SYSTEM, operation).await {
        Ok(state) => tracing::info!(operation = %id, %transaction, %state, "looked after"),
        // Books that contradict the provider are for a person to look at; the others go on.
        Err(error @ StoreError::Conflict(_)) => {
            tracing::error!(operation = %id, %transaction, %error, "cannot be recovered: look at this payment");
            put_off(app, id, u32::MAX).await?;
        }
        Err(error) => return Err(error),
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
                ask_after(app, by, &operation).await?;
            }
            State::Declined | State::NotSent | State::Reversed => undo_late(app, by, &operation).await?,
            // A request that is being submitted this very moment answers by itself.
            State::Prepared | State::Submitting | State::Syncing | State::Approved => {}
        }
    }
    Ok(())
}

/// Takes one step towards the outcome of an open request.
async fn recover(app: &App, by: &Principal, mut operation: OperationRow) -> Result<State, StoreError> {
    let Some(provider) = app.providers().find(Some(&operation.provider)) else {
        tracing::error!(operation = %operation.id, provider = operation.provider, "its plugin is not loaded");
        put_off(app, operation.id, operation.tries).await?;
        return Ok(operation.state);
    };
    // What must be undone is asked for until it is.
    if operation.state == State::Prepared && operation.kind == Kind::Reversal {
        operation = stepped(app, by, operation.id, Event::Submitted).await?;
    }
    // A lost process lost the answer.
    if operation.state == State::Submitting {
        operation = stepped(app, by, operation.id, Event::AnswerLost).await?;
    }
    let OperationRow { id, kind, state, .. } = operation;
    let payment = &app.settings().payment;
    let patience = Patience {
        settle: Duration::from_millis(payment.settle_window_ms),
        pending: Duration::from_millis(payment.pending_window_ms),
    };
    let open = Open { kind, state, age: app.now().since(operation.created_at) };
    match open.next(provider.answers(kind), patience) {
        Next::Close => Ok(stepped(app, by, id, Event::NotSent).await?.state),
        Next::Sync => ask_after(app, by, &operation).await,
        Next::Repeat => ask_again(app, by, &operation).await,
        Next::Reverse => reverse(app, by, &operation).await,
        Next::Review => Ok(stepped(app, by, id, Event::GaveUp).await?.state),
        Next::Wait => {
            put_off(app, id, operation.tries).await?;
            Ok(state)
        }
    }
}

/// Asks what became of a request.
async fn ask_after(app: &App, by: &Principal, operation: &OperationRow) -> Result<State, StoreError> {
    question(app, by, operation, Op::Sync).await
}

/// Asks for the same once more, under the same reference.
async fn ask_again(app: &App, by: &Principal, operation: &OperationRow) -> Result<State, StoreError> {
    question(app, by, operation, op(operation.kind)).await
}

async fn question(app: &App, by: &Principal, operation: &OperationRow, op: Op) -> Result<State, StoreError> {
    let id = operation.id;
    if operation.state != State::Syncing {
        stepped(app, by, id, Event::SyncStarted).await?;
    }
    let ending = ask(app, operation, op).await;
    // A question that failed says nothing about the operation.
    let event = match (&ending.fault, op) {
        (Some(_), _) => Event::AnswerLost,
        // That this time nothing was sent does not say that the first time nothing was.
        (None, op) if op != Op::Sync && ending.outcome.verdict == Verdict::NotSent => Event::AnswerLost,
        (None, _) => event_of(&ending.outcome),
    };
    Ok(settle(app, by, id, event, Some(ending.outcome)).await?.operation.state)
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

/// A charge that was given up and that its provider approved all the same is undone, by a request of its own, and told.
async fn undo_late(app: &App, by: &Principal, operation: &OperationRow) -> Result<(), Problem> {
    let provider = app.providers().find(Some(&operation.provider));
    let can_ask = provider.is_some_and(|provider| provider.answers(operation.kind).sync);
    if !can_ask || !matches!(operation.kind, Kind::Sale | Kind::Authorize) {
        return Ok(());
    }
    let ending = ask(app, operation, Op::Sync).await;
    if ending.fault.is_some() || ending.outcome.verdict != Verdict::Approved {
        return Ok(());
    }
    tracing::error!(operation = %operation.id, transaction = %operation.transaction, "approved late: it is undone");
    let intent = Intent {
        transaction: operation.transaction,
        kind: Kind::Reversal,
        amount: operation.amount,
        provider: Some(&operation.provider),
        about: Some(operation),
        reason: Some("approved_late"),
        sanction: store::Sanction::ENOUGH,
    };
    match operate(app, by, intent).await {
        Ok(_) => Ok(()),
        // It is being undone already.
        Err(super::operation::OperateError::Store(StoreError::Conflict(_))) => Ok(()),
        Err(error) => Err(error.into()),
    }
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
