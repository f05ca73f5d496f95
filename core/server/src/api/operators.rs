//! Members of staff: accounts, sign-in, their own password and one-time codes.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::role::Permission;
use domain::{OperatorId, Secret};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use store::OperatorRow;

use super::access::parse_role;
use super::extract::{Json, Path, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::{PASSWORD, Refusal};
use super::route::{Access, Routes, delete, get, post};
use super::wire::money::moment;
use super::wire::operator as wire;
use super::wire::page::{self, Listing, Page};
use crate::app::App;
use crate::auth::cookie::{self, Jar};
use crate::auth::{Credential, Principal, Who, totp};

/// Of one that has the identity provider asked.
const OIDC: &[Refusal] =
    &[(401, &["oidc_refused"]), (404, &["not_found"]), (503, &["cache_unavailable", "oidc_unavailable"])];

pub(super) fn routes(routes: Routes) -> Routes {
    let (manage, staff) = (Access::Needs(Permission::AccessManage), Access::Staff);
    routes
        .add(
            post("/operators", manage, "Add a member of staff")
                .takes::<wire::NewOperator>()
                .refuses(&[
                    (422, &["name_invalid", "password_weak", "role_unknown"]),
                    (503, &["password_hashing"]),
                ])
                .gives::<wire::Operator>(201),
            add,
        )
        .add(
            get("/operators", manage, "All members of staff")
                .query(page::QUERY)
                .gives::<Page<wire::Operator>>(200),
            list,
        )
        .add(
            delete("/operators/{id}", manage, "Shut an account; its sessions end at once")
                .gives_nothing()
                .refuses(&[(404, &["operator_not_found"]), (409, &["operator_in_use"])]),
            disable,
        )
        .add(
            delete("/operators/{id}/totp", manage, "Forget the device of somebody who has lost it")
                .gives_nothing()
                .refuses(&[(404, &["operator_not_found"]), (409, &["operator_in_use"])]),
            reset_totp,
        )
        .add(
            post("/operators/login", Access::Open, "Sign in; gives a session that ends")
                .takes::<wire::Login>()
                .refuses(&[
                    (401, &["login_refused", "code_required"]),
                    (429, &["login_busy", "login_locked"]),
                    (503, &["cache_unavailable", "password_hashing"]),
                ])
                .gives::<wire::Session>(200),
            login,
        )
        .add(
            get("/operators/oidc", Access::Open, "Sign in through the house's identity provider")
                .redirects()
                .refuses(OIDC),
            begin_oidc,
        )
        .add(
            get(
                "/operators/oidc/callback",
                Access::Open,
                "Where the identity provider sends browsers back to",
            )
            .query(&[
                Parameter::new("state", Form::Text, "as it was sent along"),
                Parameter::new("code", Form::Text, "what is exchanged for who it is"),
                Parameter::new("error", Form::Text, "why there is no code"),
            ])
            .redirects()
            .refuses(OIDC)
            .refuses(&[(401, &["oidc_gone"]), (403, &["oidc_unknown"])]),
            end_oidc,
        )
        .add(post("/operators/logout", staff, "End this session").gives_nothing(), logout)
        .add(get("/operators/me", staff, "Who is signed in, and what they may do").gives::<wire::Me>(200), me)
        .add(
            post("/operators/me/password", staff, "Change the own password; all own sessions end")
                .takes::<wire::NewPassword>()
                .refuses(PASSWORD)
                .refuses(&[(422, &["password_weak"])])
                .gives_nothing(),
            change_password,
        )
        .add(
            post("/operators/me/totp", staff, "Ask for a secret for one-time codes")
                .takes::<wire::PasswordAgain>()
                .refuses(PASSWORD)
                .gives::<wire::TotpSecret>(201),
            offer_totp,
        )
        .add(
            post("/operators/me/totp/confirm", staff, "Sign in with one-time codes from now on")
                .takes::<wire::Code>()
                .refuses(&[(422, &["code_wrong"])])
                .gives_nothing(),
            confirm_totp,
        )
}

fn operator_id(text: &str) -> Result<OperatorId, Problem> {
    text.parse().map_err(|_| Problem::not_found("operator"))
}

/// The account of who is signed in.
fn own(principal: &Principal) -> Result<OperatorId, Problem> {
    match principal.who {
        Who::Operator(id) => Ok(id),
        Who::Key(_) | Who::Payer { .. } | Who::System => Err(Problem::not_found("operator")),
    }
}

fn answer(row: OperatorRow) -> wire::Operator {
    wire::Operator {
        id: row.id.to_string(),
        name: row.name,
        role: row.role.as_str(),
        totp: row.totp_confirmed_at.is_some(),
        created_at: moment(row.created_at),
        disabled_at: row.disabled_at.map(moment),
    }
}

async fn add(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<wire::NewOperator>,
) -> Result<(StatusCode, Json<wire::Operator>), Problem> {
    let role = parse_role(&new.role)?;
    let id = app.add_operator(&principal, &new.name, new.password.0, role).await?;
    let row = app.store(move |store| store.operator(id)).await?;
    Ok((StatusCode::CREATED, Json(answer(row))))
}

async fn list(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::Operator>>, Problem> {
    let (limit, after) = (page::limit(listing.limit), page::cursor(listing.cursor.as_deref())?);
    let mut rows = app.store(move |store| store.operator_page(after, page::one_more(limit))).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(answer).collect(), next_cursor }))
}

