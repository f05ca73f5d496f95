//! Several appliances with the same people: what a follower asks of its centre, and what a centre keeps ready for its followers.
//!
//! A follower reads the centre's feed as long as it runs and hands over the receipts of its payments; both go on where they were
//! after any break. What was not heard of for a while is spent less on, in the end nothing (`domain::reach`).

mod centre;
pub(crate) mod look_up;

use std::time::{Duration, Instant};

use domain::limits::Limits;
use domain::reach::{OfflineRules, Reach};
use domain::{KeyId, Secret, Timestamp, UserId};
use http::Method;
use store::{By, SignedReceipt, StoreError, SyncPosition, TakenReceipts};
use tokio::sync::watch;

use super::{App, StartError, evidence, stranger};
use crate::api::Problem;
use crate::api::wire::sync as wire;
use crate::auth::Principal;
use crate::settings;

pub(crate) use centre::{Centre, CentreError};

/// Changes of one page: people with their templates are some 20 KB each.
pub(crate) const PAGE: u32 = 200;
/// A page that came within this may be followed by a larger one; a question waits at the centre for half of it.
const QUICK: Duration = Duration::from_secs(10);
/// Receipts that are handed over at once.
pub(crate) const RECEIPTS_MAX: usize = 100;
/// How long a follower has its centre wait for a change.
const WAITS: Duration = Duration::from_secs(5);
/// How soon a follower tries again, and how late at most.
const TRIES_AGAIN: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(3)];
/// How often it is looked whether a receipt waits.
const HANDS_OVER_EVERY: Duration = Duration::from_secs(1);
/// How often a centre looks for changes while somebody waits for one.
const LOOKS_EVERY: Duration = Duration::from_millis(200);
/// How often it is kept in the database that the centre is there, or a follower.
const KEPT_EVERY: Duration = Duration::from_secs(30);

/// What an operator laid down for the time without the centre.
fn rules(settings: &settings::Sync) -> OfflineRules {
    OfflineRules {
        after: Duration::from_secs(settings.offline_after_s),
        until: Duration::from_secs(settings.offline_h_max.saturating_mul(3_600)),
        day_amount_max: settings.offline_day_amount_max,
    }
}

impl App {
    /// The centre that people are kept at; `None` where they are kept here.
    pub(crate) fn centre(&self) -> Option<&Centre> {
        self.0.centre.as_ref()
    }

    /// What people are looked up by here.
    pub(crate) fn look_up(&self) -> &look_up::LookUp {
        &self.0.look_up
    }

    /// Who is not held here and was seen.
    pub(super) fn strangers(&self) -> &stranger::Strangers {
        &self.0.strangers
    }

    /// How near the centre is; where people are kept here, they are near.
    pub(crate) fn reach(&self) -> Reach {
        match self.centre() {
            Some(centre) => rules(&self.settings().sync).reach(centre.heard_at(), self.sync_now()),
            None => Reach::Near,
        }
    }

    /// The time, which goes on when the clock is set back.
    pub(super) fn sync_now(&self) -> Timestamp {
        let now = self.now();
        self.centre().map_or(now, |centre| centre.latest(now))
    }

    /// What every payer may spend at this moment.
    pub(crate) fn spending_limits(&self) -> Limits {
        let limits = evidence::limits(&self.settings().policy);
        match self.centre() {
            Some(_) => rules(&self.settings().sync).limits(self.reach(), limits),
            None => limits,
        }
    }
}

/// Follows the centre, where there is one, and lets others wait for changes here.
pub(super) async fn start(app: &App) -> Result<(), StartError> {
    app.spawn(watch_changes(app.clone()));
    look_up::start(app).await?;
    let Some(centre) = app.centre() else { return Ok(()) };
    let (own, heard, clock) =
        app.store(|store| Ok((store.own_people()?, store.sync_heard_at()?, store.sync_clock()?))).await?;
    if own > 0 {
        let text = format!(
            "there are {own} people of this appliance's own, and people are kept at the centre: follow it with an empty database, or clear sync.centre"
        );
        return Err(StartError::Configuration(text));
    }
    stranger::take_up(app, centre.key()).await?;
    centre.heard(heard);
    clock.map(|clock| centre.latest(clock));
    app.spawn(follow(app.clone()));
    app.spawn(hand_over(app.clone()));
    Ok(())
}

/// Copies what the centre tells, for ever.
async fn follow(app: App) {
    let (mut wait, mut limit, mut kept_at) = (TRIES_AGAIN[0], PAGE, app.now());
    loop {
        let asked = Instant::now();
        match read_on(&app, limit, &mut kept_at).await {
            Ok(moved) => {
                (wait, limit) = (TRIES_AGAIN[0], next_page(limit, Some(asked.elapsed())));
                if !moved {
                    // However soon the centre says that there is nothing.
                    tokio::time::sleep(TRIES_AGAIN[0]).await;
                }
            }
            Err(error) => {
                if matches!(error, CentreError::Late) {
                    limit = next_page(limit, None);
                }
                missed(&app, &error);
                keep_clock(&app, &mut kept_at).await;
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(TRIES_AGAIN[1]);
            }
        }
    }
}

