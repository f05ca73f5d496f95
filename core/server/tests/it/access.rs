//! Who gets in: nobody without a key, and each role only where it may.

use domain::role::Role;
use http::Method;
use serde_json::json;
use server::api::{Access, table};

use crate::client::{Ask, delete, get, post};
use crate::harness::Appliance;

/// Routes that are open on purpose. Adding one here is a decision.
const OPEN: [&str; 12] = [
    "GET /",
    "GET /health",
    "GET /livez",
    "GET /readyz",
    "POST /setup",
    "POST /operators/login",
    "POST /webhooks/in/{provider}",
    "GET /asyncapi.yaml",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/",
    "GET /docs/{*file}",
];

fn probe(method: &Method, path: &str) -> Ask {
    let path = path
        .replace("{*file}", "index.html")
        .replace("{id}", "x")
        .replace("{provider}", "x")
        .replace("{cid}", "x")
        .replace("{fid}", "x")
        .replace("{n}", "1");
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
            let may = match route.access {
                Access::Needs(permission) => role.may(permission),
                Access::NeedsOneOf(permissions) => permissions.iter().any(|p| role.may(*p)),
                Access::Open | Access::LoopbackOr(_) => continue,
            };
            let reply = appliance.send(probe(&route.method, route.path).token(&key)).await;
            assert_eq!(reply.status != 403, may, "{role} {}", route.path);
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
    let again = json!({ "code": appliance.code });
    appliance.send(post("/setup", &again)).await.refused(409, "setup_closed");
    assert!(appliance.app.open_setup_when_new().await.is_none());
}

#[tokio::test]
async fn a_refused_name_leaves_the_set_up_code_as_it_was() {
    let appliance = Appliance::start_new().await;
    for name in ["", "a\nb", &"x".repeat(121)] {
        let asked = json!({ "code": appliance.code, "name": name });
        appliance.send(post("/setup", &asked)).await.refused(422, "name_invalid");
    }
    let asked = json!({ "code": appliance.code, "name": "headquarters" });
    assert_eq!(appliance.send(post("/setup", &asked)).await.ok(201)["name"], "headquarters");
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
    let locked = appliance.send(login("correct horse")).await.refused(429, "login_locked");
    assert_eq!(locked.header("retry-after"), "300");
    appliance.later(std::time::Duration::from_secs(301));
    appliance.send(login("correct horse")).await.ok(200);
    let nobody = post("/operators/login", &json!({ "name": "eve", "password": "correct horse" }));
    appliance.send(nobody).await.refused(401, "login_refused");
}

async fn add_operator(appliance: &Appliance, name: &str) -> String {
    let new = json!({ "name": name, "password": "correct horse", "role": "operator" });
    appliance.admin(post("/operators", &new)).await.ok(201)["id"].as_str().unwrap().to_owned()
}

fn login(name: &str, password: &str) -> Ask {
    post("/operators/login", &json!({ "name": name, "password": password }))
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_guesses_at_once_lock_and_few_are_worked_out_together() {
    let appliance = Appliance::start_with(&[("auth.login_failures_max", "20")]).await;
    add_operator(&appliance, "ada").await;
    let guess = || async {
        loop {
            let reply = appliance.send(login("ada", "wrong horse")).await;
            match reply.json()["code"].as_str() {
                Some("login_busy") => assert_eq!(reply.header("retry-after"), "1"),
                Some("login_refused") => return,
                other => panic!("{other:?}"),
            }
        }
    };
    futures_util::future::join_all((0..20).map(|_| guess())).await;
    appliance.send(login("ada", "correct horse")).await.refused(429, "login_locked");
}

#[tokio::test]
async fn what_is_too_long_for_a_name_or_a_password_is_refused_like_a_wrong_one() {
    let appliance = Appliance::start_with(&[("auth.login_failures_max", "1")]).await;
    add_operator(&appliance, "ada").await;
    appliance.send(login("ada", &"x".repeat(257))).await.refused(401, "login_refused");
    appliance.send(login(&"x".repeat(61), "correct horse")).await.refused(401, "login_refused");
    // It was not even counted.
    appliance.send(login("ada", "correct horse")).await.ok(200);
}

#[tokio::test]
async fn a_shut_account_loses_its_sessions_at_once() {
    let appliance = Appliance::start().await;
    let id = add_operator(&appliance, "ada").await;
    let session = appliance.send(login("ada", "correct horse")).await.ok(200);
    let token = session["token"].as_str().unwrap();
    appliance.send(get("/users").token(token)).await.ok(200);
    appliance.admin(delete(format!("/operators/{id}"))).await.ok(204);
    appliance.send(get("/users").token(token)).await.refused(401, "unauthenticated");
    appliance.send(login("ada", "correct horse")).await.refused(401, "login_refused");
    appliance.admin(delete(format!("/operators/{id}"))).await.refused(404, "operator_not_found");
    let listed = appliance.admin(get("/operators")).await.ok(200);
    assert!(listed["items"][0]["disabled_at"].is_string(), "{listed}");
}

#[tokio::test]
async fn keys_and_staff_are_listed_in_pages() {
    let appliance = Appliance::start().await;
    for name in ["ada", "bo"] {
        appliance.key("kiosk").await;
        add_operator(&appliance, name).await;
    }
    for (path, count) in [("/keys", 3), ("/operators", 2)] {
        let first = appliance.admin(get(format!("{path}?limit=1"))).await.ok(200);
        let cursor = first["next_cursor"].as_str().unwrap();
        let rest = appliance.admin(get(format!("{path}?cursor={cursor}"))).await.ok(200);
        assert_eq!(rest["items"].as_array().unwrap().len(), count - 1, "{path}");
        assert_eq!(rest.get("next_cursor"), None, "{path}");
        appliance.admin(get(format!("{path}?cursor=x"))).await.refused(400, "cursor_invalid");
    }
}

#[tokio::test]
async fn an_auditor_reads_checkouts_and_opens_none() {
    let appliance = Appliance::start().await;
    let key = &appliance.key("auditor").await;
    appliance.send(get("/checkouts").token(key)).await.ok(200);
    let new = json!({ "camera": "till-1", "amount": crate::harness::eur(5) });
    appliance.send(post("/checkouts", &new).once("k").token(key)).await.refused(403, "forbidden");
}
