//! A provider's file is brought in: compared with our requests and our books, and what differs is posted.
use std::collections::HashMap;

use diesel::prelude::*;
use domain::{
    AccountId, Currency, Money, SettlementId, Timestamp, TransferId,
    ledger::{AccountKind, TransferState},
    operation::{Kind, State},
    settlement::{self, BatchState, Entry, Line, Match, Pair, Totals},
};
use uuid::Uuid;

use super::{
    LineRecord, SettlementRow, THEIRS, announce,
    closing::{line_kind, posted},
    load, save_sums,
};
use crate::{
    By, Store, StoreError,
    account::{self, HOUSE, NewTransfer},
    audit::NewAudit,
    connection::AnyConnection,
    row,
    schema::{
        operations, settlement_batches, settlement_fees, settlement_lines, settlement_operations, transfers,
    },
};

/// A provider's file, read.
#[derive(Debug, Clone)]
pub struct ProviderFile {
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// Its lines in their order.
    pub lines: Vec<Line>,
}

/// A request of a closed day, with the moment of its approval.
struct Ours {
    entry: Entry,
    approved_at: Timestamp,
}

impl Store {
    /// Compares the provider's file with a closed day. Each break and what the provider kept are posted against
    /// what the provider owes, which is then what its file says. The same file again changes nothing.
    ///
    /// # Errors
    /// When there is no such day, another file was brought in for it, or this file for another day.
    pub fn compare_settlement(
        &self,
        by: By<'_>,
        id: SettlementId,
        file: &ProviderFile,
    ) -> Result<SettlementRow, StoreError> {
        let known = self.settlement(id)?;
        if known.file.as_ref().is_some_and(|known| known.sha256 == file.sha256) {
            return Ok(known);
        }
        self.write_audited(by, |c| {
            let batch = load(c, id)?;
            if batch.file.is_some() {
                let words = "a file was brought in for this day; it is compared once".to_owned();
                return Err(StoreError::Conflict(words));
            }
            let ours = ours(c, id)?;
            let entries: Vec<Entry> = ours.iter().map(|ours| ours.entry.clone()).collect();
            let pairs = settlement::compare(&entries, &file.lines);
            for (pair, number) in pairs.iter().zip(1..) {
                let transfer = post_difference(c, by, &batch.provider, pair)?;
                let line = compared(c, (id, number), (&ours, &file.lines), pair, transfer)?;
                diesel::insert_into(settlement_lines::table).values(&line).execute(c)?;
            }
            let sums = settlement::totals_of(&file.lines)?;
            save_sums(c, id, THEIRS, &sums)?;
            post_fees(c, by, &batch, &sums)?;
            let breaks = pairs.iter().filter(|pair| pair.state.is_break()).count();
            finish(c, by, id, file, breaks)?;
            let row = load(c, id)?;
            announce(c, by.at, &row)?;
            let (sha256, lines) = (&file.sha256, file.lines.len());
            let detail = format!("{{\"sha256\":\"{sha256}\",\"lines\":{lines},\"breaks\":{breaks}}}");
            Ok((row, NewAudit::new("settlement.compared", id).with(detail)))
        })
    }
}

fn finish(
    c: &mut AnyConnection,
    by: By<'_>,
    id: SettlementId,
    file: &ProviderFile,
    breaks: usize,
) -> Result<(), StoreError> {
    let count = |n: usize| i64::try_from(n).map_err(|_| StoreError::Conflict("too many lines".to_owned()));
    let change = (
        settlement_batches::state.eq(BatchState::with_breaks_left(breaks).as_str()),
        settlement_batches::file_sha256.eq(&file.sha256),
        settlement_batches::file_lines.eq(count(file.lines.len())?),
        settlement_batches::file_at.eq(by.at.0),
        settlement_batches::breaks_left.eq(count(breaks)?),
    );
    diesel::update(settlement_batches::table.find(id.to_string())).set(change).execute(c)?;
    Ok(())
}

/// What is read of a request of a closed day: id, payment, kind, reference, the provider's, amount, currency,
/// approval, transfer.
type Row = (String, String, String, Vec<u8>, Option<String>, i64, String, i64, Option<(i64, String)>);

/// The requests of a closed day, by their ids.
fn ours(c: &mut AnyConnection, id: SettlementId) -> Result<Vec<Ours>, StoreError> {
    let authorizations = authorizations(c, id)?;
    let rows: Vec<Row> = operations::table
        .inner_join(settlement_operations::table)
        .left_join(transfers::table)
        .filter(settlement_operations::batch_id.eq(id.to_string()))
        .order(operations::id)
        .select((
            operations::id,
            operations::transaction_id,
            operations::kind,
            operations::attempt_ref,
            operations::provider_ref,
            operations::amount,
            operations::currency,
            operations::updated_at,
            (transfers::posted, transfers::currency).nullable(),
        ))
        .load(c)?;
    let read = |(id, payment, kind, attempt, provider_ref, minor, currency, at, transfer): Row| {
        let authorization = match kind == Kind::Capture.as_str() {
            true => authorizations.get(&payment),
            false => None,
        };
        let entry = Entry {
            operation: row::parse(&id)?,
            attempt: reference(attempt)?,
            authorization: authorization.cloned().map(reference).transpose()?,
            provider_ref,
            kind: line_kind(&kind)?,
            amount: row::money(minor, &currency)?,
            booked: posted(transfer)?,
        };
        Ok(Ours { entry, approved_at: Timestamp(at) })
    };
    rows.into_iter().map(read).collect()
}

fn reference(bytes: Vec<u8>) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Corrupt("attempt_ref".to_owned()))
}

