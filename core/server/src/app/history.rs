//! What became of a payment: the steps that the audit has of it and of its requests to the provider.

use domain::TransactionId;
use store::{AuditRow, OperationRow, Store, TransactionRow};

use super::App;
use crate::api::Problem;

/// A payment that is in doubt for days is asked after again and again: of so many records the first are told.
const STEPS_MAX: u32 = 500;

/// A payment with all that was recorded of it.
pub(crate) struct History {
    pub(crate) transaction: TransactionRow,
    pub(crate) operations: Vec<OperationRow>,
    /// Of the payment and of its requests, oldest first.
    pub(crate) steps: Vec<AuditRow>,
    /// Whether there is more than that.
    pub(crate) is_cut: bool,
}

/// The history of one payment.
pub(crate) async fn of(app: &App, id: TransactionId) -> Result<History, Problem> {
    let load = move |store: &Store| {
        let (transaction, operations) = (store.transaction(id)?, store.operations(id)?);
        let mut subjects = vec![id.to_string()];
        subjects.extend(operations.iter().map(|operation| operation.id.to_string()));
        let mut steps = store.audit_about(&subjects, STEPS_MAX + 1)?;
        let is_cut = steps.len() > STEPS_MAX as usize;
        steps.truncate(STEPS_MAX as usize);
        Ok(History { transaction, operations, steps, is_cut })
    };
    Ok(app.store(load).await?)
}
