//! Closed business days of providers: which requests are in them, what the provider's file says, what disagrees.
use diesel::prelude::*;
use domain::{
    Currency, Money, OperationId, SettlementId, Timestamp, TransferId,
    settlement::{BatchState, Day, LineKind, Match, Totals},
};

use crate::{
    Store, StoreError,
    connection::AnyConnection,
    outbox, row,
    schema::{settlement_batches, settlement_lines, settlement_operations, settlement_totals},
};

mod closing;
mod day;
mod file;
mod resolution;
mod span;
mod statement;

pub use closing::Closing;
pub use day::{OpenRequest, SettlementDay};
pub use file::ProviderFile;
pub use resolution::Resolution;
pub use statement::{Statement, StatementEntry, StatementKind};

/// A closed business day of one provider.
#[derive(Debug, Clone)]
pub struct SettlementRow {
    /// The id.
    pub id: SettlementId,
    /// The payment plugin's id.
    pub provider: String,
    /// Which day.
    pub day: Day,
    /// Where it stands.
    pub state: BatchState,
    /// When the day began.
    pub from: Timestamp,
    /// When the day ended: the first moment that is not in it.
    pub until: Timestamp,
    /// When it was closed.
    pub closed_at: Timestamp,
    /// Who closed it.
    pub closed_by: String,
    /// The provider's file, once it is here.
    pub file: Option<SettlementFile>,
    /// How many breaks nobody has resolved.
    pub breaks_left: usize,
    /// How many requests are in it.
    pub operation_count: i64,
    /// What our books say.
    pub ours: Vec<Totals>,
    /// What the provider's file says; empty before it is here.
    pub theirs: Vec<Totals>,
}

/// What is known of a provider's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementFile {
    /// SHA-256 of its bytes, hex.
    pub sha256: String,
    /// How many lines it has.
    pub lines: i64,
    /// When it was brought in.
    pub at: Timestamp,
}

/// One compared line of a closed day.
#[derive(Debug, Clone)]
pub struct SettlementLine {
    /// Its place: the provider's lines in their order, then our requests that none of them names.
    pub number: i64,
    /// The provider's own reference; may be empty.
    pub provider_ref: String,
    /// Our reference, hex.
    pub attempt: Option<String>,
    /// What moved.
    pub kind: LineKind,
    /// How much.
    pub amount: Money,
    /// What the provider kept of it, in minor units.
    pub fee_minor: i64,
    /// When.
    pub at: Timestamp,
    /// How the provider and we agree.
    pub state: Match,
    /// The request that it is about, where there is one.
    pub operation: Option<OperationId>,
    /// What the provider owes us by it less what our books held, in minor units.
    pub difference: i64,
    /// The transfer that took the difference to the suspense account.
    pub transfer: Option<TransferId>,
    /// When a break was resolved, by whom and why.
    pub resolved: Option<(Timestamp, String, String)>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = settlement_batches)]
struct Record {
    id: String,
    provider: String,
    day: String,
    state: String,
    from_at: i64,
    until_at: i64,
    closed_at: i64,
    closed_by: String,
    file_sha256: Option<String>,
    file_lines: Option<i64>,
    file_at: Option<i64>,
    breaks_left: i64,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = settlement_totals)]
struct TotalsRecord {
    batch_id: String,
    side: String,
    currency: String,
    sale_count: i64,
    refund_count: i64,
    gross: i64,
    refunds: i64,
    fees: i64,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = settlement_lines)]
struct LineRecord {
    batch_id: String,
    number: i64,
    provider_ref: String,
    attempt: Option<String>,
    kind: String,
    amount: i64,
    fee: i64,
    currency: String,
    at: i64,
    match_state: String,
    operation_id: Option<String>,
    difference: i64,
    transfer_id: Option<String>,
    resolved_at: Option<i64>,
    resolved_by: Option<String>,
    reason: Option<String>,
}

impl TryFrom<LineRecord> for SettlementLine {
    type Error = StoreError;
    fn try_from(r: LineRecord) -> Result<Self, StoreError> {
        Ok(Self {
            number: r.number,
            provider_ref: r.provider_ref,
            attempt: r.attempt,
            kind: row::parse(&r.kind)?,
            amount: row::money(r.amount, &r.currency)?,
            fee_minor: r.fee,
            at: Timestamp(r.at),
            state: row::parse(&r.match_state)?,
            operation: row::parse_opt(r.operation_id.as_deref())?,
            difference: r.difference,
            transfer: row::parse_opt(r.transfer_id.as_deref())?,
            resolved: r
                .resolved_at
                .map(|at| (Timestamp(at), r.resolved_by.unwrap_or_default(), r.reason.unwrap_or_default())),
        })
    }
}

/// Whose sums they are.
const OURS: &str = "ours";
const THEIRS: &str = "theirs";

