//! The route table.

use domain::role::Permission;

use super::parameter::{Form, Parameter};
use super::refusals::{CAMERA, Refusal};
use super::route::{Access, Routes, get};
use super::{
    access, analytics, approvals, audit, backups, cameras, checkouts, consent_texts, console, docs,
    enrolments, face_payment, faces, factors, identity, legs, look_alikes, model_change, operators, payer,
    payer_devices, plugins, settings, settlements, snapshots, sync, system, transactions, users, webhooks,
    webrtc,
};
use crate::auth::place::Place;
use crate::ws;

/// Every route.
pub(super) fn all() -> Routes {
    let groups = [
        system::routes,
        backups::routes,
        sync::routes,
        settings::routes,
        plugins::routes,
        audit::routes,
        access::routes,
        operators::routes,
        users::routes,
        consent_texts::routes,
        face_payment::routes,
        payer::routes,
        payer_devices::routes,
        identity::routes,
        faces::routes,
        enrolments::routes,
        look_alikes::routes,
        model_change::routes,
        factors::routes,
        transactions::routes,
        approvals::routes,
        checkouts::routes,
        legs::routes,
        settlements::routes,
        analytics::routes,
        cameras::routes,
        snapshots::routes,
        webrtc::routes,
        webhooks::routes,
        sockets,
        documents,
        console::routes,
    ];
    groups.iter().fold(Routes::default(), |routes, group| group(routes))
}

fn sockets(routes: Routes) -> Routes {
    routes
        .add(
            get(
                "/ws/events",
                Access::NeedsOneOf([Permission::SystemRead, Permission::CamerasView]),
                "Events as they happen (WebSocket); without system.read those of one camera",
            )
            .at(Place::Handler)
            .query(&[
                Parameter::new("after", Form::Whole(0), "the last `seq` that was seen"),
                Parameter::new("camera", Form::Camera, "only events of this camera"),
                TOKEN,
            ])
            .refuses(SOCKET)
            .refuses(&[(403, &["camera_needed"]), (404, &["camera_not_found"])])
            .switches_protocols(),
            ws::events::follow,
        )
        .add(
            get(
                "/ws/face-recognition",
                Access::Needs(Permission::CamerasPush),
                "A browser as a camera (WebSocket)",
            )
            .at(Place::Query)
            .query(&[Parameter::new("camera", Form::Camera, "a push: camera to feed"), TOKEN])
            .refuses(SOCKET)
            .refuses(CAMERA)
            .refuses(&[(422, &["camera_not_push"])])
            .switches_protocols(),
            ws::face_recognition::connect,
        )
}

const TOKEN: Parameter = Parameter::new("token", Form::Text, "key or session, for browsers");
/// Of who is no WebSocket client, or one too many.
const SOCKET: &[Refusal] =
    &[(400, &["upgrade_impossible"]), (426, &["websocket_expected"]), (503, &["websockets_full"])];
/// What the files of the interface's page are.
const PAGE: &[&str] = &["text/html", "text/css", "text/javascript", "image/png", "application/json"];

fn documents(routes: Routes) -> Routes {
    routes
        .add(
            get("/openapi.json", Access::Open, "This interface as OpenAPI 3.1")
                .streams(&["application/json"])
                .built_in(),
            docs::openapi,
        )
        .add(
            get("/asyncapi.yaml", Access::Open, "The WebSockets as AsyncAPI 3.0")
                .streams(&["application/yaml"])
                .built_in(),
            docs::asyncapi,
        )
        .add(get("/docs", Access::Open, "This interface, to read and try").moves().built_in(), docs::index)
        .add(get("/docs/", Access::Open, "This interface, to read and try").moves().built_in(), docs::index)
        .add(
            get("/docs/{*file}", Access::Open, "Files of the interface's page")
                .streams(PAGE)
                .built_in()
                .refuses(&[(404, &["not_found"])]),
            docs::file,
        )
}
