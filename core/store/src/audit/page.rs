//! Lists of records: of whom, about what, when, from either end.
use diesel::{
    prelude::*,
    sql_types::{Integer, Text},
};
use domain::Timestamp;
use std::time::Duration;

use super::{AuditRow, Record};
use crate::{Store, StoreError, connection::AnyConnection, counter, row, schema::audit};

diesel::define_sql_function! {
    /// So many characters of `text` from the one at `first` on, which counts from 1.
    fn substr(text: Text, first: Integer, count: Integer) -> Text;
}

/// Which records to list. What is `None` lets all through.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only what they did.
    pub actor: Option<String>,
    /// Only this act; with a `.` at its end all that begin so.
    pub action: Option<String>,
    /// Only what is about this.
    pub subject: Option<String>,
    /// Only what was recorded at this moment or later.
    pub from: Option<Timestamp>,
    /// Only what was recorded before this moment.
    pub until: Option<Timestamp>,
    /// From the newest to the oldest.
    pub newest_first: bool,
    /// Only behind this place, in the order of the list.
    pub behind: Option<i64>,
    /// How many at the most.
    pub limit: u32,
}

/// How far the clocks of appliances on one database may be apart: records come in the order of their commits, not quite in that of
/// their moments.
const CLOCKS_APART_MAX: Duration = Duration::from_secs(3_600);

impl Store {
    /// Records that `filter` lets through.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn audit_page(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>, StoreError> {
        let rows = self.read(|c| {
            let mut query = audit::table.into_boxed();
            if let Some(actor) = &filter.actor {
                query = query.filter(audit::actor.eq(actor));
            }
            if let Some(subject) = &filter.subject {
                query = query.filter(audit::subject.eq(subject));
            }
            query = match filter.action.as_deref() {
                // Not by `LIKE`, in which SQLite takes capitals and small letters for the same.
                Some(prefix) if prefix.ends_with('.') => {
                    let length = i32::try_from(prefix.chars().count()).unwrap_or(i32::MAX);
                    query.filter(substr(audit::action, 1, length).eq(prefix))
                }
                Some(action) => query.filter(audit::action.eq(action)),
                None => query,
            };
            if let Some(from) = filter.from {
                let first = first_at(c, from.minus(CLOCKS_APART_MAX))?;
                query = query.filter(audit::seq.ge(first)).filter(audit::at.ge(from.0));
            }
            if let Some(until) = filter.until {
                let end = first_at(c, until.plus(CLOCKS_APART_MAX))?;
                query = query.filter(audit::seq.lt(end)).filter(audit::at.lt(until.0));
            }
            let limit = row::page(filter.limit);
            query = match (filter.newest_first, filter.behind) {
                (true, Some(seq)) => query.filter(audit::seq.lt(seq)),
                (false, Some(seq)) => query.filter(audit::seq.gt(seq)),
                (_, None) => query,
            };
            Ok(match filter.newest_first {
                true => query.order(audit::seq.desc()).limit(limit).load::<Record>(c)?,
                false => query.order(audit::seq).limit(limit).load::<Record>(c)?,
            })
        })?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }

    /// What is recorded about any of `subjects`, oldest first, the first `limit`.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn audit_about(&self, subjects: &[String], limit: u32) -> Result<Vec<AuditRow>, StoreError> {
        let rows = self.read(|c| {
            let about = audit::table.filter(audit::subject.eq_any(subjects));
            Ok(about.order(audit::seq).limit(row::page(limit)).load::<Record>(c)?)
        })?;
        Ok(rows.into_iter().map(AuditRow::from).collect())
    }
}

/// The place of the first record of `moment` or later, found by halving: there is no index of moments, since every payment
/// would have to keep it.
fn first_at(c: &mut AnyConnection, moment: Timestamp) -> Result<i64, StoreError> {
    let (mut low, mut high) = (1, counter::last(c, "audit")? + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        // A record that is missing is the verifier's business, and hides none of the others.
        let there = audit::table.filter(audit::seq.ge(middle)).filter(audit::seq.lt(high));
        let there: Option<(i64, i64)> =
            there.order(audit::seq).select((audit::seq, audit::at)).first(c).optional()?;
        match there {
            Some((seq, at)) if at < moment.0 => low = seq + 1,
            _ => high = middle,
        }
    }
    Ok(low)
}
