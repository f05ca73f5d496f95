//! What a payment plugin is told about the operation that it is asked for: the books, the attempts, the payer's side.

use domain::operation::{self, Kind};
use domain::user::Status;
use domain::{OperationId, Secret, Timestamp};
use plugin_host::{Op, Request};
use serde_json::{Value, json};
use store::{OperationRow, Store, StoreError, TransactionRow};
use uuid::Uuid;

use super::App;

/// What the database knows about an operation, read at once.
struct Known {
    row: TransactionRow,
    /// The attempt that is asked about: the operation itself, or the one that a reversal undoes.
    subject: OperationRow,
    charge: Option<OperationRow>,
    operations: Vec<OperationRow>,
    reservation: Option<domain::ledger::TransferState>,
    payer_active: bool,
    /// The payer's token at the provider.
    instrument: Option<Secret<String>>,
}

/// The question whether `op` can be done, or what became of `operation`.
pub(super) async fn about(app: &App, operation: &OperationRow, op: Op) -> Result<Request, StoreError> {
    let asked = operation.clone();
    let known = app.store(move |store| known(store, asked)).await?;
    let payload = payload(app, &known);
    let original_ref = match op {
        Op::Sync | Op::Reverse => Some(known.subject.attempt_ref),
        Op::Capture | Op::Void | Op::Refund => known.charge.as_ref().map(|charge| charge.attempt_ref),
        _ => None,
    };
    let attempt_ref = match op {
        Op::Sync | Op::Reverse => *Uuid::new_v4().as_bytes(),
        _ => operation.attempt_ref,
    };
    let provider_ref = known.subject.provider_ref.clone();
    let amount = operation.amount;
    let currency = amount.currency();
    Ok(Request {
        op,
        attempt_ref,
        original_ref,
        provider_ref: provider_ref.or_else(|| known.charge.and_then(|charge| charge.provider_ref)),
        money: plugin_host::Money::new(amount.minor(), currency.code(), currency.exponent()).ok(),
        payload_json: payload.to_string().into_bytes(),
    })
}

fn known(store: &Store, operation: OperationRow) -> Result<Known, StoreError> {
    let row = store.transaction(operation.transaction)?;
    let operations = store.operations(operation.transaction)?;
    // As it is now, whatever the caller read before its turn.
    let subject = operation.about.unwrap_or(operation.id);
    let subject = operations.iter().find(|o| o.id == subject).cloned().unwrap_or(operation);
    let active = match row.user.map(|user| store.user(user)).transpose() {
        Ok(user) => user.is_some_and(|user| user.status == Status::Active),
        Err(StoreError::NotFound(_)) => false,
        Err(error) => return Err(error),
    };
    let instrument = row.user.map(|user| store.instrument(user, &subject.provider)).transpose()?.flatten();
    let charges = |o: &&OperationRow| {
        matches!(o.kind, Kind::Authorize | Kind::Sale) && o.state == operation::State::Approved
    };
    Ok(Known {
        reservation: store.reservation(subject.id)?,
        charge: operations.iter().find(charges).cloned(),
        // The money of somebody who was blocked or erased can still go back.
        payer_active: active || matches!(subject.kind, Kind::Void | Kind::Refund),
        row,
        subject,
        operations,
        instrument,
    })
}

fn payload(app: &App, known: &Known) -> Value {
    let Known { row, subject, .. } = known;
    let (minor, currency) = (subject.amount.minor(), subject.amount.currency());
    let original = match subject.kind {
        Kind::Capture | Kind::Void | Kind::Refund => known.charge.as_ref(),
        _ => None,
    };
    let captured = (subject.kind == Kind::Refund).then(|| captured(known, subject.id, app.now()));
    json!({
        "kind": subject.kind.as_str(),
        "transaction": row.id.to_string(),
        "merchant": app.settings().policy.merchant,
        "reference": row.reference,
        "sequence": subject.sequence,
        "begun_at_s": seconds(subject.created_at),
        "now_s": seconds(app.now()),
        "kept": kept(subject),
        "original": original.map(|charge| json!({
            "attempt": hex::encode(charge.attempt_ref),
            "sequence": charge.sequence,
            "begun_at_s": seconds(charge.created_at),
            "kept": kept(charge),
            "provider_ref": charge.provider_ref,
            "amount": charge.amount.minor(),
            "currency": charge.amount.currency().code(),
        })),
        "captured": captured,
        "instrument": known.instrument.as_ref().map(|token| json!({ "token": token.expose() })),
        "reservation": {
            "state": known.reservation.map_or("none", |state| match state {
                // To a plugin it is the same whether somebody gave the money free or its time was over.
                domain::ledger::TransferState::Expired => "voided",
                state => state.as_str(),
            }),
            "amount": minor,
            "currency": currency.code(),
        },
        "wallet": {
            "status": if known.payer_active { "active" } else { "frozen" },
            "sale_max": app.settings().policy.sale_amount_max,
        },
    })
}

fn seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(1_000_000)
}

/// What the plugin had kept with an attempt.
fn kept(operation: &OperationRow) -> Value {
    let kept = operation.kept.as_deref().and_then(|text| serde_json::from_str(text).ok());
    kept.unwrap_or(Value::Null)
}

/// What has become of the sale that the refund `this` is about.
fn captured(known: &Known, this: OperationId, now: Timestamp) -> Value {
    let Known { row, operations, .. } = known;
    let taken = operations
        .iter()
        .find(|o| matches!(o.kind, Kind::Capture | Kind::Sale) && o.state == operation::State::Approved);
    let under_way =
        operations.iter().filter(|o| o.kind == Kind::Refund && o.id != this && o.state.is_unsettled());
    let refunded: i64 = row.refunded_minor + under_way.map(|o| o.amount.minor()).sum::<i64>();
    let age_s = taken.map_or(0, |taken| now.since(taken.created_at).as_secs());
    json!({
        "amount": row.captured_minor,
        "currency": row.amount.currency().code(),
        "refunded": refunded,
        "age_s": age_s,
    })
}
