//! What the appliance goes by: shown with where it comes from, and tried before anybody writes it down.

use axum::extract::State;
use domain::role::Permission;
use serde_json::Value;

use super::extract::Json;
use super::problem::Problem;
use super::route::{Access, Routes, get, post};
use super::wire::settings as wire;
use crate::app::App;
use crate::app::settings;
use crate::settings::schema;

pub(super) fn routes(routes: Routes) -> Routes {
    let read = Access::Needs(Permission::SettingsRead);
    routes
        .add(
            get("/settings", read, "What the appliance goes by, without secrets, and where each key comes from")
                .gives::<wire::SettingsInForce>(200),
            show,
        )
        .add(
            get("/settings/schema", read, "A JSON Schema of every key").streams(&["application/json"]).built_in(),
            told_schema,
        )
        .add(
            post(
                "/settings/check",
                Access::Needs(Permission::SettingsManage),
                "Try a change of keys: whether the appliance would start with it, and what would be different",
            )
            .takes::<wire::SettingsProposal>()
            .refuses(&[(422, &["settings_not_told"])])
            .gives::<wire::SettingsCheck>(200),
            check,
        )
}

async fn show(State(app): State<App>) -> Result<Json<wire::SettingsInForce>, Problem> {
    let settings = app.settings();
    Ok(Json(wire::SettingsInForce { values: settings::values(settings)?, sources: settings.sources.clone() }))
}

async fn told_schema() -> Result<Json<Value>, Problem> {
    schema::schema().map(Json).map_err(|error| Problem::internal(&error))
}

async fn check(
    State(app): State<App>,
    Json(proposal): Json<wire::SettingsProposal>,
) -> Result<Json<wire::SettingsCheck>, Problem> {
    Ok(Json(settings::check(&app, proposal.changes).await?))
}
