//! Who pays which part: several confirmed live faces at one camera become legs, one face one leg.

use std::sync::Arc;

use domain::UserId;
use domain::decision::{Charge, Decision, Evidence, decide};
use domain::group::leg::State as LegState;
use domain::liveness::Challenge;
use domain::presence::place_in_group;
use store::{GroupLeg, GroupRow};
use tokio::sync::broadcast::Receiver;

use super::{Opened, drive, load};
use crate::api::Problem;
use crate::app::checkout::{conclude, is_about_the_look, next_look};
use crate::app::evidence::{Person, Seen};
use crate::app::{App, presence};
use crate::auth::Principal;

/// Looks at every sighting at the group's camera until it is over.
pub(super) async fn payers(app: App, group: GroupRow, mut looks: Receiver<Arc<Seen>>) {
    while let Some(seen) = next_look(&app, &group.camera, group.expires_at, &mut looks).await {
        match weigh(&app, &group, &seen).await {
            Ok(true) => {}
            Ok(false) => break,
            Err(problem) => {
                tracing::warn!(checkout = %group.id, code = problem.code, "a look could not be weighed");
            }
        }
    }
    app.named().forget(group.id);
}

/// Decides on one look; `false` when the group waits for no look any more.
async fn weigh(app: &App, group: &GroupRow, seen: &Seen) -> Result<bool, Problem> {
    let opened = load(app, group.id).await?;
    if opened.group.state.is_final() || opened.group.ending.is_some() {
        return Ok(false);
    }
    // An unknown face leaves nothing behind.
    let Some((user, face)) = seen.subject else { return Ok(true) };
    let Some(leg) = leg_for(app, &opened, user, seen.track) else { return Ok(true) };
    let row = &leg.transaction;
    // A look from before the part was opened is not a look at this price.
    if seen.evidence.captured_at < row.created_at {
        return Ok(true);
    }
    let now = app.now();
    let person = Person { user, face: Some(face), by_face: true, place: row.place.clone() };
    let payer = app.payer(person, row.amount.currency(), now).await?;
    let charge = Charge { amount: row.amount, expires_at: row.expires_at };
    let named = app.named().track(group.id, leg.row.number);
    let rules = presence::rules(&app.settings().checkout);
    let place = place_in_group(seen.track, &seen.faces, named, &rules);
    // Of several people nobody is asked to move: their parts take the PIN instead.
    let challenge = Challenge::Impossible;
    let evidence = Evidence { place, challenge, ..seen.evidence.clone() };
    let mut policy = app.policy_of(seen.model_tag);
    // Among several people a yes is never spared: whose part is whose is not plain by looking.
    policy.tap_free_amount_max = 0;
    let decision = decide(&charge, &payer, &evidence, &policy, app.now());
    if let Decision::Decline(reason) = decision
        && is_about_the_look(reason)
    {
        tracing::debug!(checkout = %group.id, reason = reason.code(), "look refused, waiting on");
        presence::tell(app, group.id, seen, reason);
        return Ok(true);
    }
    conclude(app, &Principal::SYSTEM, row.id, user, seen, decision).await?;
    drive::on(app, group.id).await?;
    Ok(true)
}

/// The leg that this face is to pay: the one for which its track was named, else the one that was its own before the
/// whole was shared anew, else the first that is free. Nobody pays two.
fn leg_for<'a>(app: &App, opened: &'a Opened, user: UserId, track: u64) -> Option<&'a GroupLeg> {
    let named = |leg: &GroupLeg| app.named().track(opened.group.id, leg.row.number);
    let waiting = |leg: &&GroupLeg| leg.state() == LegState::AwaitingPayer;
    if let Some(own) = opened.in_force().find(|leg| leg.row.user == Some(user)) {
        return Some(own).filter(waiting);
    }
    if let Some(chosen) = opened.in_force().find(|leg| named(leg) == Some(track)) {
        return Some(chosen).filter(waiting);
    }
    let free = |leg: &&GroupLeg| waiting(leg) && leg.row.user.is_none() && named(leg).is_none();
    opened.in_force().find(free)
}
