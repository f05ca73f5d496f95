//! A centre that is asked who a face may be: it names a few to its followers, and lets nobody pay.

#![allow(clippy::print_stdout, reason = "what could not be tried is told")]

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::checkout::enrolled_as;
use crate::client::{Ask, Reply, get, post};
use crate::harness::{Appliance, eur};
use crate::servers::Postgres;
use crate::sync::{Centre, until};
use crate::tls::Issued;

/// Who changed can be looked up after so long.
pub(crate) const FILLED_WITHIN: Duration = Duration::from_secs(20);

/// The recogniser of [`enrolled_as`].
pub(crate) const MODEL: u32 = 1;

/// The key of a follower, and the certificate that it is bound to.
struct Follower {
    own: Issued,
    key: String,
}

/// A centre with its one follower, which comes over TLS.
struct Site {
    centre: Centre,
    follower: Follower,
}

fn asked(values: &[f32]) -> Value {
    let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
    json!({ "model_tag": MODEL, "template": STANDARD.encode(bytes) })
}

impl Site {
    async fn of(plain: Appliance, changes: &[(&str, &str)]) -> Self {
        plain
            .app
            .store(|store| store.roles_with(store::By { actor: "test", at: domain::Timestamp(1) }, MODEL))
            .await
            .unwrap();
        let (centre, mut keys) = Centre::with(plain, 1, changes).await;
        let (own, key) = keys.remove(0);
        Self { centre, follower: Follower { own, key } }
    }

    async fn send(&self, own: Option<&Issued>, ask: Ask) -> Reply {
        self.centre.authority.ask(own, self.centre.appliance.address, ask).await
    }

    async fn follower(&self, ask: Ask) -> Reply {
        self.send(Some(&self.follower.own), ask.token(&self.follower.key)).await
    }

    async fn look_up(&self, values: &[f32]) -> Reply {
        self.follower(post("/sync/look-up", &asked(values))).await
    }

    async fn named(&self, values: &[f32]) -> Vec<Value> {
        self.look_up(values).await.ok(200)["candidates"].as_array().unwrap().clone()
    }

    /// Waits until the person of these values can be looked up.
    async fn filled(&self, values: &[f32]) {
        let is_there = async || {
            let reply = self.look_up(values).await;
            reply.status == 200 && reply.json()["candidates"] != json!([])
        };
        until(FILLED_WITHIN, "looked up", is_there).await;
    }
}

/// The address of an empty database with pgvector, as a setting.
pub(crate) fn database() -> Option<String> {
    let counterparts = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../counterparts");
    match Postgres::with_vectors(&counterparts) {
        Ok(server) => Some(format!("\"{}\"", server.database())),
        Err(why) => {
            println!("SKIP({why})");
            None
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_names_who_a_face_may_be_and_that_pays_nothing() {
    let Some(url) = database() else { return };
    let settings = [("database.url", &*url), ("sync.look_up", "true"), ("sync.look_ups_per_min", "0")];
    let plain = Appliance::start_with(&settings).await;
    let (ada, bob) = (enrolled_as(&plain, "Ada").await, plain.payer("Bob", 100).await);
    let site = Site::of(plain, &settings).await;
    site.filled(&[1.0, 0.0]).await;

    let found = site.look_up(&[0.8, 0.6]).await.ok(200);
    assert_eq!((found["templates"].as_u64(), found["candidates"].as_array().unwrap().len()), (Some(1), 1));
    let person = &found["candidates"][0];
    assert_eq!((&person["user_id"], &person["person"]["name"]), (&json!(ada.0.to_string()), &json!("Ada")));
    assert!(found["last"].as_i64() >= person["seq"].as_i64());
    assert!(site.named(&[0.0, 1.0]).await.is_empty(), "a stranger is nobody");

    // Named is not paid: the key of a follower moves nothing, and nothing was moved.
    let payment = json!({ "user_id": ada.0.to_string(), "amount": eur(100) });
    site.follower(post("/transactions", &payment).once("pay")).await.refused(403, "forbidden");
    assert_eq!(site.centre.admin(get("/transactions")).await.ok(200)["items"], json!([]));

    let feed = site.follower(get("/sync/changes?after=0&visitors=true")).await.ok(200);
    let told: Vec<&Value> =
        feed["changes"].as_array().unwrap().iter().map(|change| &change["user_id"]).collect();
    assert!(!told.is_empty() && told.iter().all(|user| **user == json!(ada.0.to_string())), "{told:?}");
    assert_eq!(feed["reached"], feed["last"]);
    let everybody = site.follower(get("/sync/changes?after=0")).await.ok(200);
    assert!(everybody["changes"].as_array().unwrap().iter().any(|change| change["user_id"] == json!(bob)));

    let erase = Ask { method: http::Method::DELETE, ..get(format!("/users/{}", ada.0)) };
    assert!(site.centre.admin(erase).await.status.is_success());
    assert!(site.named(&[1.0, 0.0]).await.is_empty(), "who is erased is named from that moment on no more");
    let feed = site.follower(get("/sync/changes?after=0&visitors=true")).await.ok(200);
    assert!(feed["changes"].as_array().unwrap().iter().any(|change| change["person"].is_null()));
    site.centre.appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_follower_asks_and_only_so_often_and_only_about_a_face() {
    let Some(url) = database() else { return };
    let settings = [("database.url", &*url), ("sync.look_up", "true")];
    let plain = Appliance::start_with(&settings).await;
    enrolled_as(&plain, "Ada").await;
    let site = Site::of(plain, &settings).await;
    site.filled(&[1.0, 0.0]).await;
    let ask = || post("/sync/look-up", &asked(&[1.0, 0.0])).token(&site.follower.key);
    site.send(None, ask()).await.refused(401, "unauthenticated");
    let other = site.centre.authority.issue("other", "other");
    site.send(Some(&other), ask()).await.refused(401, "unauthenticated");
    site.centre.admin(post("/sync/look-up", &asked(&[1.0, 0.0]))).await.refused(403, "forbidden");

    site.look_up(&[1.0, 1.0]).await.refused(422, "template_invalid");
    site.look_up(&[]).await.refused(422, "template_invalid");
    site.look_up(&vec![1.0 / 128.0; 16_384]).await.refused(422, "template_invalid");
    let no_base64 = json!({ "model_tag": MODEL, "template": "?" });
    site.follower(post("/sync/look-up", &no_base64)).await.refused(422, "template_invalid");
    let other = json!({ "model_tag": MODEL + 1, "template": asked(&[1.0, 0.0])["template"] });
    site.follower(post("/sync/look-up", &other)).await.refused(409, "recogniser_other");
    assert!(site.named(&[1.0, 0.0, 0.0]).await.is_empty(), "of another length");

    let mut asked = 0;
    while site.look_up(&[1.0, 0.0]).await.status == 200 {
        asked += 1;
        assert!(asked < 60, "nobody is refused");
    }
    site.look_up(&[1.0, 0.0]).await.refused(429, "rate_limited");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_can_be_looked_up_it_is_said_why() {
    for (look_up, why) in [("true", "SQLite"), ("false", "sync.look_up")] {
        let plain = Appliance::start().await;
        enrolled_as(&plain, "Ada").await;
        let site = Site::of(plain, &[("sync.look_up", look_up)]).await;
        let says = async || {
            let reply = site.look_up(&[1.0, 0.0]).await.refused(503, "look_up_off");
            reply.text().contains(why)
        };
        until(FILLED_WITHIN, why, says).await;
    }
}
