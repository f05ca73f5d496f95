//! Several appliances with the same people: what a centre tells its followers, what they hand back, and how both stand.

use std::time::Duration;

use axum::extract::State;
use domain::KeyId;
use domain::role::Permission;
use http::StatusCode;
use serde::Deserialize;
use store::{By, SignedReceipt};

use super::extract::{Json, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::FACTOR;
use super::route::{Access, Routes, get, post};
use super::users::user_id;
use super::wire::money::moment;
use super::wire::sync as wire;
use crate::app::{App, pin, sync};
use crate::auth::{Principal, Who};

/// The longest that a follower is let wait for a change.
const WAIT_S_MAX: u64 = 5;

pub(super) fn routes(routes: Routes) -> Routes {
    let follow = Access::Needs(Permission::SyncFollow);
    let read = Access::Needs(Permission::SystemRead);
    routes
        .add(
            get("/sync/changes", follow, "Who changed after a place in the feed, and what they are like now")
                .query(&[
                    Parameter::new("after", Form::Whole(0), "the last change that was copied"),
                    Parameter::new("limit", Form::Whole(1), "how many at most; 200"),
                    Parameter::new("wait_s", Form::Whole(0), "for how long to wait for a change; 5 at most"),
                    Parameter::new(
                        "visitors",
                        Form::OneOf(|| vec!["true", "false"]),
                        "only those whom a look-up named to this follower; everybody when absent",
                    ),
                ])
                .gives::<wire::Feed>(200),
            changes,
        )
        .add(
            post(
                "/sync/look-up",
                follow,
                "Ask who a face may be that this follower does not know; it lets nobody pay",
            )
            .takes::<wire::Asked>()
            .refuses(&[(409, &["recogniser_other"]), (422, &["template_invalid"]), (503, &["look_up_off"])])
            .gives::<wire::Candidates>(200),
            look_up,
        )
        .add(
            post("/sync/receipts", follow, "Hand over receipts that this follower signed; each counts once")
                .takes::<wire::Receipts>()
                .refuses(&[(422, &["base64_invalid", "receipts_too_many"])])
                .gives::<wire::Taken>(200),
            receipts,
        )
        .add(
            post("/sync/pins", follow, "Try a PIN; tries are counted here, wherever they are made")
                .takes::<wire::TriedPin>()
                .refuses(FACTOR)
                .refuses(&[(404, &["user_not_found"])])
                .gives_nothing(),
            try_pin,
        )
        .add(
            get("/sync", read, "How this appliance stands with the centre that it follows")
                .gives::<wire::Following>(200),
            following,
        )
        .add(
            get("/sync/followers", read, "The appliances that follow this one").gives::<wire::Followers>(200),
            followers,
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    #[serde(default)]
    after: u64,
    limit: Option<u32>,
    #[serde(default)]
    wait_s: u64,
    #[serde(default)]
    visitors: bool,
}

/// The follower's key. Only keys have the permission: no operator has this role.
fn follower(principal: &Principal) -> Result<KeyId, Problem> {
    match principal.who {
        Who::Key(key) => Ok(key),
        Who::Operator(_) | Who::Payer { .. } | Who::System => Err(Problem::not_found("key")),
    }
}

async fn changes(
    State(app): State<App>,
    principal: Principal,
    Query(reading): Query<Reading>,
) -> Result<Json<wire::Feed>, Problem> {
    let (reader, after) = (follower(&principal)?, i64::try_from(reading.after).unwrap_or(i64::MAX));
    let limit = reading.limit.unwrap_or(sync::PAGE).min(sync::PAGE);
    sync::seen(&app, reader, after).await?;
    let waits = Duration::from_secs(reading.wait_s.min(WAIT_S_MAX));
    if reading.visitors {
        return Ok(Json(sync::changes_of_visitors(&app, reader, (after, limit), waits).await?.into()));
    }
    sync::changed(&app, after, waits).await?;
    let now = app.now();
    let feed = app.store(move |store| store.feed(reader, after, limit, now)).await?;
    Ok(Json(feed.into()))
}

async fn look_up(
    State(app): State<App>,
    principal: Principal,
    Json(asked): Json<wire::Asked>,
) -> Result<Json<wire::Candidates>, Problem> {
    let from = follower(&principal)?;
    let unreadable =
        |_| Problem::unprocessable("template_invalid", "the template is no base64 of 4-byte values");
    let probe = sync::look_up::Probe::try_from(&asked).map_err(unreadable)?;
    Ok(Json(sync::look_up::look_up(&app, &principal, from, probe).await?.into()))
}

async fn receipts(
    State(app): State<App>,
    principal: Principal,
    Json(handed): Json<wire::Receipts>,
) -> Result<Json<wire::Taken>, Problem> {
    let from = follower(&principal)?;
    if handed.receipts.len() > sync::RECEIPTS_MAX {
        let detail = format!("hand over {} receipts at a time at most", sync::RECEIPTS_MAX);
        return Err(Problem::unprocessable("receipts_too_many", detail));
    }
    let read = handed.receipts.iter().map(SignedReceipt::try_from).collect::<Result<Vec<_>, _>>();
    let read = read.map_err(|error| Problem::unprocessable("base64_invalid", error.to_string()))?;
    let store::TakenReceipts { new, refused } = sync::take(&app, &principal, from, read).await?;
    Ok(Json(wire::Taken { new, refused: refused.into_iter().map(str::to_owned).collect() }))
}

async fn try_pin(
    State(app): State<App>,
    principal: Principal,
    Json(tried): Json<wire::TriedPin>,
) -> Result<StatusCode, Problem> {
    let user = user_id(&tried.user_id)?;
    pin::check(&app, &principal, user, tried.pin.0).await?;
    let (actor, at) = (principal.actor(), app.now());
    app.store(move |store| store.pin_was_right(By { actor: &actor, at }, user)).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn following(State(app): State<App>) -> Result<Json<wire::Following>, Problem> {
    let (position, visitors) = app.store(|store| Ok((store.sync_position()?, store.visitors()?))).await?;
    let centre = app.centre();
    Ok(Json(wire::Following {
        holds: centre.map(|_| app.settings().sync.holds.as_str()),
        visitors: visitors.visits.len(),
        templates_at_centre: visitors.templates,
        centre: centre.map(|centre| centre.url().to_owned()),
        reach: app.reach().as_str(),
        heard_at: centre.and_then(sync::Centre::heard_at).map(moment),
        error: centre.and_then(sync::Centre::failure),
        feed: position.feed,
        position: position.position,
        people: position.people,
        receipts_unsent: position.unsent,
    }))
}

async fn followers(State(app): State<App>) -> Result<Json<wire::Followers>, Problem> {
    let (rows, last) = app.store(|store| Ok((store.followers()?, store.last_changes()?.0))).await?;
    let follower = |row: store::FollowerRow| wire::Follower {
        key_id: row.key.to_string(),
        public_key: row.public_key.map(|key| key.to_string()),
        behind: (last - row.position).max(0),
        seen_at: moment(row.seen_at),
        receipts: row.receipts,
    };
    Ok(Json(wire::Followers { items: rows.into_iter().map(follower).collect() }))
}
