//! Paying at a camera.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::group::Policy;
use domain::role::Permission;
use domain::{CameraId, CheckoutId};
use http::StatusCode;
use pipeline::ChallengePhase;
use serde::Deserialize;

use super::cameras::camera_id;
use super::extract::{Json, Path, Query};
use super::idempotency::Once;
use super::legs;
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::{AMOUNT, FACTOR, MOVES};
use super::route::{Access, Route, Routes, get, post};
use super::transactions::checked_reference;
use super::wire::checkout as wire;
use super::wire::factor::StepUp;
use super::wire::group::NamedPayer;
use super::wire::money::moment;
use super::wire::page::{self, Page};
use super::wire::transaction::{Empty, reasons};
use crate::app::challenge::Challenge;
use crate::app::checkout::{self, Opened, Terms};
use crate::app::group::{self, Wanted};
use crate::app::{App, step_up as factors};
use crate::auth::Principal;
use crate::auth::place::Place;

pub(super) fn routes(routes: Routes) -> Routes {
    let take = Access::Needs(Permission::PaymentsTake);
    let staff = Access::Needs(Permission::PaymentsReturn);
    let read = Access::NeedsOneOf([Permission::PaymentsRead, Permission::PaymentsTake]);
    let answer = |route: Route, status| {
        route.gives::<wire::Checkout>(status).refuses(&[(404, &["checkout_not_found"])])
    };
    routes
        .add(
            answer(post("/checkouts", take, "Open a payment at a camera, by one person or several"), 201)
                .takes::<wire::NewCheckout>()
                .at(Place::Handler)
                .refuses(AMOUNT)
                .refuses(&[
                    (
                        422,
                        &[
                            "camera_id_invalid",
                            "camera_unknown",
                            "deadline_invalid",
                            "policy_unknown",
                            "provider_unknown",
                            "reference_invalid",
                            "split_invalid",
                            "split_missing",
                        ],
                    ),
                    (503, &["checkouts_full"]),
                ])
                .idempotent(),
            create,
        )
        .add(
            get("/checkouts", read, "Checkouts, newest first; for a key of one camera those at it")
                .at(Place::Handler)
                .query(&[
                    Parameter::new("camera", Form::Camera, "only those at this camera"),
                    page::LIMIT,
                    page::CURSOR,
                ])
                .refuses(&[(404, &["camera_not_found"])])
                .gives::<Page<wire::Checkout>>(200),
            list,
        )
        .add(answer(get("/checkouts/{id}", read, "One checkout"), 200).at(Place::Checkout), show)
        .add(
            answer(post("/checkouts/{id}/confirm", take, "The payer's yes: pays"), 200)
                .takes::<Empty>()
                .at(Place::Checkout)
                .refuses(MOVES)
                .refuses(&[(409, &["challenge_missing", "checkout_of_group", "expired"])])
                .idempotent(),
            confirm,
        )
        .add(
            answer(post("/checkouts/{id}/step-up", take, "A further factor: the payer's PIN"), 200)
                .takes::<StepUp>()
                .at(Place::Checkout)
                .refuses(FACTOR)
                .refuses(&[(404, &["user_not_found"]), (409, &["checkout_of_group"])])
                .idempotent(),
            step_up,
        )
        .add(
            answer(post("/checkouts/{id}/cancel", take, "Give a checkout up"), 200)
                .takes::<Empty>()
                .at(Place::Checkout)
                .idempotent(),
            cancel,
        )
        .add(
            // A terminal in front of customers does not say whose face pays.
            answer(post("/checkouts/{id}/payer", staff, "Say whose face pays, of several in view"), 200)
                .takes::<NamedPayer>()
                .refuses(&[(409, &["checkout_of_group", "payer_known"])])
                .idempotent(),
            name_payer,
        )
}

pub(super) fn checkout_id(text: &str) -> Result<CheckoutId, Problem> {
    text.parse().map_err(|_| Problem::not_found("checkout"))
}

pub(super) fn answer(opened: Opened) -> wire::Checkout {
    let Opened { checkout, transaction } = opened;
    let (reason, reasons) = reasons(checkout.reason);
    wire::Checkout {
        id: checkout.id.to_string(),
        state: checkout.state.as_str(),
        camera: checkout.camera.to_string(),
        amount: transaction.amount.into(),
        reference: transaction.reference,
        user_id: transaction.user.map(|user| user.to_string()),
        transaction_id: Some(transaction.id.to_string()),
        reason,
        reasons,
        challenge: None,
        policy: None,
        legs: None,
        compensations: None,
        created_at: moment(checkout.created_at),
        expires_at: moment(checkout.expires_at),
    }
}

