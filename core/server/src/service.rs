//! What systemd is told of the service: that it serves, reads anew or stops, and that it is alive. Says nothing to nobody where
//! no systemd started it.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::time::MissedTickBehavior;

use crate::app::{App, heartbeat};

/// Looks in the time after which systemd ends a service that was not heard of.
const LOOKS: u32 = 4;

/// Requests are answered from now on.
pub(crate) fn is_ready() {
    tell(&[NotifyState::Ready]);
}

/// Something is read anew; [`is_ready`] is to follow.
pub(crate) fn is_reloading() {
    let now = NotifyState::monotonic_usec_now();
    tell(&now.map_or(vec![NotifyState::Reloading], |now| vec![NotifyState::Reloading, now]));
}

/// No new work is taken.
pub(crate) fn is_stopping() {
    tell(&[NotifyState::Stopping]);
}

/// Keeps systemd's watchdog quiet for as long as every part moves. What stands still for longer than half of its time is said,
/// and left to it. Never ends.
pub(crate) async fn keep_alive(app: &App) {
    let Some(limit) = sd_notify::watchdog_enabled().filter(|limit| *limit > Duration::ZERO) else {
        return std::future::pending().await;
    };
    let mut looks = tokio::time::interval(limit / LOOKS);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        match heartbeat::stalled(app, limit / 2).await {
            None => tell(&[NotifyState::Watchdog]),
            Some(part) => tracing::error!(part, "stands still; the watchdog is not told that all is well"),
        }
    }
}

/// Nobody to tell it to is no error, and one that does not listen cannot be helped from here.
fn tell(state: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd is not told how the service does");
    }
}
