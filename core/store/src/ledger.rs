//! The books checked: every account must hold what its transfers say.
use std::collections::BTreeMap;

use diesel::prelude::*;
use domain::{AccountId, ledger::TransferState};

use crate::{
    Store, StoreError,
    connection::AnyConnection,
    row,
    schema::{accounts, transfers},
};

/// An account that does not hold what its transfers say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("account {account} does not hold what its transfers say")]
pub struct LedgerFault {
    /// Which.
    pub account: AccountId,
}

/// Posted, pending debits, pending credits, in minor units; wide enough for any sum.
type Sums = [i128; 3];

/// How many transfers are read at a time.
const WALK_ROWS: i64 = 2_000;

impl Store {
    /// Adds up every transfer and compares: the number of accounts, or the first that is wrong.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn ledger_verify(&self) -> Result<Result<usize, LedgerFault>, StoreError> {
        self.read_at_once(|c| {
            let mut sums = summed(c)?;
            let columns =
                (accounts::id, accounts::posted, accounts::pending_debits, accounts::pending_credits);
            let held: Vec<(String, i64, i64, i64)> =
                accounts::table.select(columns).order(accounts::id).load(c)?;
            for (id, posted, debits, credits) in &held {
                if sums.remove(id).unwrap_or_default() != [*posted, *debits, *credits].map(i128::from) {
                    return Ok(Err(LedgerFault { account: row::parse(id)? }));
                }
            }
            Ok(Ok(held.len()))
        })
    }
}

fn summed(c: &mut AnyConnection) -> Result<BTreeMap<String, Sums>, StoreError> {
    let mut sums = BTreeMap::<String, Sums>::new();
    let mut after = String::new();
    let columns = (
        transfers::id,
        transfers::debit_account,
        transfers::credit_account,
        transfers::amount,
        transfers::state,
    );
    loop {
        let page = transfers::table.filter(transfers::id.gt(&after)).order(transfers::id).limit(WALK_ROWS);
        let rows: Vec<(String, String, String, i64, String)> = page.select(columns).load(c)?;
        let Some((last, ..)) = rows.last() else { return Ok(sums) };
        after.clone_from(last);
        for (_, debit, credit, minor, state) in rows {
            let minor = i128::from(minor);
            if state == TransferState::Posted.as_str() {
                sums.entry(debit).or_default()[0] -= minor;
                sums.entry(credit).or_default()[0] += minor;
            } else if state == TransferState::Pending.as_str() {
                sums.entry(debit).or_default()[1] += minor;
                sums.entry(credit).or_default()[2] += minor;
            }
        }
    }
}
