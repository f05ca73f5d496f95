//! Four eyes: one person asks, another allows, and what was asked for is done once.

use std::time::Duration;

use domain::approval::Kind;
use domain::operation::{Event, State};
use domain::{ApprovalId, Money, OperationId, TransactionId};
use serde::{Deserialize, Serialize};
use store::{ApprovalRow, By, NewApproval, OperationRow, Store, refund_detail};
use uuid::Uuid;

use super::four_eyes::{self, Done};
use super::{App, transaction};
use crate::api::Problem;
use crate::api::wire::user::ErasureCertificate;
use crate::auth::Principal;

/// How long a second person has.
const WITHIN: Duration = Duration::from_secs(24 * 3_600);

/// What became of a request whose provider does not answer for it.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Found {
    /// The provider did it.
    Approved,
    /// The provider refused, or never heard of it.
    Declined,
    /// The provider undid it.
    Reversed,
}

impl From<Found> for Event {
    fn from(found: Found) -> Self {
        match found {
            Found::Approved => Self::ResolvedApproved,
            Found::Declined => Self::ResolvedDeclined,
            Found::Reversed => Self::ResolvedReversed,
        }
    }
}

/// What a refund's approval allows, as it is kept.
#[derive(Deserialize)]
struct Refund {
    amount: i64,
    currency: String,
}

/// What the approval of a resolution allows, as it is kept.
#[derive(Serialize, Deserialize)]
struct Resolution {
    outcome: Found,
    reason: String,
}

/// Lets a refund wait for a second person.
pub(crate) async fn ask_refund(
    app: &App,
    by: &Principal,
    transaction: TransactionId,
    amount: Money,
) -> Result<ApprovalRow, Problem> {
    ask(app, by, Kind::Refund, transaction.to_string(), refund_detail(amount)).await
}

/// Lets what one person found out about a request wait for a second one.
pub(crate) async fn ask_resolution(
    app: &App,
    by: &Principal,
    id: OperationId,
    outcome: Found,
    reason: String,
) -> Result<ApprovalRow, Problem> {
    let operation = app.store(move |store| store.operation(id)).await?;
    if operation.state != State::ManualReview {
        let detail = format!("a request that is {} is not for a person to resolve", operation.state);
        return Err(Problem::conflict("not_in_review", detail));
    }
    let detail = serde_json::to_string(&Resolution { outcome, reason });
    let detail = detail.map_err(|error| Problem::internal(&error))?;
    ask(app, by, Kind::Resolve, id.to_string(), detail).await
}

pub(super) async fn ask(
    app: &App,
    by: &Principal,
    kind: Kind,
    subject: String,
    detail: String,
) -> Result<ApprovalRow, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let id = ApprovalId(Uuid::now_v7());
    let new = NewApproval { id, kind, subject, detail, expires_at: at.plus(WITHIN) };
    Ok(app.store(move |store| store.add_approval(By { actor: &actor, at }, &new)).await?)
}

/// Writes a second person's yes to what is done outside of the database.
pub(super) async fn say_yes(app: &App, by: &Principal, id: ApprovalId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.approve(By { actor: &actor, at }, id)).await?)
}

/// An approval with what it led to.
pub(crate) struct Decided {
    pub(crate) approval: ApprovalRow,
    pub(crate) operation: Option<OperationRow>,
    /// Of a person who was erased.
    pub(crate) certificate: Option<ErasureCertificate>,
}

/// A second person's yes, and what it allows.
pub(crate) async fn approve(app: &App, by: &Principal, id: ApprovalId) -> Result<Decided, Problem> {
    let approval = app.store(move |store| store.approval(id)).await?;
    let (mut operation, mut certificate) = (None, None);
    match approval.kind {
        Kind::Refund => {
            let Refund { amount, currency } = read(&approval)?;
            let money = currency.parse().ok().and_then(|currency| Money::new(amount, currency).ok());
            let money = money.ok_or_else(|| unreadable(id))?;
            let transaction = approval.subject.parse().map_err(|_| unreadable(id))?;
            operation = Some(transaction::refund_approved(app, by, id, transaction, money).await?);
        }
        Kind::Resolve => {
            let Resolution { outcome, .. } = read(&approval)?;
            operation = Some(resolve(app, by, id, outcome).await?);
        }
        Kind::Erase | Kind::Plugin | Kind::Model => {
            if let Done::Erased(erased) = four_eyes::allowed(app, by, &approval).await? {
                certificate = Some(erased);
            }
        }
    }
    let approval = app.store(move |store| store.approval(id)).await?;
    Ok(Decided { approval, operation, certificate })
}

async fn resolve(app: &App, by: &Principal, id: ApprovalId, outcome: Found) -> Result<OperationRow, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let settled = app
        .store(move |store: &Store| store.resolve_operation(By { actor: &actor, at }, id, outcome.into()))
        .await?;
    if settled.transaction.state != settled.before {
        transaction::count(app, &settled.transaction);
    }
    Ok(settled.operation)
}

/// A second person's no.
pub(crate) async fn reject(app: &App, by: &Principal, id: ApprovalId) -> Result<Decided, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let approval = app.store(move |store| store.reject(By { actor: &actor, at }, id)).await?;
    Ok(Decided { approval, operation: None, certificate: None })
}

fn read<'a, T: Deserialize<'a>>(approval: &'a ApprovalRow) -> Result<T, Problem> {
    serde_json::from_str(&approval.detail).map_err(|_| unreadable(approval.id))
}

pub(super) fn unreadable(id: ApprovalId) -> Problem {
    Problem::internal(&store::StoreError::Corrupt(format!("approval {id}")))
}
