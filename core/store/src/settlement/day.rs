//! A business day as it stands now, closed or not: for reports.
use diesel::prelude::*;
use domain::{
    Money, OperationId, Timestamp, TransactionId,
    operation::{Kind, State},
    settlement::{self, Day, Totals},
};

use super::{
    Record, SettlementRow,
    closing::{last_day, unsettled},
    completed,
};
use crate::{
    Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{operations, settlement_batches},
};

/// One provider's business day.
#[derive(Debug, Clone)]
pub struct SettlementDay {
    /// The payment plugin's id.
    pub provider: String,
    /// The closed day; `None` while it is open.
    pub closed: Option<SettlementRow>,
    /// What our books say so far.
    pub ours: Vec<Totals>,
    /// Requests begun before the day's end of which nobody knows what the provider did: in no sum.
    pub open: Vec<OpenRequest>,
}

/// A request whose outcome is not known.
#[derive(Debug, Clone)]
pub struct OpenRequest {
    /// The id.
    pub id: OperationId,
    /// The payment.
    pub transaction: TransactionId,
    /// What was asked.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// How much.
    pub amount: Money,
    /// When it was begun.
    pub created_at: Timestamp,
}

impl Store {
    /// Every provider's `day` that has something to tell, by the providers' names.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn settlement_day(
        &self,
        day: Day,
        starts_at: &dyn Fn(Day) -> Timestamp,
    ) -> Result<Vec<SettlementDay>, StoreError> {
        self.read_at_once(|c| {
            let (from, until) = (starts_at(day), starts_at(day.next()));
            let mut days = Vec::new();
            for provider in providers(c)? {
                let closed = of_day(c, &provider, day)?;
                let ours = match &closed {
                    Some(closed) => closed.ours.clone(),
                    None => so_far(c, &provider, day, (from, until))?,
                };
                let open = open(c, &provider, until)?;
                if closed.is_some() || !ours.is_empty() || !open.is_empty() {
                    days.push(SettlementDay { provider, closed, ours, open });
                }
            }
            Ok(days)
        })
    }

    /// Every provider that was ever asked for something, by name.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn providers(&self) -> Result<Vec<String>, StoreError> {
        self.read(providers)
    }
}

fn providers(c: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let mut asked: Vec<String> = operations::table.select(operations::provider).distinct().load(c)?;
    let closed: Vec<String> =
        settlement_batches::table.select(settlement_batches::provider).distinct().load(c)?;
    asked.extend(closed);
    asked.sort();
    asked.dedup();
    Ok(asked)
}

fn of_day(c: &mut AnyConnection, provider: &str, day: Day) -> Result<Option<SettlementRow>, StoreError> {
    let this = settlement_batches::table
        .filter(settlement_batches::provider.eq(provider))
        .filter(settlement_batches::day.eq(day.to_string()));
    let record: Option<Record> = this.first(c).optional()?;
    record.map(|record| completed(c, record)).transpose()
}

/// What an open day holds; what the last closed day came too early for is in the day after it.
fn so_far(
    c: &mut AnyConnection,
    provider: &str,
    day: Day,
    (from, until): (Timestamp, Timestamp),
) -> Result<Vec<Totals>, StoreError> {
    let after_last = last_day(c, provider)?.is_some_and(|last| last.next() == day);
    let found = unsettled(c, provider, until)?;
    let of_day = found.iter().filter(|operation| after_last || operation.approved_at >= from);
    Ok(settlement::totals(of_day.filter_map(|operation| Some((operation.kind, operation.booked?))))?)
}

/// What is read of such a request.
type Row = (String, String, String, String, i64, String, i64);

fn open(c: &mut AnyConnection, provider: &str, until: Timestamp) -> Result<Vec<OpenRequest>, StoreError> {
    let states = State::ALL.iter().filter(|state| state.is_unsettled()).map(|state| state.as_str());
    let rows: Vec<Row> = operations::table
        .filter(operations::provider.eq(provider))
        .filter(operations::state.eq_any(states.collect::<Vec<_>>()))
        .filter(operations::created_at.lt(until.0))
        .order(operations::id)
        .limit(row::PAGE_ROWS_MAX)
        .select((
            operations::id,
            operations::transaction_id,
            operations::kind,
            operations::state,
            operations::amount,
            operations::currency,
            operations::created_at,
        ))
        .load(c)?;
    let read = |(id, transaction, kind, state, minor, currency, at): Row| {
        Ok(OpenRequest {
            id: row::parse(&id)?,
            transaction: row::parse(&transaction)?,
            kind: row::parse(&kind)?,
            state: row::parse(&state)?,
            amount: row::money(minor, &currency)?,
            created_at: Timestamp(at),
        })
    };
    rows.into_iter().map(read).collect()
}