async fn create(
    State(app): State<App>,
    principal: Principal,
    once: Once<wire::NewCheckout>,
) -> Result<Response, Problem> {
    let amount = once.body.amount.checked()?;
    once.run(app.clone(), move |new| async move {
        let camera: CameraId = new.camera.parse().map_err(|error: domain::id::InvalidId| {
            Problem::unprocessable("camera_id_invalid", error.to_string())
        })?;
        principal.at(&camera)?;
        let limits = &app.settings().checkout;
        let deadline_ms = new.deadline_ms.unwrap_or(limits.deadline_ms_default);
        if !(1..=limits.deadline_ms_max).contains(&deadline_ms) {
            let detail = format!("deadline_ms lies between 1 and {}", limits.deadline_ms_max);
            return Err(Problem::unprocessable("deadline_invalid", detail));
        }
        let terms = Terms {
            reference: checked_reference(new.reference)?,
            deadline: Duration::from_millis(deadline_ms),
            provider: new.provider.map(|id| app.providers().named(&id)).transpose()?,
        };
        let opened = match (new.split, new.policy) {
            (None, None) => answer(checkout::open(&app, &principal, camera, amount, terms).await?),
            (None, Some(_)) => {
                let detail = "`policy` is for an amount that several people share: give `split` as well";
                return Err(Problem::unprocessable("split_missing", detail));
            }
            (Some(split), policy) => {
                let policy = policy.as_deref().map_or(Ok(Policy::AllOrNothing), str::parse);
                let policy = policy.map_err(|error: domain::name::UnknownName| {
                    Problem::unprocessable("policy_unknown", error.to_string())
                })?;
                let wanted = Wanted { camera, amount, split: split.into(), policy };
                legs::answer(group::open(&app, &principal, wanted, terms).await?)
            }
        };
        Ok((StatusCode::CREATED, Json(opened)).into_response())
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    camera: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

async fn list(
    State(app): State<App>,
    principal: Principal,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::Checkout>>, Problem> {
    let limit = page::limit(listing.limit);
    let before = page::cursor(listing.cursor.as_deref())?;
    let camera = principal.narrowed(listing.camera.as_deref().map(camera_id).transpose()?)?;
    let load = move |store: &store::Store| {
        let (camera, rows) = (camera.as_ref(), page::one_more(limit));
        let singles = store.checkouts(camera, before, rows)?.into_iter().map(|checkout| {
            let transaction = store.transaction(checkout.transaction)?;
            Ok((checkout.id, answer(Opened { checkout, transaction })))
        });
        let groups = store.groups(camera, before, rows)?.into_iter().map(|group| {
            let legs = store.group_legs(group.id)?;
            Ok((group.id, legs::answer(group::Opened { group, legs })))
        });
        singles.chain(groups).collect::<Result<Vec<_>, store::StoreError>>()
    };
    let mut rows = app.store(load).await?;
    rows.sort_by_key(|row| std::cmp::Reverse(row.0));
    let next_cursor = page::cut(&mut rows, limit, |row| row.0);
    Ok(Json(Page { items: rows.into_iter().map(|(_, checkout)| checkout).collect(), next_cursor }))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::Checkout>, Problem> {
    let id = checkout_id(&id)?;
    match group::find(&app, id).await? {
        Some(group) => Ok(Json(legs::answer(group))),
        None => {
            let challenge = app.challenges().of(id).map(|open| challenged(&open));
            Ok(Json(wire::Checkout { challenge, ..answer(checkout::load(&app, id).await?) }))
        }
    }
}

fn challenged(open: &Challenge) -> wire::Challenge {
    let prompt = match open.phase {
        Some(ChallengePhase::Prompt { index, gesture }) => Some((gesture.name(), index + 1)),
        _ => None,
    };
    wire::Challenge {
        nonce: hex::encode(open.nonce.0),
        phase: open.phase.map_or("waiting", ChallengePhase::name),
        gesture: prompt.map(|(gesture, _)| gesture),
        number: prompt.map(|(_, number)| number),
        count: open.count,
        failure: match open.phase {
            Some(ChallengePhase::Failed(failure)) => Some(failure.name()),
            _ => None,
        },
        tries_left: open.tries_left(),
    }
}

/// A group's payers say yes one by one, each to their own part.
async fn is_no_group(app: &App, id: CheckoutId, instead: &str) -> Result<(), Problem> {
    match group::find(app, id).await? {
        None => Ok(()),
        Some(_) => {
            let detail = format!("several people pay this checkout: use {instead}");
            Err(Problem::conflict("checkout_of_group", detail))
        }
    }
}

async fn confirm(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let id = checkout_id(&id)?;
    once.run(app.clone(), move |_| async move {
        is_no_group(&app, id, "/checkouts/{id}/legs/{n}").await?;
        Ok(Json(answer(checkout::confirm(&app, &principal, id).await?)).into_response())
    })
    .await
}

async fn step_up(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<StepUp>,
) -> Result<Response, Problem> {
    let id = checkout_id(&id)?;
    once.forgetting()
        .run(app.clone(), move |given| async move {
            is_no_group(&app, id, "/transactions/{transaction_id}/step-up").await?;
            let offered = given.offered()?;
            let transaction = app.store(move |store| store.checkout(id)).await?.transaction;
            factors::prove(&app, &principal, transaction, offered).await?;
            Ok(Json(answer(checkout::load(&app, id).await?)).into_response())
        })
        .await
}

async fn cancel(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let id = checkout_id(&id)?;
    once.run(app.clone(), move |_| async move {
        let cancelled = match group::find(&app, id).await? {
            Some(_) => legs::answer(group::cancel(&app, &principal, id).await?),
            None => answer(checkout::cancel(&app, &principal, id).await?),
        };
        Ok(Json(cancelled).into_response())
    })
    .await
}

async fn name_payer(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<NamedPayer>,
) -> Result<Response, Problem> {
    let id = checkout_id(&id)?;
    once.run(app.clone(), move |named| async move {
        is_no_group(&app, id, "/checkouts/{id}/legs/{n}").await?;
        Ok(Json(answer(checkout::name_payer(&app, &principal, id, named.track).await?)).into_response())
    })
    .await
}
