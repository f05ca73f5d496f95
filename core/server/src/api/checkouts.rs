//! Paying at a camera.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::role::Permission;
use domain::{CameraId, CheckoutId};
use http::StatusCode;

use super::extract::{Json, Path, Query};
use super::idempotency::Once;
use super::problem::Problem;
use super::route::{Access, Route, Routes, get, post};
use super::transactions::checked_reference;
use super::wire::checkout as wire;
use super::wire::money::moment;
use super::wire::page::{self, Listing, Page};
use super::wire::transaction::Empty;
use crate::app::App;
use crate::app::checkout::{self, Opened, Terms};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    let take = Access::Needs(Permission::PaymentsTake);
    let read = Access::NeedsOneOf([Permission::PaymentsRead, Permission::PaymentsTake]);
    let answer = |route: Route, status| route.gives::<wire::Checkout>(status);
    routes
        .add(
            answer(post("/checkouts", take, "Open a payment at a camera"), 201)
                .takes::<wire::NewCheckout>()
                .idempotent(),
            create,
        )
        .add(
            get("/checkouts", read, "Checkouts, newest first")
                .query(page::QUERY)
                .gives::<Page<wire::Checkout>>(200),
            list,
        )
        .add(answer(get("/checkouts/{id}", read, "One checkout"), 200), show)
        .add(
            answer(post("/checkouts/{id}/confirm", take, "The payer's yes: pays"), 200)
                .takes::<Empty>()
                .idempotent(),
            confirm,
        )
        .add(
            answer(post("/checkouts/{id}/cancel", take, "Give a checkout up"), 200)
                .takes::<Empty>()
                .idempotent(),
            cancel,
        )
}

fn checkout_id(text: &str) -> Result<CheckoutId, Problem> {
    text.parse().map_err(|_| Problem::not_found("checkout"))
}

fn answer(opened: Opened) -> wire::Checkout {
    let Opened { checkout, transaction } = opened;
    wire::Checkout {
        id: checkout.id.to_string(),
        state: checkout.state.as_str(),
        camera: checkout.camera.to_string(),
        amount: transaction.amount.into(),
        reference: transaction.reference,
        user_id: transaction.user.map(|user| user.to_string()),
        transaction_id: transaction.id.to_string(),
        reason: checkout.reason,
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
        let opened = checkout::open(&app, &principal, camera, amount, terms).await?;
        Ok((StatusCode::CREATED, Json(answer(opened))).into_response())
    })
    .await
}

async fn list(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::Checkout>>, Problem> {
    let limit = page::limit(listing.limit);
    let before = page::cursor(listing.cursor.as_deref())?;
    let load = move |store: &store::Store| {
        let rows = store.checkouts(before, page::one_more(limit))?;
        let opened = rows.into_iter().map(|checkout| {
            let transaction = store.transaction(checkout.transaction)?;
            Ok(Opened { checkout, transaction })
        });
        opened.collect::<Result<Vec<_>, store::StoreError>>()
    };
    let mut rows = app.store(load).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.checkout.id);
    Ok(Json(Page { items: rows.into_iter().map(answer).collect(), next_cursor }))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::Checkout>, Problem> {
    Ok(Json(answer(checkout::load(&app, checkout_id(&id)?).await?)))
}

async fn confirm(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<Empty>,
) -> Result<Response, Problem> {
    let id = checkout_id(&id)?;
    once.run(app.clone(), move |_| async move {
        Ok(Json(answer(checkout::confirm(&app, &principal, id).await?)).into_response())
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
        Ok(Json(answer(checkout::cancel(&app, &principal, id).await?)).into_response())
    })
    .await
}
