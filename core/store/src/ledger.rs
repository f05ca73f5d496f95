//! The books checked: every account must hold what its transfers say, every request must have moved what its outcome
//! says, every payment must have taken and given back what its requests did.
use std::collections::BTreeMap;

use diesel::prelude::*;
use domain::{
    AccountId, OperationId, TransactionId,
    ledger::TransferState,
    operation::{Kind, State},
};

use crate::{
    Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{accounts, operations, transactions, transfers},
};

/// The first thing in the books that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerFault {
    /// An account that does not hold what its transfers say.
    #[error("account {account} does not hold what its transfers say")]
    Account {
        /// Which.
        account: AccountId,
    },
    /// A request whose transfer is not where its outcome puts it.
    #[error("operation {operation} is {state}, and its transfer is {transfer}")]
    Operation {
        /// Which.
        operation: OperationId,
        /// Where the request stands.
        state: State,
        /// Where its transfer stands, or what is wrong with it.
        transfer: String,
    },
    /// A payment that took or gave back another sum than its requests.
    #[error("transaction {transaction} says that it {what}")]
    Transaction {
        /// Which.
        transaction: TransactionId,
        /// What it says, and what is so.
        what: String,
    },
}

/// Posted, pending debits, pending credits, in minor units; wide enough for any sum.
type Sums = [i128; 3];

/// How many rows are read at a time.
const WALK_ROWS: i64 = 2_000;
/// How many payments are read at a time; each has a few requests.
const WALK_PAYMENTS: i64 = 500;

impl Store {
    /// Adds everything up and compares: the number of accounts, or the first fault.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn ledger_verify(&self) -> Result<Result<usize, LedgerFault>, StoreError> {
        self.read_at_once(|c| {
            let accounts = match accounts_verified(c)? {
                Ok(accounts) => accounts,
                Err(fault) => return Ok(Err(fault)),
            };
            Ok(payments_verified(c)?.map_or(Ok(accounts), Err))
        })
    }
}

fn accounts_verified(c: &mut AnyConnection) -> Result<Result<usize, LedgerFault>, StoreError> {
    let mut sums = summed(c)?;
    let columns = (accounts::id, accounts::posted, accounts::pending_debits, accounts::pending_credits);
    let held: Vec<(String, i64, i64, i64)> = accounts::table.select(columns).order(accounts::id).load(c)?;
    for (id, posted, debits, credits) in &held {
        if sums.remove(id).unwrap_or_default() != [*posted, *debits, *credits].map(i128::from) {
            return Ok(Err(LedgerFault::Account { account: row::parse(id)? }));
        }
    }
    Ok(Ok(held.len()))
}

fn summed(c: &mut AnyConnection) -> Result<BTreeMap<String, Sums>, StoreError> {
    let mut sums = BTreeMap::<String, Sums>::new();
    let mut after = String::new();
    let columns = (
        transfers::id,
        transfers::debit_account,
        transfers::credit_account,
        transfers::amount,
        transfers::posted,
        transfers::state,
    );
    loop {
        let page = transfers::table.filter(transfers::id.gt(&after)).order(transfers::id).limit(WALK_ROWS);
        let rows: Vec<(String, String, String, i64, i64, String)> = page.select(columns).load(c)?;
        let Some((last, ..)) = rows.last() else { return Ok(sums) };
        after.clone_from(last);
        for (_, debit, credit, amount, posted, state) in rows {
            let (amount, posted) = (i128::from(amount), i128::from(posted));
            sums.entry(debit.clone()).or_default()[0] -= posted;
            sums.entry(credit.clone()).or_default()[0] += posted;
            if state == TransferState::Pending.as_str() {
                sums.entry(debit).or_default()[1] += amount;
                sums.entry(credit).or_default()[2] += amount;
            }
        }
    }
}

/// A request with its transfer.
#[derive(Queryable)]
struct Asked {
    id: String,
    transaction: String,
    kind: String,
    state: String,
    amount: i64,
    attempt_ref: Vec<u8>,
    transfer: Option<Moved>,
}

#[derive(Queryable)]
struct Moved {
    state: String,
    posted: i64,
    attempt_ref: Option<Vec<u8>>,
}

