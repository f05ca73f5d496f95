//! Requests to payment providers: the intent is committed before the provider hears of it, the
//! outcome together with the money it moves.
use std::time::Duration;

use diesel::prelude::*;
use domain::{
    Money, OperationId, Timestamp, TransactionId, TransferId,
    ledger::TransferState,
    operation::{Kind, State},
};
use sha2::{Digest, Sha256};

use crate::{
    By, Store, StoreError, account,
    audit::NewAudit,
    connection::AnyConnection,
    row,
    schema::{operations, transactions},
};

mod outcome;
mod preparation;

pub(crate) use outcome::settled;
pub use outcome::{AUTHORIZATION_EXPIRED, Outcome, Prepared};
pub use preparation::{Preparation, Source};

/// A request to a provider.
#[derive(Debug, Clone)]
pub struct OperationRow {
    /// The id.
    pub id: OperationId,
    /// The payment.
    pub transaction: TransactionId,
    /// What was asked.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// The reference by which the provider knows it.
    pub attempt_ref: [u8; 16],
    /// The payment plugin's id.
    pub provider: String,
    /// The provider's own reference, once known.
    pub provider_ref: Option<String>,
    /// How much.
    pub amount: Money,
    /// The ledger transfer that it settles.
    pub transfer: Option<TransferId>,
    /// Why it was refused or asked for, as a stable code.
    pub reason: Option<String>,
    /// Its number among all requests of this appliance; rises, and is never given twice.
    pub sequence: i64,
    /// What the plugin wanted kept, as a JSON object.
    pub kept: Option<String>,
    /// The request that this one undoes.
    pub about: Option<OperationId>,
    /// How often it was asked after.
    pub tries: u32,
    /// When it is to be looked at again, while its outcome is open.
    pub next_try_at: Timestamp,
    /// For how long whoever works on it has it alone.
    pub lease: Duration,
    /// When the intent was committed.
    pub created_at: Timestamp,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = operations)]
struct Record {
    id: String,
    transaction_id: String,
    kind: String,
    state: String,
    attempt_ref: Vec<u8>,
    provider: String,
    provider_ref: Option<String>,
    amount: i64,
    currency: String,
    transfer_id: Option<String>,
    reason: Option<String>,
    sequence: i64,
    kept: Option<String>,
    about: Option<String>,
    tries: i32,
    next_try_at: i64,
    lease: i64,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<Record> for OperationRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        let attempt_ref = r.attempt_ref.try_into();
        Ok(Self {
            id: row::parse(&r.id)?,
            transaction: row::parse(&r.transaction_id)?,
            kind: row::parse(&r.kind)?,
            state: row::parse(&r.state)?,
            attempt_ref: attempt_ref.map_err(|_| StoreError::Corrupt("attempt_ref".to_owned()))?,
            provider: r.provider,
            provider_ref: r.provider_ref,
            amount: row::money(r.amount, &r.currency)?,
            transfer: row::parse_opt(r.transfer_id.as_deref())?,
            reason: r.reason,
            sequence: r.sequence,
            kept: r.kept,
            about: row::parse_opt(r.about.as_deref())?,
            tries: u32::try_from(r.tries).unwrap_or(0),
            next_try_at: Timestamp(r.next_try_at),
            lease: Duration::from_micros(r.lease.unsigned_abs()),
            created_at: Timestamp(r.created_at),
        })
    }
}

