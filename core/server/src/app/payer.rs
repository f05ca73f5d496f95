//! A payment by a named person: opened only with the proof that they are there.

use std::time::Duration;

use domain::decision::{Charge, Decision, decide};
use domain::liveness::LivenessRules;
use domain::role::Permission;
use domain::transaction::Event;
use domain::{Money, TransactionId, UserId};
use http::StatusCode;
use store::{By, Details, NewTransaction, TransactionRow};
use uuid::Uuid;

use super::evidence::{self, Person};
use super::{App, identify, receipt, step_up, transaction};
use crate::api::Problem;
use crate::api::picture::Given;
use crate::auth::Principal;

/// Who is said to pay what, and the proof.
pub(crate) struct Claim {
    pub(crate) user: UserId,
    pub(crate) amount: Money,
    pub(crate) reference: Option<String>,
    pub(crate) proof: Option<Given>,
    /// The till, where no camera names the place.
    pub(crate) terminal: Option<String>,
    /// The payment plugin's full id; the appliance's first one when `None`.
    pub(crate) provider: Option<String>,
}

/// Opens the payment and decides on its payer. Without a proof staff vouches, within its limit.
pub(crate) async fn open(app: &App, by: &Principal, claim: Claim) -> Result<TransactionRow, Problem> {
    let Claim { user, amount, reference, proof, terminal, provider } = claim;
    app.store(move |store| store.user(user)).await?;
    let at_camera = matches!(proof, Some(Given::Camera(_)));
    let terminal = match &proof {
        Some(Given::Camera(camera)) => Some(camera.clone()),
        _ => terminal,
    };
    // The face is measured before anything is written: a refused picture leaves no payment behind.
    let seen = match proof {
        Some(Given::Files(_)) if !by.may(Permission::PeopleWrite) => return Err(camera_required()),
        Some(given) => Some(identify::prove(app, user, given).await?),
        None => {
            may_vouch(app, by, amount)?;
            None
        }
    };
    let now = app.now();
    let deadline = Duration::from_millis(app.settings().checkout.deadline_ms_default);
    let new = NewTransaction {
        id: TransactionId(Uuid::now_v7()),
        amount,
        reference,
        expires_at: now.plus(deadline),
        place: transaction::place(app, terminal),
        provider,
    };
    let (actor, id, place) = (by.actor(), new.id, new.place.clone());
    let charge = Charge { amount, expires_at: new.expires_at };
    app.store(move |store| store.add_transaction(By { actor: &actor, at: now }, &new)).await?;

    let face = seen.as_ref().and_then(|seen| seen.subject).map(|(_, face)| face);
    let person = Person { user, face, by_face: seen.is_some(), place };
    let known = app.payer(person, amount.currency(), now).await?;
    match seen {
        Some(seen) => {
            let mut policy = app.policy_of(seen.model_tag);
            if !at_camera {
                // Nobody stood there to be charged without a word.
                policy.tap_free_amount_max = 0;
            }
            let decision = decide(&charge, &known, &seen.evidence, &policy, app.now());
            super::checkout::conclude(app, by, id, user, &seen, decision).await
        }
        None => vouched(app, by, id, user, &charge, &known).await,
    }
}

/// A file can be sent again and again, so that only staff is believed that it was just taken.
fn camera_required() -> Problem {
    let detail =
        "prove the payer at a `camera`; a picture from a file is taken from staff that enrols people";
    Problem::unprocessable("camera_required", detail)
}

/// Staff that enrols people may vouch for one, up to the operator's limit.
fn may_vouch(app: &App, by: &Principal, amount: Money) -> Result<(), Problem> {
    let limit = app.settings().policy.attended_amount_max;
    if by.may(Permission::PeopleWrite) && amount.minor() <= limit {
        return Ok(());
    }
    let detail =
        "prove the payer with `image` or `camera`; without, staff takes up to policy.attended_amount_max";
    Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "identification_required", detail))
}

/// The rules about the person hold for a vouched payment as well; only those about the look do not.
async fn vouched(
    app: &App,
    by: &Principal,
    id: TransactionId,
    user: UserId,
    charge: &Charge,
    known: &domain::decision::Payer,
) -> Result<TransactionRow, Problem> {
    let attested = evidence::attested(app.now());
    let told = Some(receipt::of_staff(app, user, &by.actor()).await?);
    let details = |reason: Option<String>| Details {
        user: Some(user),
        reason,
        evidence: told,
        confirm_by: Some(app.confirm_by(attested.captured_at)),
    };
    let mut policy = app.policy();
    policy.step_up = policy.step_up.vouched();
    // Staff sees whether somebody lives, and is the further factor.
    policy.liveness = LivenessRules::default();
    match decide(charge, known, &attested, &policy, app.now()) {
        Decision::Decline(reason) => {
            let code = Some(reason.code().to_owned());
            transaction::step(app, by, id, Event::PolicyDeclined, details(code)).await
        }
        // Where the law demands two factors, a clerk's word is one of them at the most.
        Decision::StepUp(reasons) => {
            let codes = Some(step_up::codes(&reasons));
            transaction::step(app, by, id, Event::StepUpRequired, details(codes)).await
        }
        Decision::Challenge => Err(super::checkout::challenge_missing()),
        Decision::Approve(_) => transaction::step(app, by, id, Event::Identified, details(None)).await,
    }
}
