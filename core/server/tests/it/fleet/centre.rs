//! The centre: where people are enrolled, blocked and erased, on a PostgreSQL and a Redis that are killed now and then.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{ConsentId, FaceId, Timestamp, UserId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::{By, NewFace, Store};
use uuid::Uuid;

use super::MODEL;
use super::network::Network;
use super::process::Process;
use crate::client::{Ask, Reply, delete, get, patch, post};
use crate::servers::{Postgres, Redis};
use crate::tls::{Authority, Issued};

/// A request is tried again for so long: what it needs may be down.
const ANSWERED_WITHIN: Duration = Duration::from_secs(90);
/// Values of a template.
const VALUES: usize = 512;

/// The centre with all that it stands on.
pub(crate) struct Centre {
    pub(crate) process: Process,
    pub(crate) authority: Authority,
    pub(crate) postgres: Postgres,
    pub(crate) redis: Redis,
    database: String,
    token: String,
    /// Another appliance of its database: it brings in templates, as a recogniser would.
    store: Arc<Store>,
}

impl Centre {
    /// A running one that is met with TLS only; or why there can't be one.
    pub(crate) async fn start(folder: &Path, network: Network) -> Result<Self, String> {
        let (postgres, redis) = (Postgres::start()?, Redis::start()?);
        let (database, address) = (postgres.database(), network.centre());
        let authority = Authority::new();
        let server = authority.issue_for(&["localhost", &address.ip().to_string()], "server");
        let [certificate, key] = server.files.each_ref().map(|path| path.display());
        let tls = format!(
            "[tls]\ncertificate = \"{certificate}\"\nkey = \"{key}\"\nclient_ca = \"{}\"\n[redis]\nurl = \"{}\"\n",
            authority.file().display(),
            redis.url
        );
        let mut process = Process::new(folder, (&database, address), &tls);
        let minted = process.run(&["keys", "add", "fleet", "--role", "admin", "--json"]);
        let token = minted["key"].as_str().expect("a key is minted").to_owned();
        let serve = serving(&process);
        process.start(serve).await;
        let store = Arc::new(process.store());
        Ok(Self { process, authority, postgres, redis, database, token, store })
    }

    /// What it answers in the end: nothing and 503 are tried again.
    pub(crate) async fn ask(&self, ask: impl Fn() -> Ask) -> Reply {
        let begun = Instant::now();
        loop {
            let asked = self.authority.try_ask(None, self.process.address, ask().token(&self.token));
            match tokio::time::timeout(Duration::from_secs(30), asked).await {
                Ok(Ok(reply)) if !reply.status.is_server_error() => return reply,
                Ok(Ok(reply)) if reply.status != 503 => panic!("the centre: {}", reply.text()),
                other => assert!(begun.elapsed() < ANSWERED_WITHIN, "the centre does not answer: {other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Lets an appliance with this certificate follow: the key for it, and the key's id.
    pub(crate) async fn admits(&self, own: &Issued, name: &str) -> (String, String) {
        let certificate_sha256 = hex::encode(Sha256::digest(own.certificate.der()));
        let new = json!({ "name": name, "role": "appliance", "certificate_sha256": certificate_sha256 });
        let minted = self.ask(|| post("/keys", &new)).await.ok(201);
        let text = |name: &str| minted[name].as_str().unwrap().to_owned();
        (text("key"), text("id"))
    }

    /// Somebody with a consent and `pictures` templates.
    pub(crate) async fn enrol(&self, name: &str, pictures: usize, expires_at: Option<Timestamp>) -> UserId {
        let user = self.ask(|| post("/users", &json!({ "name": name }))).await.ok(201);
        let user: UserId = user["id"].as_str().unwrap().parse().unwrap();
        let mut consent = json!({ "version": "1", "text": "I agree to pay by face." });
        if let Some(at) = expires_at {
            consent["expires_at"] = jiff::Timestamp::from_microsecond(at.0).unwrap().to_string().into();
        }
        let given = self.ask(|| post(format!("/users/{user}/consents"), &consent)).await.ok(201);
        let consent = ConsentId(given["id"].as_str().unwrap().parse().unwrap());
        for _ in 0..pictures {
            let store = self.store.clone();
            let added = tokio::task::spawn_blocking(move || picture(&store, user, consent)).await;
            added.unwrap();
        }
        user
    }

    pub(crate) async fn sets(&self, user: UserId, change: &Value) {
        self.ask(|| patch(format!("/users/{user}"), change)).await.ok(200);
    }

    /// Erases; a try whose answer was lost may have done it.
    pub(crate) async fn erase(&self, user: UserId) {
        let reply = self.ask(|| delete(format!("/users/{user}"))).await;
        assert!(reply.status.is_success() || reply.status == 404, "{}", reply.text());
    }

    /// Withdraws every consent.
    pub(crate) async fn withdraw(&self, user: UserId) {
        let consents = self.ask(|| get(format!("/users/{user}/consents"))).await.ok(200);
        for consent in consents["items"].as_array().unwrap() {
            let path = format!("/users/{user}/consents/{}", consent["id"].as_str().unwrap());
            let reply = self.ask(|| delete(&*path)).await;
            assert!(reply.status.is_success() || reply.status == 404, "{}", reply.text());
        }
    }

    /// As if somebody pulled its plug, and put it back.
    pub(crate) async fn restart(&mut self) {
        self.process.kill();
        let serve = serving(&self.process);
        self.process.start(serve).await;
    }

    /// What is in its database.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// What `sql` finds in its database, a line for each row.
    pub(crate) fn lines(&self, sql: &str) -> Vec<String> {
        self.postgres.lines(&self.database, sql)
    }
}

fn serving(process: &Process) -> std::process::Command {
    let mut serve = process.program();
    serve.arg("serve");
    serve
}

/// Adds a template. The database may be down for a while.
fn picture(store: &Store, user: UserId, consent: ConsentId) {
    let mut template: Vec<f32> = (0..VALUES).map(|_| rand::random::<f32>() - 0.5).collect();
    let length = template.iter().map(|value| value * value).sum::<f32>().sqrt();
    template.iter_mut().for_each(|value| *value /= length);
    let (id, begun) = (FaceId(Uuid::now_v7()), Instant::now());
    loop {
        let at = Timestamp(jiff::Timestamp::now().as_microsecond());
        let new = NewFace { id, user, consent, model_tag: MODEL, template: &template, quality: 0.9 };
        match store.add_face(By { actor: "fleet", at }, &new) {
            Ok(_) => return,
            // Done by a try whose answer was lost.
            Err(_) if store.face(id).is_ok() => return,
            Err(error) => assert!(begun.elapsed() < ANSWERED_WITHIN, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}
