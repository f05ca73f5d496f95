//! Messages of a payment provider: believed when signed, acted on once, and never in place of asking.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{Reply, get, post};
use crate::harness::{Appliance, eur};

const SECRET: &str = "a key between the two";

/// A provider that takes money and says later whether it has it.
#[derive(Clone, Default)]
struct Provider {
    asked: Arc<Mutex<Vec<String>>>,
    paid: Arc<Mutex<bool>>,
}

async fn answer(State(provider): State<Provider>, request: Request) -> &'static str {
    assert_eq!(request.headers()["authorization"], format!("Bearer {SECRET}"));
    provider.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
    match *provider.paid.lock().unwrap() {
        true => "paid",
        false => "wait",
    }
}

impl Provider {
    /// How often it was asked after a payment.
    fn questions(&self) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| asked.starts_with("GET /state/")).count()
    }

    /// The reference of the payment that it was asked to take.
    fn attempt(&self) -> String {
        let asked = self.asked.lock().unwrap();
        asked.iter().find_map(|asked| asked.strip_prefix("POST /pay/")).unwrap().to_owned()
    }
}

/// Where cargo puts the plugins that only tests load.
pub(crate) fn fixtures() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    program.parent().unwrap().parent().unwrap().join("examples")
}

/// A payment that waits for its provider, with the provider.
async fn waiting() -> (Appliance, Provider, Value, tempfile::TempDir) {
    let secrets = tempfile::tempdir().unwrap();
    let key = secrets.path().join("hook.key");
    std::fs::write(&key, SECRET).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let provider = Provider::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("[\"http://{}\"]", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer).with_state(provider.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let appliance = Appliance::start_with(&[
        ("plugins.folder", &format!("{:?}", fixtures().display().to_string())),
        ("plugins.payment", "hook"),
        ("audit.anchor_provider", "\"hook\""),
        ("plugins.settings", r#"{ hook = { key = "hook.key" } }"#),
        ("secrets.folder", &format!("{:?}", secrets.path().display().to_string())),
        ("payment.endpoints", &endpoint),
    ])
    .await;
    let user = appliance.payer("Ada", 5000).await;
    let new = json!({ "user_id": user, "amount": eur(1250) });
    let opened = appliance.admin(post("/transactions", &new).once("a")).await.ok(201);
    let confirm = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    let payment = appliance.admin(post(confirm, &json!({})).once("b")).await.ok(200);
    assert_eq!(payment["state"], "processing", "{payment}");
    (appliance, provider, payment, secrets)
}

fn code(body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    hex::encode(mac.chain_update(body).finalize().into_bytes())
}

async fn say(appliance: &Appliance, said: &Value, code: &str) -> Reply {
    appliance.send(post("/webhooks/in/hook", said).header("x-signature", code)).await
}

async fn say_signed(appliance: &Appliance, said: &Value) -> Reply {
    say(appliance, said, &code(&said.to_string())).await
}

async fn state(appliance: &Appliance, payment: &Value) -> Value {
    let path = format!("/transactions/{}", payment["id"].as_str().unwrap());
    appliance.admin(get(path)).await.ok(200)["state"].clone()
}

#[tokio::test]
async fn a_providers_message_is_acted_on_once_however_often_it_comes() {
    let (appliance, provider, payment, _secrets) = waiting().await;
    let said = json!({ "event": "e1", "attempt": provider.attempt(), "shop": "ours" });
    *provider.paid.lock().unwrap() = true;
    assert_eq!(say_signed(&appliance, &said).await.ok(200)["result"], "applied");
    assert_eq!(state(&appliance, &payment).await, "captured");
    assert_eq!(provider.questions(), 1);
    for _ in 0..2 {
        assert_eq!(say_signed(&appliance, &said).await.ok(200)["result"], "duplicate");
    }
    assert_eq!(provider.questions(), 1);
}

#[tokio::test]
async fn a_message_that_says_paid_moves_nothing_where_the_provider_does_not() {
    let (appliance, provider, payment, _secrets) = waiting().await;
    let said = json!({ "event": "e1", "attempt": provider.attempt(), "shop": "ours", "state": "paid" });
    assert_eq!(say_signed(&appliance, &said).await.ok(200)["result"], "applied");
    assert_eq!(provider.questions(), 1);
    assert_eq!(state(&appliance, &payment).await, "processing");
}

#[tokio::test]
async fn a_forged_message_is_refused_and_leaves_nothing_behind() {
    let (appliance, provider, payment, _secrets) = waiting().await;
    *provider.paid.lock().unwrap() = true;
    let said = json!({ "event": "e1", "attempt": provider.attempt(), "shop": "ours" });
    for forged in ["", "00", &code("{}"), &code(&said.to_string()).to_uppercase()] {
        say(&appliance, &said, forged).await.refused(400, "webhook_not_authentic");
    }
    assert_eq!((provider.questions(), state(&appliance, &payment).await), (0, json!("processing")));
    // The true one is not taken for a second one.
    assert_eq!(say_signed(&appliance, &said).await.ok(200)["result"], "applied");
    assert_eq!(state(&appliance, &payment).await, "captured");
}

#[tokio::test]
async fn what_is_not_about_us_is_taken_and_forgotten() {
    let (appliance, provider, payment, _secrets) = waiting().await;
    *provider.paid.lock().unwrap() = true;
    for said in [
        json!({ "event": "e1", "attempt": provider.attempt(), "shop": "theirs" }),
        json!({ "event": "e2", "attempt": "00".repeat(16), "shop": "ours" }),
        json!({ "event": "e3", "attempt": null, "shop": "ours" }),
    ] {
        assert_eq!(say_signed(&appliance, &said).await.ok(200)["result"], "unrelated");
    }
    assert_eq!((provider.questions(), state(&appliance, &payment).await), (0, json!("processing")));
}

#[tokio::test]
async fn a_message_that_cannot_be_looked_at_is_asked_for_again() {
    let (appliance, provider, payment, secrets) = waiting().await;
    let said = json!({ "event": "", "attempt": provider.attempt(), "shop": "ours" });
    say_signed(&appliance, &said).await.refused(503, "webhook_not_checked");
    let long = json!({ "event": "e1", "attempt": "x".repeat(64 << 10), "shop": "ours" });
    say_signed(&appliance, &long).await.refused(413, "body_too_large");
    appliance.send(post("/webhooks/in/acme", &json!({}))).await.refused(404, "provider_not_found");
    // Without its key nothing is believed.
    std::fs::remove_file(secrets.path().join("hook.key")).unwrap();
    let said = json!({ "event": "e1", "attempt": provider.attempt(), "shop": "ours" });
    say_signed(&appliance, &said).await.refused(503, "webhook_not_checked");
    assert_eq!((provider.questions(), state(&appliance, &payment).await), (0, json!("processing")));
}

#[tokio::test]
async fn messages_that_are_never_sent_whole_leave_the_door_open_for_the_others() {
    let (appliance, provider, _, _secrets) = waiting().await;
    let mut held = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(appliance.address).await.unwrap();
        let head =
            "POST /webhooks/in/hook HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 9\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        // It is said when the body is waited for.
        let mut goes_on = [0; 12];
        stream.read_exact(&mut goes_on).await.unwrap();
        assert_eq!(&goes_on, b"HTTP/1.1 100");
        held.push(stream);
    }
    let said = json!({ "event": "e1", "attempt": provider.attempt(), "shop": "ours" });
    assert_eq!(say_signed(&appliance, &said).await.ok(200)["result"], "applied");
}

#[tokio::test]
async fn a_plugin_that_anchors_sends_its_secret() {
    let (appliance, provider, ..) = &waiting().await;
    *provider.paid.lock().unwrap() = true;
    appliance.app.checkpoint().await.unwrap().unwrap();
    appliance.app.anchor_checkpoints().await.unwrap();
    let asked = provider.asked.lock().unwrap();
    assert!(asked.iter().any(|asked| asked.starts_with("POST /anchor/")), "{asked:?}");
}
