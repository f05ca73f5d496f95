//! What became of a payment, on the wire.

use domain::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store::{AuditRow, OperationRow};
use utoipa::ToSchema;

use super::approval::Operation;
use super::money::moment;
use crate::app::history::History;
use crate::redaction::Redacted;

/// A payment step by step.
#[derive(Serialize, ToSchema)]
pub(crate) struct TransactionHistory {
    #[schema(format = "uuid")]
    transaction_id: String,
    /// Of the payment itself, oldest first.
    steps: Vec<HistoryStep>,
    /// Its requests to the provider, oldest first.
    operations: Vec<OperationHistory>,
    /// Whether only the first of very many steps are told.
    is_cut: bool,
}

/// One recorded step.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistoryStep {
    /// Its place in the audit.
    seq: i64,
    #[schema(format = DateTime)]
    at: String,
    /// Since the payment was opened.
    after_ms: u64,
    /// Such as `transaction.identified` or `operation.stepped`.
    action: String,
    /// `key:ID`, `operator:ID` or `system`.
    actor: String,
    /// What it came to by that.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// One request to the provider, step by step.
#[derive(Serialize, ToSchema)]
pub(crate) struct OperationHistory {
    #[serde(flatten)]
    operation: Operation,
    /// How often the provider was asked after it.
    tries: u32,
    /// What the plugin kept of the provider's answers; what may be a secret is masked. Whole answers are kept nowhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    kept: Option<Value>,
    steps: Vec<HistoryStep>,
}

impl From<History> for TransactionHistory {
    fn from(history: History) -> Self {
        let History { transaction, operations, steps, is_cut } = history;
        let id = transaction.id.to_string();
        let of = |subject: &str| {
            let own = steps.iter().filter(|row| row.subject == subject);
            own.map(|row| step(row, transaction.created_at)).collect()
        };
        let with_steps = |row: OperationRow| OperationHistory {
            steps: of(&row.id.to_string()),
            tries: row.tries,
            kept: row.kept.as_deref().and_then(shown),
            operation: row.into(),
        };
        let operations = operations.into_iter().map(with_steps).collect();
        Self { steps: of(&id), operations, is_cut, transaction_id: id }
    }
}

/// What a plugin kept, without what may be a secret.
fn shown(kept: &str) -> Option<Value> {
    let kept: Value = serde_json::from_str(kept).ok()?;
    Some(Redacted::table(&kept))
}

fn step(row: &AuditRow, opened_at: Timestamp) -> HistoryStep {
    let detail: Value = serde_json::from_str(&row.detail).unwrap_or_default();
    let told = |name: &str| detail[name].as_str().map(str::to_owned);
    HistoryStep {
        seq: row.seq,
        at: moment(row.at),
        after_ms: u64::try_from(row.at.since(opened_at).as_millis()).unwrap_or(u64::MAX),
        action: row.action.clone(),
        actor: row.actor.clone(),
        state: told("state"),
        reason: told("reason"),
    }
}
