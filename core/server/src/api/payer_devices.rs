//! Payers' devices: signed in by a link, listed and signed out by the person, or by staff.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::role::Permission;
use domain::{PayerDeviceId, UserId};
use http::StatusCode;

use super::extract::{Json, Path};
use super::payer::{forget_cookie, set_cookie};
use super::problem::Problem;
use super::route::{Access, Routes, delete, get, post};
use super::users::user_id;
use super::wire::money::moment;
use super::wire::payer as wire;
use crate::app::{App, payer_device};
use crate::auth::payer::Payer;
use crate::auth::{Principal, cookie};

pub(super) fn routes(routes: Routes) -> Routes {
    let (read, write) = (Access::Needs(Permission::PeopleRead), Access::Needs(Permission::PeopleWrite));
    let missing = &[(404, &["user_not_found"][..])];
    routes
        .add(
            post("/payer/devices", Access::Open, "Sign an own device in, by the own link and its code")
                .takes::<wire::NewPayerDevice>()
                .refuses(&[(404, &["not_found", "user_not_found"]), (422, &["code_wrong", "name_invalid"])])
                .gives::<wire::OpenedPayerDevice>(201),
            open,
        )
        .add(
            get("/payer/devices", Access::Payer, "The own devices that are signed in, the newest first")
                .refuses(missing)
                .gives::<wire::PayerDevices>(200),
            own,
        )
        .add(
            delete("/payer/devices/{id}", Access::Payer, "Sign an own device out; the one that asks, too")
                .gives_nothing()
                .refuses(&[(404, &["device_not_found"])]),
            end,
        )
        .add(
            get("/users/{id}/devices", read, "The devices that a person is signed in on, the newest first")
                .refuses(missing)
                .gives::<wire::PayerDevices>(200),
            of_person,
        )
        .add(
            delete("/users/{id}/devices", write, "Sign all devices of a person out, at once")
                .gives_nothing()
                .refuses(missing),
            end_all,
        )
}

async fn open(State(app): State<App>, Json(new): Json<wire::NewPayerDevice>) -> Result<Response, Problem> {
    let opened = payer_device::open(&app, &new.token.0, new.code.0, &new.name).await?;
    let body = wire::OpenedPayerDevice {
        id: opened.id.to_string(),
        token: (!new.cookie).then(|| opened.token.expose().clone()),
        csrf: new.cookie.then(|| cookie::csrf(&opened.token)),
    };
    let mut response = (StatusCode::CREATED, Json(body)).into_response();
    if new.cookie {
        set_cookie(&app, &mut response, opened.token.expose());
    }
    Ok(response)
}

async fn devices(
    app: &App,
    user: UserId,
    this: Option<PayerDeviceId>,
) -> Result<Json<wire::PayerDevices>, Problem> {
    let rows = payer_device::list(app, user).await?;
    let items = rows.into_iter().map(|row| wire::PayerDevice {
        id: row.id.to_string(),
        name: row.name,
        opened_at: moment(row.opened_at),
        seen_at: moment(row.seen_at),
        this: this == Some(row.id),
    });
    Ok(Json(wire::PayerDevices { items: items.collect() }))
}

async fn own(State(app): State<App>, payer: Payer) -> Result<Json<wire::PayerDevices>, Problem> {
    devices(&app, payer.user, Some(payer.device)).await
}

async fn end(State(app): State<App>, payer: Payer, Path(id): Path<String>) -> Result<Response, Problem> {
    let id: PayerDeviceId = id.parse().map_err(|_| Problem::not_found("device"))?;
    payer_device::end(&app, &payer.principal, payer.user, id).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    if id == payer.device {
        forget_cookie(&mut response);
    }
    Ok(response)
}

async fn of_person(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<wire::PayerDevices>, Problem> {
    devices(&app, user_id(&id)?, None).await
}

async fn end_all(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    payer_device::end_all(&app, &principal, user_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
