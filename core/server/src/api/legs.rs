//! The parts of a checkout that several people pay.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::operation::Kind;
use domain::role::Permission;
use store::GroupLeg;

use super::checkouts::checkout_id;
use super::extract::{Json, Path};
use super::idempotency::Once;
use super::problem::Problem;
use super::refusals::MOVES;
use super::route::{Access, Route, Routes, post};
use super::wire::checkout as wire;
use super::wire::group::{Compensation, Leg, NamedPayer};
use super::wire::money::moment;
use super::wire::transaction::{Empty, reasons};
use crate::app::App;
use crate::app::group::{self, Opened};
use crate::auth::Principal;
use crate::auth::place::Place;

pub(super) fn routes(routes: Routes) -> Routes {
    let take = Access::Needs(Permission::PaymentsTake);
    let staff = Access::Needs(Permission::PaymentsReturn);
    let answer = |route: Route| {
        let route = route.gives::<wire::Checkout>(200).at(Place::Checkout).idempotent();
        route.refuses(&[(404, &["checkout_not_found", "leg_not_found"])])
    };
    routes
        .add(
            answer(post("/checkouts/{id}/legs/{n}/confirm", take, "One payer's yes; the last one's pays"))
                .takes::<Empty>()
                .refuses(MOVES)
                .refuses(&[(409, &["expired"])]),
            confirm,
        )
        .add(answer(post("/checkouts/{id}/legs/{n}/cancel", take, "One payer's no")).takes::<Empty>(), cancel)
        .add(
            // A terminal in front of customers does not say whose face pays.
            answer(post("/checkouts/{id}/legs/{n}/payer", staff, "Say whose face pays this part"))
                .takes::<NamedPayer>()
                .refuses(&[(409, &["payer_known"])]),
            name_payer,
        )
}

/// A group checkout as it is answered.
pub(super) fn answer(opened: Opened) -> wire::Checkout {
    let legs = opened.in_force().map(leg).collect();
    let compensations = opened.legs.iter().flat_map(compensations).collect();
    let group = opened.group;
    let (reason, reasons) = reasons(group.reason);
    wire::Checkout {
        id: group.id.to_string(),
        state: group.state.as_str(),
        camera: group.camera.to_string(),
        amount: group.amount.into(),
        reference: group.reference,
        user_id: None,
        transaction_id: None,
        reason,
        reasons,
        challenge: None,
        policy: Some(group.policy.as_str()),
        legs: Some(legs),
        compensations: Some(compensations),
        created_at: moment(group.created_at),
        expires_at: moment(group.expires_at),
    }
}

fn leg(leg: &GroupLeg) -> Leg {
    Leg {
        number: leg.row.number,
        state: leg.state().as_str(),
        amount: leg.transaction.amount.into(),
        user_id: leg.row.user.map(|user| user.to_string()),
        transaction_id: leg.row.transaction.to_string(),
        reason: leg.transaction.reason.clone(),
    }
}

fn compensations(leg: &GroupLeg) -> impl Iterator<Item = Compensation> + '_ {
    let back = leg.operations.iter().filter(|asked| matches!(asked.kind, Kind::Void | Kind::Refund));
    back.map(|asked| Compensation {
        leg: leg.row.number,
        transaction_id: asked.transaction.to_string(),
        kind: asked.kind.as_str(),
        state: asked.state.as_str(),
        amount: asked.amount.into(),
        at: moment(asked.created_at),
    })
}

fn number(text: &str) -> Result<u32, Problem> {
    text.parse().map_err(|_| Problem::not_found("leg"))
}

async fn confirm(
    State(app): State<App>,
    principal: Principal,
    Path((id, n)): Path<(String, String)>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let (id, n) = (checkout_id(&id)?, number(&n)?);
    once.run(app.clone(), move |_| async move {
        Ok(Json(answer(group::confirm(&app, &principal, id, n).await?)).into_response())
    })
    .await
}

async fn cancel(
    State(app): State<App>,
    principal: Principal,
    Path((id, n)): Path<(String, String)>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let (id, n) = (checkout_id(&id)?, number(&n)?);
    once.run(app.clone(), move |_| async move {
        Ok(Json(answer(group::refuse(&app, &principal, id, n).await?)).into_response())
    })
    .await
}

async fn name_payer(
    State(app): State<App>,
    principal: Principal,
    Path((id, n)): Path<(String, String)>,
    once: Once<NamedPayer>,
) -> Result<Response, Problem> {
    let (id, n) = (checkout_id(&id)?, number(&n)?);
    once.run(app.clone(), move |named| async move {
        Ok(Json(answer(group::name_payer(&app, &principal, id, (n, named.track)).await?)).into_response())
    })
    .await
}
