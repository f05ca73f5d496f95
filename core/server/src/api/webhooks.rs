//! Webhooks: those that hear of what happens, and what providers tell.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use domain::WebhookId;
use domain::role::Permission;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use store::{DeliveryRow, DeliveryState, Replay, Store, WebhookRow};

use super::extract::{Json, Path, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::Refusal;
use super::route::{Access, Routes, delete, get, post};
use super::wire::money::moment;
use super::wire::names::DeliveryStateName;
use super::wire::page::{self, Page};
use super::wire::webhook as wire;
use crate::app::webhook_in::Taken;
use crate::app::{App, webhook, webhook_in};
use crate::auth::Principal;

/// Longest message of a provider.
const MESSAGE_BYTES_MAX: usize = 64 << 10;

const MISSING: &[Refusal] = &[(404, &["webhook_not_found"])];

pub(super) fn routes(routes: Routes) -> Routes {
    let manage = Access::Needs(Permission::WebhooksManage);
    let of_deliveries = &[
        Parameter::new(
            "state",
            Form::OneOf(DeliveryStateName::all),
            "only those in this state; all when absent",
        ),
        page::LIMIT,
        page::CURSOR,
    ];
    routes
        .add(
            post("/webhooks", manage, "Tell an address of what happens from now on")
                .takes::<wire::NewWebhook>()
                .refuses(&[(422, &["webhook_url_refused", "events_invalid"])])
                .gives::<wire::MintedWebhook>(201),
            add,
        )
        .add(
            get("/webhooks", manage, "All webhooks, without their secrets").gives::<Page<wire::Webhook>>(200),
            list,
        )
        .add(
            delete("/webhooks/{id}", manage, "Remove a webhook with what waits for it")
                .gives_nothing()
                .refuses(MISSING),
            remove,
        )
        .add(
            post("/webhooks/{id}/test", manage, "Send a message that tells of nothing, once")
                .gives::<wire::WebhookTest>(200)
                .refuses(MISSING),
            test,
        )
        .add(
            post("/webhooks/{id}/secrets", manage, "Sign with a new secret as well")
                .gives::<wire::MintedSecret>(201)
                .refuses(MISSING),
            rotate,
        )
        .add(
            delete("/webhooks/{id}/secrets", manage, "Sign with the newest secret only")
                .gives_nothing()
                .refuses(MISSING),
            drop_old_secret,
        )
        .add(
            get("/webhooks/{id}/deliveries", manage, "Messages to a webhook and what became of them")
                .query(of_deliveries)
                .refuses(MISSING)
                .refuses(&[(400, &["state_unknown"])])
                .gives::<Page<wire::Delivery>>(200),
            deliveries,
        )
        .add(
            post("/webhooks/{id}/replay", manage, "Send messages once more")
                .takes::<wire::ReplayRequest>()
                .refuses(MISSING)
                .refuses(&[(422, &["replay_ambiguous"])])
                .gives_nothing(),
            replay,
        )
        .add(
            post(
                "/webhooks/in/{provider}",
                Access::Open,
                "A payment provider's message, which it has to prove",
            )
            .takes_any()
            .gives::<wire::ProviderMessage>(200)
            .refuses(&[
                (400, &["webhook_not_authentic"]),
                (404, &["provider_not_found"]),
                (503, &["webhooks_busy", "webhook_not_checked"]),
            ]),
            receive,
        )
}

fn webhook_id(text: &str) -> Result<WebhookId, Problem> {
    text.parse().map_err(|_| Problem::not_found("webhook"))
}

fn shown(row: &WebhookRow) -> wire::Webhook {
    wire::Webhook {
        id: row.id.to_string(),
        url: row.url.clone(),
        events: row.events.kinds().to_vec(),
        secrets: row.secrets.len(),
        created_at: moment(row.created_at),
    }
}

async fn add(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<wire::NewWebhook>,
) -> Result<(StatusCode, Json<wire::MintedWebhook>), Problem> {
    let added = webhook::add(&app, &principal, new.url, new.events.unwrap_or_default()).await?;
    let secret = added.secrets.first().map(|secret| secret.expose().clone()).unwrap_or_default();
    Ok((StatusCode::CREATED, Json(wire::MintedWebhook { webhook: shown(&added), secret })))
}

async fn list(State(app): State<App>) -> Result<Json<Page<wire::Webhook>>, Problem> {
    let rows = app.store(Store::webhooks).await?;
    Ok(Json(Page { items: rows.iter().map(shown).collect(), next_cursor: None }))
}

async fn remove(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    webhook::remove(&app, &principal, webhook_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn test(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::WebhookTest>, Problem> {
    let answer = webhook::test(&app, webhook_id(&id)?).await?;
    Ok(Json(wire::WebhookTest {
        delivered: answer.error.is_none(),
        status: answer.status,
        error: answer.error,
        took_ms: u64::try_from(answer.took.as_millis()).unwrap_or(u64::MAX),
    }))
}

async fn rotate(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<wire::MintedSecret>), Problem> {
    let secret = webhook::rotate(&app, &principal, webhook_id(&id)?).await?;
    Ok((StatusCode::CREATED, Json(wire::MintedSecret { secret: secret.expose().clone() })))
}

async fn drop_old_secret(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    webhook::drop_old_secret(&app, &principal, webhook_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    state: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

async fn deliveries(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::Delivery>>, Problem> {
    let id = webhook_id(&id)?;
    let state = listing.state.as_deref().map(str::parse::<DeliveryState>).transpose();
    let state = state.map_err(|error| Problem::bad_request("state_unknown", error))?;
    let after: Option<i64> = page::cursor(listing.cursor.as_deref())?;
    let limit = page::limit(listing.limit);
    let mut rows = app
        .store(move |store| {
            store.webhook(id)?;
            store.deliveries(id, state, after.unwrap_or(0), page::one_more(limit))
        })
        .await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.seq);
    Ok(Json(Page { items: rows.into_iter().map(delivery).collect(), next_cursor }))
}

fn delivery(row: DeliveryRow) -> wire::Delivery {
    wire::Delivery {
        seq: row.seq,
        kind: row.kind,
        state: row.state.as_str(),
        attempts: row.attempts,
        next_try_at: (row.state == DeliveryState::Waiting).then(|| moment(row.next_try_at)),
        ended_at: row.ended_at.map(moment),
        last_status: row.last_status,
        last_error: row.last_error,
    }
}

async fn replay(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(asked): Json<wire::ReplayRequest>,
) -> Result<StatusCode, Problem> {
    let replay = match (asked.from, asked.dead) {
        (Some(from), None | Some(false)) => Replay::From(i64::from(from)),
        (None, Some(true)) => Replay::Dead,
        _ => {
            let detail = "name one of the two: `from`, a message's seq, or `dead`: true";
            return Err(Problem::unprocessable("replay_ambiguous", detail));
        }
    };
    webhook::replay(&app, &principal, webhook_id(&id)?, replay).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn receive(
    State(app): State<App>,
    Path(provider): Path<String>,
    request: Request,
) -> Result<Json<wire::ProviderMessage>, Problem> {
    webhook_in::provider(&app, &provider)?;
    let headers = headers(request.headers());
    let too_large = || {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "a provider's message has up to 64 KiB")
    };
    let body = to_bytes(request.into_body(), MESSAGE_BYTES_MAX).await.map_err(|_| too_large())?;
    let body = String::from_utf8(body.to_vec())
        .map_err(|_| Problem::bad_request("webhook_not_authentic", "the message is not UTF-8"))?;
    // Only when all of it is here: anybody can begin a message and never end it.
    let permit = app.incoming_permit().ok_or_else(|| {
        Problem::unavailable("webhooks_busy", "as many messages as can be are worked on; send it again")
    })?;
    // To the end even when the provider hangs up: asking after money must not stop half-way.
    let own = app.clone();
    let taken = app.finish(async move {
        let _permit = permit;
        webhook_in::take(&own, &provider, headers, body).await
    });
    let taken = taken.await?;
    let result = match taken {
        Taken::Applied => "applied",
        Taken::Duplicate => "duplicate",
        Taken::Unrelated => "unrelated",
    };
    Ok(Json(wire::ProviderMessage { result }))
}

/// Names, in lower case, and values that are text.
fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    map.iter().filter_map(text).collect()
}
