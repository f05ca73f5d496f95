//! Paying at a camera: opened by the merchant, waiting for a face, paid after a yes.

use std::sync::Arc;
use std::time::Duration;

use domain::consent::Standing;
use domain::decision::{Charge, Confirmation, Decision, Evidence, Reason, decide};
use domain::group::State::{Confirming, Gathering};
use domain::operation::Kind;
use domain::transaction::{Event, State};
use domain::{CameraId, CheckoutId, Money, Timestamp, TransactionId};
use store::{By, CheckoutRow, Details, GroupRow, NewCheckout, NewTransaction, Store, TransactionRow};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::challenge::{self, Next};
use super::evidence::{Person, Seen};
use super::{App, presence, receipt, step_up, transaction};
use crate::api::Problem;
use crate::auth::Principal;

/// How often it is looked for payments whose time is over.
const EXPIRY_EVERY: Duration = Duration::from_millis(500);

/// A checkout with the payment behind it.
pub(crate) struct Opened {
    pub(crate) checkout: CheckoutRow,
    pub(crate) transaction: TransactionRow,
}

/// Opens a checkout and waits for its payer in the background.
pub(crate) async fn open(
    app: &App,
    by: &Principal,
    camera: CameraId,
    amount: Money,
    terms: Terms,
) -> Result<Opened, Problem> {
    may_open(app, &camera).await?;
    // Listening begins before the checkout exists, so that no look is missed.
    let sightings = app.sightings().subscribe();
    let now = app.now();
    let transaction = NewTransaction {
        id: TransactionId(Uuid::now_v7()),
        amount,
        reference: terms.reference,
        expires_at: now.plus(terms.deadline),
        place: transaction::place(app, Some(camera.to_string())),
        provider: terms.provider,
    };
    let new = NewCheckout { id: CheckoutId(Uuid::now_v7()), camera, transaction };
    let (actor, at_camera) = (by.actor(), new.camera.clone());
    let checkout = app.store(move |store| store.add_checkout(By { actor: &actor, at: now }, &new)).await?;
    app.spawn_whole(await_payer(app.clone(), checkout.clone(), sightings));
    super::sightings::attend(app, &at_camera);
    load(app, checkout.id).await
}

/// There is such a camera, and room for one more checkout, by one person or by several.
pub(super) async fn may_open(app: &App, camera: &CameraId) -> Result<(), Problem> {
    if !super::camera::exists(app, camera)? {
        return Err(Problem::unprocessable("camera_unknown", format!("there is no camera {camera}")));
    }
    let branch = app.settings().policy.branch.clone();
    let open = move |store: &Store| {
        let groups = store.open_groups(&branch)?;
        // One that a provider or a person has to look at waits for nobody at a camera, and may do so for days.
        let at_a_camera = |group: &&GroupRow| matches!(group.state, Gathering | Confirming);
        Ok(store.open_checkouts(&branch)?.len() + groups.iter().filter(at_a_camera).count())
    };
    match app.store(open).await? < app.settings().checkout.open_count_max {
        true => Ok(()),
        false => Err(Problem::unavailable(
            "checkouts_full",
            "checkout.open_count_max checkouts are open; end some",
        )),
    }
}

/// What the merchant adds to a checkout.
pub(crate) struct Terms {
    pub(crate) reference: Option<String>,
    pub(crate) deadline: Duration,
    /// The payment plugin's full id; the appliance's first one when `None`.
    pub(crate) provider: Option<String>,
}

/// The checkout as it stands.
pub(crate) async fn load(app: &App, id: CheckoutId) -> Result<Opened, Problem> {
    let load = move |store: &Store| {
        let checkout = store.checkout(id)?;
        let transaction = store.transaction(checkout.transaction)?;
        Ok(Opened { checkout, transaction })
    };
    Ok(app.store(load).await?)
}

/// The camera of a checkout, of one payer or of several.
pub(crate) async fn camera(app: &App, id: CheckoutId) -> Result<CameraId, Problem> {
    let camera = move |store: &Store| match store.group(id)? {
        Some(group) => Ok(group.camera),
        None => Ok(store.checkout(id)?.camera),
    };
    Ok(app.store(camera).await?)
}

