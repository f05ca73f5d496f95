//! Set-up, API keys, operators, sign-in.

use std::time::Instant;

use axum::extract::State;
use domain::role::{Permission, Role};
use domain::{KeyId, OperatorId, Secret};
use http::{HeaderValue, StatusCode, header};
use store::{ApiKeyRow, By, NewApiKey, OperatorRow};
use uuid::Uuid;

use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::route::{Access, Routes, delete, get, post};
use super::wire::access::{Key, Login, MintedKey, NewKey, NewOperator, Operator, Session, SetupRequest};
use super::wire::money::moment;
use super::wire::page::{self, Listing, Page};
use crate::app::App;
use crate::auth::setup::Refused;
use crate::auth::token::{self, Kind, TokenHash};
use crate::auth::{Principal, Who};

pub(super) fn routes(routes: Routes) -> Routes {
    let manage = Access::Needs(Permission::AccessManage);
    routes
        .add(
            post("/setup", Access::Open, "Mint the first admin key with the one-time code")
                .takes::<SetupRequest>()
                .gives::<MintedKey>(201),
            setup,
        )
        .add(post("/keys", manage, "Make an API key").takes::<NewKey>().gives::<MintedKey>(201), mint)
        .add(
            get("/keys", manage, "All API keys, without their secrets")
                .query(page::QUERY)
                .gives::<Page<Key>>(200),
            list,
        )
        .add(delete("/keys/{id}", manage, "Revoke an API key at once").gives_nothing(), revoke)
        .add(
            post("/operators", manage, "Add a member of staff").takes::<NewOperator>().gives::<Operator>(201),
            add_operator,
        )
        .add(
            get("/operators", manage, "All members of staff").query(page::QUERY).gives::<Page<Operator>>(200),
            operators,
        )
        .add(
            delete("/operators/{id}", manage, "Shut an account; its sessions end at once").gives_nothing(),
            disable_operator,
        )
        .add(
            post("/operators/login", Access::Open, "Sign in; gives a session that ends")
                .takes::<Login>()
                .gives::<Session>(200),
            login,
        )
}

async fn setup(
    State(app): State<App>,
    Json(request): Json<SetupRequest>,
) -> Result<(StatusCode, Json<MintedKey>), Problem> {
    // The code works once: what can be refused without it is refused first.
    let name = checked_name(request.name.as_deref().unwrap_or("set-up"))?;
    let code = app.setup().redeem(&request.code, Instant::now()).map_err(|refused| match refused {
        Refused::Closed => Problem::conflict("setup_closed", "set-up is done; ask an admin for a key"),
        Refused::Wrong => {
            Problem::new(StatusCode::FORBIDDEN, "setup_code_wrong", "this is not the set-up code")
        }
        Refused::Locked => {
            let detail = "too many wrong codes; wait a minute";
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "setup_locked", detail)
                .with_header(header::RETRY_AFTER, HeaderValue::from_static("60"))
        }
    })?;
    // To the end even when the client hangs up, so that the code is spent exactly when there is a key.
    let minting = tokio::spawn(async move {
        let minted = mint_key(&app, &Principal::SYSTEM, name, Role::Admin).await;
        if minted.is_err() {
            app.setup().reopen(code);
        }
        minted
    });
    minting.await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

async fn mint(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewKey>,
) -> Result<(StatusCode, Json<MintedKey>), Problem> {
    mint_key(&app, &principal, checked_name(&new.name)?, parse_role(&new.role)?).await
}

async fn mint_key(
    app: &App,
    by: &Principal,
    name: String,
    role: Role,
) -> Result<(StatusCode, Json<MintedKey>), Problem> {
    let secret = token::mint(Kind::Key, &mut rand::rng());
    let sha256 = TokenHash::of(secret.expose()).0;
    let id = KeyId(Uuid::now_v7());
    let new = NewApiKey { id, name: name.clone(), role, sha256, expires_at: None };
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.add_api_key(By { actor: &actor, at }, &new)).await?;
    let key = MintedKey { id: id.to_string(), name, role: role.as_str(), key: secret.expose().clone() };
    Ok((StatusCode::CREATED, Json(key)))
}

fn checked_name(name: &str) -> Result<String, Problem> {
    let invalid =
        || Problem::unprocessable("name_invalid", "a name has 1 to 120 characters, none of them control");
    domain::user::checked_name(name).map(str::to_owned).map_err(|_| invalid())
}

fn parse_role(text: &str) -> Result<Role, Problem> {
    text.parse()
        .map_err(|error: domain::name::UnknownName| Problem::unprocessable("role_unknown", error.to_string()))
}

async fn list(State(app): State<App>, Query(listing): Query<Listing>) -> Result<Json<Page<Key>>, Problem> {
    let (limit, after) = (page::limit(listing.limit), page::cursor(listing.cursor.as_deref())?);
    let mut rows = app.store(move |store| store.api_key_page(after, page::one_more(limit))).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(key).collect(), next_cursor }))
}

fn key(row: ApiKeyRow) -> Key {
    Key {
        id: row.id.to_string(),
        name: row.name,
        role: row.role.as_str(),
        created_at: moment(row.created_at),
        revoked_at: row.revoked_at.map(moment),
    }
}

async fn revoke(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: KeyId = id.parse().map_err(|_| Problem::not_found("key"))?;
    if principal.who == Who::Key(id) {
        return Err(Problem::conflict("key_in_use", "a key cannot revoke itself; use another"));
    }
    let (actor, at) = (principal.actor(), app.now());
    app.store(move |store| store.revoke_api_key(By { actor: &actor, at }, id)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn add_operator(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewOperator>,
) -> Result<(StatusCode, Json<Operator>), Problem> {
    let role = parse_role(&new.role)?;
    let id = app.add_operator(&principal, &new.name, Secret::new(new.password), role).await?;
    let operator = Operator {
        id: id.to_string(),
        name: new.name.trim().to_owned(),
        role: role.as_str(),
        created_at: moment(app.now()),
        disabled_at: None,
    };
    Ok((StatusCode::CREATED, Json(operator)))
}

async fn operators(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Operator>>, Problem> {
    let operator = |row: OperatorRow| Operator {
        id: row.id.to_string(),
        name: row.name,
        role: row.role.as_str(),
        created_at: moment(row.created_at),
        disabled_at: row.disabled_at.map(moment),
    };
    let (limit, after) = (page::limit(listing.limit), page::cursor(listing.cursor.as_deref())?);
    let mut rows = app.store(move |store| store.operator_page(after, page::one_more(limit))).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(operator).collect(), next_cursor }))
}

async fn disable_operator(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: OperatorId = id.parse().map_err(|_| Problem::not_found("operator"))?;
    app.disable_operator(&principal, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn login(State(app): State<App>, Json(login): Json<Login>) -> Result<Json<Session>, Problem> {
    let session = app.sign_in(login.name, Secret::new(login.password)).await?;
    Ok(Json(Session {
        token: session.token.expose().clone(),
        operator_id: session.operator.id.to_string(),
        role: session.operator.role.as_str(),
        expires_at: moment(session.expires_at),
    }))
}
