//! Lists of payments.
use diesel::prelude::*;
use domain::{Currency, Timestamp, TransactionId, UserId, transaction::State};

use super::{Record, TransactionRow};
use crate::{
    Store, StoreError, row,
    schema::{receipts, transactions},
};

/// Which payments to list; newest first. What is `None` lets all through.
#[derive(Debug, Clone, Default)]
pub struct TransactionFilter {
    /// Only this person's.
    pub user: Option<UserId>,
    /// Only those that have a receipt.
    pub receipted: bool,
    /// Only those in this state.
    pub state: Option<State>,
    /// Only those that this payment plugin took or is to take, by its full id.
    pub provider: Option<String>,
    /// Only those at this camera or till.
    pub terminal: Option<String>,
    /// Only those of this branch.
    pub branch: Option<String>,
    /// Only those that the merchant called so.
    pub reference: Option<String>,
    /// Only those in this currency.
    pub currency: Option<Currency>,
    /// Only those of at least so many minor units.
    pub amount_min: Option<i64>,
    /// Only those of at most so many minor units.
    pub amount_max: Option<i64>,
    /// Only those opened at this moment or later.
    pub from: Option<Timestamp>,
    /// Only those opened before this moment.
    pub until: Option<Timestamp>,
    /// Only those before this one.
    pub before: Option<TransactionId>,
    /// How many at the most.
    pub limit: u32,
}

impl Store {
    /// Payments that `filter` lets through, newest first.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn transactions(&self, filter: &TransactionFilter) -> Result<Vec<TransactionRow>, StoreError> {
        let rows = self.read(|c| {
            let mut query = transactions::table.into_boxed();
            if let Some(user) = filter.user {
                query = query.filter(transactions::user_id.eq(user.to_string()));
            }
            if filter.receipted {
                let of_it = receipts::table.filter(receipts::transaction_id.eq(transactions::id));
                query = query.filter(diesel::dsl::exists(of_it));
            }
            if let Some(state) = filter.state {
                query = query.filter(transactions::state.eq(state.as_str()));
            }
            if let Some(provider) = &filter.provider {
                query = query.filter(transactions::provider.eq(provider));
            }
            if let Some(terminal) = &filter.terminal {
                query = query.filter(transactions::terminal.eq(terminal));
            }
            if let Some(branch) = &filter.branch {
                query = query.filter(transactions::branch.eq(branch));
            }
            if let Some(reference) = &filter.reference {
                query = query.filter(transactions::reference.eq(reference));
            }
            if let Some(currency) = filter.currency {
                query = query.filter(transactions::currency.eq(currency.to_string()));
            }
            if let Some(least) = filter.amount_min {
                query = query.filter(transactions::amount.ge(least));
            }
            if let Some(most) = filter.amount_max {
                query = query.filter(transactions::amount.le(most));
            }
            if let Some(from) = filter.from {
                query = query.filter(transactions::created_at.ge(from.0));
            }
            if let Some(until) = filter.until {
                query = query.filter(transactions::created_at.lt(until.0));
            }
            if let Some(before) = filter.before {
                let id = before.to_string();
                let at = transactions::table.find(&id).select(transactions::created_at);
                let Some(at) = at.first::<i64>(c).optional()? else { return Ok(Vec::new()) };
                let earlier = transactions::created_at.lt(at).or(transactions::id.lt(id));
                query = query.filter(transactions::created_at.le(at)).filter(earlier);
            }
            // In the order of an index, whichever of them is read: nothing is sorted before the page is cut.
            let newest = (transactions::created_at.desc(), transactions::id.desc());
            let page = query.order(newest).limit(row::page(filter.limit));
            Ok(page.load::<Record>(c)?)
        })?;
        rows.into_iter().map(TransactionRow::try_from).collect()
    }
}
