//! What tests ask and set, under `/_sim/`.

use serde_json::{Value, json};

use crate::fault::Faults;
use crate::http::{HttpRequest, HttpResponse};
use crate::simulator::Simulator;
use crate::webhook::Target;

/// Answers a request to the control.
pub(crate) fn answer(simulator: &Simulator, request: &HttpRequest) -> HttpResponse {
    let body: Value = match &request.body[..] {
        [] => Value::Null,
        body => match serde_json::from_slice(body) {
            Ok(body) => body,
            Err(cause) => return refused(&cause.to_string()),
        },
    };
    match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/_sim/book") => ok(&simulator.world().book().report()),
        ("GET", "/_sim/faults") => {
            let world = simulator.world();
            ok(&world.faults.report(world.in_flight))
        }
        ("POST", "/_sim/faults") => match Faults::parse(&body) {
            Ok(faults) => {
                simulator.world().faults = faults;
                ok(&json!({}))
            }
            Err(cause) => refused(&cause),
        },
        ("GET", "/_sim/webhooks") => ok(&simulator.webhooks.report()),
        ("POST", "/_sim/webhooks") => match Target::parse(&body) {
            Ok(target) => {
                simulator.webhooks.point_at(target);
                ok(&json!({}))
            }
            Err(cause) => refused(&cause),
        },
        ("POST", "/_sim/reset") => {
            simulator.reset();
            ok(&json!({}))
        }
        ("GET", "/_sim/settlement") => {
            let date = request.query.iter().find(|(name, _)| name == "date");
            match date {
                Some((_, date)) => HttpResponse::csv(simulator.world().book().settlement(date)),
                None => refused("date is missing"),
            }
        }
        _ => HttpResponse::json(404, &json!({ "error": "there is nothing here" })),
    }
}

fn ok(body: &Value) -> HttpResponse {
    HttpResponse::json(200, body)
}

fn refused(cause: &str) -> HttpResponse {
    HttpResponse::json(400, &json!({ "error": cause }))
}
