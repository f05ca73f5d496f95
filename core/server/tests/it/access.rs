//! Who gets in: nobody without a key, and each role only where it may.

use domain::role::Role;
use http::Method;
use serde_json::json;
use server::api::{Access, table};

use crate::client::{Ask, delete, get, post};
use crate::harness::Appliance;

/// Routes that are open on purpose. Adding one here is a decision.
const OPEN: [&str; 10] = [
    "GET /",
    "GET /health",
    "GET /livez",
    "GET /readyz",
    "POST /setup",
    "POST /operators/login",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/",
    "GET /docs/{*file}",
];

fn probe(method: &Method, path: &str) -> Ask {
    let path = path
        .replace("{*file}", "index.html")
        .replace("{id}", "x")
        .replace("{cid}", "x")
        .replace("{fid}", "x");
    let ask = match *method {
        Method::GET => get(path),
        Method::DELETE => delete(path),
        _ => post(path, &json!({})),
    };
    Ask { method: method.clone(), ..ask }
}

#[tokio::test]
async fn every_route_but_the_open_ones_refuses_who_shows_no_credentials() {
    let appliance = Appliance::start().await;
    let mut probed = 0;
    for route in table() {
        let name = format!("{} {}", route.method, route.path);
        let is_open = route.access == Access::Open;
        assert_eq!(is_open, OPEN.contains(&name.as_str()), "{name}");
        for prefix in ["", "/v1"] {
            // From outside: a request that says it came through a proxy is not local.
            let ask = probe(&route.method, &format!("{prefix}{}", route.path))
                .header("x-forwarded-for", "203.0.113.9");
            let status = appliance.send(ask).await.status.as_u16();
            assert_eq!(
                status == 401,
                !is_open && name != "POST /operators/login",
                "{prefix} {name}: {status}"
            );
            probed += 1;
        }
    }
    assert!(probed > 80, "{probed}");
}

#[tokio::test]
async fn a_wrong_key_is_no_key() {
    let appliance = Appliance::start().await;
    for token in ["fpk_wrong", "", "x y", &format!("{}x", appliance.admin)] {
        appliance.send(get("/users").token(token)).await.refused(401, "unauthenticated");
    }
}

#[tokio::test]
async fn each_role_gets_in_exactly_where_it_may() {
    let appliance = Appliance::start().await;
    for role in Role::ALL {
        let key = appliance.key(role.as_str()).await;
        for route in table() {
            let Access::Needs(permission) = route.access else { continue };
            let reply = appliance.send(probe(&route.method, route.path).token(&key)).await;
            assert_eq!(reply.status != 403, role.may(permission), "{role} {}", route.path);
        }
    }
}

#[tokio::test]
async fn metrics_are_for_this_machine_or_a_key() {
    let appliance = Appliance::start().await;
    let reply = appliance.send(get("/metrics")).await;
    assert!(reply.text().contains("facepay_build_info"), "{}", reply.text());
    let outside = get("/metrics").header("x-forwarded-for", "203.0.113.9");
    appliance.send(outside).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn the_set_up_code_works_once() {
    let appliance = Appliance::start().await;
    appliance.send(post("/setup", &json!({ "code": "AAAAA" }))).await.refused(409, "setup_closed");
    assert!(appliance.app.open_setup_when_new().await.is_none());
}

#[tokio::test]
async fn a_revoked_key_is_shut_out_at_once() {
    let appliance = Appliance::start().await;
    let minted = appliance.admin(post("/keys", &json!({ "name": "till", "role": "kiosk" }))).await.ok(201);
    let (id, key) = (minted["id"].as_str().unwrap(), minted["key"].as_str().unwrap());
    appliance.send(get("/checkouts").token(key)).await.ok(200);
    appliance.admin(delete(format!("/keys/{id}"))).await.ok(204);
    appliance.send(get("/checkouts").token(key)).await.refused(401, "unauthenticated");
    let listed = appliance.admin(get("/keys")).await;
    assert!(!listed.text().contains(key), "a key's secret is shown once");
}

#[tokio::test]
async fn staff_signs_in_for_a_while_and_is_locked_out_after_failures() {
    let appliance = Appliance::start_with(&[("auth.login_failures_max", "3")]).await;
    let new = json!({ "name": "ada", "password": "correct horse", "role": "operator" });
    appliance.admin(post("/operators", &new)).await.ok(201);
    let login = |password: &str| post("/operators/login", &json!({ "name": "ada", "password": password }));

    let session = appliance.send(login("correct horse")).await.ok(200);
    let token = session["token"].as_str().unwrap();
    appliance.send(get("/users").token(token)).await.ok(200);
    appliance.send(get("/keys").token(token)).await.refused(403, "forbidden");
    appliance.later(std::time::Duration::from_secs(43_200));
    appliance.send(get("/users").token(token)).await.refused(401, "unauthenticated");

    for _ in 0..3 {
        appliance.send(login("wrong horse")).await.refused(401, "login_refused");
    }
    appliance.send(login("correct horse")).await.refused(429, "login_locked");
    appliance.later(std::time::Duration::from_secs(301));
    appliance.send(login("correct horse")).await.ok(200);
    let nobody = post("/operators/login", &json!({ "name": "eve", "password": "correct horse" }));
    appliance.send(nobody).await.refused(401, "login_refused");
}
