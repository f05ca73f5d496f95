//! Numbers behind plots, on the wire.

use domain::Timestamp;
use domain::analytics::{Bins, Outcomes, Series};
use domain::settlement::Totals;
use serde::Serialize;
use utoipa::ToSchema;

use super::money::{Amount, moment};
use super::names::BucketName;
use crate::app::analytics::{AtCamera, Decisions, Latency, Looks, Payments, Quality, Summary, Sums};

/// The span that was asked for.
#[derive(Serialize, ToSchema)]
pub(crate) struct Span {
    #[schema(format = DateTime)]
    pub(crate) from: String,
    #[schema(format = DateTime)]
    pub(crate) to: String,
    /// How long the points are.
    #[schema(value_type = BucketName)]
    pub(crate) bucket: &'static str,
}

/// Payments by what became of them.
#[derive(Serialize, ToSchema)]
#[schema(as = PaymentOutcomes)]
pub(crate) struct PaymentOutcomes {
    pub(crate) opened: u64,
    /// Refunded ones included.
    pub(crate) captured: u64,
    pub(crate) authorized: u64,
    pub(crate) declined: u64,
    pub(crate) expired: u64,
    pub(crate) cancelled: u64,
    pub(crate) voided: u64,
    pub(crate) in_doubt: u64,
    /// Not ended yet.
    pub(crate) waiting: u64,
}

impl From<Outcomes> for PaymentOutcomes {
    fn from(o: Outcomes) -> Self {
        let Outcomes {
            opened,
            captured,
            authorized,
            declined,
            expired,
            cancelled,
            voided,
            in_doubt,
            waiting,
        } = o;
        Self { opened, captured, authorized, declined, expired, cancelled, voided, in_doubt, waiting }
    }
}

/// Money of one currency.
#[derive(Serialize, ToSchema)]
#[schema(as = PaymentSums)]
pub(crate) struct PaymentSums {
    #[schema(pattern = "^[A-Z]{3}$")]
    pub(crate) currency: String,
    pub(crate) captured: Amount,
    pub(crate) refunded: Amount,
    /// Of how many payments money was taken.
    pub(crate) count: u64,
}

impl From<&Sums> for PaymentSums {
    fn from(sums: &Sums) -> Self {
        let amount = |minor| Amount::minor(minor, sums.currency);
        let currency = sums.currency.code().to_owned();
        Self { currency, captured: amount(sums.captured), refunded: amount(sums.refunded), count: sums.count }
    }
}

/// Looks of live people into cameras.
#[derive(Serialize, ToSchema)]
#[schema(as = LookCounts)]
pub(crate) struct LookCounts {
    pub(crate) total: u64,
    pub(crate) known: u64,
    pub(crate) unknown: u64,
    /// Of those known, how many were hardly more like themselves than like somebody else.
    pub(crate) low_margin: u64,
}

impl From<Looks> for LookCounts {
    fn from(Looks { known, unknown, low_margin }: Looks) -> Self {
        Self { total: known + unknown, known, unknown, low_margin }
    }
}

/// How long something took; percentiles are right to 5 %.
#[derive(Serialize, ToSchema)]
pub(crate) struct Durations {
    pub(crate) count: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p50_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p95_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p99_ms: Option<f64>,
}

impl From<&Bins> for Durations {
    fn from(bins: &Bins) -> Self {
        let quantile = |share| bins.quantile_ms(share).map(|ms| (ms * 1_000.0).round() / 1_000.0);
        Self { count: bins.count(), p50_ms: quantile(0.5), p95_ms: quantile(0.95), p99_ms: quantile(0.99) }
    }
}

/// One step of the way to the money.
#[derive(Serialize, ToSchema)]
pub(crate) struct FunnelStep {
    /// `opened`, `identified` (a payer was found), `confirmed` (the payer said yes) or `captured`.
    step: &'static str,
    count: u64,
}

fn funnel(payments: &Payments) -> Vec<FunnelStep> {
    let steps = [
        ("opened", payments.outcomes.opened),
        ("identified", payments.identified),
        ("confirmed", payments.confirmed),
        ("captured", payments.paid),
    ];
    steps.map(|(step, count)| FunnelStep { step, count }).into()
}

/// How often something was the reason.
#[derive(Serialize, ToSchema)]
#[schema(as = ReasonCount)]
pub(crate) struct CountedReason {
    reason: String,
    count: u64,
}

