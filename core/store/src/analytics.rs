//! Counts for plots: of looks as they were added hour by hour, of payments as they stand in their own rows.
use diesel::{
    dsl::sql,
    prelude::*,
    sql_types::{BigInt, Bool, Nullable, Text},
};
use domain::{
    Currency, Timestamp,
    analytics::{Bucket, Series, Window},
    transaction::State,
};

use crate::{
    Store, StoreError,
    connection::{AnyConnection, insert_or_ignore},
    row,
    schema::analytics_hours,
};

/// What something was counted of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counted {
    /// The camera or till; empty where it was at none, or where places were added up.
    pub camera: String,
    /// What is counted.
    pub series: Series,
    /// Which of it, as [`Series`] says.
    pub label: String,
    /// In which bin; 0 for what has none.
    pub bin: i32,
}

/// How often, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    /// The branch; empty where places were added up.
    pub branch: String,
    /// When the hour began; `None` where hours were added up.
    pub hour: Option<Timestamp>,
    /// What of.
    pub of: Counted,
    /// How often.
    pub count: u64,
}

/// Where something is counted.
#[derive(Debug, Clone, Default)]
pub struct AnalyticsFilter {
    /// Only of this branch.
    pub branch: Option<String>,
    /// Only at this camera or till.
    pub camera: Option<String>,
}

/// Payments of one point of a plot that are alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentCounts {
    /// When the point begins.
    pub at: Timestamp,
    /// The branch.
    pub branch: String,
    /// The camera or till; empty where there is none.
    pub camera: String,
    /// How they stand.
    pub state: State,
    /// Their currency.
    pub currency: Currency,
    /// How many.
    pub count: u64,
    /// Of how many a payer was found.
    pub identified: u64,
    /// Of how many the payer said yes, so that a provider was asked.
    pub confirmed: u64,
    /// Of how many money was taken.
    pub paid: u64,
    /// How much, in minor units.
    pub captured: i64,
    /// How much went back, in minor units.
    pub refunded: i64,
}

/// Payments that stand as they do for the same reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonCount {
    /// How they stand.
    pub state: State,
    /// The reasons as they are kept.
    pub reason: String,
    /// How many.
    pub count: u64,
}

impl Store {
    /// Adds to the counts of the hour that begins at `hour`.
    ///
    /// # Errors
    /// When the database can't be written; nothing is added then.
    pub fn add_counts(
        &self,
        branch: &str,
        hour: Timestamp,
        counts: &[(Counted, u64)],
    ) -> Result<(), StoreError> {
        use analytics_hours as hours;
        self.write(|c| {
            for (of, count) in counts {
                let (series, bin) = (of.series.as_str(), i64::from(of.bin));
                let key = (
                    hours::branch.eq(branch),
                    hours::hour.eq(hour.0),
                    hours::camera.eq(&of.camera),
                    hours::series.eq(series),
                    hours::label.eq(&of.label),
                    hours::bin.eq(bin),
                    hours::count.eq(0),
                );
                insert_or_ignore!(c, hours::table, key);
                let row = hours::table.find((branch, hour.0, &of.camera, series, &of.label, bin));
                let more = i64::try_from(*count).unwrap_or(i64::MAX);
                diesel::update(row).set(hours::count.eq(hours::count + more)).execute(c)?;
            }
            Ok(())
        })
    }

    /// Forgets the counts of hours before `before`.
    ///
    /// # Errors
    /// When the database can't be written.
    pub fn forget_counts(&self, before: Timestamp) -> Result<(), StoreError> {
        self.write(|c| {
            let old = analytics_hours::table.filter(analytics_hours::hour.lt(before.0));
            diesel::delete(old).execute(c)?;
            Ok(())
        })
    }

