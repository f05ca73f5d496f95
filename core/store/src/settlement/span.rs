//! The sums of many business days.
use diesel::prelude::*;
use domain::{analytics::Window, settlement::Totals};

use super::{OURS, TotalsRecord};
use crate::{
    Store, StoreError,
    schema::{settlement_batches, settlement_totals},
};

impl Store {
    /// What our books say of the business days that ended in `window`, by currency.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn settled_totals(&self, window: Window) -> Result<Vec<Totals>, StoreError> {
        let rows: Vec<TotalsRecord> = self.read(|c| {
            let batch = settlement_batches::id.eq(settlement_totals::batch_id);
            let ended = settlement_totals::table
                .inner_join(settlement_batches::table.on(batch))
                .filter(settlement_totals::side.eq(OURS))
                .filter(settlement_batches::until_at.gt(window.from.0))
                .filter(settlement_batches::until_at.le(window.until.0));
            Ok(ended.order(settlement_totals::currency).select(settlement_totals::all_columns).load(c)?)
        })?;
        let mut totals = Vec::<Totals>::new();
        for sum in rows.into_iter().map(Totals::try_from) {
            let sum = sum?;
            match totals.last_mut().filter(|last| last.currency == sum.currency) {
                Some(total) => *total = added(*total, sum),
                None => totals.push(sum),
            }
        }
        Ok(totals)
    }
}

fn added(total: Totals, more: Totals) -> Totals {
    Totals {
        currency: total.currency,
        sale_count: total.sale_count + more.sale_count,
        refund_count: total.refund_count + more.refund_count,
        gross: total.gross + more.gross,
        refunds: total.refunds + more.refunds,
        fees: total.fees + more.fees,
    }
}
