//! What became of a request, and what that means for the money and the payment.
use diesel::prelude::*;
use domain::{
    OperationId,
    ledger::TransferState,
    operation::{Event, Kind, State, asked_again_after},
    transaction,
};

use super::{OperationRow, audit_of, charge, load, load_all};
use crate::{
    By, Store, StoreError, TransactionRow, account,
    audit::NewAudit,
    connection::AnyConnection,
    outbox, receipt,
    schema::operations,
    seal::Key,
    spending,
    transaction::{Details, load as load_transaction, step_from},
};

/// A committed intent, with the payment that it belongs to.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The request.
    pub operation: OperationRow,
    /// The payment.
    pub transaction: TransactionRow,
    /// Where the payment stood before this step.
    pub before: transaction::State,
}

/// What the provider's plugin reported.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What happened.
    pub event: Event,
    /// The provider's own reference.
    pub provider_ref: Option<String>,
    /// Why it was refused, as a stable code.
    pub reason: Option<String>,
}

/// The reason of a void that gives money free which nobody took in time.
pub const AUTHORIZATION_EXPIRED: &str = "authorization_expired";

impl Store {
    /// Takes one step of a request; an outcome moves or frees the money in the same transaction.
    ///
    /// # Errors
    /// When the state machine refuses; nothing changes then.
    pub fn settle_operation(
        &self,
        by: By<'_>,
        id: OperationId,
        outcome: &Outcome,
    ) -> Result<Prepared, StoreError> {
        // What people find out is written by two of them: `resolve_operation`.
        if outcome.event.meaning() != outcome.event {
            return Err(StoreError::Conflict("two people resolve a request, by an approval".to_owned()));
        }
        self.write_audited(by, |c| settled(c, by, &self.key, (id, outcome)))
    }
}

/// One step of a request with what it means for the money. The audit record is the caller's to append.
pub(crate) fn settled(
    c: &mut AnyConnection,
    by: By<'_>,
    key: &Key,
    (id, outcome): (OperationId, &Outcome),
) -> Result<(Prepared, NewAudit), StoreError> {
    let mut operation = load(c, id)?;
    let transaction = load_transaction(c, operation.transaction)?;
    let before = transaction.state;
    let state = operation.state.after(outcome.event)?;
    advance(c, by, &mut operation, (state, outcome))?;
    let transaction = follow(c, by, &operation, (outcome.event.meaning(), transaction))?;
    let settled = Prepared { operation, transaction, before };
    let audit = audit_of(&settled.operation, "operation.stepped");
    let receipt = receipt::issue(c, by, key, &settled)?;
    Ok((settled, audit.about_receipt(receipt)))
}

/// Writes the step down.
fn advance(
    c: &mut AnyConnection,
    by: By<'_>,
    operation: &mut OperationRow,
    (state, outcome): (State, &Outcome),
) -> Result<(), StoreError> {
    operation.state = state;
    if outcome.provider_ref.is_some() {
        operation.provider_ref.clone_from(&outcome.provider_ref);
    }
    if outcome.reason.is_some() {
        operation.reason.clone_from(&outcome.reason);
    }
    // A lost or a late answer is asked for again after a while; every other step is worked on at this moment.
    if matches!(outcome.event, Event::AnswerLost | Event::Pending) {
        operation.next_try_at = by.at.plus(asked_again_after(operation.tries));
        operation.tries += 1;
    }
    // Whoever asks works on it alone for so long.
    if matches!(outcome.event, Event::Submitted | Event::SyncStarted | Event::ReverseStarted) {
        operation.next_try_at = by.at.plus(operation.lease);
    }
    if outcome.event == Event::ReverseStarted {
        operation.tries = 0;
    }
    let change = (
        operations::state.eq(state.as_str()),
        operations::provider_ref.eq(&operation.provider_ref),
        operations::reason.eq(&operation.reason),
        operations::tries.eq(i32::try_from(operation.tries).unwrap_or(i32::MAX)),
        operations::next_try_at.eq(operation.next_try_at.0),
        operations::updated_at.eq(by.at.0),
    );
    diesel::update(operations::table.find(operation.id.to_string())).set(change).execute(c)?;
    if state == State::ManualReview {
        let (id, transaction, kind) = (operation.id, operation.transaction, operation.kind);
        let payload =
            format!("{{\"operation\":\"{id}\",\"transaction\":\"{transaction}\",\"kind\":\"{kind}\"}}");
        outbox::append(c, by.at, "incident.manual_review", &payload)?;
    }
    Ok(())
}