/// The authorizations of the payments that were captured on a closed day: the reference by the payment.
fn authorizations(c: &mut AnyConnection, id: SettlementId) -> Result<HashMap<String, Vec<u8>>, StoreError> {
    let captured = operations::table
        .inner_join(settlement_operations::table)
        .filter(settlement_operations::batch_id.eq(id.to_string()))
        .filter(operations::kind.eq(Kind::Capture.as_str()))
        .select(operations::transaction_id);
    let charges = diesel::alias!(operations as charges);
    let authorized = charges
        .filter(charges.field(operations::kind).eq(Kind::Authorize.as_str()))
        .filter(charges.field(operations::state).eq(State::Approved.as_str()))
        .filter(charges.field(operations::transaction_id).eq_any(captured))
        .select(charges.fields((operations::transaction_id, operations::attempt_ref)));
    Ok(authorized.load(c)?.into_iter().collect())
}

/// Takes what a pair differs by from what the provider owes to the suspense account, or the other way.
fn post_difference(
    c: &mut AnyConnection,
    by: By<'_>,
    provider: &str,
    pair: &Pair,
) -> Result<Option<TransferId>, StoreError> {
    if pair.difference == 0 {
        return Ok(None);
    }
    let clearing = account::opened(c, AccountKind::Clearing, provider, pair.currency, by.at)?;
    let suspense = account::opened(c, AccountKind::Suspense, HOUSE, pair.currency, by.at)?;
    let sides = if pair.difference > 0 { (clearing, suspense) } else { (suspense, clearing) };
    post(c, by, sides, (pair.difference.abs(), pair.currency), "settlement_break").map(Some)
}

/// Takes what the provider kept from what it owes.
fn post_fees(
    c: &mut AnyConnection,
    by: By<'_>,
    batch: &SettlementRow,
    sums: &[Totals],
) -> Result<(), StoreError> {
    for sum in sums.iter().filter(|sum| sum.fees > 0) {
        let clearing = account::opened(c, AccountKind::Clearing, &batch.provider, sum.currency, by.at)?;
        let fees = account::opened(c, AccountKind::Fees, HOUSE, sum.currency, by.at)?;
        let transfer = post(c, by, (fees, clearing), (sum.fees, sum.currency), "settlement_fee")?;
        let row = (
            settlement_fees::batch_id.eq(batch.id.to_string()),
            settlement_fees::currency.eq(sum.currency.to_string()),
            settlement_fees::transfer_id.eq(transfer.to_string()),
        );
        diesel::insert_into(settlement_fees::table).values(row).execute(c)?;
    }
    Ok(())
}

/// Moves money between two of the house's accounts at once: debit, then credit.
pub(super) fn post(
    c: &mut AnyConnection,
    by: By<'_>,
    (debit, credit): (AccountId, AccountId),
    (minor, currency): (i64, Currency),
    purpose: &'static str,
) -> Result<TransferId, StoreError> {
    let (id, amount) = (TransferId(Uuid::now_v7()), Money::new(minor, currency)?);
    account::reserve(c, &NewTransfer { id, debit, credit, amount, purpose, attempt_ref: None }, by.at)?;
    account::settle(c, id, (TransferState::Posted, amount), by.at)?;
    Ok(id)
}

/// The line to keep of a pair: the provider's where there is one.
fn compared(
    c: &mut AnyConnection,
    (batch, number): (SettlementId, i64),
    (ours, lines): (&[Ours], &[Line]),
    pair: &Pair,
    transfer: Option<TransferId>,
) -> Result<LineRecord, StoreError> {
    let (entry, line) = (pair.entry.map(|at| &ours[at]), pair.line.map(|at| &lines[at]));
    let operation = match (entry, line) {
        (Some(ours), _) => Some(ours.entry.operation.to_string()),
        (None, Some(line)) if pair.state == Match::MissingOurs => elsewhere(c, line)?,
        _ => None,
    };
    let (provider_ref, attempt, kind, amount, fee, at) = match (line, entry) {
        (Some(line), _) => {
            let Line { provider_ref, attempt, kind, amount, fee, at } = line.clone();
            (provider_ref, attempt, kind, amount, fee.map_or(0, Money::minor), at)
        }
        (None, Some(Ours { entry, approved_at })) => {
            let provider_ref = entry.provider_ref.clone().unwrap_or_default();
            (provider_ref, Some(entry.attempt), entry.kind, entry.amount, 0, *approved_at)
        }
        (None, None) => return Err(StoreError::Corrupt("a pair of nothing".to_owned())),
    };
    Ok(LineRecord {
        batch_id: batch.to_string(),
        number,
        provider_ref,
        attempt: attempt.map(hex::encode),
        kind: kind.as_str().to_owned(),
        amount: amount.minor(),
        fee,
        currency: amount.currency().to_string(),
        at: at.0,
        match_state: pair.state.as_str().to_owned(),
        operation_id: operation,
        difference: pair.difference,
        transfer_id: transfer.map(|id| id.to_string()),
        resolved_at: None,
        resolved_by: None,
        reason: None,
    })
}

/// A request of ours that a line is about although this day lacks it: one whose outcome is not known, say, or one
/// of another day. Whoever looks at the break is helped by it.
fn elsewhere(c: &mut AnyConnection, line: &Line) -> Result<Option<String>, StoreError> {
    let Some(attempt) = line.attempt else { return Ok(None) };
    let named = operations::table.filter(operations::attempt_ref.eq(attempt.to_vec()));
    Ok(named.select(operations::id).first(c).optional()?)
}
