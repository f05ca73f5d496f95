//! Committed events on their way out: from the outbox to the gallery and to whoever listens.

use std::time::Duration;

use domain::UserId;

use super::{App, enrolled, model_change};

/// How often the outbox is looked at; a committed payment is seen after at most this.
const EVERY: Duration = Duration::from_millis(50);
const ROWS_MAX: u32 = 256;

/// Publishes what is committed after event `last`, in order.
pub(super) async fn run(app: App, mut last: i64) {
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let rows = match app.store(move |store| store.outbox(last, ROWS_MAX)).await {
            Ok(rows) => rows,
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot be read");
                continue;
            }
        };
        let now = app.now().0;
        let lag_micros = rows.first().map_or(0, |row| (now - row.at_micros).max(0));
        app.metrics().outbox_lag.set(Duration::from_micros(lag_micros.unsigned_abs()).as_secs_f64());
        for row in rows {
            last = row.seq;
            if let Some(user) = enrolled::touched(&row) {
                if row.kind == "user.erased" {
                    app.names().forget(user);
                    forget(&app, user).await;
                }
                enrolled::refresh(&app, user).await;
            }
            if row.kind.starts_with("model_change.") {
                model_change::follow(&app).await;
            }
            let body = match serde_json::from_str(&row.payload) {
                Ok(serde_json::Value::Object(body)) => body,
                _ => serde_json::Map::new(),
            };
            app.hub().publish(&row.kind, body);
        }
        app.couriers().tell(last);
    }
}

/// Whoever erased the person, this appliance's share of their key goes too. The next start tries again where it can't.
async fn forget(app: &App, user: UserId) {
    if let Err(error) = app.store(move |store| store.forget_erased(user)).await {
        tracing::error!(%user, %error, "the share of an erased person's key cannot be destroyed here");
    }
}