impl Store {
    /// The closed day with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn settlement(&self, id: SettlementId) -> Result<SettlementRow, StoreError> {
        self.read_at_once(|c| load(c, id))
    }

    /// Closed days before `before`, newest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn settlements(
        &self,
        before: Option<SettlementId>,
        limit: u32,
    ) -> Result<Vec<SettlementRow>, StoreError> {
        self.read_at_once(|c| {
            let mut query = settlement_batches::table.into_boxed();
            if let Some(before) = before {
                query = query.filter(settlement_batches::id.lt(before.to_string()));
            }
            let rows: Vec<Record> =
                query.order(settlement_batches::id.desc()).limit(row::page(limit)).load(c)?;
            rows.into_iter().map(|record| completed(c, record)).collect()
        })
    }

    /// Compared lines of a closed day after `after`, in order; only those in `state` when one is given.
    ///
    /// # Errors
    /// When there is no such day.
    pub fn settlement_lines(
        &self,
        id: SettlementId,
        state: Option<Match>,
        after: i64,
        limit: u32,
    ) -> Result<Vec<SettlementLine>, StoreError> {
        let rows = self.read_at_once(|c| {
            record(c, id)?;
            let mut query = settlement_lines::table
                .filter(settlement_lines::batch_id.eq(id.to_string()))
                .filter(settlement_lines::number.gt(after))
                .into_boxed();
            if let Some(state) = state {
                query = query.filter(settlement_lines::match_state.eq(state.as_str()));
            }
            Ok(query.order(settlement_lines::number).limit(row::page(limit)).load::<LineRecord>(c)?)
        })?;
        rows.into_iter().map(SettlementLine::try_from).collect()
    }
}

fn record(c: &mut AnyConnection, id: SettlementId) -> Result<Record, StoreError> {
    let record: Option<Record> = settlement_batches::table.find(id.to_string()).first(c).optional()?;
    record.ok_or(StoreError::NotFound("settlement"))
}

fn load(c: &mut AnyConnection, id: SettlementId) -> Result<SettlementRow, StoreError> {
    let record = record(c, id)?;
    completed(c, record)
}

/// The row with its sums.
fn completed(c: &mut AnyConnection, r: Record) -> Result<SettlementRow, StoreError> {
    let in_batch = settlement_operations::table.filter(settlement_operations::batch_id.eq(&r.id));
    let operation_count = in_batch.count().get_result(c)?;
    let (ours, theirs) = (sums(c, &r.id, OURS)?, sums(c, &r.id, THEIRS)?);
    let file = r.file_sha256.map(|sha256| SettlementFile {
        sha256,
        lines: r.file_lines.unwrap_or(0),
        at: Timestamp(r.file_at.unwrap_or(0)),
    });
    Ok(SettlementRow {
        id: row::parse(&r.id)?,
        provider: r.provider,
        day: row::parse(&r.day)?,
        state: row::parse(&r.state)?,
        from: Timestamp(r.from_at),
        until: Timestamp(r.until_at),
        closed_at: Timestamp(r.closed_at),
        closed_by: r.closed_by,
        file,
        breaks_left: usize::try_from(r.breaks_left).unwrap_or(usize::MAX),
        operation_count,
        ours,
        theirs,
    })
}

fn sums(c: &mut AnyConnection, batch: &str, side: &str) -> Result<Vec<Totals>, StoreError> {
    let of_side = settlement_totals::table
        .filter(settlement_totals::batch_id.eq(batch))
        .filter(settlement_totals::side.eq(side));
    let rows: Vec<TotalsRecord> = of_side.order(settlement_totals::currency).load(c)?;
    rows.into_iter().map(Totals::try_from).collect()
}

impl TryFrom<TotalsRecord> for Totals {
    type Error = StoreError;
    fn try_from(r: TotalsRecord) -> Result<Self, StoreError> {
        let TotalsRecord { sale_count, refund_count, gross, refunds, fees, .. } = r;
        let currency: Currency = row::parse(&r.currency)?;
        Ok(Self { currency, sale_count, refund_count, gross, refunds, fees })
    }
}

fn save_sums(c: &mut AnyConnection, id: SettlementId, side: &str, sums: &[Totals]) -> Result<(), StoreError> {
    for sum in sums {
        let record = TotalsRecord {
            batch_id: id.to_string(),
            side: side.to_owned(),
            currency: sum.currency.to_string(),
            sale_count: sum.sale_count,
            refund_count: sum.refund_count,
            gross: sum.gross,
            refunds: sum.refunds,
            fees: sum.fees,
        };
        diesel::insert_into(settlement_totals::table).values(&record).execute(c)?;
    }
    Ok(())
}

/// Tells of a day that was closed, compared or resolved.
fn announce(c: &mut AnyConnection, at: Timestamp, row: &SettlementRow) -> Result<(), StoreError> {
    let SettlementRow { id, provider, day, state, breaks_left, .. } = row;
    // A plugin's id is made of letters, digits, dots and hyphens.
    let payload = format!(
        "{{\"settlement\":\"{id}\",\"provider\":\"{provider}\",\"date\":\"{day}\",\"state\":\"{state}\",\
         \"breaks_left\":{breaks_left}}}"
    );
    outbox::append(c, at, &format!("settlement.{state}"), &payload)
}
