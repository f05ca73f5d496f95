//! The change of the recogniser: where it stands, and its steps.

use axum::extract::State;
use axum::response::Response;
use domain::role::Permission;

use super::approvals;
use super::extract::Json;
use super::problem::Problem;
use super::route::{Access, Route, Routes, get, post};
use super::wire::approval::Approval;
use super::wire::model_change as wire;
use crate::app::App;
use crate::app::four_eyes::{self, Act};
use crate::app::model_change::{self, Step};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    let manage = Access::Needs(Permission::ModelsManage);
    let step = |route: Route| {
        route
            .gives::<wire::ModelChange>(200)
            .may_wait_for::<Approval>()
            .refuses(&[(409, &["model_change_order", "recogniser_not_offered"]), (503, &["recognition_off"])])
    };
    routes
        .add(
            get(
                "/model-change",
                Access::Needs(Permission::SystemRead),
                "Which recogniser does what, and what a candidate still lacks",
            )
            .gives::<wire::ModelChange>(200)
            .refuses(&[(503, &["recognition_off"])]),
            standing,
        )
        .add(
            step(post(
                "/model-change/start",
                manage,
                "Runs the recogniser of plugins.recognition_shadow beside",
            )),
            start,
        )
        .add(
            step(post("/model-change/cut-over", manage, "The candidate takes over, if nothing is missing"))
                .refuses(&[(409, &["model_change_not_ready"])]),
            cut_over,
        )
        .add(
            step(post("/model-change/roll-back", manage, "The recogniser before is in force again")),
            roll_back,
        )
        .add(
            step(post(
                "/model-change/settle",
                manage,
                "Ends the change; templates of the other recogniser are deleted",
            )),
            settle,
        )
}

async fn standing(State(app): State<App>) -> Result<Json<wire::ModelChange>, Problem> {
    Ok(Json(model_change::standing(&app).await?.into()))
}

async fn start(State(app): State<App>, principal: Principal) -> Result<Response, Problem> {
    take(&app, &principal, Step::Start).await
}

async fn cut_over(State(app): State<App>, principal: Principal) -> Result<Response, Problem> {
    take(&app, &principal, Step::CutOver).await
}

async fn roll_back(State(app): State<App>, principal: Principal) -> Result<Response, Problem> {
    take(&app, &principal, Step::RollBack).await
}

async fn settle(State(app): State<App>, principal: Principal) -> Result<Response, Problem> {
    take(&app, &principal, Step::Settle).await
}

async fn take(app: &App, principal: &Principal, step: Step) -> Result<Response, Problem> {
    Ok(approvals::taken(app, four_eyes::take(app, principal, Act::Model(step)).await?))
}