/// Takes up the checkouts that were waiting when the appliance stopped.
pub(crate) async fn resume(app: &App) -> Result<(), store::StoreError> {
    let branch = app.settings().policy.branch.clone();
    for checkout in app.store(move |store| store.open_checkouts(&branch)).await? {
        app.spawn_whole(await_payer(app.clone(), checkout, app.sightings().subscribe()));
    }
    Ok(())
}

/// Looks at every sighting at the checkout's camera until the payer is found or the time is over. A stop ends the
/// waiting, never a payment that has begun.
async fn await_payer(app: App, checkout: CheckoutRow, mut sightings: Receiver<Arc<Seen>>) {
    while let Some(seen) = next_look(&app, &checkout.camera, checkout.expires_at, &mut sightings).await {
        // A look from before the checkout was opened is not a look at this price.
        if seen.evidence.captured_at < checkout.created_at {
            continue;
        }
        match weigh(&app, &checkout, &seen).await {
            Ok(Progress::Waiting) => {}
            Ok(Progress::Over) => break,
            Err(problem) => {
                tracing::warn!(checkout = %checkout.id, code = problem.code, "a look could not be weighed");
            }
        }
    }
    app.named().forget(checkout.id);
    app.challenges().forget(checkout.id);
}

/// The next look into this camera; `None` when the time is over or the appliance stops.
pub(super) async fn next_look(
    app: &App,
    camera: &CameraId,
    until: Timestamp,
    sightings: &mut Receiver<Arc<Seen>>,
) -> Option<Arc<Seen>> {
    loop {
        let left = until.since(app.now());
        let next = tokio::select! {
            next = tokio::time::timeout(left, sightings.recv()) => next,
            () = app.stopping() => return None,
        };
        match next {
            Ok(Ok(seen)) if seen.camera == *camera => return Some(seen),
            // Older looks were dropped; newer ones are better anyway.
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
            // The wall clock was set back: there is time left after all.
            Err(_) if app.now() < until => {}
            Ok(Err(RecvError::Closed)) | Err(_) => return None,
        }
    }
}

enum Progress {
    Waiting,
    Over,
}

/// Decides on one look.
async fn weigh(app: &App, checkout: &CheckoutRow, seen: &Seen) -> Result<Progress, Problem> {
    let id = checkout.transaction;
    let row = app.store(move |store| store.transaction(id)).await?;
    if row.state != State::RequiresIdentification {
        return Ok(Progress::Over);
    }
    let Some((user, face)) = seen.subject else {
        // An unknown face leaves nothing behind.
        return Ok(Progress::Waiting);
    };
    let now = app.now();
    let person = Person { user, face: Some(face), by_face: true, place: row.place.clone() };
    let payer = app.payer(person, row.amount.currency(), now).await?;
    let charge = Charge { amount: row.amount, expires_at: row.expires_at };
    let place = presence::place_of(app, checkout.id, seen);
    let challenge = challenge::standing(app, checkout.id, seen);
    let evidence = Evidence { place, challenge, ..seen.evidence.clone() };
    let policy = app.policy_of(seen.model_tag);
    let mut decision = decide(&charge, &payer, &evidence, &policy, app.now());
    let tier = policy.liveness.tier(row.amount.minor());
    if let Some(tier) = tier.filter(|_| decision == Decision::Challenge) {
        match challenge::put(app, checkout.id, seen, tier) {
            Next::Wait => return Ok(Progress::Waiting),
            Next::Refuse => decision = Decision::Decline(Reason::ChallengeFailed),
        }
    }
    if let Decision::Decline(reason) = decision
        && is_about_the_look(reason)
    {
        tracing::debug!(checkout = %checkout.id, reason = reason.code(), "look refused, waiting on");
        presence::tell(app, checkout.id, seen, reason);
        return Ok(Progress::Waiting);
    }
    conclude(app, &Principal::SYSTEM, id, user, seen, decision).await?;
    Ok(Progress::Over)
}

/// Refusals that the next look may mend; the others end the checkout.
pub(super) fn is_about_the_look(reason: Reason) -> bool {
    match reason {
        Reason::CameraUnhealthy
        | Reason::FrameStale
        | Reason::NotLive
        | Reason::NoMatch
        | Reason::SeveralFaces
        | Reason::NotInFront => true,
        Reason::ChallengeFailed
        | Reason::CheckoutExpired
        | Reason::FacePaymentOff
        | Reason::FacePaymentWaiting
        | Reason::PayerBlocked
        | Reason::NoConsent(Standing::Live | Standing::NotYet | Standing::Expired | Standing::Withdrawn)
        | Reason::WrongCurrency
        | Reason::NoPin
        | Reason::CentreUnreachable
        | Reason::Limit(_) => false,
    }
}

