//! Numbers behind plots: looks from the counts of hours, payments from their rows.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::analytics::{Bins, Bucket, Outcomes, Series, Window};
use domain::settlement::Totals;
use domain::transaction::State;
use domain::{Currency, Timestamp};
use store::{AnalyticsFilter, Counts, PaymentCounts, StoreError, TransactionRow};

use super::App;
use crate::api::Problem;

/// Counts are kept for so long: a year can be compared with the one before.
const KEPT: Duration = Duration::from_secs(800 * 86_400);
/// Money that comes later than this after the look was not waited for.
const WAITED_MAX: Duration = Duration::from_secs(600);

/// Writes what was counted since the last time.
pub(crate) async fn flush(app: &App) -> Result<(), StoreError> {
    let counts = app.metrics().tally.take();
    if counts.is_empty() {
        return Ok(());
    }
    let (branch, hour) = (app.settings().policy.branch.clone(), Bucket::Hour.start(app.now()));
    let (kept, written) = (counts.clone(), app.store(move |store| store.add_counts(&branch, hour, &counts)));
    let written = written.await;
    if written.is_err() {
        app.metrics().tally.put_back(kept);
    }
    written
}

/// Numbers can be read where nothing can be written; what was counted is kept for later.
async fn flush_if_possible(app: &App) {
    if let Err(error) = flush(app).await {
        tracing::warn!(%error, "the latest counts are not in the numbers yet");
    }
}

/// Forgets what is too old to be compared with.
pub(super) async fn forget(app: &App) -> Result<(), StoreError> {
    let before = app.now().minus(KEPT);
    app.store(move |store| store.forget_counts(before)).await
}

/// Counts the time from the look to the money of a payment that has just been captured.
pub(super) fn paid(app: &App, row: &TransactionRow) {
    let looked_at = (row.evidence.as_deref())
        .filter(|_| row.state == State::Captured)
        .and_then(|told| serde_json::from_str::<serde_json::Value>(told).ok())
        .and_then(|told| told["frame_at_micros"].as_i64());
    let Some(looked_at) = looked_at else { return };
    let took = app.now().since(Timestamp(looked_at));
    if took <= WAITED_MAX {
        app.metrics().tally.paid(row.place.terminal.as_deref().unwrap_or_default(), took);
    }
}

/// Where and when numbers are asked for.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) filter: AnalyticsFilter,
    pub(crate) window: Window,
}

/// Sums of one currency, in minor units.
#[derive(Clone, Copy)]
pub(crate) struct Sums {
    pub(crate) currency: Currency,
    pub(crate) captured: i64,
    pub(crate) refunded: i64,
    pub(crate) count: u64,
}

/// Looks of live people.
#[derive(Clone, Copy, Default)]
pub(crate) struct Looks {
    pub(crate) known: u64,
    pub(crate) unknown: u64,
    /// Of those known, how many were hardly more like themselves than like somebody else.
    pub(crate) low_margin: u64,
}

impl Looks {
    fn add(&mut self, label: &str, count: u64) {
        match label {
            "known" => self.known += count,
            "unknown" => self.unknown += count,
            "low_margin" => self.low_margin += count,
            _ => {}
        }
    }
}

/// What was decided on looks of who is known.
#[derive(Clone, Copy, Default)]
pub(crate) struct Decisions {
    pub(crate) decided: u64,
    pub(crate) step_ups: u64,
    pub(crate) declined: u64,
}

impl Decisions {
    fn add(&mut self, label: &str, count: u64) {
        match label {
            "approve" => self.decided += count,
            "step_up" => (self.decided, self.step_ups) = (self.decided + count, self.step_ups + count),
            "decline" => (self.decided, self.declined) = (self.decided + count, self.declined + count),
            _ => {}
        }
    }
}

/// Payments that are counted together.
#[derive(Clone, Default)]
pub(crate) struct Payments {
    pub(crate) outcomes: Outcomes,
    pub(crate) identified: u64,
    pub(crate) confirmed: u64,
    pub(crate) paid: u64,
    pub(crate) sums: Vec<Sums>,
}