async fn disable(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.disable_operator(&principal, operator_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reset_totp(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.reset_totp(&principal, operator_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn login(State(app): State<App>, Json(login): Json<wire::Login>) -> Result<Response, Problem> {
    let session = app.sign_in(login.name, login.password.0, login.code.map(|code| code.0)).await?;
    let body = wire::Session {
        token: (!login.cookie).then(|| session.token.expose().clone()),
        csrf: login.cookie.then(|| cookie::csrf(&session.token)),
        operator_id: session.operator.id.to_string(),
        role: session.operator.role.as_str(),
        expires_at: moment(session.expires_at),
    };
    let mut response = Json(body).into_response();
    if login.cookie {
        set_cookie(&mut response, session.token.expose(), app.settings().auth.session_ttl_s);
    }
    Ok(response)
}

/// Sends the browser to the provider, with what it has to bring back in a cookie: a link that somebody else made signs nobody in.
async fn begin_oidc(State(app): State<App>) -> Result<Response, Problem> {
    let begun = app.begin_oidc().await?;
    let mut response = Redirect::to(&begun.location).into_response();
    if let Some(cookie) = cookie::set_state(begun.state.expose()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

#[derive(Deserialize)]
struct Returned {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
}

async fn end_oidc(
    State(app): State<App>,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response, Problem> {
    app.oidc()?;
    let refused = |detail: String| Problem::new(StatusCode::UNAUTHORIZED, "oidc_refused", detail);
    if let Some(error) = returned.error {
        return Err(refused(format!("the identity provider signs nobody in: {error:.80}")));
    }
    let (Some(state), Some(code)) = (returned.state, returned.code) else {
        return Err(refused("the identity provider brought no state or no code back".to_owned()));
    };
    if !cookie::has_state(&headers, &state) {
        return Err(refused("this sign-in was begun by another browser; begin it anew".to_owned()));
    }
    let session = app.end_oidc(&state, &code).await?;
    let mut response = Redirect::to("/console").into_response();
    set_cookie(&mut response, session.token.expose(), app.settings().auth.session_ttl_s);
    Ok(response)
}

fn set_cookie(response: &mut Response, token: &str, seconds: u64) {
    if let Some(cookie) = cookie::set(Jar::Staff, token, seconds) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

async fn logout(State(app): State<App>, credential: Credential) -> Result<Response, Problem> {
    app.sign_out(&credential).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&mut response, "", 0);
    Ok(response)
}

async fn me(
    State(app): State<App>,
    principal: Principal,
    credential: Credential,
    headers: HeaderMap,
) -> Result<Json<wire::Me>, Problem> {
    let id = own(&principal)?;
    let row = app.store(move |store| store.operator(id)).await?;
    let permissions = Permission::ALL.iter().filter(|permission| principal.may(**permission));
    let permissions: Vec<_> = permissions.map(|permission| permission.as_str()).collect();
    let expires_at = app.session_end(&credential).await?;
    Ok(Json(wire::Me {
        id: id.to_string(),
        name: row.name,
        role: row.role.as_str(),
        totp: row.totp_confirmed_at.is_some(),
        totp_required: permissions.is_empty(),
        permissions,
        // For a page that was loaded anew and has forgotten it.
        csrf: cookie::token(&headers, Jar::Staff).map(|token| cookie::csrf(&Secret::new(token))),
        expires_at: expires_at.map(moment),
    }))
}

async fn change_password(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<wire::NewPassword>,
) -> Result<StatusCode, Problem> {
    let id = own(&principal)?;
    app.change_password(&principal, id, new.old.0, new.new.0).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn offer_totp(
    State(app): State<App>,
    principal: Principal,
    Json(again): Json<wire::PasswordAgain>,
) -> Result<(StatusCode, Json<wire::TotpSecret>), Problem> {
    let id = own(&principal)?;
    let (operator, secret) = app.offer_totp(&principal, id, again.password.0).await?;
    let body = wire::TotpSecret { secret: totp::typed(&secret), uri: totp::uri(&secret, &operator.name) };
    Ok((StatusCode::CREATED, Json(body)))
}

async fn confirm_totp(
    State(app): State<App>,
    principal: Principal,
    Json(code): Json<wire::Code>,
) -> Result<StatusCode, Problem> {
    app.confirm_totp(&principal, own(&principal)?, code.code.0.expose()).await?;
    Ok(StatusCode::NO_CONTENT)
}
