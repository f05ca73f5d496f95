//! Galleries kept for the next start, a little at a time and never in the way of a payment.

use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval_at};

use super::App;

/// The start's own work comes first.
const FIRST_AFTER: Duration = Duration::from_secs(10);
const EVERY: Duration = Duration::from_secs(60);
/// So much longer than each commit took nothing is written after it.
const REST: u32 = 4;
/// Nor is more than this waited, so that a stop need not wait either.
const REST_MAX: Duration = Duration::from_secs(1);
/// What a stop takes to keep what changed last; the next start reads the rest from the database.
const LAST_WITHIN: Duration = Duration::from_secs(3);

/// Keeps what changed, once a minute.
pub(super) async fn run(app: App) {
    let mut rounds = interval_at((Instant::now() + FIRST_AFTER).into(), EVERY);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let leaving = app.clone();
        keep(&app, move |took| {
            std::thread::sleep((REST * took).min(REST_MAX));
            !leaving.is_leaving()
        })
        .await;
    }
}

/// Keeps what changed last, when the appliance stops; gives up where the database does not answer.
pub(super) async fn keep_last(app: &App) {
    let begun = Instant::now();
    let kept = keep(app, move |_| begun.elapsed() < LAST_WITHIN);
    if tokio::time::timeout(2 * LAST_WITHIN, kept).await.is_err() {
        tracing::warn!("the gallery is not kept in time; the next start takes longer");
    }
}

async fn keep(app: &App, go_on: impl FnMut(Duration) -> bool + Send + 'static) {
    let (app, at) = (app.clone(), app.now());
    let work = move || app.0.vision.as_ref().map_or(Ok(0), |vision| vision.keep(&app.0.store, at, go_on));
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(0)) => {}
        Ok(Ok(parts)) => tracing::debug!(parts, "parts of the gallery are kept for the next start"),
        Ok(Err(error)) => {
            let why = crate::api::chain(&error);
            tracing::warn!(%why, "the gallery is not kept; a start takes longer without");
        }
        Err(error) => tracing::warn!(%error, "the gallery is not kept; a start takes longer without"),
    }
}
