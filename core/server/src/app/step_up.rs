//! Further factors: a payment that needs more than a face goes on with a PIN, an identity check or a clerk's word.

use std::time::Duration;

use domain::decision::{Reason, StepUp, WithoutPin};
use domain::role::Permission;
use domain::step_up::Factor;
use domain::transaction::{Event, State};
use domain::{IdentityCheckId, Secret, TransactionId};
use store::{By, Details, NewProof, TransactionRow};

use super::checkout::not_overdue;
use super::evidence::{self, step_up_rules};
use super::receipt;
use super::{App, identity, pin, transaction};
use crate::api::Problem;
use crate::auth::{Principal, forbidden};

/// What is offered as a further factor.
pub(crate) enum Offered {
    /// The payer's PIN.
    Pin(Secret<String>),
    /// The caller vouches for the payer.
    Attested,
    /// An identity provider vouched for the payer.
    Identity(IdentityCheckId),
}

/// The codes of `reasons` in their order, as a payment keeps them.
pub(crate) fn codes(reasons: &[StepUp]) -> String {
    reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(",")
}

/// Proves a further factor for a payment: good once, for just its amount, payee and terminal, for
/// `policy.evidence_ttl_ms`.
pub(crate) async fn prove(
    app: &App,
    by: &Principal,
    id: TransactionId,
    offered: Offered,
) -> Result<TransactionRow, Problem> {
    let (row, again) = app.store(move |store| Ok((store.transaction(id)?, store.is_stepped_up(id)?))).await?;
    not_overdue(app, &row)?;
    let asks = row.state == State::RequiresStepUp || (again && row.state == State::RequiresConfirmation);
    // Before a PIN is looked at: whether one is right is told for payments that ask for it only.
    if !asks {
        let detail = format!("a payment that is {} asks for no further factor", row.state);
        return Err(Problem::conflict("conflict", detail));
    }
    let mut identified = None;
    let factor = match offered {
        Offered::Pin(pin) => {
            let user = row.user.ok_or_else(|| Problem::not_found("user"))?;
            pin::check(app, by, user, pin).await?;
            Factor::Pin
        }
        Offered::Attested => {
            may_vouch(app, by)?;
            if receipt::is_by_staff(row.evidence.as_deref()) {
                let detail = "staff vouched for the payer already; the PIN is the other factor";
                return Err(Problem::conflict("pin_required", detail));
            }
            Factor::Staff
        }
        Offered::Identity(check) => {
            let check = app.store(move |store| store.identity_check(check)).await?;
            may_carry(app, &check.provider)?;
            identified = Some((check.id, identity::least(app.settings())));
            Factor::Identity
        }
    };
    let policy = &app.settings().policy;
    let proof = NewProof {
        transaction: id,
        factor,
        identity: identified,
        payee: policy.merchant.clone(),
        lasts: Duration::from_millis(policy.evidence_ttl_ms),
    };
    let (actor, at) = (by.actor(), app.now());
    let after = app.store(move |store| store.prove_step_up(By { actor: &actor, at }, &proof)).await?;
    if after.state != row.state {
        transaction::count(app, &after);
    }
    Ok(after)
}

/// A kiosk cannot vouch for a person; those who enrol people can, where the operator lets them.
fn may_vouch(app: &App, by: &Principal) -> Result<(), Problem> {
    if !by.may(Permission::PeopleWrite) {
        return Err(forbidden(by, Permission::PeopleWrite));
    }
    match step_up_rules(&app.settings().policy).without_pin {
        WithoutPin::Staff => Ok(()),
        WithoutPin::Decline => {
            let detail = "only the payer's PIN is taken here: policy.step_up_without_pin = \"decline\"";
            Err(Problem::conflict("pin_required", detail))
        }
    }
}

/// Only the checks of those providers carry a payment that the operator names.
fn may_carry(app: &App, provider: &str) -> Result<(), Problem> {
    if identity::carriers(app.settings()).iter().any(|known| known == provider) {
        return Ok(());
    }
    let detail = format!("checks of {provider} carry no payment here: see identity.step_up");
    Err(Problem::conflict("identity_not_taken", detail))
}

/// The payment, sent back for a further factor when so much was spent since the look that it needs one now.
pub(crate) async fn asked_now(
    app: &App,
    by: &Principal,
    row: &TransactionRow,
) -> Result<Option<TransactionRow>, Problem> {
    let vouched = receipt::is_by_staff(row.evidence.as_deref());
    let Some(user) = row.user.filter(|_| row.state == State::RequiresConfirmation && !vouched) else {
        return Ok(None);
    };
    let (id, currency, now) = (row.id, row.amount.currency(), app.now());
    let (settings, reach) = (app.settings().clone(), app.reach());
    let (usage, stepped_up, has_factor) = app
        .store(move |store| {
            let has_factor = evidence::has_factor(store, &settings, reach, user)?;
            Ok((store.usage(user, currency, now)?, store.is_stepped_up(id)?, has_factor))
        })
        .await?;
    let rules = step_up_rules(&app.settings().policy);
    if stepped_up || !rules.spend_asks(row.amount, usage) {
        return Ok(None);
    }
    let (event, reason) = match (rules.without_pin, has_factor) {
        (WithoutPin::Decline, false) => (Event::PolicyDeclined, Reason::NoPin.code()),
        _ => (Event::StepUpRequired, StepUp::Spend.code()),
    };
    let details = Details { reason: Some(reason.to_owned()), ..Details::default() };
    Ok(Some(transaction::step(app, by, id, event, details).await?))
}
