//! What people, terminals and branches spent or took lately: added up as intents are committed, so that a limit is
//! checked and used up in one database transaction.
use std::time::Duration;

use diesel::prelude::*;
use domain::{
    Currency, Money, Timestamp, UserId,
    limits::{PlaceUsage, Usage, bucket, first_bucket},
};

use crate::{
    Place, Spent, StoreError,
    connection::AnyConnection,
    row,
    schema::{spending, spending_elsewhere},
};

/// The longest span that a limit is about.
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
const HOUR: Duration = Duration::from_secs(3_600);

/// Whose spending is added up.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    Payer(UserId),
    Terminal(String),
    Branch(String),
}

impl Subject {
    fn key(&self) -> String {
        match self {
            Self::Payer(user) => format!("payer {user}"),
            Self::Terminal(terminal) => format!("terminal {terminal}"),
            Self::Branch(branch) => format!("branch {branch}"),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = spending)]
struct Record {
    subject: String,
    currency: String,
    bucket: i64,
    amount: i64,
    count: i32,
}

/// Who and where a charge counts for.
fn subjects(payer: UserId, place: &Place) -> impl Iterator<Item = Subject> {
    let terminal = place.terminal_key().map(Subject::Terminal);
    [Subject::Payer(payer), Subject::Branch(place.branch.clone())].into_iter().chain(terminal)
}

/// Counts a charge that is begun at `at`.
pub(crate) fn count(
    c: &mut AnyConnection,
    (payer, place): (UserId, &Place),
    amount: Money,
    at: Timestamp,
) -> Result<(), StoreError> {
    let rows = subjects(payer, place).map(|subject| Record {
        subject: subject.key(),
        currency: amount.currency().to_string(),
        bucket: bucket(at),
        amount: amount.minor(),
        count: 1,
    });
    let key = (spending::subject, spending::currency, spending::bucket);
    let more =
        (spending::amount.eq(spending::amount + amount.minor()), spending::count.eq(spending::count + 1));
    // Diesel offers this for each database, not for both at once.
    match c {
        AnyConnection::Sqlite(c) => {
            for row in rows {
                let new = diesel::insert_into(spending::table).values(row).on_conflict(key);
                new.do_update().set(more).execute(c)?;
            }
        }
        AnyConnection::Postgres(c) => {
            let new = diesel::insert_into(spending::table).values(rows.collect::<Vec<_>>()).on_conflict(key);
            new.do_update().set(more).execute(c)?;
        }
    }
    Ok(())
}

/// Takes back what was counted at `at` for a charge that took no money, or less.
pub(crate) fn give_back(
    c: &mut AnyConnection,
    (payer, place): (UserId, &Place),
    (currency, minor, count): (Currency, i64, i32),
    at: Timestamp,
) -> Result<(), StoreError> {
    let counted = spending::table
        .filter(spending::subject.eq_any(subjects(payer, place).map(|s| s.key()).collect::<Vec<_>>()))
        .filter(spending::currency.eq(currency.to_string()))
        .filter(spending::bucket.eq(bucket(at)));
    let less = (spending::amount.eq(spending::amount - minor), spending::count.eq(spending::count - count));
    diesel::update(counted).set(less).execute(c)?;
    Ok(())
}

/// What a person spent before `now`, payments under way included.
pub(crate) fn of_payer(
    c: &mut AnyConnection,
    payer: UserId,
    currency: Currency,
    now: Timestamp,
) -> Result<Usage, StoreError> {
    let first = first_bucket(now, DAY);
    let mut day = since(c, &Subject::Payer(payer), currency, first)?;
    day.extend(elsewhere(c, payer, currency, first)?);
    let hour = first_bucket(now, HOUR);
    let lately = day.iter().filter(|(bucket, ..)| *bucket >= hour).map(|(.., count)| i64::from(*count));
    Ok(Usage { day_amount: total(&day), hour_count: u32::try_from(lately.sum::<i64>()).unwrap_or(u32::MAX) })
}

/// In which currencies a person spent within a day before `now`.
pub(crate) fn currencies_of(
    c: &mut AnyConnection,
    payer: UserId,
    now: Timestamp,
) -> Result<Vec<Currency>, StoreError> {
    let first = first_bucket(now, DAY);
    let here = spending::table
        .filter(spending::subject.eq(Subject::Payer(payer).key()))
        .filter(spending::bucket.ge(first));
    let elsewhere = spending_elsewhere::table
        .filter(spending_elsewhere::user_id.eq(payer.to_string()))
        .filter(spending_elsewhere::bucket.ge(first));
    let mut names: Vec<String> = here.select(spending::currency).distinct().load(c)?;
    names.extend(elsewhere.select(spending_elsewhere::currency).distinct().load::<String>(c)?);
    names.iter().map(|name| row::parse(name)).collect()
}

/// What was taken at a place before `now`, payments under way included.
pub(crate) fn of_place(
    c: &mut AnyConnection,
    place: &Place,
    currency: Currency,
    now: Timestamp,
) -> Result<PlaceUsage, StoreError> {
    let first = first_bucket(now, DAY);
    let branch = since(c, &Subject::Branch(place.branch.clone()), currency, first)?;
    let terminal = match place.terminal_key() {
        Some(terminal) => since(c, &Subject::Terminal(terminal), currency, first)?,
        None => Vec::new(),
    };
    Ok(PlaceUsage { terminal_day_amount: total(&terminal), branch_day_amount: total(&branch) })
}

/// Counts what a person spent at another appliance, by what `source` tells of it.
pub(crate) fn count_elsewhere(
    c: &mut AnyConnection,
    source: &str,
    user: &str,
    spent: &Spent,
) -> Result<(), StoreError> {
    let row = (
        spending_elsewhere::source.eq(source),
        spending_elsewhere::user_id.eq(user),
        spending_elsewhere::currency.eq(spent.currency.to_string()),
        spending_elsewhere::bucket.eq(spent.bucket),
        spending_elsewhere::amount.eq(spent.amount),
        spending_elsewhere::count.eq(spent.count),
    );
    let key = (
        spending_elsewhere::source,
        spending_elsewhere::user_id,
        spending_elsewhere::currency,
        spending_elsewhere::bucket,
    );
    let more = (
        spending_elsewhere::amount.eq(spending_elsewhere::amount + spent.amount),
        spending_elsewhere::count.eq(spending_elsewhere::count + spent.count),
    );
    // Diesel offers this for each database, not for both at once.
    match c {
        AnyConnection::Sqlite(c) => {
            let new = diesel::insert_into(spending_elsewhere::table).values(row).on_conflict(key);
            new.do_update().set(more).execute(c)?
        }
        AnyConnection::Postgres(c) => {
            let new = diesel::insert_into(spending_elsewhere::table).values(row).on_conflict(key);
            new.do_update().set(more).execute(c)?
        }
    };
    Ok(())
}

fn elsewhere(
    c: &mut AnyConnection,
    payer: UserId,
    currency: Currency,
    first: i64,
) -> Result<Vec<(i64, i64, i32)>, StoreError> {
    let rows = spending_elsewhere::table
        .filter(spending_elsewhere::user_id.eq(payer.to_string()))
        .filter(spending_elsewhere::currency.eq(currency.to_string()))
        .filter(spending_elsewhere::bucket.ge(first));
    let columns = (spending_elsewhere::bucket, spending_elsewhere::amount, spending_elsewhere::count);
    Ok(rows.select(columns).load(c)?)
}

fn since(
    c: &mut AnyConnection,
    subject: &Subject,
    currency: Currency,
    first: i64,
) -> Result<Vec<(i64, i64, i32)>, StoreError> {
    let rows = spending::table
        .filter(spending::subject.eq(subject.key()))
        .filter(spending::currency.eq(currency.to_string()))
        .filter(spending::bucket.ge(first));
    Ok(rows.select((spending::bucket, spending::amount, spending::count)).load(c)?)
}

fn total(rows: &[(i64, i64, i32)]) -> i64 {
    rows.iter().fold(0, |sum: i64, (_, minor, _)| sum.saturating_add(*minor))
}
