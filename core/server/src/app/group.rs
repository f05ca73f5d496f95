//! Paying together at a camera: opened by the merchant, one leg for each face, paid when all said yes.

use std::sync::Arc;

use domain::group::leg::State as LegState;
use domain::group::{Policy, State};
use domain::split::Split;
use domain::transaction::Event;
use domain::{CameraId, CheckoutId, Money, TransactionId};
use store::{By, Details, GroupLeg, GroupRow, NewGroup, NewLeg, NewTransaction, Store, StoreError};
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

use super::checkout::{Terms, may_open};
use super::evidence::Seen;
use super::{App, sightings, transaction};
use crate::api::Problem;
use crate::auth::Principal;

mod drive;
mod gather;

pub(crate) use drive::{Turns, watch};

/// A group checkout with its legs, those of earlier rounds first.
pub(crate) struct Opened {
    pub(crate) group: GroupRow,
    pub(crate) legs: Vec<GroupLeg>,
}

impl Opened {
    /// The legs that count at present, by number.
    pub(crate) fn in_force(&self) -> impl Iterator<Item = &GroupLeg> {
        self.legs.iter().filter(|leg| leg.row.in_force)
    }

    fn leg(&self, number: u32) -> Result<&GroupLeg, Problem> {
        self.in_force().find(|leg| leg.row.number == number).ok_or_else(|| Problem::not_found("leg"))
    }
}

/// What is to be paid by whom.
pub(crate) struct Wanted {
    pub(crate) camera: CameraId,
    pub(crate) amount: Money,
    pub(crate) split: Split,
    pub(crate) policy: Policy,
}

/// Opens a group checkout and waits for its payers in the background.
pub(crate) async fn open(app: &App, by: &Principal, wanted: Wanted, terms: Terms) -> Result<Opened, Problem> {
    let Wanted { camera, amount, split, policy } = wanted;
    let parts =
        split.parts(amount).map_err(|error| Problem::unprocessable("split_invalid", error.to_string()))?;
    may_open(app, &camera).await?;
    let now = app.now();
    let expires_at = now.plus(terms.deadline);
    let leg = |((number, amount), weight): ((u32, Money), i64)| {
        let transaction = NewTransaction {
            id: TransactionId(Uuid::now_v7()),
            amount,
            reference: terms.reference.clone(),
            expires_at,
            place: transaction::place(app, Some(camera.to_string())),
            provider: terms.provider.clone(),
        };
        NewLeg { number, weight, user: None, transaction }
    };
    let legs = (1..).zip(parts).zip(split.weights()).map(leg).collect();
    let id = CheckoutId(Uuid::now_v7());
    let reference = terms.reference.clone();
    let new = NewGroup { id, camera: camera.clone(), amount, reference, policy, expires_at, legs };
    // Listening begins before the checkout exists, so that no look is missed.
    let looks = app.sightings().subscribe();
    let actor = by.actor();
    let group = app.store(move |store| store.add_group(By { actor: &actor, at: now }, &new)).await?;
    gather_in_background(app, group, looks);
    sightings::attend(app, &camera);
    load(app, id).await
}

fn gather_in_background(app: &App, group: GroupRow, looks: Receiver<Arc<Seen>>) {
    app.spawn_whole(gather::payers(app.clone(), group, looks));
}

/// The group checkouts of this branch that are not over.
async fn open_ones(app: &App) -> Result<Vec<GroupRow>, StoreError> {
    let branch = app.settings().policy.branch.clone();
    app.store(move |store| store.open_groups(&branch)).await
}

/// Takes up the group checkouts that were open when the appliance stopped; [`watch`] drives them on.
pub(super) async fn resume(app: &App) -> Result<(), StoreError> {
    for group in open_ones(app).await? {
        gather_in_background(app, group, app.sightings().subscribe());
    }
    Ok(())
}

/// The group checkout as it stands; `None` when this is none.
pub(crate) async fn find(app: &App, id: CheckoutId) -> Result<Option<Opened>, Problem> {
    let load = move |store: &Store| {
        let Some(group) = store.group(id)? else { return Ok(None) };
        Ok(Some(Opened { group, legs: store.group_legs(id)? }))
    };
    Ok(app.store(load).await?)
}

