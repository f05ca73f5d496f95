//! Every route by every role: nobody without credentials, each role only where it may, and no route beside the table.
#![allow(clippy::print_stdout, reason = "how many were asked is told")]

use std::collections::BTreeSet;

use domain::KeyId;
use domain::role::Role;
use http::Method;
use serde_json::{Value, json};
use server::api::{Access, Route, table};
use sha2::{Digest, Sha256};
use store::{By, KeyBounds, NewApiKey};
use uuid::Uuid;

use crate::access::staff;
use crate::client::{Ask, delete, get, post};
use crate::harness::Appliance;

/// Routes that are open on purpose. Adding one here is a decision.
const OPEN: &[&str] = &[
    "GET /",
    "GET /health",
    "GET /livez",
    "GET /readyz",
    "POST /setup",
    "POST /operators/login",
    "GET /operators/oidc",
    "GET /operators/oidc/callback",
    "POST /face-payment",
    "POST /payer/devices",
    "POST /webhooks/in/{provider}",
    "GET /asyncapi.yaml",
    "GET /openapi.json",
    "GET /docs",
    "GET /docs/",
    "GET /docs/{*file}",
    "GET /console",
    "GET /console/{*screen}",
    "GET /kiosk",
    "GET /me",
    "GET /index.html",
    "GET /assets/{*file}",
    "GET /icons/{*file}",
    "GET /manifest.webmanifest",
    "GET /me.webmanifest",
    "GET /sw.js",
];

/// A request to the route about something that is not there.
pub(crate) fn probe(method: &Method, path: &str) -> Ask {
    let path = path
        .replace("{*file}", "index.html")
        .replace("{*screen}", "people")
        .replace("{session}", "x")
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

/// What the routes ask of each who knocks: none, a key of each role, a session of each, and a payer's device.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_gets_in_exactly_where_it_may() {
    let appliance = Appliance::start().await;
    let mut callers = vec![(None, false, None)];
    for &role in Role::ALL.iter().filter(|role| role.is_for_staff()) {
        callers.push((Some(role), false, Some(appliance.key(role.as_str()).await)));
        callers.push((Some(role), true, Some(staff(&appliance, role.as_str()).await.1)));
    }
    // No account has this role, and no key without a certificate, which would have to be shown here: so it is put in as it is.
    callers.push((Some(Role::Appliance), false, Some(unbound(&appliance, Role::Appliance).await)));
    // A payer, on a device of their own.
    let ada = appliance.payer("Ada", 0).await;
    callers.push((Some(Role::Payer), false, Some(crate::payer::device(&appliance, ada).await)));
    let sessions = callers.iter().filter(|caller| caller.1).count();
    let (mut asked, mut let_in) = (0, 0);
    for route in table() {
        let name = format!("{} {}", route.method, route.path);
        for (role, is_staff, token) in &callers {
            if *is_staff && name == "POST /operators/logout" {
                // It would end the session that the other routes are asked with.
                continue;
            }
            let is_payer = *role == Some(Role::Payer);
            if is_payer && name == "POST /payer/erasure" {
                // The same.
                continue;
            }
            let role_may = |permission| role.is_some_and(|role| role.may(permission));
            let may = match route.access {
                Access::Open => true,
                Access::LoopbackOr(permission) | Access::Needs(permission) => role_may(permission),
                Access::NeedsOneOf(permissions) => permissions.into_iter().any(role_may),
                Access::Staff => *is_staff,
                Access::Key => role.is_some() && !is_staff && !is_payer,
                Access::Payer | Access::PayerChanges => is_payer,
            };
            // From outside: a request that says it came through a proxy is not local.
            let ask = probe(&route.method, route.path).header("x-forwarded-for", "203.0.113.9");
            let ask = token.iter().fold(ask, |ask, token| ask.token(token));
            let reply = appliance.send(ask).await;
            let (status, code) = (reply.status.as_u16(), reply.json()["code"].clone());
            // A handler that refuses lets in all the same.
            let refusals = ["unauthenticated", "forbidden", "staff_only", "key_only", "payer_only"];
            let refused = refusals.iter().any(|refusal| code == *refusal)
                // A key is let in to this one, and then told that it is for staff.
                && !(code == "staff_only" && may);
            assert_eq!(!refused, may, "{name} by {role:?}, staff {is_staff}: {status} {code}");
            assert_eq!(status == 401 && refused, !may && role.is_none(), "{name} by {role:?}: {status}");
            asked += 1;
            let_in += usize::from(may);
        }
    }
    println!("{asked} requests: {} routes x {} callers, {let_in} let in", table().len(), callers.len());
    // Every route by everybody, but the sign-out and the erasure by who is to stay.
    assert_eq!(asked, table().len() * callers.len() - sessions - 1);
}

/// A key of this role that is bound to nothing, whatever the interface would say to that.
async fn unbound(appliance: &Appliance, role: Role) -> String {
    let (token, at) = (format!("fpk_{}", Uuid::new_v4()), appliance.app.now());
    let key = NewApiKey {
        id: KeyId(Uuid::now_v7()),
        name: role.to_string(),
        role,
        sha256: Sha256::digest(&token).into(),
        expires_at: None,
        bounds: KeyBounds::default(),
    };
    appliance.app.store(move |store| store.add_api_key(By { actor: "test", at }, &key)).await.unwrap();
    token
}

/// A route that the router takes and the table lacks is in no document and in no test of who may: there is none.
#[tokio::test]
async fn every_path_of_the_document_is_in_the_table_and_nothing_else_is_answered() {
    let appliance = Appliance::start().await;
    let document: Value = serde_json::from_str(&server::api::openapi_json()).unwrap();
    let documented: BTreeSet<String> = (document["paths"].as_object().unwrap().iter())
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();
    let named =
        |route: &Route| format!("{} {}", route.method.as_str().to_lowercase(), route.path.replace("{*", "{"));
    assert_eq!(documented, table().iter().map(named).collect());
    // The methods that a path takes are those of the table.
    let paths: BTreeSet<&str> = table().iter().map(|route| route.path).collect();
    for path in paths {
        let taken: Vec<Method> =
            table().into_iter().filter(|route| route.path == path).map(|r| r.method).collect();
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            if !taken.contains(&method) {
                appliance.admin(probe(&method, path)).await.refused(405, "method_not_allowed");
            }
        }
    }
}
