//! Who gets in, with what, and for how long.

use hmac::{Hmac, KeyInit, Mac};
use http::Method;
use serde_json::json;
use server::api::{Access, table};

use crate::client::{Ask, delete, get, post};
use crate::harness::Appliance;
use crate::routes::probe;

#[tokio::test]
async fn a_wrong_key_is_no_key() {
    let appliance = Appliance::start().await;
    for token in ["fpk_wrong", "", "x y", &format!("{}x", appliance.admin)] {
        appliance.send(get("/users").token(token)).await.refused(401, "unauthenticated");
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

/// A member of staff, signed in.
pub(crate) async fn staff(appliance: &Appliance, role: &str) -> (String, String) {
    let new = json!({ "name": role, "password": "correct horse", "role": role });
    let added = appliance.admin(post("/operators", &new)).await.ok(201);
    let login = json!({ "name": role, "password": "correct horse" });
    let session = appliance.send(post("/operators/login", &login)).await.ok(200);
    (added["id"].as_str().unwrap().to_owned(), session["token"].as_str().unwrap().to_owned())
}

/// What an authenticator app shows.
fn shown(secret: &str, at_micros: i64) -> String {
    let key = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(at_micros / 30_000_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 15);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

#[tokio::test]
async fn a_role_that_needs_one_time_codes_does_nothing_else_before_it_has_a_device() {
    let appliance = Appliance::start_with(&[("auth.totp_roles", "[\"operator\"]")]).await;
    let (id, token) = staff(&appliance, "operator").await;
    let me = |token: &str| get("/operators/me").token(token);
    let begun = appliance.send(me(&token)).await.ok(200);
    assert_eq!((&begun["totp_required"], &begun["permissions"]), (&json!(true), &json!([])));
    appliance.send(get("/users").token(&token)).await.refused(403, "forbidden");

    let wrong = post("/operators/me/totp", &json!({ "password": "wrong horse" })).token(&token);
    appliance.send(wrong).await.refused(403, "password_wrong");
    let asked = post("/operators/me/totp", &json!({ "password": "correct horse" })).token(&token);
    let offered = appliance.send(asked).await.ok(201);
    let secret = offered["secret"].as_str().unwrap();
    assert!(offered["uri"].as_str().unwrap().starts_with("otpauth://totp/FacePay:operator?secret="));
    let stored = appliance.stored();
    assert!(!stored.windows(secret.len()).any(|window| window == secret.as_bytes()), "the secret is sealed");
    let confirm = |code: &str| post("/operators/me/totp/confirm", &json!({ "code": code })).token(&token);
    appliance.send(confirm("000000")).await.refused(422, "code_wrong");
    appliance.send(confirm(&shown(secret, appliance.app.now().0))).await.ok(204);
    appliance.send(get("/users").token(&token)).await.ok(200);

    let login = |code: Option<&str>| {
        let body = json!({ "name": "operator", "password": "correct horse", "code": code });
        post("/operators/login", &body)
    };
    appliance.send(login(None)).await.refused(401, "code_required");
    let used = shown(secret, appliance.app.now().0);
    appliance.send(login(Some(&used))).await.refused(401, "login_refused");
    appliance.later(std::time::Duration::from_secs(30));
    let fresh = shown(secret, appliance.app.now().0);
    appliance.send(login(Some(&fresh))).await.ok(200);
    appliance.send(login(Some(&fresh))).await.refused(401, "login_refused");

    // Whoever loses the device is let in by an admin, and the sessions that the device opened are over.
    appliance.send(delete(format!("/operators/{id}/totp")).token(&token)).await.refused(403, "forbidden");
    appliance.later(std::time::Duration::from_secs(1));
    appliance.admin(delete(format!("/operators/{id}/totp"))).await.ok(204);
    appliance.send(me(&token)).await.refused(401, "unauthenticated");
    appliance.send(login(None)).await.ok(200);
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_a_sign_out_ends_one() {
    let appliance = Appliance::start().await;
    let (_, token) = staff(&appliance, "operator").await;
    let login =
        |password: &str| post("/operators/login", &json!({ "name": "operator", "password": password }));
    let second = appliance.send(login("correct horse")).await.ok(200);
    let second = second["token"].as_str().unwrap();
    appliance.send(post("/operators/logout", &json!({})).token(second)).await.ok(204);
    appliance.send(get("/users").token(second)).await.refused(401, "unauthenticated");
    appliance.send(get("/users").token(&token)).await.ok(200);

    let change = |old: &str, new: &str| {
        post("/operators/me/password", &json!({ "old": old, "new": new })).token(&token)
    };
    appliance.later(std::time::Duration::from_secs(1));
    appliance.send(change("wrong horse", "battery staple")).await.refused(403, "password_wrong");
    appliance.send(change("correct horse", "short")).await.refused(422, "password_weak");
    appliance.send(change("correct horse", "battery staple")).await.ok(204);
    appliance.send(get("/users").token(&token)).await.refused(401, "unauthenticated");
    appliance.send(login("correct horse")).await.refused(401, "login_refused");
    appliance.send(login("battery staple")).await.ok(200);
}

#[tokio::test]
async fn a_browser_signs_in_by_a_cookie_that_only_its_own_page_can_use() {
    let appliance = Appliance::start().await;
    staff(&appliance, "operator").await;
    let login = json!({ "name": "operator", "password": "correct horse", "cookie": true });
    let reply = appliance.send(post("/operators/login", &login)).await;
    let set = reply.header("set-cookie").to_owned();
    let session = reply.ok(200);
    assert!(session["token"].is_null(), "no script is told the token");
    let (cookie, rules) = set.split_once(';').unwrap();
    for rule in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(rules.contains(rule), "{rules}");
    }
    let csrf = session["csrf"].as_str().unwrap();
    appliance.send(get("/users").header("cookie", cookie)).await.ok(200);
    let me = appliance.send(get("/operators/me").header("cookie", cookie)).await.ok(200);
    assert_eq!(me["csrf"], csrf, "a page that was loaded anew asks for it");

    let add = || post("/users", &json!({ "name": "Ada" })).header("cookie", cookie);
    appliance.send(add()).await.refused(403, "cross_site");
    appliance.send(add().header("x-csrf-token", "guess")).await.refused(403, "cross_site");
    appliance.send(add().header("x-csrf-token", csrf)).await.ok(201);

    // A socket has no such header: who opens it is the page's host.
    let socket = |origin: &str| {
        get("/ws/events")
            .header("cookie", cookie)
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
            .header("origin", origin)
    };
    let own = format!("http://{}", appliance.address);
    appliance.send(socket("https://evil.example")).await.refused(403, "cross_site");
    assert_eq!(appliance.send(socket(&own)).await.status, 101);

    let out = post("/operators/logout", &json!({})).header("cookie", cookie).header("x-csrf-token", csrf);
    let out = appliance.send(out).await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    appliance.send(get("/users").header("cookie", cookie)).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn a_key_does_no_more_than_its_scopes_and_ends_on_time() {
    let appliance = Appliance::start().await;
    let end = jiff::Timestamp::from_microsecond(appliance.app.now().0).unwrap()
        + jiff::SignedDuration::from_hours(1);
    let new = json!({
        "name": "shop", "role": "integrator", "scopes": ["payments.read"], "expires_at": end.to_string(),
    });
    let minted = appliance.admin(post("/keys", &new)).await.ok(201);
    assert_eq!((&minted["scopes"], &minted["expires_at"]), (&new["scopes"], &new["expires_at"]));
    let key = minted["key"].as_str().unwrap();
    appliance.send(get("/transactions").token(key)).await.ok(200);
    let refused = appliance.send(get("/users").token(key)).await.refused(403, "forbidden");
    assert!(refused.text().contains("scopes"), "{}", refused.text());
    appliance.later(std::time::Duration::from_secs(3600));
    appliance.send(get("/transactions").token(key)).await.refused(401, "unauthenticated");
    for (name, value, code) in [
        ("scopes", json!(["payments.make"]), "scope_unknown"),
        ("camera", json!("Till 1"), "camera_id_invalid"),
        ("certificate_sha256", json!("ab:cd"), "certificate_sha256_invalid"),
        ("expires_at", json!("tomorrow"), "time_invalid"),
        ("expires_at", json!("2020-01-01T00:00:00Z"), "expires_at_past"),
    ] {
        let mut bad = json!({ "name": "shop", "role": "integrator" });
        bad[name] = value;
        appliance.admin(post("/keys", &bad)).await.refused(422, code);
    }
}

/// What gives a key of one camera only what is at that camera, and refuses nothing.
const AT_ITS_CAMERA: [&str; 5] =
    ["POST /checkouts", "DELETE /webrtc/{session}", "GET /checkouts", "GET /cameras", "GET /ws/events"];

#[tokio::test]
async fn a_kiosks_key_is_for_one_camera_and_for_nothing_else() {
    let appliance = Appliance::start().await;
    let key = async |camera: Option<&str>| {
        let new = json!({ "name": "kiosk", "role": "kiosk", "camera": camera });
        appliance.admin(post("/keys", &new)).await.ok(201)["key"].as_str().unwrap().to_owned()
    };
    let (bound, other) = (key(Some("till-1")).await, key(Some("till-2")).await);
    let probed = |path: &str| path.replace("{id}", "till-1").replace("{n}", "1");
    let mut elsewhere = 0;
    for route in table() {
        if !matches!(route.access, Access::Needs(_) | Access::NeedsOneOf(_)) {
            continue;
        }
        let name = format!("{} {}", route.method, route.path);
        let ask = probe(&route.method, &probed(route.path));
        let status = appliance.send(ask.token(&other)).await.status.as_u16();
        let about_a_checkout =
            route.path.starts_with("/checkouts/{id}") && route.path != "/checkouts/{id}/payer";
        if about_a_checkout && !route.path.ends_with("/payer") {
            assert_eq!(status, 404, "{name}: no such checkout");
        } else if !AT_ITS_CAMERA.contains(&name.as_str()) {
            assert_eq!(status, 403, "{name}");
        }
        elsewhere += usize::from(status == 403);
    }
    assert!(elsewhere > 60, "{elsewhere}");

    let checkout = json!({ "camera": "till-1", "amount": crate::harness::eur(100) });
    let opened = |key: &str| post("/checkouts", &checkout).token(key).once("c");
    appliance.send(opened(&other)).await.refused(403, "camera_bound");
    let open = appliance.send(opened(&bound)).await.ok(201);
    let own = format!("/checkouts/{}", open["id"].as_str().unwrap());
    appliance.send(get(&own).token(&bound)).await.ok(200);
    appliance.send(get(&own).token(&other)).await.refused(403, "camera_bound");
    let cancel = |key: &str| post(format!("{own}/cancel"), &json!({})).token(key).once("d");
    appliance.send(cancel(&other)).await.refused(403, "camera_bound");
    appliance.send(cancel(&bound)).await.ok(200);
    for (key, seen) in [(&bound, 1), (&other, 0), (&appliance.admin, 1)] {
        let listed = appliance.send(get("/checkouts").token(key)).await.ok(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), seen, "{listed}");
    }
    appliance.send(get("/checkouts?camera=till-1").token(&other)).await.refused(403, "camera_bound");
    let elsewhere = appliance.admin(get("/checkouts?camera=till-2")).await.ok(200);
    assert_eq!(elsewhere["items"], json!([]));
    for path in ["/cameras/till-1", "/webcam/stream?camera=till-1", "/ws/face-recognition?camera=till-1"] {
        appliance.send(get(path).token(&other)).await.refused(403, "camera_bound");
        assert_ne!(appliance.send(get(path).token(&bound)).await.status, 403, "{path}");
    }
    for path in ["/webcam/stream", "/ws/face-recognition", "/webcam/stream?x=1&camera=till-1x"] {
        appliance.send(get(path).token(&bound)).await.refused(403, "camera_bound");
    }
}

#[tokio::test]
async fn a_key_is_told_what_it_may_do_and_a_session_asks_elsewhere() {
    let appliance = Appliance::start().await;
    let new = json!({
        "name": "till",
        "role": "kiosk",
        "scopes": ["payments.take", "people.read"],
        "camera": "till-1",
    });
    let minted = appliance.admin(post("/keys", &new)).await.ok(201);
    let key = minted["key"].as_str().unwrap();
    let own = appliance.send(get("/keys/me").token(key)).await.ok(200);
    for name in ["id", "name", "role", "scopes", "camera"] {
        assert_eq!(own[name], minted[name], "{name}");
    }
    // A scope that the role lacks opens nothing.
    assert_eq!(own["permissions"], json!(["payments.take"]));
    assert!(!own.to_string().contains(key));
    let whole = appliance.admin(get("/keys/me")).await.ok(200);
    assert!(whole["scopes"].is_null() && whole["permissions"].as_array().unwrap().len() > 20, "{whole}");
    let (_, session) = staff(&appliance, "operator").await;
    appliance.send(get("/keys/me").token(&session)).await.refused(403, "key_only");
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_to_wait() {
    let appliance = Appliance::start_with(&[("limits.key_per_s", "1"), ("limits.key_burst", "20")]).await;
    let key = appliance.key("auditor").await;
    let asks = async || appliance.send(get("/users").token(&key)).await;
    for _ in 0..20 {
        asks().await.ok(200);
    }
    let refused = asks().await.refused(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    // A flood of wrong keys is one of many, each unknown; the admin's is not held up by them.
    appliance.send(get("/users").token("fpk_wrong")).await.refused(401, "unauthenticated");
    appliance.admin(get("/users")).await.ok(200);
}

#[tokio::test]
async fn pages_of_other_hosts_are_let_in_by_name_alone() {
    let ask = |origin: &str| {
        let ask = get("/users").header("origin", origin).header("access-control-request-method", "GET");
        Ask { method: Method::OPTIONS, ..ask.header("access-control-request-headers", "authorization") }
    };
    let closed = Appliance::start().await;
    let reply = closed.send(ask("https://shop.example")).await;
    assert_eq!((reply.status.as_u16(), reply.header("access-control-allow-origin")), (405, ""));
    let open = Appliance::start_with(&[("server.origins", "[\"https://shop.example\"]")]).await;
    for (origin, allowed) in [("https://shop.example", "https://shop.example"), ("https://evil.example", "")]
    {
        let reply = open.send(ask(origin)).await;
        assert_eq!(reply.header("access-control-allow-origin"), allowed);
        assert_eq!(reply.header("access-control-allow-credentials"), "", "no session of a browser");
        let asked = open.admin(get("/users").header("origin", origin)).await;
        assert_eq!(asked.header("access-control-allow-origin"), allowed);
    }
}

#[tokio::test]
async fn every_answer_tells_browsers_what_to_leave_alone() {
    let appliance = Appliance::start().await;
    let page = get("/").header("accept", "text/html");
    for ask in
        [page, get("/health"), get("/users"), get("/nowhere"), get("/docs/index.html"), delete("/health")]
    {
        let path = ask.path.clone();
        let reply = appliance.send(ask).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "no-referrer"),
        ] {
            assert_eq!(reply.header(name), value, "{path}");
        }
        let (policy, is_console) = (reply.header("content-security-policy"), path == "/");
        let first = if is_console { "default-src 'self'; " } else { "default-src 'none'; " };
        assert!(policy.starts_with(first) && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(reply.header("cache-control"), if is_console { "no-cache" } else { "no-store" }, "{path}");
    }
}
