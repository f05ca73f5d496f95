//! The points of plots as tables.

use crate::api::settlements::csv::{Csv, text};
use crate::api::wire::analytics::{
    AnalyticsLatency, AnalyticsPayments, AnalyticsQuality, AnalyticsSummary, Durations, LookCounts,
    PaymentOutcomes, PaymentSums,
};

const OUTCOMES: &str = "opened,captured,authorized,declined,expired,cancelled,voided,in_doubt,waiting";
const DURATIONS: &str = "count,p50_ms,p95_ms,p99_ms";

fn outcomes(payments: &PaymentOutcomes) -> [String; 9] {
    let PaymentOutcomes {
        opened,
        captured,
        authorized,
        declined,
        expired,
        cancelled,
        voided,
        in_doubt,
        waiting,
    } = payments;
    [opened, captured, authorized, declined, expired, cancelled, voided, in_doubt, waiting]
        .map(ToString::to_string)
}

fn durations(took: &Durations) -> [String; 4] {
    let quantile = |ms: Option<f64>| ms.map(|ms| format!("{ms:.3}")).unwrap_or_default();
    [took.count.to_string(), quantile(took.p50_ms), quantile(took.p95_ms), quantile(took.p99_ms)]
}

fn looks(looks: &LookCounts) -> [String; 3] {
    [looks.known, looks.unknown, looks.low_margin].map(|count| count.to_string())
}

/// One row for each currency, or one without any: amounts of two are not added.
fn by_currency(csv: &mut Csv, before: &[String], amounts: &[PaymentSums], after: &[String]) {
    let none = ["".to_owned(), "0".to_owned(), "0".to_owned()];
    let sums = amounts.iter().map(|sums| {
        let minor = [&sums.captured, &sums.refunded].map(|amount| amount.minor_units().to_string());
        let [captured, refunded] = minor;
        [sums.currency.clone(), captured, refunded]
    });
    let none = amounts.is_empty().then_some(none);
    for cells in sums.chain(none) {
        csv.row(&[before, &cells, after].concat());
    }
}

/// A row for each camera or till and currency; amounts in minor units.
pub(super) fn summary(told: &AnalyticsSummary) -> String {
    let mut csv = Csv::new(&format!(
        "branch,camera,{OUTCOMES},currency,captured_minor,refunded_minor,looks_known,looks_unknown,looks_low_margin,{}",
        DURATIONS.replace("count", "look_to_paid_count")
    ));
    for at in &told.cameras {
        let place = [text(&at.branch), text(at.camera.as_deref().unwrap_or_default())];
        let before = [&place[..], &outcomes(&at.payments)].concat();
        let after = [&looks(&at.looks)[..], &durations(&at.look_to_paid)].concat();
        by_currency(&mut csv, &before, &at.amounts, &after);
    }
    csv.0
}

/// A row for each point and currency; amounts in minor units.
pub(super) fn payments(told: &AnalyticsPayments) -> String {
    let mut csv = Csv::new(&format!("at,{OUTCOMES},currency,captured_minor,refunded_minor"));
    for point in &told.items {
        let before = [&[point.at.clone()][..], &outcomes(&point.payments)].concat();
        by_currency(&mut csv, &before, &point.amounts, &[]);
    }
    csv.0
}

/// A row for each point.
pub(super) fn latency(told: &AnalyticsLatency) -> String {
    let mut csv = Csv::new(&format!("at,{DURATIONS}"));
    for point in &told.items {
        csv.row(&[&[point.at.clone()][..], &durations(&point.took)].concat());
    }
    csv.0
}

/// A row for each point.
pub(super) fn quality(told: &AnalyticsQuality) -> String {
    let header = "at,looks_known,looks_unknown,looks_low_margin,decided,step_ups,declined,step_up_rate,declined_rate,low_margin_rate";
    let mut csv = Csv::new(header);
    let rate = |rate: Option<f64>| rate.map(|rate| format!("{rate:.4}")).unwrap_or_default();
    for point in &told.items {
        let decisions = [point.decided, point.step_ups, point.declined].map(|count| count.to_string());
        let rates = [point.step_up_rate, point.declined_rate, point.low_margin_rate].map(rate);
        csv.row(&[&[point.at.clone()][..], &looks(&point.looks), &decisions, &rates].concat());
    }
    csv.0
}