fn payments_verified(c: &mut AnyConnection) -> Result<Option<LedgerFault>, StoreError> {
    let mut after = String::new();
    loop {
        let page = transactions::table.filter(transactions::id.gt(&after)).order(transactions::id);
        let columns = (transactions::id, transactions::captured, transactions::refunded);
        let rows: Vec<(String, i64, i64)> = page.select(columns).limit(WALK_PAYMENTS).load(c)?;
        let Some((last, ..)) = rows.last() else { return Ok(None) };
        after.clone_from(last);
        let mut asked = BTreeMap::<String, Vec<Asked>>::new();
        for one in requests(c, rows.iter().map(|(id, ..)| id))? {
            asked.entry(one.transaction.clone()).or_default().push(one);
        }
        for (id, captured, refunded) in rows {
            let of_payment = asked.remove(&id).unwrap_or_default();
            if let Some(fault) = fault(&id, (captured, refunded), &of_payment)? {
                return Ok(Some(fault));
            }
        }
    }
}

fn requests<'a>(
    c: &mut AnyConnection,
    payments: impl Iterator<Item = &'a String>,
) -> Result<Vec<Asked>, StoreError> {
    let moved = (transfers::state, transfers::posted, transfers::attempt_ref);
    let columns = (
        operations::id,
        operations::transaction_id,
        operations::kind,
        operations::state,
        operations::amount,
        operations::attempt_ref,
        moved.nullable(),
    );
    let query = operations::table
        .left_join(transfers::table)
        .filter(operations::transaction_id.eq_any(payments.collect::<Vec<_>>()));
    Ok(query.order(operations::sequence).select(columns).load(c)?)
}

fn fault(
    id: &str,
    (captured, refunded): (i64, i64),
    asked: &[Asked],
) -> Result<Option<LedgerFault>, StoreError> {
    let (mut taken, mut back) = (0_i128, 0_i128);
    for one in asked {
        let (kind, state): (Kind, State) = (row::parse(&one.kind)?, row::parse(&one.state)?);
        if let Some(transfer) = misplaced(one, kind, state) {
            return Ok(Some(LedgerFault::Operation { operation: row::parse(&one.id)?, state, transfer }));
        }
        match (kind, state) {
            (Kind::Sale | Kind::Capture, State::Approved) => taken += i128::from(one.amount),
            (Kind::Refund, State::Approved) => back += i128::from(one.amount),
            _ => {}
        }
    }
    let what = if i128::from(captured) != taken {
        format!("took {captured}, and its requests took {taken}")
    } else if i128::from(refunded) != back {
        format!("gave {refunded} back, and its requests gave {back}")
    } else {
        return Ok(None);
    };
    Ok(Some(LedgerFault::Transaction { transaction: row::parse(id)?, what }))
}

/// What is wrong with where a request's transfer stands.
fn misplaced(one: &Asked, kind: Kind, state: State) -> Option<String> {
    let Some(moved) = &one.transfer else {
        return (kind != Kind::Reversal).then(|| "missing".to_owned());
    };
    let own = matches!(kind, Kind::Sale | Kind::Authorize | Kind::Refund);
    if own && moved.attempt_ref.as_deref() != Some(&one.attempt_ref[..]) {
        return Some("another request's".to_owned());
    }
    let found = TransferState::ALL.iter().find(|known| known.as_str() == moved.state);
    let Some(found) = found.filter(|found| may_stand(kind, state).contains(found)) else {
        return Some(moved.state.clone());
    };
    let took = matches!(kind, Kind::Sale | Kind::Capture | Kind::Refund) && state == State::Approved;
    (took && *found == TransferState::Posted && moved.posted != one.amount)
        .then(|| format!("posted with {}", moved.posted))
}

/// Where the transfer of a request may stand.
fn may_stand(kind: Kind, state: State) -> &'static [TransferState] {
    use TransferState::{Expired, Pending, Posted, Voided};
    match (kind, state) {
        (Kind::Sale | Kind::Refund | Kind::Capture, State::Approved) => &[Posted],
        (Kind::Void, State::Approved) => &[Voided, Expired],
        // Another request takes what was set aside, or gives it free.
        (Kind::Authorize, State::Approved) | (Kind::Capture | Kind::Void, _) => TransferState::ALL,
        (_, State::Declined | State::NotSent | State::Reversed) => &[Voided],
        _ => &[Pending],
    }
}