impl Payments {
    fn add(&mut self, row: &PaymentCounts) {
        self.outcomes.add(row.state, row.count);
        self.identified += row.identified;
        self.confirmed += row.confirmed;
        self.paid += row.paid;
        if row.paid == 0 {
            return;
        }
        let PaymentCounts { currency, captured, refunded, paid: count, .. } = *row;
        match self.sums.iter_mut().find(|sums| sums.currency == currency) {
            Some(sums) => {
                sums.captured += captured;
                sums.refunded += refunded;
                sums.count += count;
            }
            None => self.sums.push(Sums { currency, captured, refunded, count }),
        }
    }
}

/// What happened at one camera or till.
#[derive(Clone, Default)]
pub(crate) struct AtCamera {
    pub(crate) payments: Payments,
    pub(crate) looks: Looks,
    pub(crate) look_to_paid: Bins,
}

/// Everything at a glance.
pub(crate) struct Summary {
    pub(crate) all: AtCamera,
    /// By branch and camera; the camera is empty for payments at none.
    pub(crate) cameras: BTreeMap<(String, String), AtCamera>,
    /// Why payments were refused, the most frequent reason first.
    pub(crate) refusals: Vec<(String, u64)>,
    /// Why looks were refused or a further factor was asked for.
    pub(crate) reasons: Vec<(String, u64)>,
}

/// Everything at a glance.
pub(crate) async fn summary(app: &App, asked: Asked) -> Result<Summary, Problem> {
    flush_if_possible(app).await;
    let series = [Series::Look, Series::LookToPaid, Series::Reason];
    let load = move |store: &store::Store| {
        let Asked { filter, window } = asked;
        let payments = store.payment_counts(&filter, window, None)?;
        Ok((
            payments,
            store.payment_reasons(&filter, window)?,
            store.counts(&filter, window, &series, false)?,
        ))
    };
    let (payments, refused, counts) = app.report(load).await?;
    let mut summary = Summary {
        all: AtCamera::default(),
        cameras: BTreeMap::new(),
        refusals: Vec::new(),
        reasons: Vec::new(),
    };
    for row in &payments {
        let there = summary.cameras.entry((row.branch.clone(), row.camera.clone())).or_default();
        there.payments.add(row);
        summary.all.payments.add(row);
    }
    let mut reasons = BTreeMap::new();
    for Counts { branch, of, count, .. } in counts {
        if of.series == Series::Reason {
            *reasons.entry(of.label).or_default() += count;
            continue;
        }
        let there = summary.cameras.entry((branch, of.camera)).or_default();
        for at in [there, &mut summary.all] {
            match of.series {
                Series::Look => at.looks.add(&of.label, count),
                _ => at.look_to_paid.add(of.bin, count),
            }
        }
    }
    summary.reasons = ranked(reasons);
    let mut refusals = BTreeMap::new();
    for row in refused.iter().filter(|row| row.state == State::Declined) {
        // Of several reasons the first weighs most.
        let first = row.reason.split(',').next().unwrap_or_default();
        *refusals.entry(first.to_owned()).or_default() += row.count;
    }
    summary.refusals = ranked(refusals);
    Ok(summary)
}

fn ranked(counts: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut ranked: Vec<_> = counts.into_iter().collect();
    ranked.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ranked
}

/// Payments by the points of a plot, and what the closed days of the span add up to.
pub(crate) async fn payments(
    app: &App,
    asked: Asked,
) -> Result<(Vec<(Timestamp, Payments)>, Vec<Totals>), Problem> {
    let window = asked.window;
    let load = move |store: &store::Store| {
        Ok((store.payment_counts(&asked.filter, window, Some(window.bucket))?, store.settled_totals(window)?))
    };
    let (rows, settled) = app.report(load).await?;
    let mut points: BTreeMap<Timestamp, Payments> = empty(window);
    for row in &rows {
        points.entry(row.at).or_default().add(row);
    }
    Ok((points.into_iter().collect(), settled))
}

