//! People, their consents, their erasure.

use axum::extract::State;
use axum::response::Response;
use domain::role::Permission;
use domain::user::{self, InvalidUser, Status};
use domain::{ConsentId, Timestamp, UserId};
use http::StatusCode;
use serde::Deserialize;
use store::{By, ConsentRow, NewUser, Profile, Store, UserChange, UserRow};
use uuid::Uuid;

use super::approvals;
use super::extract::{Json, Path, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::Refusal;
use super::route::{Access, Routes, delete, get, patch, post};
use super::wire::approval::Approval;
use super::wire::money::{moment, parse_moment};
use super::wire::names::UserStatus;
use super::wire::page::{self, Listing, Page};
use super::wire::user as wire;
use crate::app::directory::{self, Wanted};
use crate::app::four_eyes::{self, Act};
use crate::app::{App, consent};
use crate::auth::Principal;

const MISSING: &[Refusal] = &[(404, &["user_not_found"])];

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::PeopleRead);
    let write = Access::Needs(Permission::PeopleWrite);
    let erase = Access::Needs(Permission::PeopleErase);
    routes
        .add(
            post("/users", write, "Add a person who can pay")
                .takes::<wire::NewUser>()
                .refuses(&[(422, &["name_invalid", "email_invalid"])])
                .gives::<wire::User>(201),
            create,
        )
        .add(
            get("/users", read, "People, in the order in which they were added")
                .query(&[
                    Parameter::new(
                        "q",
                        Form::Text,
                        "only whose name has words that begin so, whose e-mail address begins so, or whose id it is",
                    ),
                    Parameter::new("status", Form::OneOf(UserStatus::all), "only those of this status"),
                    page::LIMIT,
                    page::CURSOR,
                ])
                .refuses(&[(400, &["q_invalid", "status_unknown"]), (503, &["search_full"])])
                .gives::<Page<wire::User>>(200),
            list,
        )
        .add(
            get("/users/{id}", read, "One person with their wallet")
                .gives::<wire::User>(200)
                .refuses(MISSING),
            show,
        )
        .add(
            patch("/users/{id}", write, "Change a person")
                .takes::<wire::UserChange>()
                .refuses(MISSING)
                .refuses(&[(422, &["name_invalid", "email_invalid", "status_unknown"])])
                .gives::<wire::User>(200),
            change,
        )
        .add(
            delete("/users/{id}", erase, "Erase a person and destroy their key; gives a signed certificate")
                .gives::<wire::ErasureCertificate>(200)
                .may_wait_for::<Approval>()
                .refuses(MISSING),
            remove,
        )
        .add(
            post("/users/{id}/consents", write, "Record a consent")
                .takes::<wire::NewConsent>()
                .refuses(MISSING)
                .refuses(&[(
                    422,
                    &["consent_expired", "consent_field_invalid", "consent_text_invalid", "time_invalid"],
                )])
                .gives::<wire::Consent>(201),
            add_consent,
        )
        .add(
            get("/users/{id}/consents", read, "A person's consents, oldest first")
                .query(page::QUERY)
                .gives::<Page<wire::Consent>>(200)
                .refuses(MISSING),
            consents,
        )
        .add(
            delete("/users/{id}/consents/{cid}", write, "Withdraw a consent; its faces are gone at once")
                .gives_nothing()
                .refuses(MISSING)
                .refuses(&[(404, &["consent_not_found"])]),
            withdraw,
        )
}

/// The id in a path; what is no id names nobody.
pub(super) fn user_id(text: &str) -> Result<UserId, Problem> {
    text.parse().map_err(|_| Problem::not_found("user"))
}

fn invalid(error: &InvalidUser) -> Problem {
    let code = match error {
        InvalidUser::Name => "name_invalid",
        InvalidUser::Email => "email_invalid",
    };
    Problem::unprocessable(code, error.to_string())
}

fn checked_name(name: &str) -> Result<String, Problem> {
    user::checked_name(name).map(str::to_owned).map_err(|error| invalid(&error))
}

fn checked_email(email: Option<&str>) -> Result<Option<String>, Problem> {
    let email = email.map(user::checked_email).transpose().map_err(|error| invalid(&error))?;
    Ok(email.map(str::to_owned))
}

fn person(row: UserRow, wallets: Option<Vec<wire::Wallet>>) -> wire::User {
    wire::User {
        id: row.id.to_string(),
        name: row.profile.name,
        email: row.profile.email,
        status: row.status.as_str(),
        created_at: moment(row.created_at),
        wallets,
    }
}

async fn wallets(app: &App, id: UserId) -> Result<Vec<wire::Wallet>, Problem> {
    let accounts = app.store(move |store| store.accounts(&id.to_string())).await?;
    Ok(accounts.iter().map(wire::Wallet::from).collect())
}

