//! A closed day as a statement: what the provider owed before, every transfer of the ledger, what it owes after.
use diesel::prelude::*;
use domain::{
    Currency, Money, OperationId, SettlementId, Timestamp, TransferId,
    ledger::TransferState,
    settlement::{BatchState, LineKind, Totals},
};

use super::{Record, SettlementRow, closing::line_kind, completed, load};
use crate::{
    Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{
        operations, settlement_batches, settlement_fees, settlement_lines, settlement_operations, transfers,
    },
};

/// A closed day as a statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The closed day.
    pub settlement: SettlementRow,
    /// What the provider owed us by all days before, in minor units, by currency.
    pub opening: Vec<(Currency, i64)>,
    /// Every posted transfer of the day, oldest first.
    pub entries: Vec<StatementEntry>,
}

/// Why a transfer was posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatementKind {
    /// Money of a payer.
    Sale,
    /// Money back to a payer.
    Refund,
    /// What the provider's file and our books differ by.
    Break,
    /// What the provider kept.
    Fee,
}

impl StatementKind {
    /// Its name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Refund => "refund",
            Self::Break => "break",
            Self::Fee => "fee",
        }
    }
}

/// One posted transfer.
#[derive(Debug, Clone)]
pub struct StatementEntry {
    /// Which.
    pub transfer: TransferId,
    /// Why it was posted.
    pub kind: StatementKind,
    /// How much.
    pub amount: Money,
    /// Whether the provider owes us more by it, or less.
    pub adds: bool,
    /// When it was posted.
    pub at: Timestamp,
    /// The request that it is about, where there is one.
    pub operation: Option<OperationId>,
    /// The reference by which the provider knows that request, hex.
    pub attempt: Option<String>,
    /// The provider's own reference.
    pub provider_ref: Option<String>,
}

impl StatementEntry {
    /// What the provider owes us by it, in minor units.
    #[must_use]
    pub fn owed(&self) -> i64 {
        if self.adds { self.amount.minor() } else { -self.amount.minor() }
    }
}

impl Store {
    /// The statement of a closed day.
    ///
    /// # Errors
    /// When there is no such day.
    pub fn settlement_statement(&self, id: SettlementId) -> Result<Statement, StoreError> {
        self.read_at_once(|c| {
            let settlement = load(c, id)?;
            let opening = opening(c, &settlement)?;
            let mut entries = requests(c, id)?;
            entries.extend(breaks(c, id)?);
            entries.extend(fees(c, id)?);
            entries.sort_by_key(|entry| (entry.at, entry.kind, entry.transfer));
            Ok(Statement { settlement, opening, entries })
        })
    }
}

/// What the days before left: by the provider's files where they are here, else by our books.
fn opening(c: &mut AnyConnection, this: &SettlementRow) -> Result<Vec<(Currency, i64)>, StoreError> {
    let before = settlement_batches::table
        .filter(settlement_batches::provider.eq(&this.provider))
        .filter(settlement_batches::day.lt(this.day.to_string()))
        .filter(settlement_batches::state.ne(BatchState::Open.as_str()));
    let rows: Vec<Record> = before.order(settlement_batches::day).load(c)?;
    let mut sums = std::collections::BTreeMap::<Currency, i64>::new();
    for record in rows {
        let row = completed(c, record)?;
        let nets: &[Totals] = if row.state.is_compared() { &row.theirs } else { &row.ours };
        for net in nets {
            let sum = sums.entry(net.currency).or_default();
            *sum = sum
                .checked_add(net.net())
                .ok_or_else(|| StoreError::Corrupt("sums beyond 64 bits".to_owned()))?;
        }
    }
    Ok(sums.into_iter().collect())
}

/// What is read of a request's transfer: request, kind, reference, the provider's, transfer, amount, currency, when.
type RequestRow = (String, String, Vec<u8>, Option<String>, String, i64, String, Option<i64>);

fn requests(c: &mut AnyConnection, id: SettlementId) -> Result<Vec<StatementEntry>, StoreError> {
    let rows: Vec<RequestRow> = operations::table
        .inner_join(settlement_operations::table)
        .inner_join(transfers::table)
        .filter(settlement_operations::batch_id.eq(id.to_string()))
        .filter(transfers::state.eq(TransferState::Posted.as_str()))
        .select((
            operations::id,
            operations::kind,
            operations::attempt_ref,
            operations::provider_ref,
            transfers::id,
            transfers::posted,
            transfers::currency,
            transfers::settled_at,
        ))
        .load(c)?;
    let read = |(id, kind, attempt, provider_ref, transfer, minor, currency, at): RequestRow| {
        let kind = match line_kind(&kind)? {
            LineKind::Refund => StatementKind::Refund,
            LineKind::Sale | LineKind::Fee => StatementKind::Sale,
        };
        Ok(StatementEntry {
            transfer: row::parse(&transfer)?,
            kind,
            amount: row::money(minor, &currency)?,
            adds: kind == StatementKind::Sale,
            at: Timestamp(at.unwrap_or(0)),
            operation: Some(row::parse(&id)?),
            attempt: Some(hex::encode(attempt)),
            provider_ref,
        })
    };
    rows.into_iter().map(read).collect()
}

/// What is read of a break's transfer.
type BreakRow = (Option<String>, Option<String>, String, i64, String, i64, String, Option<i64>);

fn breaks(c: &mut AnyConnection, id: SettlementId) -> Result<Vec<StatementEntry>, StoreError> {
    let rows: Vec<BreakRow> = settlement_lines::table
        .inner_join(transfers::table.on(settlement_lines::transfer_id.eq(transfers::id.nullable())))
        .filter(settlement_lines::batch_id.eq(id.to_string()))
        .select((
            settlement_lines::operation_id,
            settlement_lines::attempt,
            settlement_lines::provider_ref,
            settlement_lines::difference,
            transfers::id,
            transfers::amount,
            transfers::currency,
            transfers::settled_at,
        ))
        .load(c)?;
    let read = |(operation, attempt, provider_ref, difference, transfer, minor, currency, at): BreakRow| {
        Ok(StatementEntry {
            transfer: row::parse(&transfer)?,
            kind: StatementKind::Break,
            amount: row::money(minor, &currency)?,
            adds: difference > 0,
            at: Timestamp(at.unwrap_or(0)),
            operation: row::parse_opt(operation.as_deref())?,
            attempt,
            provider_ref: Some(provider_ref).filter(|text| !text.is_empty()),
        })
    };
    rows.into_iter().map(read).collect()
}

fn fees(c: &mut AnyConnection, id: SettlementId) -> Result<Vec<StatementEntry>, StoreError> {
    let rows: Vec<(String, i64, String, Option<i64>)> = settlement_fees::table
        .inner_join(transfers::table.on(settlement_fees::transfer_id.eq(transfers::id)))
        .filter(settlement_fees::batch_id.eq(id.to_string()))
        .select((transfers::id, transfers::amount, transfers::currency, transfers::settled_at))
        .load(c)?;
    let read = |(transfer, minor, currency, at): (String, i64, String, Option<i64>)| {
        Ok(StatementEntry {
            transfer: row::parse(&transfer)?,
            kind: StatementKind::Fee,
            amount: row::money(minor, &currency)?,
            adds: false,
            at: Timestamp(at.unwrap_or(0)),
            operation: None,
            attempt: None,
            provider_ref: None,
        })
    };
    rows.into_iter().map(read).collect()
}