/// Every point of a plot, with nothing in it.
fn empty<T: Default>(window: Window) -> BTreeMap<Timestamp, T> {
    window.starts().map(|at| (at, T::default())).collect()
}

/// How long looks took to be paid, point by point, and recognition's stages.
pub(crate) struct Latency {
    pub(crate) look_to_paid: Bins,
    pub(crate) points: Vec<(Timestamp, Bins)>,
    pub(crate) stages: Vec<(&'static str, Bins)>,
}

/// How long looks took to be paid.
pub(crate) async fn latency(app: &App, asked: Asked) -> Result<Latency, Problem> {
    flush_if_possible(app).await;
    let window = asked.window;
    let load = move |store: &store::Store| {
        let by_hour = store.counts(&asked.filter, window, &[Series::LookToPaid], true)?;
        // All cameras share one way through the networks.
        let everywhere = AnalyticsFilter { camera: None, ..asked.filter };
        Ok((by_hour, store.counts(&everywhere, window, &[Series::Stage], false)?))
    };
    let (by_hour, stages) = app.report(load).await?;
    let (mut look_to_paid, mut points) = (Bins::default(), empty::<Bins>(window));
    for Counts { hour, of, count, .. } in by_hour {
        look_to_paid.add(of.bin, count);
        points.entry(point(window, hour)).or_default().add(of.bin, count);
    }
    let stages = pipeline::Stage::ALL.iter().map(|stage| {
        let mut bins = Bins::default();
        let own = stages.iter().filter(|counts| counts.of.label == stage.name());
        own.for_each(|counts| bins.add(counts.of.bin, counts.count));
        (stage.name(), bins)
    });
    Ok(Latency { look_to_paid, points: points.into_iter().collect(), stages: stages.collect() })
}

fn point(window: Window, hour: Option<Timestamp>) -> Timestamp {
    window.bucket.start(hour.unwrap_or(window.from))
}

/// How good looks are, and what drifts.
#[derive(Default)]
pub(crate) struct Quality {
    pub(crate) similarity_known: Bins,
    pub(crate) similarity_unknown: Bins,
    pub(crate) margin: Bins,
    /// By the liveness step.
    pub(crate) liveness: BTreeMap<String, Bins>,
    pub(crate) points: Vec<(Timestamp, Looks, Decisions)>,
}

/// How good looks are, and what drifts.
pub(crate) async fn quality(app: &App, asked: Asked) -> Result<Quality, Problem> {
    flush_if_possible(app).await;
    let window = asked.window;
    let load = move |store: &store::Store| {
        let scores = [Series::Similarity, Series::Margin, Series::Liveness];
        let scores = store.counts(&asked.filter, window, &scores, false)?;
        Ok((scores, store.counts(&asked.filter, window, &[Series::Look, Series::Decision], true)?))
    };
    let (scores, by_hour) = app.report(load).await?;
    let mut quality = Quality::default();
    for Counts { of, count, .. } in scores {
        let bins = match (of.series, of.label.as_str()) {
            (Series::Similarity, "known") => &mut quality.similarity_known,
            (Series::Similarity, _) => &mut quality.similarity_unknown,
            (Series::Margin, _) => &mut quality.margin,
            _ => quality.liveness.entry(of.label.clone()).or_default(),
        };
        bins.add(of.bin, count);
    }
    let mut points = empty::<(Looks, Decisions)>(window);
    for Counts { hour, of, count, .. } in by_hour {
        let (looks, decisions) = points.entry(point(window, hour)).or_default();
        match of.series {
            Series::Look => looks.add(&of.label, count),
            _ => decisions.add(&of.label, count),
        }
    }
    quality.points = points.into_iter().map(|(at, (looks, decisions))| (at, looks, decisions)).collect();
    Ok(quality)
}
