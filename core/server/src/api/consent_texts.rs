//! The texts that people agree to, so that everybody is shown the very same.

use axum::extract::State;
use domain::ConsentTextId;
use domain::role::Permission;
use http::StatusCode;
use serde::Deserialize;
use store::{By, ConsentTextRow, NewConsentText};
use uuid::Uuid;

use super::extract::{Json, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::route::{Access, Routes, get, post};
use super::wire::consent_text as wire;
use super::wire::money::moment;
use super::wire::page::{self, Page};
use crate::app::{App, consent};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(
            get(
                "/consent-texts",
                Access::Needs(Permission::PeopleRead),
                "Texts that people agree to, newest first",
            )
            .query(&[
                Parameter::new("language", Form::Text, "only those in this language"),
                Parameter::new("version", Form::Text, "only those of this version"),
                page::LIMIT,
                page::CURSOR,
            ])
            .gives::<Page<wire::ConsentText>>(200),
            list,
        )
        .add(
            post(
                "/consent-texts",
                Access::Needs(Permission::SettingsManage),
                "Keep a text; it is never changed",
            )
            .takes::<wire::NewConsentText>()
            .refuses(&[(422, &["consent_field_invalid", "consent_text_invalid"])])
            .gives::<wire::ConsentText>(201),
            add,
        )
}

fn answer(row: ConsentTextRow) -> wire::ConsentText {
    wire::ConsentText {
        id: row.id.to_string(),
        version: row.version,
        language: row.language,
        text: row.text,
        text_sha256: row.text_sha256,
        created_at: moment(row.created_at),
        created_by: row.created_by,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    language: Option<String>,
    version: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Texts of one page, however many are asked for: each may be 64 KiB long.
const TEXTS_MAX: usize = 20;

async fn list(
    State(app): State<App>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::ConsentText>>, Problem> {
    let Listing { language, version, limit, cursor } = listing;
    let limit = page::limit(limit).min(TEXTS_MAX);
    let before = page::cursor(cursor.as_deref())?;
    let load = move |store: &store::Store| {
        store.consent_texts((language.as_deref(), version.as_deref()), before, page::one_more(limit))
    };
    let mut rows = app.store(load).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    Ok(Json(Page { items: rows.into_iter().map(answer).collect(), next_cursor }))
}

async fn add(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<wire::NewConsentText>,
) -> Result<(StatusCode, Json<wire::ConsentText>), Problem> {
    let new = NewConsentText {
        id: ConsentTextId(Uuid::now_v7()),
        version: consent::version(new.version)?,
        language: consent::language(new.language)?,
        text: consent::text(new.text)?,
    };
    let (actor, at) = (principal.actor(), app.now());
    let row = app.store(move |store| store.add_consent_text(By { actor: &actor, at }, &new)).await?;
    Ok((StatusCode::CREATED, Json(answer(row))))
}
