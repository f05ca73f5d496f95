//! Ledger accounts and the transfers between them.
use diesel::prelude::*;
use domain::{
    AccountId, Currency, Money, Timestamp, TransferId, UserId,
    ledger::{AccountKind, Balance, Sides, TransferState},
};
use uuid::Uuid;

use crate::{
    By, Store, StoreError,
    audit::NewAudit,
    connection::{AnyConnection, insert_or_ignore},
    outbox, row,
    schema::{accounts, transfers, users},
};

/// An account and what it holds.
#[derive(Debug, Clone)]
pub struct AccountRow {
    /// The id.
    pub id: AccountId,
    /// What it is for.
    pub kind: AccountKind,
    /// A user's id, or the name of a house account.
    pub owner: String,
    /// Its one currency.
    pub currency: Currency,
    /// What it holds.
    pub balance: Balance,
}

/// Money put into a person's wallet.
#[derive(Debug, Clone)]
pub struct Funding {
    /// The transfer's id.
    pub id: TransferId,
    /// Whose wallet; opened when there is none in this currency.
    pub user: UserId,
    /// How much.
    pub amount: Money,
}

/// The owner of the accounts that are neither a person's nor a provider's.
pub(crate) const HOUSE: &str = "house";

#[derive(Queryable, Insertable)]
#[diesel(table_name = accounts)]
struct Record {
    id: String,
    kind: String,
    owner: String,
    currency: String,
    posted: i64,
    pending_debits: i64,
    pending_credits: i64,
    created_at: i64,
}

impl TryFrom<Record> for AccountRow {
    type Error = StoreError;
    fn try_from(r: Record) -> Result<Self, StoreError> {
        let kind = AccountKind::ALL.iter().copied().find(|kind| kind.as_str() == r.kind);
        Ok(Self {
            id: row::parse(&r.id)?,
            kind: kind.ok_or_else(|| StoreError::Corrupt(format!("account kind `{}`", r.kind)))?,
            owner: r.owner,
            currency: row::parse(&r.currency)?,
            balance: Balance {
                posted: r.posted,
                pending_debits: r.pending_debits,
                pending_credits: r.pending_credits,
            },
        })
    }
}

impl Store {
    /// Every account of this owner.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn accounts(&self, owner: &str) -> Result<Vec<AccountRow>, StoreError> {
        let rows = self.read(|c| {
            let of_owner = accounts::table.filter(accounts::owner.eq(owner));
            Ok(of_owner.order((accounts::kind, accounts::currency)).load::<Record>(c)?)
        })?;
        rows.into_iter().map(AccountRow::try_from).collect()
    }

    /// Puts money into a person's wallet, out of the house's issuing account.
    ///
    /// # Errors
    /// When there is no such person, or the balance would leave its range.
    pub fn fund_wallet(&self, by: By<'_>, funding: &Funding) -> Result<AccountRow, StoreError> {
        let owner = funding.user.to_string();
        let (amount, currency) = (funding.amount, funding.amount.currency());
        self.write_audited(by, |c| {
            let known: i64 = users::table.find(&owner).count().get_result(c)?;
            if known == 0 {
                return Err(StoreError::NotFound("user"));
            }
            let issuing = opened(c, AccountKind::Issuing, HOUSE, currency, by.at)?;
            let wallet = opened(c, AccountKind::Wallet, &owner, currency, by.at)?;
            let new = NewTransfer {
                id: funding.id,
                debit: issuing,
                credit: wallet,
                amount,
                purpose: "funding",
                attempt_ref: None,
            };
            reserve(c, &new, by.at)?;
            settle(c, funding.id, (TransferState::Posted, amount), by.at)?;
            let detail =
                format!("{{\"user\":\"{owner}\",\"amount\":{},\"currency\":\"{currency}\"}}", amount.minor());
            outbox::append(c, by.at, "wallet.funded", &detail)?;
            Ok((load(c, wallet)?, NewAudit::new("wallet.funded", funding.id).with(detail)))
        })
    }
}

/// The account of `kind`, `owner` and `currency`, opened when there is none.
pub(crate) fn opened(
    c: &mut AnyConnection,
    kind: AccountKind,
    owner: &str,
    currency: Currency,
    at: Timestamp,
) -> Result<AccountId, StoreError> {
    if let Some(id) = existing(c, kind, owner, currency)? {
        return Ok(id);
    }
    let id = AccountId(Uuid::now_v7());
    let record = Record {
        id: id.to_string(),
        kind: kind.as_str().to_owned(),
        owner: owner.to_owned(),
        currency: currency.to_string(),
        posted: 0,
        pending_debits: 0,
        pending_credits: 0,
        created_at: at.0,
    };
    if insert_or_ignore!(c, accounts::table, &record) == 1 {
        return Ok(id);
    }
    existing(c, kind, owner, currency)?.ok_or(StoreError::NotFound("account"))
}

pub(crate) fn existing(
    c: &mut AnyConnection,
    kind: AccountKind,
    owner: &str,
    currency: Currency,
) -> Result<Option<AccountId>, StoreError> {
    let id: Option<String> = accounts::table
        .filter(accounts::kind.eq(kind.as_str()))
        .filter(accounts::owner.eq(owner))
        .filter(accounts::currency.eq(currency.to_string()))
        .select(accounts::id)
        .first(c)
        .optional()?;
    row::parse_opt(id.as_deref())
}

