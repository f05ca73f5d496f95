//! Who looks like whom: for those who answer for it, and every question is recorded.

use axum::extract::State;
use domain::role::Permission;

use super::extract::{Json, Path};
use super::problem::Problem;
use super::route::{Access, Routes, get};
use super::users::user_id;
use super::wire::look_alike as wire;
use super::wire::money::moment;
use super::wire::page::Page;
use crate::app::{App, look_alike};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::LookAlikesRead);
    routes
        .add(
            get("/look-alikes", read, "Groups of people who look alike; none of them pays by a face alone")
                .gives::<Page<wire::LookAlikeGroup>>(200)
                .refuses(&[(507, &["storage_not_writable"])]),
            groups,
        )
        .add(
            get("/users/{id}/look-alikes", read, "The people who look like this one, the nearest first")
                .gives::<Page<wire::LookAlike>>(200)
                .refuses(&[(404, &["user_not_found"]), (507, &["storage_not_writable"])]),
            list,
        )
}

async fn groups(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<Page<wire::LookAlikeGroup>>, Problem> {
    let groups = look_alike::groups(&app, &principal).await?;
    let group = |people: Vec<domain::UserId>| wire::LookAlikeGroup {
        user_ids: people.iter().map(ToString::to_string).collect(),
    };
    Ok(Json(Page { items: groups.into_iter().map(group).collect(), next_cursor: None }))
}

async fn list(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<Page<wire::LookAlike>>, Problem> {
    let found = look_alike::of(&app, &principal, user_id(&id)?).await?;
    let items = found.into_iter().map(|(user, similarity, found_at)| wire::LookAlike {
        user_id: user.to_string(),
        similarity,
        found_at: moment(found_at),
    });
    Ok(Json(Page { items: items.collect(), next_cursor: None }))
}
