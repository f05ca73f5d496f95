//! What must be looked after while the appliance runs: the books, the chain, what has run out.

use std::time::Duration;

use domain::UserId;
use store::{By, Retired, StoreError};

use super::look_alike::{self, Comparison};
use super::update::Recorded;
use super::{
    App, analytics, enrolled, enrolment, identity, model_change, stranger, transaction, update, verification,
};
use crate::auth::{Principal, payer};
use crate::memory;

const EVERY: Duration = Duration::from_secs(3_600);
/// A template outlives its consent by at most this; it pays nothing from the first moment.
const FACES_EVERY: Duration = Duration::from_secs(60);
/// After a start, whose face data is due is looked at so much later.
const RETENTION_AFTER: Duration = Duration::from_secs(300);
/// Answers to `Idempotency-Key` are kept so long.
const ANSWERS_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// What became of messages to and from webhooks is kept so long.
const DELIVERIES_KEPT: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Looks after everything once an hour, after faces once a minute. The first round is the start's own.
pub(super) async fn run(app: App) {
    let (mut comparison, mut recorded) = (Comparison::default(), Recorded::default());
    let (mut rounds, mut faces) = (tokio::time::interval(EVERY), tokio::time::interval(FACES_EVERY));
    let mut retention = tokio::time::interval(EVERY);
    // Not while the appliance starts: it looks at everybody.
    retention.reset_after(RETENTION_AFTER);
    rounds.tick().await;
    faces.tick().await;
    loop {
        let done = tokio::select! {
            _ = rounds.tick() => round(&app).await,
            // Where a centre keeps people, it alone knows who comes no more.
            _ = retention.tick(), if app.centre().is_none() => app.retire_inactive().await,
            _ = faces.tick() => minute(&app, &mut comparison, &mut recorded).await,
        };
        if let Err(error) = done {
            tracing::error!(%error, "upkeep stopped half-way; the next round tries again");
        }
    }
}

/// What is looked after once a minute.
async fn minute(app: &App, comparison: &mut Comparison, recorded: &mut Recorded) -> Result<(), StoreError> {
    memory::give_back().await;
    forget_expired_faces(app).await?;
    stranger::leave(app).await?;
    enrolment::expire(app).await?;
    identity::leave(app).await?;
    model_change::follow(app).await;
    model_change::delete_leaving(app).await?;
    look_alike::compare(app, comparison).await?;
    app.names().rest(app.now());
    app.expire_authorizations().await?;
    update::record(app, recorded).await?;
    analytics::flush(app).await
}

impl App {
    /// Tells whose face data goes soon, and takes that of those who were told; see [`store::Store::retire_inactive`].
    ///
    /// # Errors
    /// When the database doesn't answer; the next round tries again.
    pub async fn retire_inactive(&self) -> Result<(), StoreError> {
        let (actor, at) = (Principal::SYSTEM.actor(), self.now());
        let retention = self.settings().privacy.retention();
        let done =
            self.store(move |store| store.retire_inactive(By { actor: &actor, at }, retention)).await?;
        for user in &done.retired {
            enrolled::refresh(self, *user).await;
        }
        let Retired { noticed, retired } = done;
        if !(noticed.is_empty() && retired.is_empty()) {
            tracing::info!(
                noticed = noticed.len(),
                retired = retired.len(),
                "face data that is kept too long"
            );
        }
        Ok(())
    }

    /// Gives free what was set aside and not taken within `policy.authorization_days`.
    ///
    /// # Errors
    /// When the database doesn't answer; the next round tries again.
    pub async fn expire_authorizations(&self) -> Result<(), StoreError> {
        let kept = Duration::from_secs(u64::from(self.settings().policy.authorization_days) * 86_400);
        let before = self.now().minus(kept);
        for id in self.store(move |store| store.stale_authorizations(before)).await? {
            // Somebody may be taking it this very moment, or its provider does not answer: it is tried again.
            if let Err(problem) = transaction::expire_authorization(self, id).await {
                tracing::warn!(transaction = %id, code = problem.code, "an old authorization is not given free yet");
            }
        }
        Ok(())
    }
}

/// One round.
pub(super) async fn round(app: &App) -> Result<(), StoreError> {
    verification::all(app).await?;
    app.checkpoint().await?;
    redo_erasures(app).await?;
    update::record(app, &mut Recorded::default()).await?;
    forget_expired_faces(app).await?;
    enrolment::expire(app).await?;
    look_alike::forget_where_not_agreed(app).await?;
    model_change::forget_where_not_kept(app).await?;
    analytics::forget(app).await?;
    let (now, unused_max) = (app.now(), payer::unused_max(app.settings()));
    app.store(move |store| {
        store.forget_answers(now.minus(ANSWERS_KEPT))?;
        store.forget_followers_past(now)?;
        store.forget_payer_devices(now.minus(unused_max))?;
        store.forget_deliveries(now.minus(DELIVERIES_KEPT))
    })
    .await
}

/// Completes erasures that were cut short, here or at another appliance of the database.
async fn redo_erasures(app: &App) -> Result<(), StoreError> {
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    for user in app.store(move |store| store.redo_erasures(By { actor: &actor, at })).await? {
        enrolled::refresh(app, user).await;
    }
    Ok(())
}

/// Removes the templates whose consent has run out, from database and gallery.
async fn forget_expired_faces(app: &App) -> Result<(), StoreError> {
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    let removed = app.store(move |store| store.remove_expired_faces(By { actor: &actor, at })).await?;
    for (_, user) in &removed {
        enrolled::refresh(app, *user).await;
    }
    if !removed.is_empty() {
        tracing::info!(faces = removed.len(), "faces whose consent has run out are removed");
    }
    if app.centre().is_none() {
        return Ok(());
    }
    let users: Vec<UserId> = removed.into_iter().map(|(_, user)| user).collect();
    if app.store(move |store| store.copies_ran_out(at, &users)).await? {
        tracing::warn!("this clock was ahead, and faces were removed too early: everybody is copied anew");
    }
    Ok(())
}
