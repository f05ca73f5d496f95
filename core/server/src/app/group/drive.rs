//! Drives a group checkout on from whatever the books say: [`domain::group::assess`] decides, this carries out.
//!
//! It may stop anywhere, by a crash or because a provider does not answer: whoever comes next begins with the books.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::group::{self as machine, Assessment, Next, Remedy};
use domain::operation::Kind;
use domain::split::shares;
use domain::transaction::Event;
use domain::{CheckoutId, Timestamp};
use futures_util::future::join_all;
use parking_lot::Mutex;
use store::{By, Details, GroupLeg, GroupStep, NewLeg, Store};
use tokio::sync::OwnedMutexGuard;

use super::{Opened, again, find, open_ones, reason};
use crate::api::Problem;
use crate::app::{App, sightings, transaction};
use crate::auth::Principal;

/// How often open groups are looked at without being asked: payments expire, and recovery settles them.
const EVERY: Duration = Duration::from_millis(500);
/// A group for which nothing could be done rests so long before [`watch`] tries again.
const REST: Duration = Duration::from_secs(5);
/// Steps at one go; no group needs as many.
const STEPS_MAX: usize = 64;

/// Whose turn it is: one at a time drives a group.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<CheckoutId, Turn>>);

struct Turn {
    lock: Arc<tokio::sync::Mutex<()>>,
    rests_until: Timestamp,
}

impl Turns {
    fn lock(&self, id: CheckoutId) -> Arc<tokio::sync::Mutex<()>> {
        let fresh = || Turn { lock: Arc::default(), rests_until: Timestamp(0) };
        self.0.lock().entry(id).or_insert_with(fresh).lock.clone()
    }

    /// The turn of a group that nobody drives and that does not rest.
    fn free(&self, id: CheckoutId, now: Timestamp) -> Option<OwnedMutexGuard<()>> {
        let lock = self.lock(id);
        let rests = self.0.lock().get(&id).is_some_and(|turn| now < turn.rests_until);
        if rests { None } else { lock.try_lock_owned().ok() }
    }

    fn rest(&self, id: CheckoutId, until: Timestamp) {
        if let Some(turn) = self.0.lock().get_mut(&id) {
            turn.rests_until = until;
        }
    }

    fn forget(&self, id: CheckoutId) {
        self.0.lock().remove(&id);
    }
}

/// Drives every open group on, again and again: those that a crash cut off, that expired or that recovery settled.
pub(crate) async fn watch(app: App) {
    let mut rounds = tokio::time::interval(EVERY);
    rounds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        let open = match open_ones(&app).await {
            Ok(open) => open,
            Err(error) => {
                tracing::warn!(%error, "open group checkouts cannot be read");
                continue;
            }
        };
        for group in open {
            let Some(turn) = app.turns().free(group.id, app.now()) else { continue };
            let app = app.clone();
            // To its end, as a payment: a provider may be asked on the way.
            app.clone().spawn_whole(async move {
                if let Err(problem) = whole(&app, group.id, turn).await {
                    tracing::error!(checkout = %group.id, code = problem.code, "a group checkout does not go on");
                }
            });
        }
    }
}

/// Drives a group on as far as it goes now.
pub(super) async fn on(app: &App, id: CheckoutId) -> Result<(), Problem> {
    let turn = app.turns().lock(id).lock_owned().await;
    whole(app, id, turn).await
}

async fn whole(app: &App, id: CheckoutId, turn: OwnedMutexGuard<()>) -> Result<(), Problem> {
    let mut before: Option<Vec<machine::Leg>> = None;
    for _ in 0..STEPS_MAX {
        let Some(mut opened) = find(app, id).await? else { break };
        opened.legs.retain(|leg| leg.row.in_force);
        if opened.group.state.is_final() {
            break;
        }
        let legs: Vec<machine::Leg> = opened.legs.iter().map(GroupLeg::weighed).collect();
        let found = machine::assess(opened.group.policy, opened.group.ending, &legs, app.now());
        note(app, &opened, &found).await?;
        match found.next {
            Next::Wait => return Ok(()),
            Next::End => break,
            // What was tried came to nothing at all: the books say so, or nobody could be asked.
            _ if before.as_ref() == Some(&legs) => {
                app.turns().rest(id, app.now().plus(REST));
                return Ok(());
            }
            next => carry_out(app, &opened, next).await?,
        }
        before = Some(legs);
    }
    drop(turn);
    app.turns().forget(id);
    app.named().forget(id);
    Ok(())
}

/// Writes down where the group stands now.
async fn note(app: &App, opened: &Opened, found: &Assessment) -> Result<(), Problem> {
    let gives_up = found.given_up && opened.group.ending.is_none();
    if found.state == opened.group.state && !gives_up {
        return Ok(());
    }
    let (actor, at, id) = (Principal::SYSTEM.actor(), app.now(), opened.group.id);
    let reason = reason(&opened.legs, found.state);
    let step = GroupStep { to: found.state, given_up: found.given_up, reason };
    app.store(move |store| store.step_group(By { actor: &actor, at }, id, &step)).await?;
    Ok(())
}