async fn create(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<wire::NewUser>,
) -> Result<(StatusCode, Json<wire::User>), Problem> {
    let profile = Profile { name: checked_name(&new.name)?, email: checked_email(new.email.as_deref())? };
    let (actor, at) = (principal.actor(), app.now());
    let new = NewUser { id: UserId(Uuid::now_v7()), profile };
    let row = app.store(move |store| store.add_user(By { actor: &actor, at }, &new)).await?;
    Ok((StatusCode::CREATED, Json(person(row, Some(Vec::new())))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    q: Option<String>,
    status: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

async fn list(
    State(app): State<App>,
    Query(search): Query<Search>,
) -> Result<Json<Page<wire::User>>, Problem> {
    let limit = page::limit(search.limit);
    let after: Option<UserId> = page::cursor(search.cursor.as_deref())?;
    let status = search.status.as_deref().map(str::parse::<Status>).transpose();
    let status = status.map_err(|error| Problem::bad_request("status_unknown", error.to_string()))?;
    let mut rows = match search.q.as_deref().map(asked).transpose()? {
        None => app.store(move |store| store.users_in(status, after, page::one_more(limit))).await?,
        Some(Asked::Id(id)) => app.store(move |store| store.users_named(&[id])).await?,
        Some(Asked::Name(query)) => {
            directory::find(&app, Wanted { query, status, after, limit: limit + 1 }).await?
        }
    };
    rows.retain(|row| status.is_none_or(|status| row.status == status));
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    let items = rows.into_iter().map(|row| person(row, None)).collect();
    Ok(Json(Page { items, next_cursor }))
}

/// What somebody looks for people by.
enum Asked {
    Id(UserId),
    Name(directory::Query),
}

fn asked(text: &str) -> Result<Asked, Problem> {
    if let Ok(id) = text.trim().parse() {
        return Ok(Asked::Id(id));
    }
    let detail = "`q` has 1 to 120 characters, none of them control";
    directory::Query::new(text).map(Asked::Name).ok_or_else(|| Problem::bad_request("q_invalid", detail))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::User>, Problem> {
    let id = user_id(&id)?;
    let row = app.store(move |store| store.user(id)).await?;
    let wallets = wallets(&app, id).await?;
    Ok(Json(person(row, Some(wallets))))
}

async fn change(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(change): Json<wire::UserChange>,
) -> Result<Json<wire::User>, Problem> {
    let id = user_id(&id)?;
    let status = match change.status.as_deref() {
        None => None,
        Some("active") => Some(Status::Active),
        Some("blocked") => Some(Status::Blocked),
        Some(_) => return Err(Problem::unprocessable("status_unknown", "a status is `active` or `blocked`")),
    };
    let name = change.name.as_deref().map(checked_name).transpose()?;
    let change = UserChange { name, email: checked_email(change.email.as_deref())?, status };
    let (actor, at) = (principal.actor(), app.now());
    let row = app.store(move |store| store.change_user(By { actor: &actor, at }, id, &change)).await?;
    let wallets = wallets(&app, id).await?;
    Ok(Json(person(row, Some(wallets))))
}

async fn remove(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let taken = four_eyes::take(&app, &principal, Act::Erase(user_id(&id)?)).await?;
    Ok(approvals::taken(&app, taken))
}

fn consent_answer(row: ConsentRow, now: Timestamp) -> wire::Consent {
    wire::Consent {
        id: row.id.to_string(),
        version: row.text_version,
        text_sha256: row.text_sha256,
        language: row.language,
        channel: row.channel,
        operator: row.operator,
        given_at: moment(row.term.given_at),
        expires_at: moment(row.term.expires_at),
        withdrawn_at: row.term.withdrawn_at.map(moment),
        standing: consent::standing_name(row.term.at(now)),
    }
}

async fn add_consent(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(new): Json<wire::NewConsent>,
) -> Result<(StatusCode, Json<wire::Consent>), Problem> {
    let expires_at = new.expires_at.as_deref().map(parse_moment).transpose()?;
    let given = consent::Given {
        version: new.version,
        text: new.text,
        language: new.language,
        channel: new.channel,
        expires_at,
    };
    let row = consent::give(&app, &principal, user_id(&id)?, given).await?;
    Ok((StatusCode::CREATED, Json(consent_answer(row, app.now()))))
}

async fn consents(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::Consent>>, Problem> {
    let id = user_id(&id)?;
    let (limit, after) = (page::limit(listing.limit), page::cursor(listing.cursor.as_deref())?);
    let load = move |store: &Store| {
        store.user(id).and_then(|_| store.consent_page(id, after, page::one_more(limit)))
    };
    let mut rows = app.store(load).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.id);
    let now = app.now();
    let items = rows.into_iter().map(|row| consent_answer(row, now)).collect();
    Ok(Json(Page { items, next_cursor }))
}

async fn withdraw(
    State(app): State<App>,
    principal: Principal,
    Path((id, consent)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let consent: ConsentId = consent.parse().map_err(|_| Problem::not_found("consent"))?;
    consent::withdraw(&app, &principal, user_id(&id)?, consent).await?;
    Ok(StatusCode::NO_CONTENT)
}