fn reasons(counts: Vec<(String, u64)>) -> Vec<CountedReason> {
    counts.into_iter().map(|(reason, count)| CountedReason { reason, count }).collect()
}

/// What happened at one camera or till.
#[derive(Serialize, ToSchema)]
pub(crate) struct CameraNumbers {
    pub(crate) branch: String,
    /// Absent for payments at none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) camera: Option<String>,
    pub(crate) payments: PaymentOutcomes,
    pub(crate) amounts: Vec<PaymentSums>,
    pub(crate) looks: LookCounts,
    pub(crate) look_to_paid: Durations,
}

/// Everything at a glance.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnalyticsSummary {
    #[serde(flatten)]
    pub(crate) span: Span,
    pub(crate) payments: PaymentOutcomes,
    pub(crate) amounts: Vec<PaymentSums>,
    pub(crate) funnel: Vec<FunnelStep>,
    /// Why payments were refused, the most frequent first.
    pub(crate) refusals: Vec<CountedReason>,
    /// Why looks of people who are known were refused, or had to be followed by a further factor.
    pub(crate) reasons: Vec<CountedReason>,
    pub(crate) looks: LookCounts,
    pub(crate) look_to_paid: Durations,
    pub(crate) cameras: Vec<CameraNumbers>,
}

impl AnalyticsSummary {
    pub(crate) fn new(span: Span, summary: Summary) -> Self {
        let Summary { all, cameras, refusals, reasons: about_looks } = summary;
        let AtCamera { payments, looks, look_to_paid } = all;
        let at = |((branch, camera), at): ((String, String), AtCamera)| CameraNumbers {
            branch,
            camera: Some(camera).filter(|camera| !camera.is_empty()),
            payments: at.payments.outcomes.into(),
            amounts: at.payments.sums.iter().map(PaymentSums::from).collect(),
            looks: at.looks.into(),
            look_to_paid: (&at.look_to_paid).into(),
        };
        Self {
            span,
            funnel: funnel(&payments),
            payments: payments.outcomes.into(),
            amounts: payments.sums.iter().map(PaymentSums::from).collect(),
            refusals: reasons(refusals),
            reasons: reasons(about_looks),
            looks: looks.into(),
            look_to_paid: (&look_to_paid).into(),
            cameras: cameras.into_iter().map(at).collect(),
        }
    }
}

/// Payments of one point.
#[derive(Serialize, ToSchema)]
pub(crate) struct PaymentPoint {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) payments: PaymentOutcomes,
    pub(crate) amounts: Vec<PaymentSums>,
}

/// What closed business days add up to by our books, in one currency.
#[derive(Serialize, ToSchema)]
pub(crate) struct SettledSums {
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    sales: i64,
    refund_count: i64,
    gross: Amount,
    refunds: Amount,
    fees: Amount,
    net: Amount,
}

impl From<Totals> for SettledSums {
    fn from(totals: Totals) -> Self {
        let amount = |minor| Amount::minor(minor, totals.currency);
        Self {
            currency: totals.currency.code().to_owned(),
            sales: totals.sale_count,
            refund_count: totals.refund_count,
            gross: amount(totals.gross),
            refunds: amount(totals.refunds),
            fees: amount(totals.fees),
            net: amount(totals.net()),
        }
    }
}

/// Payments over time.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnalyticsPayments {
    #[serde(flatten)]
    pub(crate) span: Span,
    pub(crate) items: Vec<PaymentPoint>,
    /// Of the business days that ended in the span, of all branches.
    pub(crate) settlement: Vec<SettledSums>,
}

impl AnalyticsPayments {
    pub(crate) fn new(span: Span, (points, settled): (Vec<(Timestamp, Payments)>, Vec<Totals>)) -> Self {
        let point = |(at, payments): (Timestamp, Payments)| PaymentPoint {
            at: moment(at),
            payments: payments.outcomes.into(),
            amounts: payments.sums.iter().map(PaymentSums::from).collect(),
        };
        let settlement = settled.into_iter().map(SettledSums::from).collect();
        Self { span, items: points.into_iter().map(point).collect(), settlement }
    }
}

/// Durations of one point.
#[derive(Serialize, ToSchema)]
pub(crate) struct LatencyPoint {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    #[serde(flatten)]
    pub(crate) took: Durations,
}

/// Durations of one stage of recognition.
#[derive(Serialize, ToSchema)]
pub(crate) struct StageDurations {
    /// `detection`, `tracking`, `liveness`, `recognition` or `search`.
    stage: &'static str,
    #[serde(flatten)]
    took: Durations,
}

