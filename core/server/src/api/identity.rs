//! Who people are, by the word of issuers.

use axum::extract::State;
use domain::IdentityCheckId;
use domain::role::Permission;
use http::StatusCode;

use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::refusals::Refusal;
use super::route::{Access, Routes, get, post};
use super::users::user_id;
use super::wire::identity as wire;
use super::wire::page::{self, Listing, Page};
use crate::app::{App, identity};
use crate::auth::Principal;

const MISSING: &[Refusal] = &[(404, &["identity_check_not_found"])];

pub(super) fn routes(routes: Routes) -> Routes {
    let check = Access::Needs(Permission::IdentityCheck);
    routes
        .add(
            post("/users/{id}/identity-checks", check, "Ask an identity provider who a person is")
                .takes::<wire::NewIdentityCheck>()
                .gives::<wire::IdentityCheck>(201)
                .refuses(&[
                    (404, &["user_not_found"]),
                    (
                        422,
                        &["base64_invalid", "document_too_large", "identity_claim_unfit", "provider_unknown"],
                    ),
                ]),
            begin,
        )
        .add(
            get("/users/{id}/identity-checks", check, "A person's identity checks, newest first")
                .query(page::QUERY)
                .gives::<Page<wire::IdentityCheck>>(200)
                .refuses(&[(404, &["user_not_found"])]),
            list,
        )
        .add(
            get("/identity-checks/{id}", check, "One identity check")
                .gives::<wire::IdentityCheck>(200)
                .refuses(MISSING),
            show,
        )
        .add(
            post("/identity-checks/{id}/sync", check, "Ask the provider what became of an open check")
                .gives::<wire::IdentityCheck>(200)
                .refuses(MISSING)
                .refuses(&[(409, &["not_offered"]), (422, &["provider_unknown"])]),
            sync,
        )
}

fn check_id(text: &str) -> Result<IdentityCheckId, Problem> {
    text.parse().map_err(|_| Problem::not_found("identity check"))
}

async fn begin(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(new): Json<wire::NewIdentityCheck>,
) -> Result<(StatusCode, Json<wire::IdentityCheck>), Problem> {
    let user = user_id(&id)?;
    let checked = identity::check(&app, &principal, user, new.claimed()?).await?;
    Ok((StatusCode::CREATED, Json(checked.into())))
}

async fn list(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::IdentityCheck>>, Problem> {
    let (user, limit) = (user_id(&id)?, page::limit(listing.limit));
    let before = page::cursor(listing.cursor.as_deref())?;
    let mut rows = identity::checks(&app, user, before, page::one_more(limit)).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(wire::IdentityCheck::from).collect(), next_cursor }))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::IdentityCheck>, Problem> {
    let id = check_id(&id)?;
    Ok(Json(app.store(move |store| store.identity_check(id)).await?.into()))
}

async fn sync(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<wire::IdentityCheck>, Problem> {
    Ok(Json(identity::ask_again(&app, &principal, check_id(&id)?).await?.into()))
}