    /// The counts of these series in the hours that begin in `window`: hour by hour of all places together, or place by place
    /// of all hours.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn counts(
        &self,
        filter: &AnalyticsFilter,
        window: Window,
        series: &[Series],
        by_hour: bool,
    ) -> Result<Vec<Counts>, StoreError> {
        use analytics_hours as hours;
        type Row = (String, i64, String, String, String, i64, i64);
        // The hour that the span begins in belongs to it.
        let from = Bucket::Hour.start(window.from);
        let rows: Vec<Row> = self.read(|c| {
            let names: Vec<_> = series.iter().map(|series| series.as_str()).collect();
            let of = hours::table
                .filter(hours::hour.ge(from.0))
                .filter(hours::hour.lt(window.until.0))
                .filter(hours::series.eq_any(names));
            // An empty text names no branch and no camera.
            let branch = filter.branch.clone().unwrap_or_default();
            let camera = filter.camera.clone().unwrap_or_default();
            let of = of
                .filter(hours::branch.eq(branch.clone()).or(branch.is_empty().into_sql::<Bool>()))
                .filter(hours::camera.eq(camera.clone()).or(camera.is_empty().into_sql::<Bool>()));
            let sum = || sql::<BigInt>("CAST(SUM(count) AS BIGINT)");
            let nowhere = || sql::<Text>("CAST('' AS TEXT)");
            let (branch, camera, label) = (hours::branch, hours::camera, hours::label);
            Ok(match by_hour {
                true => of
                    .group_by((hours::hour, hours::series, label, hours::bin))
                    .select((nowhere(), hours::hour, nowhere(), hours::series, label, hours::bin, sum()))
                    .load(c)?,
                false => of
                    .group_by((branch, camera, hours::series, label, hours::bin))
                    .select((
                        branch,
                        sql::<BigInt>("CAST(0 AS BIGINT)"),
                        camera,
                        hours::series,
                        label,
                        hours::bin,
                        sum(),
                    ))
                    .load(c)?,
            })
        })?;
        let counts = rows.into_iter().map(|(branch, hour, camera, series, label, bin, count)| {
            let bin = i32::try_from(bin).unwrap_or_default();
            let of = Counted { camera, series: row::parse(&series)?, label, bin };
            let hour = by_hour.then_some(Timestamp(hour));
            Ok(Counts { branch, hour, of, count: u64::try_from(count).unwrap_or_default() })
        });
        counts.collect()
    }

    /// Payments opened in `window`, by place, state and currency, and by the points of a plot where `points` says how long they
    /// are.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn payment_counts(
        &self,
        filter: &AnalyticsFilter,
        window: Window,
        points: Option<Bucket>,
    ) -> Result<Vec<PaymentCounts>, StoreError> {
        let whole = (window.from.0, (window.until.0 - window.from.0).max(1));
        let (origin, length) = points.map_or(whole, |points| (points.origin_micros(), points.micros()));
        let rows = self.read(|c| {
            let query = diesel::sql_query(PAYMENTS)
                .bind::<BigInt, _>(origin)
                .bind::<BigInt, _>(length)
                .bind::<BigInt, _>(window.from.0)
                .bind::<BigInt, _>(window.until.0)
                .bind::<Text, _>(filter.branch.clone().unwrap_or_default())
                .bind::<Text, _>(filter.camera.clone().unwrap_or_default());
            Ok(match c {
                AnyConnection::Sqlite(c) => query.load::<PaymentRecord>(c)?,
                AnyConnection::Postgres(c) => query.load::<PaymentRecord>(c)?,
            })
        })?;
        rows.into_iter().map(PaymentCounts::try_from).collect()
    }

    /// Why payments opened in `window` were refused or wait for a further factor.
    ///
    /// # Errors
    /// When the database doesn't answer.
    pub fn payment_reasons(
        &self,
        filter: &AnalyticsFilter,
        window: Window,
    ) -> Result<Vec<ReasonCount>, StoreError> {
        let rows = self.read(|c| {
            let query = diesel::sql_query(REASONS)
                .bind::<BigInt, _>(window.from.0)
                .bind::<BigInt, _>(window.until.0)
                .bind::<Text, _>(filter.branch.clone().unwrap_or_default())
                .bind::<Text, _>(filter.camera.clone().unwrap_or_default());
            Ok(match c {
                AnyConnection::Sqlite(c) => query.load::<ReasonRecord>(c)?,
                AnyConnection::Postgres(c) => query.load::<ReasonRecord>(c)?,
            })
        })?;
        let counts = rows.into_iter().filter_map(|r| Some((r.reason?, r.state, r.payments)));
        let counts = counts.map(|(reason, state, payments)| {
            Ok(ReasonCount { state: row::parse(&state)?, reason, count: whole(payments) })
        });
        counts.collect()
    }
}

/// Both databases number what is bound by `$`. An empty text names no branch and no camera.
const PAYMENTS: &str = "SELECT created_at - (created_at - $1) % $2 AS at, branch,
    COALESCE(terminal, '') AS camera, state, currency,
    CAST(COUNT(*) AS BIGINT) AS payments,
    CAST(SUM(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS identified,
    CAST(SUM(CASE WHEN EXISTS (SELECT 1 FROM operations o WHERE o.transaction_id = t.id
        AND o.kind IN ('sale', 'authorize')) THEN 1 ELSE 0 END) AS BIGINT) AS confirmed,
    CAST(SUM(CASE WHEN captured > 0 THEN 1 ELSE 0 END) AS BIGINT) AS paid,
    CAST(SUM(captured) AS BIGINT) AS captured, CAST(SUM(refunded) AS BIGINT) AS refunded
    FROM transactions t
    WHERE created_at >= $3 AND created_at < $4 AND ($5 = '' OR branch = $5) AND ($6 = '' OR terminal = $6)
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5";

const REASONS: &str = "SELECT state, reason, CAST(COUNT(*) AS BIGINT) AS payments FROM transactions
    WHERE created_at >= $1 AND created_at < $2 AND ($3 = '' OR branch = $3) AND ($4 = '' OR terminal = $4)
    AND state IN ('declined', 'requires_step_up') GROUP BY state, reason ORDER BY state, reason";

#[derive(QueryableByName)]
struct PaymentRecord {
    #[diesel(sql_type = BigInt)]
    at: i64,
    #[diesel(sql_type = Text)]
    branch: String,
    #[diesel(sql_type = Text)]
    camera: String,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    currency: String,
    #[diesel(sql_type = BigInt)]
    payments: i64,
    #[diesel(sql_type = BigInt)]
    identified: i64,
    #[diesel(sql_type = BigInt)]
    confirmed: i64,
    #[diesel(sql_type = BigInt)]
    paid: i64,
    #[diesel(sql_type = BigInt)]
    captured: i64,
    #[diesel(sql_type = BigInt)]
    refunded: i64,
}

#[derive(QueryableByName)]
struct ReasonRecord {
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Nullable<Text>)]
    reason: Option<String>,
    #[diesel(sql_type = BigInt)]
    payments: i64,
}

impl TryFrom<PaymentRecord> for PaymentCounts {
    type Error = StoreError;
    fn try_from(r: PaymentRecord) -> Result<Self, StoreError> {
        Ok(Self {
            at: Timestamp(r.at),
            branch: r.branch,
            camera: r.camera,
            state: row::parse(&r.state)?,
            currency: row::parse(&r.currency)?,
            count: whole(r.payments),
            identified: whole(r.identified),
            confirmed: whole(r.confirmed),
            paid: whole(r.paid),
            captured: r.captured,
            refunded: r.refunded,
        })
    }
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