/// Records a decision, and pays where no further yes is needed.
pub(crate) async fn conclude(
    app: &App,
    by: &Principal,
    id: TransactionId,
    user: domain::UserId,
    seen: &Seen,
    decision: Decision,
) -> Result<TransactionRow, Problem> {
    app.metrics().tally.decided(seen, &decision);
    let evidence = Some(receipt::of_look(app, seen, &decision).await?);
    let details = |reason: Option<String>| Details {
        user: Some(user),
        reason,
        evidence,
        confirm_by: Some(app.confirm_by(seen.evidence.captured_at)),
    };
    match decision {
        Decision::Approve(approval) => {
            let row = transaction::step(app, by, id, Event::Identified, details(None)).await?;
            match approval.confirmation {
                Confirmation::Required => Ok(row),
                Confirmation::Spared => transaction::pay(app, by, id, Kind::Sale).await,
            }
        }
        Decision::StepUp(reasons) => {
            let codes = Some(step_up::codes(&reasons));
            transaction::step(app, by, id, Event::StepUpRequired, details(codes)).await
        }
        Decision::Decline(reason) => {
            let code = Some(reason.code().to_owned());
            transaction::step(app, by, id, Event::PolicyDeclined, details(code)).await
        }
        Decision::Challenge => Err(challenge_missing()),
    }
}

/// Nothing is concluded while the payer has yet to be challenged.
pub(super) fn challenge_missing() -> Problem {
    let detail = "the payer has yet to do what the camera's kiosk asks; a checkout at a camera asks it";
    Problem::conflict("challenge_missing", detail)
}

/// The payer's yes: pays.
pub(crate) async fn confirm(app: &App, by: &Principal, id: CheckoutId) -> Result<Opened, Problem> {
    let opened = load(app, id).await?;
    not_overdue(app, &opened.transaction)?;
    transaction::pay(app, by, opened.checkout.transaction, Kind::Sale).await?;
    load(app, id).await
}

/// Refuses what came too late, even when the expiry has not been written yet.
pub(crate) fn not_overdue(app: &App, row: &TransactionRow) -> Result<(), Problem> {
    let waiting = matches!(
        row.state,
        State::RequiresIdentification | State::RequiresStepUp | State::RequiresConfirmation
    );
    match waiting && app.now() >= row.expires_at {
        true => Err(Problem::conflict("expired", "the time for this payment is over; open a new one")),
        false => Ok(()),
    }
}

/// Takes staff's word for it that the face of this track is the payer's, and nobody else's.
pub(crate) async fn name_payer(
    app: &App,
    by: &Principal,
    id: CheckoutId,
    track: u64,
) -> Result<Opened, Problem> {
    let opened = load(app, id).await?;
    if opened.transaction.state != State::RequiresIdentification {
        return Err(Problem::conflict("payer_known", "this checkout waits for no payer any more"));
    }
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.note_payer_named(By { actor: &actor, at }, id, 1, track)).await?;
    app.named().name(id, 1, track);
    super::sightings::attend(app, &opened.checkout.camera);
    load(app, id).await
}

/// Gives a checkout up.
pub(crate) async fn cancel(app: &App, by: &Principal, id: CheckoutId) -> Result<Opened, Problem> {
    let checkout = app.store(move |store| store.checkout(id)).await?;
    transaction::step(app, by, checkout.transaction, Event::Cancelled, Details::default()).await?;
    load(app, id).await
}

/// Ends the payments whose time is over.
pub(crate) async fn expire_overdue(app: App) {
    let mut ticks = tokio::time::interval(EXPIRY_EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let now = app.now();
        let overdue = match app.store(move |store| store.overdue_transactions(now)).await {
            Ok(overdue) => overdue,
            Err(error) => {
                tracing::warn!(%error, "overdue payments cannot be read");
                continue;
            }
        };
        for id in overdue {
            let details = Details { reason: Some("expired".to_owned()), ..Details::default() };
            // Somebody may just have paid or cancelled it: then it is not overdue any more.
            let _ = transaction::step(&app, &Principal::SYSTEM, id, Event::Expired, details).await;
        }
    }
}
