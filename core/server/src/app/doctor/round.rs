//! The checks in the running appliance: bounded in time, one round after the other, its findings kept for a moment.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::Timestamp;
use parking_lot::Mutex;

use super::places::Places;
use super::{Case, Check, PROBES, Status, ask};
use crate::api::wire::system::Compute;
use crate::app::App;

/// Whoever asks again within this is told the same.
const KEPT: Duration = Duration::from_secs(5);
/// Of one probe. What takes longer goes on by itself, and is waited for no more.
const PROBE_MAX: Duration = Duration::from_secs(3);
/// Of a round; where requests have less time, half of theirs.
const ROUND_MAX: Duration = Duration::from_secs(12);

/// What came of a round.
pub(crate) struct Examined {
    pub(crate) checks: Vec<Check>,
    pub(crate) device: Option<Compute>,
    pub(crate) at: Timestamp,
    pub(crate) took: Duration,
}

/// Who examines, and what was found last.
#[derive(Default)]
pub(crate) struct Doctor {
    last: tokio::sync::Mutex<Option<(Instant, Arc<Examined>)>>,
    /// The probes that have not ended.
    under_way: Arc<Mutex<HashSet<&'static str>>>,
}

/// The findings of this moment, or of one just before. Rounds follow each other: whoever asks while one is made gets that one's.
pub(crate) async fn examined(app: &App) -> Arc<Examined> {
    let doctor = app.doctor();
    let mut last = doctor.last.lock().await;
    if let Some((made, examined)) = last.as_ref()
        && made.elapsed() < KEPT
    {
        return examined.clone();
    }
    let examined = Arc::new(round(app, doctor).await);
    *last = Some((Instant::now(), examined.clone()));
    examined
}

async fn round(app: &App, doctor: &Doctor) -> Examined {
    let (began, at) = (Instant::now(), app.now());
    let limit = ROUND_MAX.min(Duration::from_millis(app.settings().server.request_timeout_ms / 2));
    let case = Arc::new(Case::running(app));
    let mut checks = Vec::new();
    for probe in &PROBES {
        let left = limit.saturating_sub(began.elapsed()).min(PROBE_MAX);
        let case = case.clone();
        let work = move || (probe.checks)(&case);
        checks.extend(one(probe.name, work, &doctor.under_way, left).await);
    }
    let places = Places::of(app.settings());
    let checks = checks.iter().map(|check| places.hidden_in(check)).collect();
    Examined { checks, device: case.tried().device.as_ref().ok().cloned(), at, took: began.elapsed() }
}

/// The probe's checks, or one that says why there are none.
async fn one(
    name: &'static str,
    checks: impl FnOnce() -> Vec<Check> + Send + 'static,
    under_way: &Arc<Mutex<HashSet<&'static str>>>,
    within: Duration,
) -> Vec<Check> {
    let asked = ask(name, "what nobody knows of cannot be relied on", "facepay doctor, at the appliance");
    if within.is_zero() {
        return vec![asked.found(Status::Skip, "the checks before it took all the time there was")];
    }
    if !under_way.lock().insert(name) {
        return vec![asked.found(Status::Warn, "the one before has not come to an end yet")];
    }
    let ended = Ended { name, under_way: under_way.clone() };
    let work = tokio::task::spawn_blocking(move || {
        let _ended = ended;
        checks()
    });
    match tokio::time::timeout(within, work).await {
        Ok(Ok(checks)) => checks,
        Ok(Err(error)) => {
            tracing::error!(probe = name, %error, "a check broke off");
            vec![asked.found(Status::Warn, "it broke off; the log says why")]
        }
        Err(_) => vec![asked.found(Status::Warn, format!("no answer within {} ms", within.as_millis()))],
    }
}

/// Strikes a probe off when it ends, however it does.
struct Ended {
    name: &'static str,
    under_way: Arc<Mutex<HashSet<&'static str>>>,
}

impl Drop for Ended {
    fn drop(&mut self) {
        self.under_way.lock().remove(self.name);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;

    use super::*;

    fn found(name: &'static str) -> Vec<Check> {
        vec![ask(name, "why", "mend").found(Status::Ok, "well")]
    }

    #[tokio::test]
    async fn a_check_without_an_end_is_told_of_and_not_begun_again_until_it_ends() {
        let under_way = Arc::default();
        let (go, gone) = sync_channel::<()>(0);
        let (told, ended) = sync_channel::<()>(1);
        let hangs = move || {
            // Also when the other end is gone.
            let _ = gone.recv();
            let _ = told.send(());
            found("slow")
        };
        let short = Duration::from_millis(20);
        let first = one("slow", hangs, &under_way, short).await;
        assert_eq!((first[0].name.as_str(), first[0].status), ("slow", Status::Warn));
        assert!(first[0].what.contains("20 ms"), "{}", first[0].what);
        let second = one("slow", || found("slow"), &under_way, PROBE_MAX).await;
        assert!(second[0].what.contains("has not come to an end"), "{}", second[0].what);
        assert_eq!(one("other", || found("other"), &under_way, PROBE_MAX).await[0].status, Status::Ok);
        drop(go);
        ended.recv().unwrap();
        while under_way.lock().contains("slow") {
            tokio::task::yield_now().await;
        }
        assert_eq!(one("slow", || found("slow"), &under_way, PROBE_MAX).await[0].status, Status::Ok);
    }

    #[tokio::test]
    async fn a_check_that_breaks_off_or_has_no_time_is_told_of() {
        let under_way = Arc::default();
        let broken = one("broken", || panic!("on purpose"), &under_way, PROBE_MAX).await;
        assert!(broken[0].status == Status::Warn && broken[0].what.contains("broke off"));
        assert!(under_way.lock().is_empty());
        let late = one("late", || found("late"), &under_way, Duration::ZERO).await;
        assert_eq!(late[0].status, Status::Skip);
    }
}