/// How large the next page may be, after one of `limit` came in `took`, or not in time: a slow line brings small ones, one person at a time
/// at last.
fn next_page(limit: u32, took: Option<Duration>) -> u32 {
    match took {
        None => (limit / 2).max(1),
        Some(took) if took < QUICK => limit.saturating_mul(2).min(PAGE),
        Some(_) => limit,
    }
}

/// Reads one page; says whether there was anything in it.
async fn read_on(app: &App, limit: u32, kept_at: &mut Timestamp) -> Result<bool, CentreError> {
    let Some(centre) = app.centre() else { return Ok(false) };
    let SyncPosition { position, .. } = app.store(store::Store::sync_position).await?;
    // What the answer tells was so at this moment or later.
    let asked_at = app.sync_now();
    let whose = if app.holds_seen() { "&visitors=true" } else { "" };
    let path = format!("/sync/changes?after={position}&limit={limit}&wait_s={}{whose}", WAITS.as_secs());
    let feed: wire::Feed = centre.ask(Method::GET, &path, None).await?;
    let feed = store::Feed::try_from(feed)?;
    let moves = feed.reached != position || feed.last < position;
    let (name, last) = (feed.name.clone(), feed.last);
    let mut reached = position;
    if moves || asked_at.since(*kept_at) >= KEPT_EVERY {
        let actor = Principal::SYSTEM.actor();
        let copied = match app.holds_seen() {
            true => stranger::copy(app, By { actor: &actor, at: asked_at }, feed).await?,
            false => app.store(move |store| store.copy(By { actor: &actor, at: asked_at }, &feed)).await?,
        };
        app.metrics().sync_position.set(copied.position);
        *kept_at = asked_at;
        // A feed of another name was not taken, but begun with.
        reached = if copied.feed.as_ref() == Some(&name) { copied.position } else { 0 };
    }
    // Whoever was blocked on a page that is still to come is not known to be.
    if reached == last {
        centre.heard(Some(asked_at));
    }
    centre.failed(None);
    Ok(moves)
}

/// Keeps the time while the centre is away: a clock that is set back meanwhile lengthens nothing.
async fn keep_clock(app: &App, kept_at: &mut Timestamp) {
    let now = app.sync_now();
    if now.since(*kept_at) < KEPT_EVERY {
        return;
    }
    match app.store(move |store| store.keep_sync_clock(now)).await {
        Ok(()) => *kept_at = now,
        Err(error) => tracing::warn!(%error, "the time cannot be kept"),
    }
}

/// Measures how long ago the centre was heard of.
pub(crate) fn observe(app: &App) {
    let Some(centre) = app.centre() else { return };
    let age = centre.heard_at().map_or(f64::INFINITY, |heard| app.sync_now().since(heard).as_secs_f64());
    app.metrics().sync_age.set(age);
}

/// Says once that the centre can't be followed, and why; it is tried again anyway.
fn missed(app: &App, error: &CentreError) {
    let Some(centre) = app.centre() else { return };
    let text = crate::api::chain(error);
    if centre.failed(Some(text.clone())).as_ref() != Some(&text) {
        tracing::warn!(error = text, "the centre cannot be followed; it is tried again");
    }
}

/// Hands over receipts as they come, each until the centre has it.
async fn hand_over(app: App) {
    let mut ticks = tokio::time::interval(HANDS_OVER_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        while let Ok(handed @ 1..) = hand_over_some(&app).await {
            tracing::debug!(receipts = handed, "the centre has them");
        }
    }
}

/// Hands over what fits into one request; says how many receipts it was.
async fn hand_over_some(app: &App) -> Result<usize, CentreError> {
    let Some(centre) = app.centre() else { return Ok(0) };
    let take = |store: &store::Store| {
        Ok((store.unsent_receipts(RECEIPTS_MAX as u32)?, store.sync_position()?.unsent))
    };
    let (unsent, waiting) = app.store(take).await?;
    app.metrics().sync_receipts_unsent.set(waiting);
    if unsent.is_empty() {
        return Ok(0);
    }
    let receipts = unsent.iter().map(|(_, signed)| wire::Receipt::from(signed)).collect();
    let body = serde_json::to_vec(&wire::Receipts { receipts }).map_err(CentreError::Unreadable)?;
    let handed: Result<wire::Taken, _> = centre.ask(Method::POST, "/sync/receipts", Some(body)).await;
    match handed {
        Ok(taken) if taken.refused.is_empty() => {}
        // They stay in this appliance's own books; the centre won't ever count them.
        Ok(taken) => tracing::error!(refused = ?taken.refused, "the centre refused receipts for good"),
        Err(error) => {
            missed(app, &error);
            return Err(error);
        }
    }
    let ids: Vec<String> = unsent.into_iter().map(|(id, _)| id).collect();
    let count = ids.len();
    app.store(move |store| store.receipts_sent(ids)).await?;
    Ok(count)
}

