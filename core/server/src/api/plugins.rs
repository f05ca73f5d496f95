//! Plugins at work: listed, loaded anew, rolled back, taken out of use and put back, their settings shown and tried.

use axum::extract::State;
use axum::response::Response;
use domain::role::Permission;

use super::approvals;
use super::extract::{Json, Path};
use super::problem::Problem;
use super::route::{Access, Route, Routes, get, post};
use super::wire::approval::Approval;
use super::wire::page::Page;
use super::wire::settings::{PluginSettings, PluginSettingsCheck, SettingsProposal};
use super::wire::system as wire;
use crate::app::App;
use crate::app::four_eyes::{self, Act};
use crate::app::plugin::{self, Change};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    let manage = Access::Needs(Permission::PluginsManage);
    let change = |route: Route| {
        let route = route.gives::<Page<wire::Plugin>>(200).refuses(&[(404, &["not_found"])]);
        route.refuses(&[(409, &["plugin_disabled", "plugin_refused"])])
    };
    let renewal = |route: Route| change(route).may_wait_for::<Approval>();
    routes
        .add(
            get("/plugins", Access::Needs(Permission::PluginsRead), "Plugins at work")
                .gives::<Page<wire::Plugin>>(200),
            list,
        )
        .add(
            get(
                "/plugins/{id}/settings",
                Access::Needs(Permission::SettingsRead),
                "Its settings in force, without secrets, and the JSON Schema of what they may be",
            )
            .gives::<PluginSettings>(200)
            .refuses(&[(404, &["not_found"])]),
            settings,
        )
        .add(
            post(
                "/plugins/{id}/settings/check",
                Access::Needs(Permission::SettingsManage),
                "Try a change of its settings: whether it goes to work with it, and what would be different",
            )
            .takes::<SettingsProposal>()
            .gives::<PluginSettingsCheck>(200)
            .refuses(&[(404, &["not_found"]), (422, &["settings_not_told"])]),
            check_settings,
        )
        .add(
            renewal(post("/plugins/{id}/reload", manage, "Load it anew, with its settings as they are now")),
            reload,
        )
        .add(
            renewal(post(
                "/plugins/{id}/rollback",
                manage,
                "Have the version before of its package in force again",
            )),
            roll_back,
        )
        .add(
            renewal(post("/plugins/{id}/enable", manage, "Load it anew where it is disabled or out of use")),
            enable,
        )
        .add(
            change(post("/plugins/{id}/disable", manage, "Take it out of use until it is enabled"))
                .takes::<wire::Disable>()
                .refuses(&[(422, &["reason_invalid"])]),
            disable,
        )
}

type Answer = Result<Json<Page<wire::Plugin>>, Problem>;

fn page(items: Vec<wire::Plugin>) -> Json<Page<wire::Plugin>> {
    Json(Page { items, next_cursor: None })
}

async fn list(State(app): State<App>) -> Json<Page<wire::Plugin>> {
    page(plugin::all(&app))
}

async fn settings(State(app): State<App>, Path(id): Path<String>) -> Result<Json<PluginSettings>, Problem> {
    plugin::shown(&app, &id).await.map(Json)
}

async fn check_settings(
    State(app): State<App>,
    Path(id): Path<String>,
    Json(proposal): Json<SettingsProposal>,
) -> Result<Json<PluginSettingsCheck>, Problem> {
    plugin::check(&app, &id, proposal.changes).await.map(Json)
}

type Changed = Result<Response, Problem>;

async fn reload(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Changed {
    renew(&app, &principal, id, Change::Reload).await
}

async fn roll_back(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Changed {
    renew(&app, &principal, id, Change::RollBack).await
}

async fn enable(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Changed {
    renew(&app, &principal, id, Change::Enable).await
}

async fn renew(app: &App, principal: &Principal, id: String, change: Change) -> Changed {
    let taken = four_eyes::take(app, principal, Act::Plugin { id, change }).await?;
    Ok(approvals::taken(app, taken))
}

async fn disable(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(wire::Disable { reason }): Json<wire::Disable>,
) -> Answer {
    plugin::disable(&app, &principal, &id, reason).await.map(page)
}
