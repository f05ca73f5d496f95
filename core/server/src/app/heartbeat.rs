//! Whether the parts that everything else waits for move: the store's writer, the engine and the recognition threads.

use std::time::{Duration, Instant};

use super::App;

/// A network takes a slow machine a while to load, and a GPU to compile for; all that waits for it is held up by nothing worse.
const LOADING_MAX: Duration = Duration::from_secs(600);

/// What stands still for longer than `patience`, or `None` while everything moves. That of the runtime is shown by this being
/// answered at all.
pub(crate) async fn stalled(app: &App, patience: Duration) -> Option<&'static str> {
    let store = app.0.store.clone();
    // On a thread of those that all blocking work is done on: when they are all taken for good, nothing moves either.
    let writer = tokio::task::spawn_blocking(move || store.writer_held_up(Instant::now()));
    match tokio::time::timeout(patience, writer).await {
        Ok(Ok(held_up)) if held_up <= patience => {}
        Ok(_) => return Some("the writer of the database"),
        Err(_) => return Some("blocking work"),
    }
    let vision = app.vision().ok()?;
    if vision.engine().failure().is_some() {
        return Some("the engine");
    }
    let now = Instant::now();
    let loading = vision.engine().loading_for(now);
    let patience = if loading.is_zero() || loading > LOADING_MAX { patience } else { LOADING_MAX };
    (vision.pipeline().held_up(now) > patience).then_some("recognition")
}