impl Store {
    /// Makes `kept`, a JSON object, durable with a request, before its provider is asked for more.
    ///
    /// # Errors
    /// When there is no such request, or the database can't be written.
    pub fn keep(&self, by: By<'_>, id: OperationId, kept: &str) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let change = (operations::kept.eq(kept), operations::updated_at.eq(by.at.0));
            if diesel::update(operations::table.find(id.to_string())).set(change).execute(c)? == 0 {
                return Err(StoreError::NotFound("operation"));
            }
            let digest = hex::encode(Sha256::digest(kept));
            Ok(((), NewAudit::new("operation.kept", id).with(format!("{{\"sha256\":\"{digest}\"}}"))))
        })
    }

    /// Puts an open request off that was asked after in vain: it is due again after `wait`.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn put_off(&self, at: Timestamp, id: OperationId, wait: Duration) -> Result<(), StoreError> {
        self.write(|c| {
            let change = (
                operations::tries.eq(operations::tries + 1),
                operations::next_try_at.eq(at.plus(wait).0),
                operations::updated_at.eq(at.0),
            );
            let open = operations::table.find(id.to_string()).filter(operations::state.eq_any(open_states()));
            diesel::update(open).set(change).execute(c)?;
            Ok(())
        })
    }

    /// Requests of `branch` whose outcome is open, oldest first: what its appliance must look at when it starts.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operations_in_flight(&self, branch: &str) -> Result<Vec<OperationRow>, StoreError> {
        let rows = self.read(|c| {
            let query = operations::table
                .inner_join(transactions::table)
                .filter(transactions::branch.eq(branch))
                .filter(operations::state.eq_any(open_states()));
            let page = query.order(operations::id).limit(row::PAGE_ROWS_MAX);
            Ok(page.select(operations::all_columns).load::<Record>(c)?)
        })?;
        rows.into_iter().map(OperationRow::try_from).collect()
    }

    /// Requests whose outcome is open and that are to be looked at by `now`, the longest overdue first: those of
    /// `branch`, and those of other branches that nobody has looked at for `patience` although they were due.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operations_due(
        &self,
        now: Timestamp,
        (branch, patience): (&str, Duration),
    ) -> Result<Vec<OperationRow>, StoreError> {
        let rows = self.read(|c| {
            let own = transactions::branch.eq(branch).and(operations::next_try_at.le(now.0));
            let due = operations::table
                .inner_join(transactions::table)
                .filter(operations::state.eq_any(open_states()))
                .filter(own.or(operations::next_try_at.le(now.minus(patience).0)));
            let page = due.order(operations::next_try_at).limit(row::PAGE_ROWS_MAX);
            Ok(page.select(operations::all_columns).load::<Record>(c)?)
        })?;
        rows.into_iter().map(OperationRow::try_from).collect()
    }

    /// The request with this id.
    ///
    /// # Errors
    /// When there is none.
    pub fn operation(&self, id: OperationId) -> Result<OperationRow, StoreError> {
        self.read(|c| load(c, id))
    }

    /// Requests in `state`, or in any, before `before`, newest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operation_page(
        &self,
        state: Option<State>,
        before: Option<OperationId>,
        limit: u32,
    ) -> Result<Vec<OperationRow>, StoreError> {
        let rows = self.read(|c| {
            let mut query = operations::table.into_boxed();
            if let Some(state) = state {
                query = query.filter(operations::state.eq(state.as_str()));
            }
            if let Some(before) = before {
                query = query.filter(operations::id.lt(before.to_string()));
            }
            Ok(query.order(operations::id.desc()).limit(row::page(limit)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(OperationRow::try_from).collect()
    }

    /// Tells of a request that its provider approved although it had been given up, and that cannot be undone by itself.
    ///
    /// # Errors
    /// When there is no such request.
    pub fn report_late(&self, by: By<'_>, id: OperationId) -> Result<(), StoreError> {
        self.write_audited(by, |c| {
            let operation = load(c, id)?;
            preparation::report_late(c, by, &operation)?;
            Ok(((), audit_of(&operation, "operation.approved_late")))
        })
    }

    /// A payment's requests, oldest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn operations(&self, transaction: TransactionId) -> Result<Vec<OperationRow>, StoreError> {
        self.read(|c| load_all(c, transaction))
    }

    /// The request that its provider knows by `attempt_ref`.
    ///
    /// # Errors
    /// When there is none.
    pub fn operation_by_attempt(&self, attempt_ref: &[u8; 16]) -> Result<OperationRow, StoreError> {
        let record: Option<Record> = self.read(|c| {
            let known = operations::table.filter(operations::attempt_ref.eq(&attempt_ref[..]));
            Ok(known.first(c).optional()?)
        })?;
        record.ok_or(StoreError::NotFound("operation"))?.try_into()
    }

    /// Where the money that a request settles stands in the ledger; `None` when it settles none.
    ///
    /// # Errors
    /// When there is no such request.
    pub fn reservation(&self, id: OperationId) -> Result<Option<TransferState>, StoreError> {
        self.read(|c| load(c, id)?.transfer.map(|transfer| account::transfer_state(c, transfer)).transpose())
    }
}

/// States in which a request has no effect and will have none.
pub(crate) fn free_states() -> [&'static str; 3] {
    [State::Declined, State::NotSent, State::Reversed].map(State::as_str)
}

fn open_states() -> Vec<&'static str> {
    State::ALL.iter().filter(|state| state.is_open()).map(|state| state.as_str()).collect()
}

/// Whether a charge of this payment holds or may hold money.
pub(crate) fn has_charge(c: &mut AnyConnection, id: TransactionId) -> Result<bool, StoreError> {
    let free = |o: &OperationRow| matches!(o.state, State::Declined | State::NotSent | State::Reversed);
    Ok(load_all(c, id)?.iter().any(|o| o.kind != Kind::Reversal && !free(o)))
}

fn load(c: &mut AnyConnection, id: OperationId) -> Result<OperationRow, StoreError> {
    let record: Option<Record> = operations::table.find(id.to_string()).first(c).optional()?;
    record.ok_or(StoreError::NotFound("operation"))?.try_into()
}

pub(crate) fn load_all(
    c: &mut AnyConnection,
    transaction: TransactionId,
) -> Result<Vec<OperationRow>, StoreError> {
    let of_payment = operations::table.filter(operations::transaction_id.eq(transaction.to_string()));
    let rows: Vec<Record> = of_payment.order(operations::sequence).load(c)?;
    rows.into_iter().map(OperationRow::try_from).collect()
}

/// The charge of a payment that its provider approved.
fn charge(operations: &[OperationRow]) -> Option<&OperationRow> {
    operations.iter().find(|o| matches!(o.kind, Kind::Sale | Kind::Authorize) && o.state == State::Approved)
}

fn audit_of(operation: &OperationRow, action: &'static str) -> NewAudit {
    let OperationRow { id, transaction, kind, state, .. } = operation;
    NewAudit::new(action, id)
        .with(format!("{{\"transaction\":\"{transaction}\",\"kind\":\"{kind}\",\"state\":\"{state}\"}}"))
}