/// How long looks took to be paid, and recognition.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnalyticsLatency {
    #[serde(flatten)]
    pub(crate) span: Span,
    pub(crate) look_to_paid: Durations,
    pub(crate) items: Vec<LatencyPoint>,
    /// Of all cameras together.
    pub(crate) stages: Vec<StageDurations>,
}

impl AnalyticsLatency {
    pub(crate) fn new(span: Span, latency: Latency) -> Self {
        let point = |(at, bins): &(Timestamp, Bins)| LatencyPoint { at: moment(*at), took: bins.into() };
        let stage = |(stage, bins): &(&'static str, Bins)| StageDurations { stage, took: bins.into() };
        Self {
            span,
            look_to_paid: (&latency.look_to_paid).into(),
            items: latency.points.iter().map(point).collect(),
            stages: latency.stages.iter().map(stage).collect(),
        }
    }
}

/// How scores are spread.
#[derive(Serialize, ToSchema)]
pub(crate) struct Histogram {
    pub(crate) count: u64,
    /// Whether so few looks were counted that their scores are not told: they may be one person's.
    pub(crate) withheld: bool,
    pub(crate) bins: Vec<HistogramBin>,
}

/// How many scores lie between two.
#[derive(Serialize, ToSchema)]
pub(crate) struct HistogramBin {
    from: f64,
    to: f64,
    count: u64,
}

impl Histogram {
    fn new(series: Series, bins: &Bins) -> Self {
        let withheld = !bins.may_be_shown();
        // Edges as they are written, not as they are computed.
        let edge = |edge: f64| (edge * 100.0).round() / 100.0;
        let bin = |(bin, count): (i32, u64)| {
            let (from, to) = series.edges(bin);
            HistogramBin { from: edge(from), to: edge(to), count }
        };
        let shown = bins.iter().filter(|_| !withheld).map(bin);
        Self { count: bins.count(), withheld, bins: shown.collect() }
    }
}

/// How the scores of a liveness step are spread.
#[derive(Serialize, ToSchema)]
pub(crate) struct StepHistogram {
    step: String,
    #[serde(flatten)]
    scores: Histogram,
}

/// How looks of one point were.
#[derive(Serialize, ToSchema)]
pub(crate) struct QualityPoint {
    #[schema(format = DateTime)]
    pub(crate) at: String,
    pub(crate) looks: LookCounts,
    /// On how many looks of people who are known something was decided.
    pub(crate) decided: u64,
    pub(crate) step_ups: u64,
    pub(crate) declined: u64,
    /// Of `decided`; absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step_up_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) declined_rate: Option<f64>,
    /// Of those known; absent where nobody was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low_margin_rate: Option<f64>,
}

fn rate(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 10_000.0).round() / 10_000.0)
}

/// How good looks are, and what drifts.
#[derive(Serialize, ToSchema)]
pub(crate) struct AnalyticsQuality {
    #[serde(flatten)]
    pub(crate) span: Span,
    /// Of those who are known, to their own best template.
    pub(crate) similarity_known: Histogram,
    /// Of those who are not, to the best of all templates.
    pub(crate) similarity_unknown: Histogram,
    /// How far those who are known were ahead of anybody else.
    pub(crate) margin: Histogram,
    pub(crate) liveness: Vec<StepHistogram>,
    pub(crate) items: Vec<QualityPoint>,
}

impl AnalyticsQuality {
    pub(crate) fn new(span: Span, quality: Quality) -> Self {
        let point = |(at, looks, decisions): (Timestamp, Looks, Decisions)| {
            let Decisions { decided, step_ups, declined } = decisions;
            QualityPoint {
                at: moment(at),
                decided,
                step_ups,
                declined,
                step_up_rate: rate(step_ups, decided),
                declined_rate: rate(declined, decided),
                low_margin_rate: rate(looks.low_margin, looks.known),
                looks: looks.into(),
            }
        };
        let step = |(step, bins): (String, Bins)| StepHistogram {
            step,
            scores: Histogram::new(Series::Liveness, &bins),
        };
        Self {
            span,
            similarity_known: Histogram::new(Series::Similarity, &quality.similarity_known),
            similarity_unknown: Histogram::new(Series::Similarity, &quality.similarity_unknown),
            margin: Histogram::new(Series::Margin, &quality.margin),
            liveness: quality.liveness.into_iter().map(step).collect(),
            items: quality.points.into_iter().map(point).collect(),
        }
    }
}