async fn carry_out(app: &App, opened: &Opened, next: Next) -> Result<(), Problem> {
    match next {
        Next::Wait | Next::End => {}
        Next::Authorize(places) => {
            let asked = places.iter().map(|at| authorize(app, &opened.legs[*at]));
            join_all(asked).await;
        }
        Next::Capture(places) => {
            let asked = places.iter().map(|at| capture(app, &opened.legs[*at]));
            join_all(asked).await;
        }
        Next::Undo(remedies) => {
            let why = opened.group.reason.clone().or_else(|| reason(&opened.legs, machine::State::Undoing));
            let why = why.unwrap_or_else(|| "group_cancelled".to_owned());
            let asked = remedies.iter().map(|(at, remedy)| undo(app, &opened.legs[*at], *remedy, &why));
            join_all(asked).await;
        }
        Next::Redistribute(places) => share_anew(app, opened, &places).await?,
    }
    Ok(())
}

async fn authorize(app: &App, leg: &GroupLeg) {
    let asked = transaction::pay(app, &Principal::SYSTEM, leg.row.transaction, Kind::Authorize).await;
    complain(leg, "set aside", asked.map(drop));
}

async fn capture(app: &App, leg: &GroupLeg) {
    let asked = transaction::capture(app, &Principal::SYSTEM, leg.row.transaction, None).await;
    complain(leg, "taken", asked.map(drop));
}

/// Takes one leg out, with its money. The first try is put on record before it is made.
async fn undo(app: &App, leg: &GroupLeg, remedy: Remedy, why: &str) {
    let (id, by) = (leg.row.transaction, &Principal::SYSTEM);
    if leg.weighed().tries.returns == 0 && remedy != Remedy::Cancel {
        let (actor, at, row, why) = (by.actor(), app.now(), leg.row.clone(), why.to_owned());
        let note = move |store: &Store| store.note_return(By { actor: &actor, at }, &row, remedy, &why);
        if let Err(error) = app.store(note).await {
            return complain(leg, "put on record", Err(error.into()));
        }
    }
    let done = match remedy {
        Remedy::Cancel => {
            let details = Details { reason: Some(why.to_owned()), ..Details::default() };
            transaction::step(app, by, id, Event::Cancelled, details).await.map(drop)
        }
        Remedy::Void => transaction::void(app, by, id).await.map(drop),
        Remedy::Refund => transaction::give_back(app, by, id).await.map(drop),
    };
    // Who looks for payments whose time is over may have been here first.
    if done.is_err() && is_out(app, leg).await {
        return;
    }
    complain(leg, "given back", done);
}

/// Whether nothing of a leg is left to give back, whoever saw to it.
async fn is_out(app: &App, leg: &GroupLeg) -> bool {
    let (group, id) = (leg.row.group, leg.row.transaction);
    let legs = app.store(move |store: &Store| store.group_legs(group)).await.unwrap_or_default();
    legs.iter().any(|leg| leg.row.transaction == id && leg.state().is_dead())
}

/// A leg for which something could not be done says so itself when it is looked at next; the log says why.
fn complain(leg: &GroupLeg, what: &str, done: Result<(), Problem>) {
    if let Err(problem) = done {
        let (checkout, number) = (leg.row.group, leg.row.number);
        tracing::warn!(%checkout, leg = number, code = problem.code, detail = %problem.detail, "not {what}");
    }
}

/// Opens the parts of those who stay, for the whole. Each must look and say yes anew.
async fn share_anew(app: &App, opened: &Opened, places: &[usize]) -> Result<(), Problem> {
    let stay: Vec<&GroupLeg> = places.iter().map(|at| &opened.legs[*at]).collect();
    let weights: Vec<i64> = stay.iter().map(|leg| leg.row.weight).collect();
    let group = &opened.group;
    // By the old weights somebody might pay nothing of a tiny amount: alike, then.
    let parts = shares(group.amount, &weights).or_else(|_| shares(group.amount, &vec![1; weights.len()]));
    let parts = parts.map_err(|error| Problem::conflict("split_invalid", error.to_string()))?;
    let part = |(leg, amount): (&GroupLeg, domain::Money)| NewLeg {
        number: leg.row.number,
        weight: leg.row.weight,
        user: leg.row.user,
        transaction: again(leg, amount),
    };
    let new: Vec<NewLeg> = stay.into_iter().zip(parts).map(part).collect();
    let (actor, at, id, round) = (Principal::SYSTEM.actor(), app.now(), group.id, group.round);
    app.store(move |store| store.share_group(By { actor: &actor, at }, id, round, &new)).await?;
    sightings::attend(app, &group.camera);
    Ok(())
}
