//! A business day is closed: from then on it is fixed which requests are in it.
use diesel::prelude::*;
use domain::{
    Money, SettlementId, Timestamp,
    operation::{Kind, State},
    settlement::{self, BatchState, Day, LineKind},
};

use super::{OURS, Record, SettlementRow, announce, load, save_sums};
use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::AnyConnection,
    row,
    schema::{operations, settlement_batches, settlement_operations, transfers},
};

/// A business day to close.
pub struct Closing<'a> {
    /// The id to be given.
    pub id: SettlementId,
    /// The payment plugin's id.
    pub provider: &'a str,
    /// Which day.
    pub day: Day,
    /// When a day begins, which is when the day before it ends.
    pub starts_at: &'a dyn Fn(Day) -> Timestamp,
}

/// A request that moved money and is in no closed day yet.
pub(super) struct Unsettled {
    id: String,
    pub(super) kind: LineKind,
    /// What the ledger posted for it.
    pub(super) booked: Option<Money>,
    pub(super) approved_at: Timestamp,
}

impl Store {
    /// Closes a day: every request of this provider that moved money before the day's end and is in no closed day
    /// yet is in this one from now on, those included that a closed day came too early for.
    ///
    /// # Errors
    /// When this day or a later one is closed already, when it has not begun, or when requests of an earlier day
    /// would end in it because that day was left out.
    pub fn close_settlement(&self, by: By<'_>, new: &Closing<'_>) -> Result<SettlementRow, StoreError> {
        self.write_audited(by, |c| {
            let last = last_day(c, new.provider)?;
            let (from, until) = ((new.starts_at)(new.day), (new.starts_at)(new.day.next()));
            in_order(by, new, last, from)?;
            let found = unsettled(c, new.provider, until)?;
            let late_before = last.map(|last| (new.starts_at)(last.next()));
            let left_out = |op: &&Unsettled| {
                op.approved_at < from && late_before.is_none_or(|before| op.approved_at >= before)
            };
            let left_out = found.iter().filter(left_out).count();
            if left_out > 0 {
                let words = format!(
                    "{left_out} payments of days before {} are in no closed day; close those days first",
                    new.day
                );
                return Err(StoreError::Conflict(words));
            }
            open(c, by, new, (from, until))?;
            for operation in &found {
                let assigned = (
                    settlement_operations::operation_id.eq(&operation.id),
                    settlement_operations::batch_id.eq(new.id.to_string()),
                );
                diesel::insert_into(settlement_operations::table).values(assigned).execute(c)?;
            }
            save_sums(
                c,
                new.id,
                OURS,
                &settlement::totals(found.iter().filter_map(|op| Some((op.kind, op.booked?))))?,
            )?;
            let this = settlement_batches::table.find(new.id.to_string());
            let closed = settlement_batches::state.eq(BatchState::Closed.as_str());
            diesel::update(this).set(closed).execute(c)?;
            let row = load(c, new.id)?;
            announce(c, by.at, &row)?;
            let detail = format!(
                "{{\"provider\":\"{}\",\"date\":\"{}\",\"operations\":{}}}",
                row.provider, row.day, row.operation_count
            );
            Ok((row, NewAudit::new("settlement.closed", new.id).with(detail)))
        })
    }
}

fn in_order(by: By<'_>, new: &Closing<'_>, last: Option<Day>, from: Timestamp) -> Result<(), StoreError> {
    let words = match last {
        Some(last) if last >= new.day => {
            format!("{last} of {} is closed; days are closed once and in order", new.provider)
        }
        _ if by.at < from => format!("{} has not begun", new.day),
        _ => return Ok(()),
    };
    Err(StoreError::Conflict(words))
}

/// The last closed day of a provider.
pub(super) fn last_day(c: &mut AnyConnection, provider: &str) -> Result<Option<Day>, StoreError> {
    let of_provider = settlement_batches::table.filter(settlement_batches::provider.eq(provider));
    let days = of_provider.order(settlement_batches::day.desc()).select(settlement_batches::day);
    let day: Option<String> = days.first(c).optional()?;
    row::parse_opt(day.as_deref())
}

/// Opened within this transaction only: what is in it is written while it is open.
fn open(
    c: &mut AnyConnection,
    by: By<'_>,
    new: &Closing<'_>,
    (from, until): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let record = Record {
        id: new.id.to_string(),
        provider: new.provider.to_owned(),
        day: new.day.to_string(),
        state: BatchState::Open.as_str().to_owned(),
        from_at: from.0,
        until_at: until.0,
        closed_at: by.at.0,
        closed_by: by.actor.to_owned(),
        file_sha256: None,
        file_lines: None,
        file_at: None,
        breaks_left: 0,
    };
    diesel::insert_into(settlement_batches::table).values(&record).execute(c)?;
    Ok(())
}

/// What is read of such a request.
type Row = (String, String, i64, Option<(i64, String)>);

/// Requests of this provider that moved money before `until` and are in no closed day, by their ids. What is
/// approved stays as it is, so that its last change is its approval.
pub(super) fn unsettled(
    c: &mut AnyConnection,
    provider: &str,
    until: Timestamp,
) -> Result<Vec<Unsettled>, StoreError> {
    let moves = Kind::ALL.iter().filter(|kind| LineKind::of(**kind).is_some()).map(|kind| kind.as_str());
    let rows: Vec<Row> = operations::table
        .left_join(settlement_operations::table)
        .left_join(transfers::table)
        .filter(operations::provider.eq(provider))
        .filter(operations::state.eq(State::Approved.as_str()))
        .filter(operations::kind.eq_any(moves.collect::<Vec<_>>()))
        .filter(operations::updated_at.lt(until.0))
        .filter(settlement_operations::operation_id.is_null())
        .order(operations::id)
        .select((
            operations::id,
            operations::kind,
            operations::updated_at,
            (transfers::posted, transfers::currency).nullable(),
        ))
        .load(c)?;
    let unsettled = rows.into_iter().map(|(id, kind, at, transfer)| {
        Ok(Unsettled { kind: line_kind(&kind)?, booked: posted(transfer)?, approved_at: Timestamp(at), id })
    });
    unsettled.collect()
}

pub(super) fn line_kind(kind: &str) -> Result<LineKind, StoreError> {
    LineKind::of(row::parse(kind)?).ok_or_else(|| StoreError::Corrupt(format!("a {kind} in a settlement")))
}

/// What a transfer moved; nothing unless it is posted.
pub(super) fn posted(transfer: Option<(i64, String)>) -> Result<Option<Money>, StoreError> {
    let moved = transfer.filter(|(minor, _)| *minor > 0);
    moved.map(|(minor, currency)| row::money(minor, &currency)).transpose()
}
