//! What a payer proves or pays with beside the face: PINs and instruments.

use axum::extract::State;
use domain::role::Permission;
use http::StatusCode;
use store::{By, InstrumentRow};

use super::extract::{Json, Path};
use super::problem::Problem;
use super::route::{Access, Routes, delete, get, put};
use super::users::user_id;
use super::wire::factor as wire;
use super::wire::money::moment;
use crate::app::{App, pin};
use crate::auth::Principal;

const PROVIDER_CHARS_MAX: usize = 64;
const TOKEN_CHARS_MAX: usize = 500;

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::PeopleRead);
    let write = Access::Needs(Permission::PeopleWrite);
    let instrument = "/users/{id}/instruments/{provider}";
    routes
        .add(
            put("/users/{id}/pin", write, "Give a person a PIN; a lock on the one before is lifted")
                .takes::<wire::NewPin>()
                .refuses(&[
                    (404, &["user_not_found"]),
                    (422, &["pin_invalid", "pin_weak"]),
                    (429, &["pin_busy"]),
                    (503, &["password_hashing"]),
                ])
                .gives_nothing(),
            set_pin,
        )
        .add(
            delete("/users/{id}/pin", write, "Take a person's PIN away")
                .gives_nothing()
                .refuses(&[(404, &["user_not_found", "pin_not_found"])]),
            remove_pin,
        )
        .add(
            put(instrument, write, "Keep a payer's token at a payment provider")
                .takes::<wire::NewInstrument>()
                .refuses(&[(404, &["user_not_found"]), (422, &["provider_invalid", "token_invalid"])])
                .gives::<wire::Instrument>(200),
            set_instrument,
        )
        .add(
            get(instrument, read, "A payer's instrument at a provider, without its token")
                .gives::<wire::Instrument>(200)
                .refuses(&[(404, &["user_not_found", "instrument_not_found"])]),
            instrument_of,
        )
        .add(
            delete(instrument, write, "Forget a payer's token")
                .gives_nothing()
                .refuses(&[(404, &["user_not_found", "instrument_not_found"]), (422, &["provider_invalid"])]),
            remove_instrument,
        )
}

async fn set_pin(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(new): Json<wire::NewPin>,
) -> Result<StatusCode, Problem> {
    pin::set(&app, &principal, user_id(&id)?, new.pin.0).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn remove_pin(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    pin::remove(&app, &principal, user_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn answer(row: InstrumentRow) -> Json<wire::Instrument> {
    Json(wire::Instrument {
        provider: row.provider,
        created_at: moment(row.created_at),
        used_at: row.used_at.map(moment),
    })
}

/// A plugin's id, by its shape.
fn checked_provider(provider: String) -> Result<String, Problem> {
    let fits = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'.';
    if (1..=PROVIDER_CHARS_MAX).contains(&provider.len()) && provider.bytes().all(fits) {
        Ok(provider)
    } else {
        Err(Problem::unprocessable("provider_invalid", "a provider is named by its plugin's id"))
    }
}

/// The full id of the loaded plugin that is named; a name as it stands where none is.
fn full_id(app: &App, provider: String) -> String {
    match app.providers().find(Some(&provider)) {
        Some(loaded) => loaded.id().to_owned(),
        None => provider,
    }
}

async fn set_instrument(
    State(app): State<App>,
    principal: Principal,
    Path((id, provider)): Path<(String, String)>,
    Json(new): Json<wire::NewInstrument>,
) -> Result<Json<wire::Instrument>, Problem> {
    let (user, provider) = (user_id(&id)?, full_id(&app, checked_provider(provider)?));
    let token = new.token.0;
    let chars = token.expose().chars().count();
    if !(1..=TOKEN_CHARS_MAX).contains(&chars) || token.expose().chars().any(char::is_control) {
        return Err(Problem::unprocessable("token_invalid", "a token has 1 to 500 characters"));
    }
    let (actor, at) = (principal.actor(), app.now());
    let set =
        move |store: &store::Store| store.set_instrument(By { actor: &actor, at }, user, &provider, &token);
    Ok(answer(app.store(set).await?))
}

async fn instrument_of(
    State(app): State<App>,
    Path((id, provider)): Path<(String, String)>,
) -> Result<Json<wire::Instrument>, Problem> {
    let (user, provider) = (user_id(&id)?, full_id(&app, provider));
    Ok(answer(app.store(move |store| store.instrument_row(user, &provider)).await?))
}

async fn remove_instrument(
    State(app): State<App>,
    principal: Principal,
    Path((id, provider)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (user, provider) = (user_id(&id)?, full_id(&app, checked_provider(provider)?));
    let (actor, at) = (principal.actor(), app.now());
    app.store(move |store| store.remove_instrument(By { actor: &actor, at }, user, &provider)).await?;
    Ok(StatusCode::NO_CONTENT)
}
