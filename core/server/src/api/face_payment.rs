//! Payment by face, switched on away from the till.

use axum::extract::State;
use domain::UserId;
use domain::role::Permission;
use http::StatusCode;

use super::extract::{Json, Path};
use super::problem::Problem;
use super::route::{Access, Routes, delete, get, post};
use super::users::user_id;
use super::wire::face_payment as wire;
use super::wire::money::moment;
use crate::app::{App, face_payment};
use crate::auth::Principal;

pub(super) fn routes(routes: Routes) -> Routes {
    let (read, write) = (Access::Needs(Permission::PeopleRead), Access::Needs(Permission::PeopleWrite));
    let path = "/users/{id}/face-payment";
    routes
        .add(
            get(path, read, "Whether a person may pay by face")
                .gives::<wire::FacePayment>(200)
                .refuses(&[(404, &["user_not_found"])]),
            show,
        )
        .add(
            post(path, write, "Switch payment by face on, by staff with the person's PIN")
                .takes::<wire::ByPin>()
                .refuses(&[
                    (403, &["staff_only"]),
                    (404, &["user_not_found"]),
                    (409, &["pin_missing"]),
                    (422, &["consent_missing", "pin_invalid", "pin_wrong"]),
                    (429, &["pin_busy", "pin_locked"]),
                    (503, &["password_hashing"]),
                ])
                .gives::<wire::FacePayment>(200),
            by_staff,
        )
        .add(
            delete(path, write, "Switch payment by face off, at once")
                .gives_nothing()
                .refuses(&[(404, &["user_not_found"])]),
            off,
        )
        .add(
            post(
                "/users/{id}/face-payment/link",
                write,
                "A link and a code by which the person switches it on",
            )
            .gives::<wire::Link>(201)
            .refuses(&[(404, &["user_not_found"]), (422, &["consent_missing"])]),
            offer,
        )
        .add(
            post("/face-payment", Access::Open, "Switch payment by face on, by the own link and its code")
                .takes::<wire::ByLink>()
                .refuses(&[
                    (404, &["not_found", "user_not_found"]),
                    (422, &["code_wrong", "consent_missing"]),
                ])
                .gives::<wire::FacePayment>(200),
            by_person,
        )
}

async fn standing(app: &App, user: UserId) -> Result<Json<wire::FacePayment>, Problem> {
    let (state, from) = face_payment::standing(app, user).await?;
    Ok(Json(wire::FacePayment { state: state.as_str(), from: from.map(moment) }))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::FacePayment>, Problem> {
    standing(&app, user_id(&id)?).await
}

async fn by_staff(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(given): Json<wire::ByPin>,
) -> Result<Json<wire::FacePayment>, Problem> {
    let id = user_id(&id)?;
    face_payment::by_staff(&app, &principal, id, given.pin.0).await?;
    standing(&app, id).await
}

async fn off(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    face_payment::off(&app, &principal, user_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn offer(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<wire::Link>), Problem> {
    let offered = face_payment::offer(&app, &principal, user_id(&id)?).await?;
    let link = wire::Link {
        token: offered.token.expose().clone(),
        code: offered.code.expose().clone(),
        expires_at: moment(offered.expires_at),
    };
    Ok((StatusCode::CREATED, Json(link)))
}

async fn by_person(
    State(app): State<App>,
    Json(given): Json<wire::ByLink>,
) -> Result<Json<wire::FacePayment>, Problem> {
    let user = face_payment::by_person(&app, &given.token.0, given.code.0).await?;
    standing(&app, user).await
}
