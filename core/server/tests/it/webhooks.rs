//! Webhooks: what happened is told in order, signed, at least once.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use crate::client::{delete, get, post};
use crate::harness::{Appliance, eur};

/// Somebody who listens at a webhook: answers as told, else with 200.
struct Receiver {
    url: String,
    answers: Answers,
    received: mpsc::Receiver<Received>,
}

#[derive(Clone)]
struct Answers {
    statuses: Arc<Mutex<VecDeque<u16>>>,
    /// A message is answered when there is a permit; there are many but where a test takes them.
    permits: Arc<Semaphore>,
    received: mpsc::Sender<Received>,
}

struct Received {
    headers: HeaderMap,
    text: String,
}

async fn answer(State(answers): State<Answers>, headers: HeaderMap, body: Bytes) -> (StatusCode, HeaderMap) {
    let text = String::from_utf8(body.to_vec()).unwrap();
    answers.received.send(Received { headers, text }).await.unwrap();
    answers.permits.acquire().await.unwrap().forget();
    let status = answers.statuses.lock().unwrap().pop_front().unwrap_or(200);
    let mut headers = HeaderMap::new();
    headers.insert("location", "/elsewhere".parse().unwrap());
    (StatusCode::from_u16(status).unwrap(), headers)
}

impl Receiver {
    async fn start() -> Self {
        Self::answering(&[]).await
    }

    async fn answering(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook?from=facepay", listener.local_addr().unwrap());
        let (sender, received) = mpsc::channel(1_000);
        let answers = Answers {
            statuses: Arc::new(Mutex::new(statuses.iter().copied().collect())),
            permits: Arc::new(Semaphore::new(1_000)),
            received: sender,
        };
        let router = Router::new().fallback(answer).with_state(answers.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, answers, received }
    }

    async fn next(&mut self) -> Received {
        let next = tokio::time::timeout(Duration::from_secs(10), self.received.recv()).await;
        next.expect("a message").unwrap()
    }

    fn answer_next(&self, statuses: &[u16]) {
        *self.answers.statuses.lock().unwrap() = statuses.iter().copied().collect();
    }
}

impl Received {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Which of the codes fit this secret: what a receiver would compute.
    fn fits(&self, secret: &str) -> Vec<bool> {
        let mut parts = self.header("x-signature").split(',');
        let time = parts.next().unwrap().strip_prefix("t=").unwrap();
        let fits = |code: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
            mac.update(time.as_bytes());
            mac.update(b".");
            mac.update(self.text.as_bytes());
            let code = hex::decode(code.strip_prefix("v1=").unwrap()).unwrap();
            mac.verify_slice(&code).is_ok()
        };
        parts.map(fits).collect()
    }
}

/// A webhook of the receiver; its id and its secret.
async fn listen(appliance: &Appliance, receiver: &Receiver, events: &[&str]) -> (String, String) {
    let new = json!({ "url": receiver.url, "events": events });
    let added = appliance.admin(post("/webhooks", &new)).await.ok(201);
    assert!(added["secret"].as_str().unwrap().starts_with("whsec_"));
    (added["id"].as_str().unwrap().to_owned(), added["secret"].as_str().unwrap().to_owned())
}

/// Puts money into a wallet: one event.
async fn fund(appliance: &Appliance, user: &str, key: &str) {
    let credit = json!({ "amount": eur(1) });
    appliance.admin(post(format!("/users/{user}/credits"), &credit).once(key)).await.ok(201);
}

async fn deliveries(appliance: &Appliance, id: &str) -> Vec<Value> {
    let page = appliance.admin(get(format!("/webhooks/{id}/deliveries"))).await.ok(200);
    page["items"].as_array().unwrap().clone()
}

/// Waits until the deliveries are as `is` says.
async fn noted(appliance: &Appliance, id: &str, is: impl Fn(&[Value]) -> bool) {
    let looked = async { while !is(&deliveries(appliance, id).await) {} };
    tokio::time::timeout(Duration::from_secs(10), looked).await.expect("what came of it is noted");
}

fn attempts(first: &Value) -> u64 {
    first["attempts"].as_u64().unwrap()
}