pub(crate) async fn load(app: &App, id: CheckoutId) -> Result<Opened, Problem> {
    find(app, id).await?.ok_or_else(|| Problem::not_found("checkout"))
}

/// One payer's yes; the last one's pays.
pub(crate) async fn confirm(
    app: &App,
    by: &Principal,
    id: CheckoutId,
    number: u32,
) -> Result<Opened, Problem> {
    let transaction = load(app, id).await?.leg(number)?.row.transaction;
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.confirm_leg(By { actor: &actor, at }, transaction)).await?;
    drive::on(app, id).await?;
    load(app, id).await
}

/// One payer's no. What becomes of the others is the group's policy.
pub(crate) async fn refuse(
    app: &App,
    by: &Principal,
    id: CheckoutId,
    number: u32,
) -> Result<Opened, Problem> {
    let opened = load(app, id).await?;
    let leg = opened.leg(number)?;
    let details = Details { reason: Some("payer_refused".to_owned()), ..Details::default() };
    transaction::step(app, by, leg.row.transaction, Event::Cancelled, details).await?;
    drive::on(app, id).await?;
    load(app, id).await
}

/// Gives the whole up.
pub(crate) async fn cancel(app: &App, by: &Principal, id: CheckoutId) -> Result<Opened, Problem> {
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.cancel_group(By { actor: &actor, at }, id)).await?;
    drive::on(app, id).await?;
    load(app, id).await
}

/// Takes staff's word for it that the face of this track pays this leg. Who was taken for its payer before, and has
/// not said yes, is so no more.
pub(crate) async fn name_payer(
    app: &App,
    by: &Principal,
    id: CheckoutId,
    (number, track): (u32, u64),
) -> Result<Opened, Problem> {
    let opened = load(app, id).await?;
    let leg = opened.leg(number)?;
    if opened.group.state.is_final() {
        return Err(Problem::conflict("payer_known", "this checkout waits for no payer any more"));
    }
    let (actor, at) = (by.actor(), app.now());
    let fresh = leg.state() == LegState::AwaitingPayer && leg.row.user.is_none();
    let (old, new) = (leg.row.transaction, again(leg, leg.transaction.amount));
    let note = move |store: &Store| {
        let by = By { actor: &actor, at };
        if !fresh {
            store.replace_leg(by, old, &new)?;
        }
        store.note_payer_named(by, id, number, track)
    };
    app.store(note).await?;
    app.named().name(id, number, track);
    drive::on(app, id).await?;
    sightings::attend(app, &opened.group.camera);
    load(app, id).await
}

/// The same payment once more, for somebody else or for another part.
fn again(leg: &GroupLeg, amount: Money) -> NewTransaction {
    let row = &leg.transaction;
    NewTransaction {
        id: TransactionId(Uuid::now_v7()),
        amount,
        reference: row.reference.clone(),
        expires_at: row.expires_at,
        place: row.place.clone(),
        provider: row.provider.clone(),
    }
}

/// A leg's payment is confirmed and taken with the others only.
pub(crate) async fn is_no_leg(app: &App, id: TransactionId) -> Result<(), Problem> {
    match app.store(move |store| store.leg_of(id)).await? {
        None => Ok(()),
        Some(leg) => {
            let detail = format!(
                "this payment is a part of a group checkout: POST /checkouts/{}/legs/{}/confirm",
                leg.group, leg.number
            );
            Err(Problem::conflict("leg_of_group", detail))
        }
    }
}

/// Why a group came to nothing, as a stable code: what the first leg says that does not pay.
fn reason(legs: &[GroupLeg], state: State) -> Option<String> {
    if !matches!(state, State::Undoing | State::PartiallyPaid | State::Declined | State::Expired) {
        return None;
    }
    let lost = |leg: &&GroupLeg| leg.state().is_dead() || leg.state() == LegState::CaptureRefused;
    let leg = legs.iter().find(lost)?;
    let asked = leg.operations.iter().rev().find_map(|asked| asked.reason.clone());
    Some(leg.transaction.reason.clone().or(asked).unwrap_or_else(|| leg.state().as_str().to_owned()))
}
