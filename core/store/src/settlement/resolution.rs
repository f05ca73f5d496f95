//! A break is resolved: somebody has looked at it and says what it was.
use diesel::prelude::*;
use domain::{
    SettlementId,
    ledger::AccountKind,
    settlement::{BatchState, Match},
};
use sha2::{Digest, Sha256};

use super::{LineRecord, SettlementLine, announce, file::post, load, record};
use crate::{
    By, Store, StoreError,
    account::{self, HOUSE},
    audit::NewAudit,
    connection::AnyConnection,
    schema::{settlement_batches, settlement_lines},
};

/// What became of a break.
#[derive(Debug, Clone)]
pub struct Resolution {
    /// The line's place.
    pub number: i64,
    /// Why it is no break any more; no personal data.
    pub reason: String,
    /// Whether the difference is given up: it leaves the suspense account for the fees. Else it stays there, for
    /// the line of another day that makes up for it.
    pub write_off: bool,
}

impl Store {
    /// Resolves a break.
    ///
    /// # Errors
    /// When there is no such line, or it is no break, or it is resolved already.
    pub fn resolve_settlement_line(
        &self,
        by: By<'_>,
        id: SettlementId,
        resolution: &Resolution,
    ) -> Result<SettlementLine, StoreError> {
        self.write_audited(by, |c| {
            let batch = record(c, id)?;
            let line = || settlement_lines::table.find((id.to_string(), resolution.number));
            let found: Option<LineRecord> = line().first(c).optional()?;
            let found = SettlementLine::try_from(found.ok_or(StoreError::NotFound("settlement line"))?)?;
            is_open_break(&found)?;
            if resolution.write_off {
                write_off(c, by, &found)?;
            }
            let change = (
                settlement_lines::resolved_at.eq(by.at.0),
                settlement_lines::resolved_by.eq(by.actor),
                settlement_lines::reason.eq(&resolution.reason),
            );
            diesel::update(line()).set(change).execute(c)?;
            let left = usize::try_from(batch.breaks_left - 1)
                .map_err(|_| StoreError::Corrupt("more breaks than the day has".to_owned()))?;
            let change = (
                settlement_batches::breaks_left.eq(batch.breaks_left - 1),
                settlement_batches::state.eq(BatchState::with_breaks_left(left).as_str()),
            );
            diesel::update(settlement_batches::table.find(id.to_string())).set(change).execute(c)?;
            let row = load(c, id)?;
            announce(c, by.at, &row)?;
            let resolved: LineRecord = line().first(c)?;
            Ok((SettlementLine::try_from(resolved)?, audit(id, &found, resolution)))
        })
    }
}

fn is_open_break(line: &SettlementLine) -> Result<(), StoreError> {
    let words = match (line.state, &line.resolved) {
        (Match::Matched, _) => "this line agrees with our books; there is nothing to resolve",
        (_, Some(_)) => "this line is resolved already",
        _ => return Ok(()),
    };
    Err(StoreError::Conflict(words.to_owned()))
}

fn write_off(c: &mut AnyConnection, by: By<'_>, line: &SettlementLine) -> Result<(), StoreError> {
    if line.difference == 0 {
        return Ok(());
    }
    let currency = line.amount.currency();
    let suspense = account::opened(c, AccountKind::Suspense, HOUSE, currency, by.at)?;
    let fees = account::opened(c, AccountKind::Fees, HOUSE, currency, by.at)?;
    let sides = if line.difference > 0 { (suspense, fees) } else { (fees, suspense) };
    post(c, by, sides, (line.difference.abs(), currency), "settlement_write_off").map(drop)
}

/// The words of whoever resolved it stay with the line; the record says that and what it was about.
fn audit(id: SettlementId, line: &SettlementLine, resolution: &Resolution) -> NewAudit {
    let digest = hex::encode(Sha256::digest(&resolution.reason));
    let detail = format!(
        "{{\"line\":{},\"match\":\"{}\",\"difference\":{},\"currency\":\"{}\",\"write_off\":{},\
         \"reason_sha256\":\"{digest}\"}}",
        line.number,
        line.state,
        line.difference,
        line.amount.currency(),
        resolution.write_off
    );
    NewAudit::new("settlement.resolved", id).with(detail)
}