/// A transfer to be set aside.
pub(crate) struct NewTransfer {
    pub id: TransferId,
    pub debit: AccountId,
    pub credit: AccountId,
    pub amount: Money,
    pub purpose: &'static str,
    /// The request that it is for.
    pub attempt_ref: Option<[u8; 16]>,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = transfers)]
struct Transfer {
    id: String,
    debit_account: String,
    credit_account: String,
    amount: i64,
    currency: String,
    state: String,
    posted: i64,
    purpose: String,
    attempt_ref: Option<Vec<u8>>,
    created_at: i64,
    settled_at: Option<i64>,
}

/// Sets a transfer's amount aside on both accounts.
pub(crate) fn reserve(c: &mut AnyConnection, new: &NewTransfer, at: Timestamp) -> Result<(), StoreError> {
    let (debit, credit) = both(c, new.debit, new.credit)?;
    let currency = new.amount.currency();
    if debit.currency != currency || credit.currency != currency {
        return Err(StoreError::Conflict(format!("both accounts must be in {currency}")));
    }
    let sides = Sides { debit: debit.balance, credit: credit.balance }.reserve(debit.kind, new.amount)?;
    save(c, new.debit, sides.debit)?;
    save(c, new.credit, sides.credit)?;
    let transfer = Transfer {
        id: new.id.to_string(),
        debit_account: new.debit.to_string(),
        credit_account: new.credit.to_string(),
        amount: new.amount.minor(),
        currency: currency.to_string(),
        state: TransferState::Pending.as_str().to_owned(),
        posted: 0,
        purpose: new.purpose.to_owned(),
        attempt_ref: new.attempt_ref.map(|reference| reference.to_vec()),
        created_at: at.0,
        settled_at: None,
    };
    diesel::insert_into(transfers::table).values(&transfer).execute(c)?;
    Ok(())
}

/// Posts `part` of a transfer that is set aside and gives the rest free, or gives all of it free.
pub(crate) fn settle(
    c: &mut AnyConnection,
    id: TransferId,
    (to, part): (TransferState, Money),
    at: Timestamp,
) -> Result<(), StoreError> {
    let transfer: Transfer =
        transfers::table.find(id.to_string()).first(c).optional()?.ok_or(StoreError::NotFound("transfer"))?;
    if transfer.state != TransferState::Pending.as_str() {
        return Err(StoreError::Conflict(format!("this transfer is {} already", transfer.state)));
    }
    let amount = row::money(transfer.amount, &transfer.currency)?;
    let (debit_id, credit_id) = (row::parse(&transfer.debit_account)?, row::parse(&transfer.credit_account)?);
    let (debit, credit) = both(c, debit_id, credit_id)?;
    let sides = Sides { debit: debit.balance, credit: credit.balance };
    let (sides, posted) = match to {
        TransferState::Posted => (sides.post(amount, part)?, part.minor()),
        _ => (sides.void(amount)?, 0),
    };
    save(c, debit_id, sides.debit)?;
    save(c, credit_id, sides.credit)?;
    let pending = transfers::table
        .filter(transfers::id.eq(id.to_string()))
        .filter(transfers::state.eq(TransferState::Pending.as_str()));
    let done =
        (transfers::state.eq(to.as_str()), transfers::posted.eq(posted), transfers::settled_at.eq(at.0));
    match diesel::update(pending).set(done).execute(c)? {
        1 => Ok(()),
        _ => Err(StoreError::Conflict("this transfer was settled by another".to_owned())),
    }
}

/// Where a transfer stands.
pub(crate) fn transfer_state(c: &mut AnyConnection, id: TransferId) -> Result<TransferState, StoreError> {
    let state: String = transfers::table.find(id.to_string()).select(transfers::state).first(c)?;
    let found = TransferState::ALL.iter().copied().find(|known| known.as_str() == state);
    found.ok_or_else(|| StoreError::Corrupt(format!("transfer state `{state}`")))
}

/// Both accounts as they are; they stay so, since one writes at a time.
fn both(
    c: &mut AnyConnection,
    debit: AccountId,
    credit: AccountId,
) -> Result<(AccountRow, AccountRow), StoreError> {
    let ids = [debit.to_string(), credit.to_string()];
    let rows: Vec<Record> = accounts::table.filter(accounts::id.eq_any(ids)).load(c)?;
    let rows = rows.into_iter().map(AccountRow::try_from).collect::<Result<Vec<_>, _>>()?;
    let find = |id| rows.iter().find(|row| row.id == id).cloned().ok_or(StoreError::NotFound("account"));
    Ok((find(debit)?, find(credit)?))
}

fn load(c: &mut AnyConnection, id: AccountId) -> Result<AccountRow, StoreError> {
    let record: Option<Record> = accounts::table.find(id.to_string()).first(c).optional()?;
    record.ok_or(StoreError::NotFound("account"))?.try_into()
}

fn save(c: &mut AnyConnection, id: AccountId, balance: Balance) -> Result<(), StoreError> {
    let row = (
        accounts::posted.eq(balance.posted),
        accounts::pending_debits.eq(balance.pending_debits),
        accounts::pending_credits.eq(balance.pending_credits),
    );
    diesel::update(accounts::table.find(id.to_string())).set(row).execute(c)?;
    Ok(())
}
