//! Whether the parts that everything else waits for move: the store's writer and the recognition threads.

use std::time::{Duration, Instant};

use super::App;

/// What stands still for longer than `patience`, or `None` while everything moves. That of the runtime is shown by this being
/// answered at all.
pub(crate) async fn stalled(app: &App, patience: Duration) -> Option<&'static str> {
    let store = app.0.store.clone();
    // On a thread of those that all blocking work is done on: when they are all taken for good, nothing moves either.
    let writer = tokio::task::spawn_blocking(move || store.await_writer());
    if tokio::time::timeout(patience, writer).await.is_err() {
        return Some("the writer of the database");
    }
    let held_up = app.vision().map(|vision| vision.pipeline().held_up(Instant::now()));
    held_up.is_ok_and(|held_up| held_up > patience).then_some("recognition")
}