/// Whether `pin` is that of `user`, by the centre: it alone has PINs and counts tries.
pub(crate) async fn check_pin(app: &App, user: UserId, pin: &Secret<String>) -> Result<(), Problem> {
    let Some(centre) = app.centre() else {
        return Err(Problem::conflict("pin_missing", "this person has no PIN; staff may vouch for them"));
    };
    let body = serde_json::json!({ "user_id": user.to_string(), "pin": pin.expose() });
    let asked = centre.ask_for_nothing("/sync/pins", body.to_string().into_bytes()).await;
    asked.map_err(|error| match error {
        CentreError::Refused { code, .. } if code == "pin_wrong" => {
            Problem::unprocessable("pin_wrong", "the PIN is wrong")
        }
        CentreError::Refused { status, code, .. } if code == "pin_locked" => {
            let detail = "too many wrong PINs; wait before the next try, or let staff vouch for this person";
            Problem::new(status, "pin_locked", detail)
        }
        CentreError::Refused { code, .. } if code == "pin_missing" => {
            Problem::conflict("pin_missing", "this person has no PIN; staff may vouch for them")
        }
        other => {
            missed(app, &other);
            let detail = "the centre that keeps PINs does not answer; staff may vouch for this person";
            Problem::unavailable("centre_unreachable", detail)
        }
    })
}

/// Tells those who wait of the newest change of a person. Nobody waits: nothing is looked for.
async fn watch_changes(app: App) {
    let mut ticks = tokio::time::interval(LOOKS_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if app.0.changes.receiver_count() == 0 {
            continue;
        }
        if let Ok((_, person)) = app.store(store::Store::last_changes).await {
            tell(&app, person);
        }
    }
}

fn tell(app: &App, person: i64) {
    app.0.changes.send_if_modified(|known| std::mem::replace(known, person) != person);
}

/// Waits until a person changed after `after`, `most` at most. What is spent is told along: with every payment waking every follower,
/// a centre of many would do nothing else. Whoever is a page behind waits for nothing.
pub(crate) async fn changed(app: &App, after: i64, most: Duration) -> Result<(), StoreError> {
    let mut changes: watch::Receiver<i64> = app.0.changes.subscribe();
    let (last, person) = app.store(store::Store::last_changes).await?;
    // What those who wait know may be old: nobody looked while nobody waited.
    tell(app, person);
    if person > after || last < after || last - after > i64::from(PAGE) {
        return Ok(());
    }
    // Over in time either way; what there is is read after it.
    let _ = tokio::time::timeout(most, changes.wait_for(|person| *person > after)).await;
    Ok(())
}

/// The feed of those who were named to `reader`, after waiting `most` at most for one of them to change: others' changes are none of it.
pub(crate) async fn changes_of_visitors(
    app: &App,
    reader: KeyId,
    (after, limit): (i64, u32),
    most: Duration,
) -> Result<store::Feed, StoreError> {
    let (began, mut seen) = (Instant::now(), after);
    loop {
        let left = most.saturating_sub(began.elapsed());
        changed(app, seen, left).await?;
        let now = app.now();
        let feed = app.store(move |store| store.feed_of_visitors(reader, after, limit, now)).await?;
        if !feed.changes.is_empty() || feed.last < after || left.is_zero() {
            return Ok(feed);
        }
        seen = feed.last;
    }
}

/// Notes now and then where a follower is.
pub(crate) async fn seen(app: &App, key: KeyId, position: i64) -> Result<(), StoreError> {
    let now = app.now();
    {
        let mut followers = app.0.followers.lock();
        let known = followers.entry(key).or_insert(Timestamp(0));
        if now.since(*known) < KEPT_EVERY {
            return Ok(());
        }
        *known = now;
    }
    app.store(move |store| store.follower_seen(key, position, now)).await
}

/// Takes receipts from a follower.
pub(crate) async fn take(
    app: &App,
    by: &Principal,
    from: KeyId,
    handed: Vec<SignedReceipt>,
) -> Result<TakenReceipts, StoreError> {
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.take_receipts(By { actor: &actor, at }, from, &handed)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_any_speed_brings_somebody() {
        // Seconds that a person takes on the line, and the page that it settles at; what takes more than 30 s is late.
        for (seconds, settled) in [(0, 200), (1, 25), (4, 6), (18, 1), (29, 1)] {
            let mut limit = PAGE;
            for _ in 0..20 {
                let took = Duration::from_secs(seconds * u64::from(limit));
                limit = next_page(limit, (took.as_secs() <= 30).then_some(took));
            }
            assert_eq!(limit, settled, "{seconds}");
        }
    }
}
