//! Sign-in through a real OpenID provider, oidc-provider-mock of PyPI. Where it is not installed these tests say SKIP.
#![allow(clippy::print_stdout, reason = "why a test was skipped is told")]

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::json;

use crate::client::{Reply, get, post};
use crate::harness::Appliance;

/// A provider of its own for one test; it ends with it.
struct Provider {
    process: Child,
    port: u16,
    /// With the appliance's secret.
    secrets: tempfile::TempDir,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Provider {
    fn start() -> Option<Self> {
        let program =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("../counterparts/oidc/bin/oidc-provider-mock");
        if !program.exists() {
            println!("SKIP(oidc-provider-mock is not installed: cargo xtask counterparts)");
            return None;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut process = Command::new(program)
            .args(["--port", &port.to_string()])
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stderr.take().unwrap());
        let mut lines = said.lines().map_while(Result::ok);
        assert!(lines.any(|line| line.contains("running on")), "it does not start");
        std::thread::spawn(move || lines.for_each(drop));
        let secrets = tempfile::tempdir().unwrap();
        let secret = secrets.path().join("oidc.till");
        std::fs::write(&secret, "a secret: of the tests").unwrap();
        std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)).unwrap();
        Some(Self { process, port, secrets })
    }

    fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn address(&self) -> std::net::SocketAddr {
        ([127, 0, 0, 1], self.port).into()
    }

    /// Signs `name` in at the page that the appliance sent the browser to, and gives the way back.
    async fn signs_in(&self, location: &str, name: &str) -> String {
        let path = location.strip_prefix(&self.issuer()).expect("it is the provider's page");
        let form = format!("sub={name}");
        let ask = post(path, &json!({}))
            .header("content-type", "application/x-www-form-urlencoded")
            .raw(form.into_bytes());
        let back = ask.send(self.address()).await;
        assert_eq!(back.status, 302, "{}", back.text());
        let back = back.header("location").to_owned();
        back.strip_prefix("http://till.test").expect("it is the appliance's address").to_owned()
    }
}

async fn appliance(provider: &Provider, more: &[(&str, &str)]) -> Appliance {
    let issuer = format!("\"{}\"", provider.issuer());
    let secrets = format!("{:?}", provider.secrets.path().display().to_string());
    let own = [
        ("secrets.folder", secrets.as_str()),
        ("oidc.client_secret", "\"oidc.till\""),
        ("oidc.issuer", issuer.as_str()),
        ("oidc.client_id", "\"till\""),
        ("oidc.redirect_url", "\"http://till.test/operators/oidc/callback\""),
        ("oidc.scope", "\"openid\""),
        ("oidc.name_claim", "\"sub\""),
    ];
    let appliance = Appliance::start_with(&[&own[..], more].concat()).await;
    appliance.clock_runs();
    let new = json!({ "name": "eve", "password": "correct horse", "role": "operator" });
    appliance.admin(post("/operators", &new)).await.ok(201);
    appliance
}

/// The value of a cookie that an answer sets.
fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap().to_owned()
}

/// Where the appliance sends a browser, and the cookie that it gives it.
async fn begun(appliance: &Appliance) -> (String, String) {
    let begun = appliance.send(get("/operators/oidc")).await;
    assert_eq!(begun.status, 303, "{}", begun.text());
    assert!(begun.header("set-cookie").contains("; Secure; HttpOnly; SameSite=Lax"));
    (begun.header("location").to_owned(), cookie(&begun))
}

#[tokio::test]
async fn staff_signs_in_through_the_houses_provider() {
    let Some(provider) = Provider::start() else { return };
    let appliance = appliance(&provider, &[]).await;
    let (location, state) = begun(&appliance).await;
    assert!(location.contains("code_challenge_method=S256") && location.contains("nonce="), "{location}");
    let back = provider.signs_in(&location, "eve").await;

    appliance.send(get(&back)).await.refused(401, "oidc_refused");
    appliance
        .send(get(&back).header("cookie", "__Host-facepay-oidc=another"))
        .await
        .refused(401, "oidc_refused");
    let signed_in = appliance.send(get(&back).header("cookie", &state)).await;
    assert_eq!(signed_in.status, 303, "{}", signed_in.text());
    assert_eq!(signed_in.header("location"), "/console");
    let session = cookie(&signed_in);
    let me = appliance.send(get("/operators/me").header("cookie", &session)).await.ok(200);
    assert_eq!((&me["name"], &me["role"]), (&json!("eve"), &json!("operator")));
    appliance.send(get(&back).header("cookie", &state)).await.refused(401, "oidc_gone");
}

#[tokio::test]
async fn whoever_has_no_open_account_here_is_not_let_in() {
    let Some(provider) = Provider::start() else { return };
    let appliance = appliance(&provider, &[]).await;
    let (location, state) = begun(&appliance).await;
    let back = provider.signs_in(&location, "mallory").await;
    appliance.send(get(&back).header("cookie", &state)).await.refused(403, "oidc_unknown");

    let operators = appliance.admin(get("/operators")).await.ok(200);
    let eve = operators["items"][0]["id"].as_str().unwrap().to_owned();
    appliance.admin(crate::client::delete(format!("/operators/{eve}"))).await.ok(204);
    let (location, state) = begun(&appliance).await;
    let back = provider.signs_in(&location, "eve").await;
    appliance.send(get(&back).header("cookie", &state)).await.refused(403, "oidc_unknown");

    let (_, state) = begun(&appliance).await;
    let word = state.split_once('=').unwrap().1;
    let forged = format!("/operators/oidc/callback?state={word}&code=guessed");
    appliance.send(get(&forged).header("cookie", &state)).await.refused(401, "oidc_refused");
    let denied = format!("/operators/oidc/callback?state={word}&error=access_denied");
    appliance.send(get(&denied).header("cookie", &state)).await.refused(401, "oidc_refused");
}

#[tokio::test]
async fn one_time_codes_are_the_providers_where_it_is_told_to_ask_for_them() {
    let Some(provider) = Provider::start() else { return };
    for (told, permitted) in [("false", 0), ("true", 1)] {
        let changes = [("auth.totp_roles", "[\"operator\"]"), ("oidc.second_factor", told)];
        let appliance = appliance(&provider, &changes).await;
        let (location, state) = begun(&appliance).await;
        let back = provider.signs_in(&location, "eve").await;
        let session = cookie(&appliance.send(get(&back).header("cookie", &state)).await);
        let me = appliance.send(get("/operators/me").header("cookie", &session)).await.ok(200);
        assert_eq!(me["permissions"].as_array().unwrap().len().min(1), permitted, "{me}");
    }
}

#[tokio::test]
async fn without_a_provider_staff_signs_in_here_alone() {
    let appliance = Appliance::start().await;
    appliance.send(get("/operators/oidc")).await.refused(404, "not_found");
    let lost = [
        ("oidc.issuer", "\"http://127.0.0.1:1\""),
        ("oidc.client_id", "\"till\""),
        ("oidc.redirect_url", "\"http://till.test/operators/oidc/callback\""),
    ];
    let appliance = Appliance::start_with(&lost).await;
    appliance.send(get("/operators/oidc")).await.refused(503, "oidc_unavailable");
}
