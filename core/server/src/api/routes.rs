//! The route table.

use domain::role::Permission;

use super::route::{Access, Routes, get};
use super::{
    access, approvals, audit, cameras, checkouts, console, docs, enrolments, face_payment, faces, factors,
    identity, legs, look_alikes, model_change, operators, plugins, settlements, system, transactions, users,
    webhooks, webrtc,
};
use crate::auth::place::Place;
use crate::ws;

/// Every route.
pub(super) fn all() -> Routes {
    let groups = [
        system::routes,
        plugins::routes,
        audit::routes,
        access::routes,
        operators::routes,
        users::routes,
        face_payment::routes,
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
        cameras::routes,
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
            get("/ws/events", Access::Needs(Permission::SystemRead), "Events as they happen (WebSocket)")
                .query(&[
                    ("after", "the last `seq` that was seen"),
                    ("token", "key or session, for browsers"),
                ])
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
            .query(&[("camera", "a push: camera to feed"), ("token", "key or session, for browsers")])
            .switches_protocols(),
            ws::face_recognition::connect,
        )
}

fn documents(routes: Routes) -> Routes {
    routes
        .add(
            get("/openapi.json", Access::Open, "This interface as OpenAPI 3.1").streams("application/json"),
            docs::openapi,
        )
        .add(
            get("/asyncapi.yaml", Access::Open, "The WebSockets as AsyncAPI 3.0").streams("application/yaml"),
            docs::asyncapi,
        )
        .add(get("/docs", Access::Open, "This interface, to read and try").streams("text/html"), docs::index)
        .add(get("/docs/", Access::Open, "This interface, to read and try").streams("text/html"), docs::index)
        .add(
            get("/docs/{*file}", Access::Open, "Files of the interface's page").streams("text/html"),
            docs::file,
        )
}
