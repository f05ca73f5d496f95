//! The appliance's parts for one command: no socket, no cameras, no recovery.

use std::time::Duration;

use crate::app::App;
use crate::settings::{Layers, Settings};

use super::{Cli, Exit, Failure};

/// Which parts a command needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The database and the appliance key.
    Books,
    /// Also the networks and the vision plugins.
    Eyes,
}

/// The settings by the command line's layers.
pub(super) fn settings(cli: &Cli) -> Result<Settings, Failure> {
    let layers = Layers::of_this_machine(cli.profile.clone(), cli.config.clone());
    Ok(Settings::load(&layers)?)
}

/// Runs `work` on the appliance's parts, next to an appliance that may be running.
pub(super) fn with_app<F>(cli: &Cli, need: Need, work: F) -> Result<Exit, Failure>
where
    F: AsyncFnOnce(App) -> Result<Exit, Failure>,
{
    with_settings(settings(cli)?, need, work)
}

/// As [`with_app`], with settings of the caller's own.
pub(super) fn with_settings<F>(mut settings: Settings, need: Need, work: F) -> Result<Exit, Failure>
where
    F: AsyncFnOnce(App) -> Result<Exit, Failure>,
{
    settings.recognition.enabled = need == Need::Eyes;
    settings.plugins.payment.clear();
    settings.plugins.payment_also.clear();
    // Sessions and their like are no business of a command.
    settings.redis.url.clear();
    runtime()?.block_on(async {
        let app = App::open(settings, crate::app::start::machine_clock()).await?;
        work(app).await
    })
}

/// How long a thread for work that blocks waits for more of it. Who has waited longest gets the next, so a little work keeps as
/// many threads as come round in this time: ten seconds, as it was, kept for good all that the slowest moment of the disk had made.
const THREAD_KEPT: Duration = Duration::from_millis(250);

/// Threads for a command's asynchronous work.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_keep_alive(THREAD_KEPT)
        .build()
        .map_err(|error| Failure::failed(format!("no threads: {error}")))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::sync::{Arc, Barrier};
    use std::thread::{self, ThreadId};
    use std::time::Instant;

    use super::*;

    /// The threads that do a little work, one piece after another.
    async fn at_work() -> HashSet<ThreadId> {
        let mut threads = HashSet::new();
        for _ in 0..50 {
            threads.insert(tokio::task::spawn_blocking(|| thread::current().id()).await.unwrap());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        threads
    }

    #[test]
    fn the_threads_of_a_busy_moment_end_although_a_little_work_goes_on() {
        const BUSY: usize = 50;
        runtime().unwrap().block_on(async {
            let all = Arc::new(Barrier::new(BUSY));
            let busy: Vec<_> = (0..BUSY)
                .map(|_| {
                    let all = all.clone();
                    tokio::task::spawn_blocking(move || all.wait())
                })
                .collect();
            for one in busy {
                one.await.unwrap();
            }
            let begun = Instant::now();
            while at_work().await.len() > BUSY / 2 {
                assert!(begun.elapsed() < Duration::from_secs(20), "all go on");
            }
        });
    }
}
