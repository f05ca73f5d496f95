//! Settlement on the wire.

use domain::Currency;
use domain::settlement::Totals;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::money::{Amount, moment};
use super::names::{OperationKind, OperationState, SettlementLineKind, SettlementMatch, SettlementState};

/// A business day to close.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSettlement {
    /// The payment plugin's id; the loaded one's when absent.
    pub(crate) provider: Option<String>,
    /// The business day.
    #[schema(format = Date, example = "2026-01-31")]
    pub(crate) date: String,
}

/// What became of a break.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewBreakResolution)]
pub(crate) struct NewResolution {
    /// Why it is no break any more: 1 to 500 characters, no personal data.
    #[schema(min_length = 1, max_length = 500)]
    pub(crate) reason: String,
    /// Gives the difference up: it leaves the suspense account for the fees. Else it stays there, for the line of
    /// another day that makes up for it.
    #[serde(default)]
    pub(crate) write_off: bool,
}

/// Sums of one currency, in minor units: `net = gross - refunds - fees`.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettlementTotals {
    #[schema(example = "EUR")]
    pub(crate) currency: String,
    pub(crate) sale_count: i64,
    pub(crate) gross: i64,
    pub(crate) refund_count: i64,
    pub(crate) refunds: i64,
    pub(crate) fees: i64,
    pub(crate) net: i64,
}

impl From<&Totals> for SettlementTotals {
    fn from(totals: &Totals) -> Self {
        Self {
            currency: totals.currency.to_string(),
            sale_count: totals.sale_count,
            gross: totals.gross,
            refund_count: totals.refund_count,
            refunds: totals.refunds,
            fees: totals.fees,
            net: totals.net(),
        }
    }
}

fn all(totals: &[Totals]) -> Vec<SettlementTotals> {
    totals.iter().map(SettlementTotals::from).collect()
}

/// The provider's file of a closed day.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettlementFile {
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) sha256: String,
    pub(crate) lines: i64,
    #[schema(format = DateTime)]
    pub(crate) imported_at: String,
}

/// A closed business day of one provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct Settlement {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) provider: String,
    pub(crate) date: String,
    /// `closed`, `matched` or `with_breaks`.
    #[schema(value_type = SettlementState)]
    pub(crate) state: &'static str,
    #[schema(format = DateTime)]
    pub(crate) from: String,
    /// The first moment that is not in it.
    #[schema(format = DateTime)]
    pub(crate) until: String,
    #[schema(format = DateTime)]
    pub(crate) closed_at: String,
    pub(crate) closed_by: String,
    /// How many requests that moved money are in it.
    pub(crate) operation_count: i64,
    pub(crate) breaks_left: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<SettlementFile>,
    /// By our books.
    pub(crate) ours: Vec<SettlementTotals>,
    /// By the provider's file.
    pub(crate) theirs: Vec<SettlementTotals>,
}

impl From<store::SettlementRow> for Settlement {
    fn from(row: store::SettlementRow) -> Self {
        Self {
            id: row.id.to_string(),
            provider: row.provider,
            date: row.day.to_string(),
            state: row.state.as_str(),
            from: moment(row.from),
            until: moment(row.until),
            closed_at: moment(row.closed_at),
            closed_by: row.closed_by,
            operation_count: row.operation_count,
            breaks_left: row.breaks_left,
            file: row.file.map(|file| SettlementFile {
                sha256: file.sha256,
                lines: file.lines,
                imported_at: moment(file.at),
            }),
            ours: all(&row.ours),
            theirs: all(&row.theirs),
        }
    }
}

/// One compared line of a closed day.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettlementLine {
    pub(crate) number: i64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) provider_ref: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<String>,
    /// `sale`, `refund` or `fee`.
    #[schema(value_type = SettlementLineKind)]
    pub(crate) kind: &'static str,
    pub(crate) amount: Amount,
    pub(crate) fee: Amount,
    #[schema(format = DateTime)]
    pub(crate) at: String,
    /// `matched`, `missing_ours`, `missing_theirs`, `amount_diff` or `duplicate_theirs`.
    #[schema(value_type = SettlementMatch)]
    pub(crate) r#match: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub(crate) operation_id: Option<String>,
    /// What the provider owes us by it less what our books held, in minor units.
    pub(crate) difference: i64,
    /// The transfer that took the difference to the suspense account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub(crate) transfer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resolved: Option<Resolved>,
}

