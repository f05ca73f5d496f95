//! Set-up and API keys.

use std::time::Instant;

use axum::extract::State;
use domain::name::UnknownName;
use domain::role::{Permission, Role};
use domain::{KeyId, Timestamp};
use http::{HeaderValue, StatusCode, header};
use store::{ApiKeyRow, By, KeyBounds};

use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::route::{Access, Routes, delete, get, post};
use super::wire::access::{Bounds, Key, MintedKey, NewKey, OwnKey, SetupRequest};
use super::wire::money::{moment, parse_moment};
use super::wire::page::{self, Listing, Page};
use crate::app::App;
use crate::auth::key::KeyWanted;
use crate::auth::place::Place;
use crate::auth::setup::Refused;
use crate::auth::{Principal, Who};

pub(super) fn routes(routes: Routes) -> Routes {
    let manage = Access::Needs(Permission::AccessManage);
    routes
        .add(
            post("/setup", Access::Open, "Mint the first admin key with the one-time code")
                .takes::<SetupRequest>()
                .refuses(&[
                    (403, &["setup_code_wrong"]),
                    (409, &["setup_closed"]),
                    (422, &["name_invalid"]),
                    (429, &["setup_locked"]),
                ])
                .gives::<MintedKey>(201),
            setup,
        )
        .add(
            post("/keys", manage, "Make an API key").takes::<NewKey>().gives::<MintedKey>(201).refuses(&[(
                422,
                &[
                    "name_invalid",
                    "role_unknown",
                    "scope_unknown",
                    "camera_id_invalid",
                    "certificate_sha256_invalid",
                    "certificate_needed",
                    "time_invalid",
                    "expires_at_past",
                ],
            )]),
            mint,
        )
        .add(
            get("/keys", manage, "All API keys, without their secrets")
                .query(page::QUERY)
                .gives::<Page<Key>>(200),
            list,
        )
        .add(
            get("/keys/me", Access::Key, "The key that asks, and what it may do")
                .gives::<OwnKey>(200)
                .at(Place::Handler),
            own,
        )
        .add(
            delete("/keys/{id}", manage, "Revoke an API key at once")
                .gives_nothing()
                .refuses(&[(404, &["key_not_found"]), (409, &["key_in_use"])]),
            revoke,
        )
}

async fn setup(
    State(app): State<App>,
    Json(request): Json<SetupRequest>,
) -> Result<(StatusCode, Json<MintedKey>), Problem> {
    // The code works once: what can be refused without it is refused first.
    let name = checked_name(request.name.as_deref().unwrap_or("set-up"))?;
    let code =
        app.setup().redeem(request.code.0.expose(), Instant::now()).map_err(|refused| match refused {
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
        let wanted = KeyWanted { name, role: Role::Admin, bounds: KeyBounds::default(), expires_at: None };
        let minted = mint_key(&app, &Principal::SYSTEM, wanted).await;
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
    let (name, role, bounds) = (checked_name(&new.name)?, parse_role(&new.role)?, bounds(&new)?);
    if !role.is_for_keys() {
        let detail = format!("the role {role} is for payers' own devices, not for keys");
        return Err(Problem::unprocessable("role_unknown", detail));
    }
    if role == Role::Appliance && bounds.certificate_sha256.is_none() {
        let detail = "the key of an appliance is bound to its certificate: send certificate_sha256";
        return Err(Problem::unprocessable("certificate_needed", detail));
    }
    let expires_at = new.expires_at.as_deref().map(|end| end_of(end, app.now())).transpose()?;
    mint_key(&app, &principal, KeyWanted { name, role, bounds, expires_at }).await
}

/// Gives the key a secret and records it.
async fn mint_key(
    app: &App,
    by: &Principal,
    new: KeyWanted,
) -> Result<(StatusCode, Json<MintedKey>), Problem> {
    let (secret, key) = new.minted();
    let minted = MintedKey {
        id: key.id.to_string(),
        name: key.name.clone(),
        role: key.role.as_str(),
        bounds: shown(&key.bounds, key.expires_at),
        key: secret.expose().clone(),
    };
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.add_api_key(By { actor: &actor, at }, &key)).await?;
    Ok((StatusCode::CREATED, Json(minted)))
}

/// The bounds that were asked for.
fn bounds(new: &NewKey) -> Result<KeyBounds, Problem> {
    let invalid = |code, error: &dyn std::error::Error| Problem::unprocessable(code, error.to_string());
    let scopes = new.scopes.as_ref().map(|names| names.iter().map(|name| name.parse()).collect());
    let scopes = scopes.transpose().map_err(|error: UnknownName| invalid("scope_unknown", &error))?;
    let camera = new.camera.as_deref().map(str::parse).transpose();
    let camera = camera.map_err(|error: domain::id::InvalidId| invalid("camera_id_invalid", &error))?;
    let certificate_sha256 = new.certificate_sha256.as_deref().map(digest).transpose()?;
    Ok(KeyBounds { scopes, camera, certificate_sha256 })
}

fn digest(text: &str) -> Result<[u8; 32], Problem> {
    let bytes = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    let detail = "a certificate's SHA-256 has 64 hexadecimal digits, without colons";
    bytes.ok_or_else(|| Problem::unprocessable("certificate_sha256_invalid", detail))
}

/// A moment to come.
fn end_of(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let end = parse_moment(text)?;
    match end > now {
        true => Ok(end),
        false => Err(Problem::unprocessable("expires_at_past", "expires_at is a moment to come")),
    }
}

/// Bounds as they are answered.
fn shown(bounds: &KeyBounds, expires_at: Option<Timestamp>) -> Bounds {
    Bounds {
        scopes: bounds.scopes.map(|scopes| scopes.iter().map(Permission::as_str).collect()),
        camera: bounds.camera.as_ref().map(ToString::to_string),
        certificate_sha256: bounds.certificate_sha256.map(hex::encode),
        expires_at: expires_at.map(moment),
    }
}

fn checked_name(name: &str) -> Result<String, Problem> {
    let invalid =
        || Problem::unprocessable("name_invalid", "a name has 1 to 120 characters, none of them control");
    domain::user::checked_name(name).map(str::to_owned).map_err(|_| invalid())
}

pub(super) fn parse_role(text: &str) -> Result<Role, Problem> {
    text.parse().map_err(|error: UnknownName| Problem::unprocessable("role_unknown", error.to_string()))
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
        bounds: shown(&row.bounds, row.expires_at),
        created_at: moment(row.created_at),
        revoked_at: row.revoked_at.map(moment),
    }
}

async fn own(State(app): State<App>, principal: Principal) -> Result<Json<OwnKey>, Problem> {
    let Who::Key(id) = principal.who else { return Err(Problem::not_found("key")) };
    let permissions = Permission::ALL.iter().filter(|permission| principal.may(**permission));
    let permissions = permissions.map(|permission| permission.as_str()).collect();
    let row = app.store(move |store| store.api_key_named(id)).await?;
    Ok(Json(OwnKey { key: key(row), permissions }))
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