/// What an outcome means for the money and for the payment, which is returned as it is then.
fn follow(
    c: &mut AnyConnection,
    by: By<'_>,
    operation: &OperationRow,
    (event, mut row): (Event, TransactionRow),
) -> Result<TransactionRow, StoreError> {
    let (money, payment) = meaning(operation, event, &mut row);
    if let (Some(to), Some(transfer)) = (money, operation.transfer) {
        account::settle(c, transfer, (to, operation.amount), by.at)?;
        count_less(c, operation, (to, &row))?;
    }
    let Some(payment) = payment else { return Ok(row) };
    let details = Details { reason: operation.reason.clone(), ..Details::default() };
    let (row, audit) = step_from(c, by, row, (payment, &details))?;
    audit.append(c, by)?;
    Ok(row)
}

/// Where an outcome puts the money that was set aside, and the payment's step; `row` takes note of what moved.
fn meaning(
    operation: &OperationRow,
    event: Event,
    row: &mut TransactionRow,
) -> (Option<TransferState>, Option<transaction::Event>) {
    use transaction::Event as Payment;
    let minor = operation.amount.minor();
    match (operation.kind, event) {
        (Kind::Sale | Kind::Capture, Event::Approved) => {
            row.captured_minor = minor;
            (Some(TransferState::Posted), Some(Payment::Captured))
        }
        (Kind::Authorize, Event::Approved) => (None, Some(Payment::Authorized)),
        (Kind::Void, Event::Approved) if operation.reason.as_deref() == Some(AUTHORIZATION_EXPIRED) => {
            (Some(TransferState::Expired), Some(Payment::Expired))
        }
        (Kind::Void, Event::Approved) => (Some(TransferState::Voided), Some(Payment::Voided)),
        (Kind::Refund, Event::Approved) => {
            row.refunded_minor += minor;
            let all_back = row.refunded_minor == row.captured_minor;
            let back = if all_back { Payment::RefundedInFull } else { Payment::RefundedInPart };
            (Some(TransferState::Posted), Some(back))
        }
        (Kind::Sale | Kind::Authorize, Event::Declined) => {
            (Some(TransferState::Voided), Some(Payment::ProviderDeclined))
        }
        (Kind::Sale | Kind::Authorize, Event::NotSent) => {
            (Some(TransferState::Voided), Some(Payment::NotSent))
        }
        (Kind::Sale | Kind::Authorize, Event::Reversed) => {
            (Some(TransferState::Voided), Some(Payment::Voided))
        }
        // A payment is put in doubt once; a second lost answer changes nothing.
        (Kind::Sale | Kind::Authorize, Event::AnswerLost) => {
            let doubted = row.state == transaction::State::InDoubt;
            (None, (!doubted).then_some(Payment::OutcomeUnknown))
        }
        (Kind::Refund, Event::Declined | Event::NotSent | Event::Reversed) => {
            (Some(TransferState::Voided), None)
        }
        _ => (None, None),
    }
}

/// What a charge did not take in the end no longer counts towards the limits.
fn count_less(
    c: &mut AnyConnection,
    operation: &OperationRow,
    (to, transaction): (TransferState, &TransactionRow),
) -> Result<(), StoreError> {
    if operation.kind == Kind::Refund || (operation.kind == Kind::Sale && to == TransferState::Posted) {
        return Ok(());
    }
    let Some(payer) = transaction.user else { return Ok(()) };
    let began_at = match operation.kind {
        Kind::Capture | Kind::Void => {
            charge(&load_all(c, operation.transaction)?).map(|charge| charge.created_at)
        }
        _ => Some(operation.created_at),
    };
    let (untaken, payments) = match to {
        TransferState::Posted => (transaction.amount.minor() - operation.amount.minor(), 0),
        _ => (transaction.amount.minor(), 1),
    };
    let left = (transaction.amount.currency(), untaken, payments);
    match began_at {
        Some(at) => spending::give_back(c, (payer, &transaction.place), left, at),
        None => Ok(()),
    }
}
