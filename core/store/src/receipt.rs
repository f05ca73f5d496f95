//! Decision receipts: what a payment was decided by and what its provider did, signed with the money's own commit.
use diesel::prelude::*;
use domain::{
    Timestamp, TransactionId,
    operation::{Kind, State},
    transaction,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    AuditFault, By, OperationRow, Prepared, Store, StoreError,
    connection::AnyConnection,
    device::DeviceKey,
    json::canonical,
    operation::load_all,
    row,
    schema::{receipts, transactions},
    seal::Key,
    step_up,
};

/// What a receipt says it is.
pub const RECEIPT_TYPE: &str = "facepay.receipt/1";

/// A receipt as it was signed: no picture, no template, no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// The payment.
    pub transaction: TransactionId,
    /// The bytes that are signed: canonical JSON.
    pub receipt: Vec<u8>,
    /// Ed25519.
    pub signature: Vec<u8>,
    /// When the money moved.
    pub created_at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = receipts)]
struct Record {
    transaction_id: String,
    receipt: Vec<u8>,
    signature: Vec<u8>,
    created_at: i64,
}

impl Store {
    /// The receipt of a payment whose money moved; `None` for another one.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn receipt(&self, id: TransactionId) -> Result<Option<ReceiptRow>, StoreError> {
        let record: Option<Record> =
            self.read(|c| Ok(receipts::table.find(id.to_string()).first(c).optional()?))?;
        let row = |Record { receipt, signature, created_at, .. }: Record| ReceiptRow {
            transaction: id,
            receipt,
            signature,
            created_at: Timestamp(created_at),
        };
        Ok(record.map(row))
    }

    /// The receipts of these payments, of those that have one.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn receipts(&self, ids: &[TransactionId]) -> Result<Vec<ReceiptRow>, StoreError> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let records: Vec<Record> =
            self.read(|c| Ok(receipts::table.filter(receipts::transaction_id.eq_any(ids)).load(c)?))?;
        let signed = |record: Record| {
            Ok(ReceiptRow {
                transaction: row::parse(&record.transaction_id)?,
                receipt: record.receipt,
                signature: record.signature,
                created_at: Timestamp(record.created_at),
            })
        };
        records.into_iter().map(signed).collect()
    }

    /// Verifies every receipt: how many there are, or the first that is wrong.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn receipts_verify(&self) -> Result<Result<i64, AuditFault>, StoreError> {
        let key = self.device_key().public();
        self.read_at_once(|c| {
            let paid = [
                transaction::State::Captured,
                transaction::State::PartiallyRefunded,
                transaction::State::Refunded,
            ];
            let without = transactions::table
                .left_join(receipts::table.on(receipts::transaction_id.eq(transactions::id)))
                .filter(transactions::state.eq_any(paid.map(transaction::State::as_str)))
                .filter(receipts::transaction_id.is_null());
            let missing: Option<String> =
                without.select(transactions::id).order(transactions::id).first(c).optional()?;
            if let Some(id) = missing {
                return Ok(Err(AuditFault::receipt(id, "it is missing")));
            }
            let (mut after, mut count) = (String::new(), 0);
            loop {
                let page = receipts::table.filter(receipts::transaction_id.gt(&after));
                let rows: Vec<Record> = page.order(receipts::transaction_id).limit(WALK_ROWS).load(c)?;
                let Some(last) = rows.last() else { return Ok(Ok(count)) };
                after.clone_from(&last.transaction_id);
                for row in &rows {
                    if let Some(what) = fault(row, |bytes, signature| key.verify(bytes, signature)) {
                        return Ok(Err(AuditFault::receipt(&row.transaction_id, what)));
                    }
                    count += 1;
                }
            }
        })
    }
}

const WALK_ROWS: i64 = 1_000;

fn fault(row: &Record, signed: impl Fn(&[u8], &[u8]) -> bool) -> Option<&'static str> {
    let said: Value = serde_json::from_slice(&row.receipt).unwrap_or_default();
    if !signed(&row.receipt, &row.signature) {
        Some("its signature does not hold: receipt or signature was changed")
    } else if said["transaction"] != row.transaction_id {
        Some("its column transaction_id does not say what was signed")
    } else if said["captured_at_micros"] != row.created_at {
        Some("its column created_at does not say what was signed")
    } else {
        None
    }
}

/// Writes the receipt of a payment whose money has just moved; the digest of its bytes. `None` after any other step.
pub(crate) fn issue(
    c: &mut AnyConnection,
    by: By<'_>,
    appliance: &Key,
    settled: &Prepared,
) -> Result<Option<String>, StoreError> {
    let Prepared { operation, transaction, before } = settled;
    let captured =
        transaction.state == transaction::State::Captured && *before != transaction::State::Captured;
    if !captured {
        return Ok(None);
    }
    let key = DeviceKey::of(appliance);
    let operations = match operation.kind {
        Kind::Sale => vec![operation.clone()],
        _ => load_all(c, transaction.id)?,
    };
    let done = operations.iter().filter(|o| {
        o.state == State::Approved && matches!(o.kind, Kind::Sale | Kind::Authorize | Kind::Capture)
    });
    let decision: Option<Value> =
        transaction.evidence.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let factor = step_up::used(c, transaction.id)?;
    let receipt = canonical(&json!({
        "type": RECEIPT_TYPE,
        "key": key.public().to_string(),
        "transaction": transaction.id.to_string(),
        "amount": {
            "minor": operation.amount.minor(),
            "currency": operation.amount.currency().code(),
            "text": operation.amount.to_string(),
        },
        "payer": transaction.user.map(|user| user.to_string()),
        "reference": transaction.reference,
        "branch": transaction.place.branch,
        "terminal": transaction.place.terminal,
        "opened_at_micros": transaction.created_at.0,
        "captured_at_micros": by.at.0,
        "captured_by": by.actor,
        "operations": done.map(operation_json).collect::<Vec<_>>(),
        "decision": decision,
        "factor": factor.map(|(by, at)| json!({ "by": by.as_str(), "proved_at_micros": at.0 })),
    }));
    let record = Record {
        transaction_id: transaction.id.to_string(),
        signature: key.sign(receipt.as_bytes()).to_vec(),
        receipt: receipt.into_bytes(),
        created_at: by.at.0,
    };
    diesel::insert_into(receipts::table).values(&record).execute(c)?;
    Ok(Some(hex::encode(Sha256::digest(&record.receipt))))
}

fn operation_json(operation: &OperationRow) -> Value {
    json!({
        "operation": operation.id.to_string(),
        "kind": operation.kind.as_str(),
        "provider": operation.provider,
        "provider_ref": operation.provider_ref,
        "attempt": hex::encode(operation.attempt_ref),
        "begun_at_micros": operation.created_at.0,
    })
}