#[tokio::test]
async fn a_payment_is_told_in_order_numbered_and_signed() {
    let appliance = Appliance::start().await;
    let mut receiver = Receiver::start().await;
    let (id, secret) = listen(&appliance, &receiver, &["transaction.*"]).await;
    let user = appliance.payer("Ada", 5000).await;
    let new = json!({ "user_id": user, "amount": eur(1250) });
    let payment = appliance.admin(post("/transactions", &new).once("a")).await.ok(201);
    let payment = payment["id"].as_str().unwrap();
    appliance.admin(post(format!("/transactions/{payment}/confirm"), &json!({})).once("b")).await.ok(200);
    let (mut seqs, mut number) = (Vec::new(), 0);
    loop {
        let message = receiver.next().await;
        let told = message.json();
        number += 1;
        assert_eq!((told["payment"].as_str(), &told["payment_seq"]), (Some(payment), &json!(number)));
        assert_eq!(told["data"]["transaction"], payment);
        assert_eq!(message.header("x-event-id"), told["id"]);
        assert_eq!(message.header("content-type"), "application/json");
        assert_eq!(message.fits(&secret), [true]);
        assert_eq!(message.fits("whsec_other"), [false]);
        told["at"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
        seqs.push(told["seq"].as_i64().unwrap());
        assert!(told["kind"].as_str().unwrap().starts_with("transaction."), "{told}");
        if told["kind"] == "transaction.captured" {
            break;
        }
    }
    assert!(number >= 3 && seqs.is_sorted(), "{seqs:?}");
    noted(&appliance, &id, |all| all.iter().all(|one| one["state"] == "delivered")).await;
    let listed = appliance.admin(get("/webhooks")).await;
    assert!(!listed.text().contains(&secret), "a secret is shown once");
    let metrics = appliance.send(get("/metrics")).await.text();
    let counted = format!("facepay_webhook_deliveries_total{{result=\"delivered\"}} {number}");
    assert!(metrics.contains(&counted), "{metrics}");
}

#[tokio::test]
async fn a_message_that_fails_is_sent_again_and_holds_back_those_after_it() {
    let appliance = Appliance::start().await;
    // A redirection is not followed: it is a failure.
    let mut receiver = Receiver::answering(&[500, 302, 200]).await;
    let (id, _) = listen(&appliance, &receiver, &["wallet.funded"]).await;
    let user = appliance.payer("Ada", 1).await;
    fund(&appliance, &user, "a").await;
    let first = receiver.next().await.json();
    for tries in 1..=2 {
        noted(&appliance, &id, |all| attempts(&all[0]) == tries).await;
        let waits = &deliveries(&appliance, &id).await[0];
        assert_eq!(
            (&waits["state"], &waits["last_status"]),
            (&json!("waiting"), &json!([500, 302][tries as usize - 1]))
        );
        appliance.later(Duration::from_secs(12));
        assert_eq!(receiver.next().await.json(), first, "the same message once more");
    }
    let second = receiver.next().await.json();
    assert_eq!(second["seq"], first["seq"].as_i64().unwrap() + 1);
}

#[tokio::test]
async fn the_next_message_waits_for_the_answer_to_the_one_before() {
    let appliance = Appliance::start().await;
    let mut receiver = Receiver::start().await;
    let permits = receiver.answers.permits.clone();
    permits.forget_permits(1_000);
    let (id, _) = listen(&appliance, &receiver, &["wallet.funded"]).await;
    let user = appliance.payer("Ada", 1).await;
    fund(&appliance, &user, "a").await;
    receiver.next().await;
    // The first is received and not answered.
    noted(&appliance, &id, |all| all.iter().all(|one| one["state"] == "waiting")).await;
    assert!(receiver.received.try_recv().is_err());
    permits.add_permits(1);
    receiver.next().await;
    permits.add_permits(1);
    noted(&appliance, &id, |all| all.len() == 2 && all[1]["state"] == "delivered").await;
}

#[tokio::test]
async fn a_message_that_never_arrives_is_given_up_and_sent_when_asked() {
    let appliance = Appliance::start().await;
    let mut receiver = Receiver::answering(&[503, 503]).await;
    let (id, _) = listen(&appliance, &receiver, &["wallet.funded"]).await;
    let user = appliance.payer("Ada", 1).await;
    let first = receiver.next().await.json();
    noted(&appliance, &id, |all| attempts(&all[0]) == 1).await;
    appliance.later(Duration::from_secs(72 * 3_600));
    receiver.next().await;
    noted(&appliance, &id, |all| all[0]["state"] == "dead").await;
    let dead = &deliveries(&appliance, &id).await[0];
    assert_eq!((&dead["last_status"], &dead["last_error"]), (&json!(503), &json!("it answered 503")));
    let metrics = appliance.send(get("/metrics")).await.text();
    assert!(metrics.contains("facepay_webhook_deliveries_total{result=\"dead\"} 1"), "{metrics}");
    // Those after it go on.
    fund(&appliance, &user, "a").await;
    let second = receiver.next().await.json();
    assert_eq!(second["seq"], first["seq"].as_i64().unwrap() + 1);
    noted(&appliance, &id, |all| all.len() == 2 && all[1]["state"] == "delivered").await;

    let replay = |body: Value| post(format!("/webhooks/{id}/replay"), &body);
    appliance.admin(replay(json!({ "dead": true }))).await.ok(204);
    assert_eq!(receiver.next().await.json()["id"], first["id"]);
    noted(&appliance, &id, |all| all[0]["state"] == "delivered").await;
    appliance.admin(replay(json!({ "from": second["seq"] }))).await.ok(204);
    assert_eq!(receiver.next().await.json()["id"], second["id"]);
}

#[tokio::test]
async fn a_restart_loses_no_message() {
    let appliance = Appliance::start().await;
    let mut receiver = Receiver::answering(&[500]).await;
    let (id, secret) = listen(&appliance, &receiver, &["wallet.funded"]).await;
    let user = appliance.payer("Ada", 1).await;
    let first = receiver.next().await.json();
    noted(&appliance, &id, |all| attempts(&all[0]) == 1).await;
    for key in ["a", "b", "c"] {
        fund(&appliance, &user, key).await;
    }
    let appliance = appliance.restarted(&[]).await;
    appliance.later(Duration::from_secs(6));
    let again = receiver.next().await;
    assert_eq!(again.fits(&secret), [true]);
    let mut heard = vec![again.json()];
    for _ in 0..3 {
        heard.push(receiver.next().await.json());
    }
    assert_eq!(heard[0], first);
    let seqs: Vec<i64> = heard.iter().map(|told| told["seq"].as_i64().unwrap()).collect();
    assert!(seqs.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seqs:?}");
}

#[tokio::test]
async fn while_one_secret_takes_over_from_another_both_sign() {
    let appliance = Appliance::start().await;
    let mut receiver = Receiver::start().await;
    let (id, old) = listen(&appliance, &receiver, &["wallet.funded"]).await;
    let minted = appliance.admin(post(format!("/webhooks/{id}/secrets"), &json!({}))).await.ok(201);
    let new = minted["secret"].as_str().unwrap();
    let user = appliance.payer("Ada", 1).await;
    let message = receiver.next().await;
    assert_eq!((message.fits(new), message.fits(&old)), (vec![true, false], vec![false, true]));
    appliance.admin(delete(format!("/webhooks/{id}/secrets"))).await.ok(204);
    fund(&appliance, &user, "a").await;
    let message = receiver.next().await;
    assert_eq!((message.fits(new), message.fits(&old)), (vec![true], vec![false]));
}

#[tokio::test]
async fn a_webhook_is_tested_and_removed() {
    let appliance = Appliance::start().await;
    let mut receiver = Receiver::answering(&[200, 301]).await;
    let (id, secret) = listen(&appliance, &receiver, &[]).await;
    let test = || post(format!("/webhooks/{id}/test"), &json!({}));
    assert_eq!(appliance.admin(test()).await.ok(200)["delivered"], true);
    let message = receiver.next().await;
    assert_eq!((&message.json()["kind"], message.fits(&secret)), (&json!("webhook.test"), vec![true]));
    let failed = appliance.admin(test()).await.ok(200);
    assert_eq!((&failed["delivered"], &failed["status"]), (&json!(false), &json!(301)));
    receiver.next().await;

    appliance.admin(delete(format!("/webhooks/{id}"))).await.ok(204);
    appliance.admin(get(format!("/webhooks/{id}/deliveries"))).await.refused(404, "webhook_not_found");
    let mut other = Receiver::start().await;
    listen(&appliance, &other, &["wallet.funded"]).await;
    appliance.payer("Ada", 1).await;
    other.next().await;
    assert!(receiver.received.try_recv().is_err(), "a removed webhook hears nothing");
    receiver.answer_next(&[]);
}

#[tokio::test]
async fn a_place_outside_the_networks_is_reached_neither_at_once_nor_later() {
    let appliance = Appliance::start_with(&[("webhooks.networks", "[\"10.0.0.0/8\"]")]).await;
    let new = json!({ "url": "http://10.0.0.9/" });
    appliance.admin(post("/webhooks", &new)).await.ok(201);
    let appliance = appliance.restarted(&[]).await;
    let id = appliance.admin(get("/webhooks")).await.ok(200)["items"][0]["id"].as_str().unwrap().to_owned();
    let tested = appliance.admin(post(format!("/webhooks/{id}/test"), &json!({}))).await.ok(200);
    assert!(tested["error"].as_str().unwrap().contains("outside the networks"), "{tested}");
}