/// Who resolved a break, when and why.
#[derive(Serialize, ToSchema)]
pub(crate) struct Resolved {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) by: String,
    pub(crate) reason: String,
}

impl From<store::SettlementLine> for SettlementLine {
    fn from(line: store::SettlementLine) -> Self {
        Self {
            number: line.number,
            provider_ref: line.provider_ref,
            attempt: line.attempt,
            kind: line.kind.as_str(),
            amount: line.amount.into(),
            fee: Amount::minor(line.fee_minor, line.amount.currency()),
            at: moment(line.at),
            r#match: line.state.as_str(),
            operation_id: line.operation.map(|id| id.to_string()),
            difference: line.difference,
            transfer_id: line.transfer.map(|id| id.to_string()),
            resolved: line.resolved.map(|(at, by, reason)| Resolved { at: moment(at), by, reason }),
        }
    }
}

/// A request whose outcome is not known: it is in no sum.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenOperation {
    #[schema(format = "uuid")]
    pub(crate) operation_id: String,
    #[schema(format = "uuid")]
    pub(crate) transaction_id: String,
    #[schema(value_type = OperationKind)]
    pub(crate) kind: &'static str,
    #[schema(value_type = OperationState)]
    pub(crate) state: &'static str,
    pub(crate) amount: Amount,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
}

/// One provider's business day.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettlementDay {
    pub(crate) provider: String,
    /// `open`, `closed`, `matched` or `with_breaks`.
    #[schema(value_type = SettlementState)]
    pub(crate) state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uuid")]
    pub(crate) settlement_id: Option<String>,
    pub(crate) breaks_left: usize,
    /// By our books.
    pub(crate) ours: Vec<SettlementTotals>,
    /// By the provider's file.
    pub(crate) theirs: Vec<SettlementTotals>,
    /// At most 500 requests whose outcome is not known, oldest first.
    pub(crate) open_operations: Vec<OpenOperation>,
}

impl From<store::SettlementDay> for SettlementDay {
    fn from(day: store::SettlementDay) -> Self {
        let open = |open: store::OpenRequest| OpenOperation {
            operation_id: open.id.to_string(),
            transaction_id: open.transaction.to_string(),
            kind: open.kind.as_str(),
            state: open.state.as_str(),
            amount: open.amount.into(),
            created_at: moment(open.created_at),
        };
        let closed = day.closed.as_ref();
        Self {
            provider: day.provider,
            state: closed.map_or("open", |closed| closed.state.as_str()),
            settlement_id: closed.map(|closed| closed.id.to_string()),
            breaks_left: closed.map_or(0, |closed| closed.breaks_left),
            ours: all(&day.ours),
            theirs: closed.map(|closed| all(&closed.theirs)).unwrap_or_default(),
            open_operations: day.open.into_iter().map(open).collect(),
        }
    }
}

/// Every provider's business day as it stands now.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettlementReport {
    pub(crate) date: String,
    #[schema(format = DateTime)]
    pub(crate) from: String,
    /// The first moment that is not in it.
    #[schema(format = DateTime)]
    pub(crate) until: String,
    pub(crate) time_zone: String,
    pub(crate) providers: Vec<SettlementDay>,
    /// All providers together: by their files where they are here, else by our books.
    pub(crate) totals: Vec<SettlementTotals>,
}

/// The sums of all `days` together, by currency.
pub(crate) fn together(days: &[store::SettlementDay]) -> Vec<SettlementTotals> {
    let mut sums = std::collections::BTreeMap::<Currency, SettlementTotals>::new();
    for day in days {
        let theirs = day.closed.as_ref().filter(|closed| closed.state.is_compared());
        for totals in theirs.map_or(&day.ours, |closed| &closed.theirs) {
            let sum = sums.entry(totals.currency).or_insert_with(|| (&Totals::none(totals.currency)).into());
            sum.sale_count += totals.sale_count;
            sum.gross += totals.gross;
            sum.refund_count += totals.refund_count;
            sum.refunds += totals.refunds;
            sum.fees += totals.fees;
            sum.net += totals.net();
        }
    }
    sums.into_values().collect()
}
