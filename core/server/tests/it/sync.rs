//! Several appliances with the same people: a centre and its followers over mutual TLS, with the network between them.

#![allow(clippy::print_stdout, reason = "how long everything took is told")]

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use domain::{FaceId, UserId};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::checkout::{after, enrolled_as, look, open, show};
use crate::client::{Ask, Reply, get, patch, post, put};
use crate::harness::{Appliance, eur};
use crate::proxy::{Line, Proxy, Upstream};
use crate::tls::{Authority, Issued, quoted};

/// Whom the centre erased or blocked pays nowhere after so long.
pub(crate) const REVOKED_WITHIN: Duration = Duration::from_secs(5);
/// What was torn is mended after so long.
pub(crate) const BACK_WITHIN: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_secs(3_600);
const PIN: &str = "837465";
const WRONG: &str = "837466";

/// A centre with what its followers need to be let in.
pub(crate) struct Centre {
    pub(crate) appliance: Appliance,
    pub(crate) authority: Authority,
}

/// A follower, and the line to its centre.
pub(crate) struct Follower {
    pub(crate) appliance: Appliance,
    pub(crate) line: Proxy,
    own: Issued,
    key: String,
    settings: Vec<(String, String)>,
}

impl Follower {
    /// The same after a stop, with `changes` of its settings.
    pub(crate) async fn restarted(self, changes: &[(&str, &str)]) -> Self {
        let own: Vec<(&str, &str)> = self.settings.iter().map(|(key, value)| (&**key, &**value)).collect();
        Self { appliance: self.appliance.restarted(&[&own, changes].concat()).await, ..self }
    }
}

impl Centre {
    /// A plain appliance becomes a centre, which is met with TLS only.
    async fn of(plain: Appliance, followers: usize) -> (Self, Vec<(Issued, String)>) {
        Self::with(plain, followers, &[]).await
    }

    /// The same, with `changes` of its settings.
    pub(crate) async fn with(
        plain: Appliance,
        followers: usize,
        changes: &[(&str, &str)],
    ) -> (Self, Vec<(Issued, String)>) {
        let authority = Authority::new();
        let mut keys = Vec::new();
        for number in 0..followers {
            let own = authority.issue("branch", &format!("branch-{number}"));
            let certificate_sha256 = hex::encode(Sha256::digest(own.certificate.der()));
            let new =
                json!({ "name": "branch", "role": "appliance", "certificate_sha256": certificate_sha256 });
            let minted = plain.admin(post("/keys", &new)).await.ok(201);
            keys.push((own, minted["key"].as_str().unwrap().to_owned()));
        }
        let server = authority.issue("localhost", "server");
        let [certificate, key] = server.files.each_ref().map(|path| quoted(path));
        let ca = quoted(&authority.file());
        let tls = [("tls.certificate", &*certificate), ("tls.key", &*key), ("tls.client_ca", &*ca)];
        (Self { appliance: plain.restarted(&[&tls, changes].concat()).await, authority }, keys)
    }

    pub(crate) async fn admin(&self, ask: Ask) -> Reply {
        self.authority.ask(None, self.appliance.address, ask.token(&self.appliance.admin)).await
    }

    /// An appliance that follows, with `changes` of its settings.
    pub(crate) async fn followed_by(
        &self,
        (own, key): (Issued, String),
        changes: &[(&str, &str)],
    ) -> Follower {
        let line = Proxy::start(Upstream::Tcp(self.appliance.address)).await;
        let file = own.files[0].file_stem().unwrap().to_str().unwrap();
        let secret = format!("{file}-secret");
        let path = self.authority.folder().join(&secret);
        std::fs::write(&path, &key).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let centre = format!("\"https://localhost:{}\"", line.address.port());
        let [certificate, private_key] = own.files.each_ref().map(|path| quoted(path));
        let (folder, secret) = (quoted(self.authority.folder()), format!("\"{secret}\""));
        let trusted = quoted(&self.authority.file());
        let settings = [
            ("sync.centre", &*centre),
            ("sync.key", &*secret),
            ("sync.certificate", &*certificate),
            ("sync.private_key", &*private_key),
            ("secrets.folder", &*folder),
            ("tls.trusted", &*trusted),
        ];
        let settings = [&settings, changes].concat();
        let appliance = Appliance::start_with(&settings).await;
        let settings = settings.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        Follower { appliance, line, own, key, settings }
    }
}

/// Asks until the answer is as it should be; how long that took.
pub(crate) async fn until(within: Duration, what: &str, mut is_so: impl AsyncFnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < within, "{what}: not within {within:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    began.elapsed()
}

pub(crate) async fn status(appliance: &Appliance) -> Value {
    appliance.admin(get("/sync")).await.ok(200)
}

/// Waits until the person is known here.
pub(crate) async fn knows(appliance: &Appliance, user: impl std::fmt::Display) {
    let path = format!("/users/{user}");
    until(BACK_WITHIN, "known", async || appliance.admin(get(&path)).await.status == 200).await;
}

/// A payment that staff vouches for.
async fn pay(
    appliance: &Appliance,
    user: impl std::fmt::Display,
    minor: i64,
    key: &str,
) -> Result<(), String> {
    let new = json!({ "user_id": user.to_string(), "amount": eur(minor) });
    let opened = appliance.admin(post("/transactions", &new).once(key)).await.ok(201);
    if opened["state"] != "requires_confirmation" {
        return Err(opened["reason"].to_string());
    }
    let confirm = format!("/transactions/{}/confirm", opened["id"].as_str().unwrap());
    let confirmed = appliance.admin(post(confirm, &json!({})).once(&format!("{key}-yes"))).await;
    match confirmed.json()["state"].as_str() {
        Some("captured") => Ok(()),
        _ => Err(confirmed.text()),
    }
}

pub(crate) async fn funded(appliance: &Appliance, user: impl std::fmt::Display) {
    let credit = post(format!("/users/{user}/credits"), &json!({ "amount": eur(50_000) }));
    appliance.admin(credit.once(&format!("fund-{user}"))).await.ok(201);
}

/// One follower of an appliance with one person, who is known there already.
async fn one_follower(changes: &[(&str, &str)]) -> (Centre, Follower, (UserId, FaceId)) {
    let plain = Appliance::start().await;
    let subject = enrolled_as(&plain, "Ada").await;
    plain.admin(put(format!("/users/{}/pin", subject.0), &json!({ "pin": PIN }))).await.ok(204);
    let (centre, mut keys) = Centre::of(plain, 1).await;
    let follower = centre.followed_by(keys.remove(0), changes).await;
    knows(&follower.appliance, subject.0).await;
    (centre, follower, subject)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_enrolled_at_the_centre_pays_at_every_follower_until_they_are_blocked_or_erased() {
    let plain = Appliance::start().await;
    let (ada, bob) = (enrolled_as(&plain, "Ada").await, enrolled_as(&plain, "Bob").await);
    let (centre, mut keys) = Centre::of(plain, 1).await;
    let branch = centre.followed_by(keys.remove(0), &[]).await;
    for (user, _) in [ada, bob] {
        knows(&branch.appliance, user).await;
        funded(&branch.appliance, user).await;
    }
    let till = &branch.appliance;
    let checkout = open(till, 500).await;
    show(till, look(till, Some(ada)));
    assert_eq!(after(till, &checkout, "awaiting_payer").await["state"], "awaiting_confirmation");
    pay(till, bob.0, 700, "bob").await.unwrap();
    let receipts = async || {
        let followers = centre.admin(get("/sync/followers")).await.ok(200);
        followers["items"][0]["receipts"] == 1
    };
    println!("receipt handed over after {:?}", until(BACK_WITHIN, "handed over", receipts).await);

    let blocked = patch(format!("/users/{}", ada.0), &json!({ "status": "blocked" }));
    centre.admin(blocked).await.ok(200);
    let path = format!("/users/{}", ada.0);
    let is_blocked = async || till.admin(get(&path)).await.json()["status"] == "blocked";
    println!("blocked there after {:?}", until(REVOKED_WITHIN, "blocked", is_blocked).await);
    assert!(pay(till, ada.0, 100, "blocked").await.unwrap_err().contains("payer_blocked"));

    let erased = centre.admin(Ask { method: http::Method::DELETE, ..get(format!("/users/{}", bob.0)) }).await;
    assert!(erased.status.is_success(), "{}", erased.text());
    let path = format!("/users/{}", bob.0);
    let is_gone = async || till.admin(get(&path)).await.status == 404;
    println!("erased there after {:?}", until(REVOKED_WITHIN, "erased", is_gone).await);
    till.assert_sound().await;
    centre.appliance.assert_sound().await;
}

/// A device that somebody is signed in on at an appliance that offers no links.
async fn branch_device(appliance: &Appliance, user: UserId) -> String {
    let (at, code) = (appliance.app.now(), domain::Secret::new("123456".to_owned()));
    let offer = move |store: &store::Store| {
        let link = store::FacePaymentLink {
            user,
            token_sha256: Sha256::digest("fpl_older").into(),
            code: &code,
            expires_at: at.plus(HOUR),
        };
        store.offer_face_payment_link(store::By { actor: "test", at }, &link)
    };
    appliance.app.store(offer).await.unwrap();
    let body = json!({ "token": "fpl_older", "code": "123456", "name": "Safari" });
    let opened = appliance.send(post("/payer/devices", &body)).await.ok(201);
    opened["token"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_leaves_people_to_its_centre() {
    let (centre, branch, (user, _)) = one_follower(&[]).await;
    let changes = [
        post("/users", &json!({ "name": "Eve" })),
        put(format!("/users/{user}/pin"), &json!({ "pin": PIN })),
        Ask { method: http::Method::DELETE, ..get(format!("/users/{user}")) },
    ];
    for ask in changes {
        let refused = branch.appliance.admin(ask).await.refused(409, "kept_at_centre");
        assert!(refused.text().contains("https://localhost"), "it says where: {}", refused.text());
    }
    // Nor do they change anything of their own there: with a link that is older than the following, say.
    let token = branch_device(&branch.appliance, user).await;
    branch.appliance.send(get("/payer").token(&token)).await.ok(200);
    for ask in [
        post("/payer/erasure", &json!({ "pin": PIN })),
        post("/payer/face-payment", &json!({ "pin": PIN })),
        Ask { method: http::Method::DELETE, ..get("/payer/face-payment") },
        Ask { method: http::Method::DELETE, ..get(format!("/payer/consents/{}", uuid::Uuid::now_v7())) },
    ] {
        branch.appliance.send(ask.token(&token)).await.refused(409, "kept_at_centre");
    }
    let standing = status(&branch.appliance).await;
    assert_eq!((&standing["reach"], &standing["people"]), (&json!("near"), &json!(1)), "{standing}");
    let feed = get("/sync/changes?after=0");
    centre.admin(feed).await.refused(403, "forbidden");
    let asked = async |own: Option<&Issued>| {
        let ask = get("/sync/changes?after=0").token(&branch.key);
        centre.authority.ask(own, centre.appliance.address, ask).await
    };
    asked(None).await.refused(401, "unauthenticated");
    asked(Some(&centre.authority.issue("other", "other"))).await.refused(401, "unauthenticated");
    let told = asked(Some(&branch.own)).await.ok(200);
    assert_eq!(told["changes"][0]["person"]["name"], "Ada");
    let unbound = json!({ "name": "branch", "role": "appliance" });
    centre.admin(post("/keys", &unbound)).await.refused(422, "certificate_needed");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_centre_a_follower_takes_less_and_nothing_in_the_end() {
    let (centre, branch, (user, _)) = one_follower(&[("policy.day_amount_max", "20000")]).await;
    let till = &branch.appliance;
    funded(till, user).await;
    branch.line.becomes(Line::Cut);
    let failing = async || !status(till).await["error"].is_null();
    until(BACK_WITHIN, "missed", failing).await;
    pay(till, user, 3_000, "a").await.unwrap();
    till.later(Duration::from_secs(61));
    assert_eq!(status(till).await["reach"], "offline");
    let refused = pay(till, user, 3_000, "b").await.unwrap_err();
    assert!(refused.contains("limit_day"), "{refused}");
    pay(till, user, 2_000, "c").await.unwrap();
    till.later(25 * HOUR);
    pay(till, user, 5_000, "d").await.unwrap();
    till.later(48 * HOUR);
    assert_eq!(status(till).await["reach"], "lost");
    let refused = pay(till, user, 100, "e").await.unwrap_err();
    assert!(refused.contains("centre_unreachable"), "{refused}");
    assert_eq!(status(till).await["receipts_unsent"], 3);

    branch.line.becomes(Line::Good);
    let back = async || {
        let standing = status(till).await;
        standing["reach"] == "near" && standing["receipts_unsent"] == 0
    };
    println!("back after {:?}", until(BACK_WITHIN, "back", back).await);
    pay(till, user, 10_000, "f").await.unwrap();
    let four = async || centre.admin(get("/sync/followers")).await.ok(200)["items"][0]["receipts"] == 4;
    until(BACK_WITHIN, "each is there once", four).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_set_right_while_the_line_is_cut_leaves_the_centre_no_nearer() {
    let (_centre, branch, _) = one_follower(&[("sync.offline_after_s", "12")]).await;
    let till = &branch.appliance;
    // Ten minutes ahead, and near.
    till.later(HOUR / 6);
    let near = async || status(till).await["reach"] == "near";
    until(3 * BACK_WITHIN, "near", near).await;
    branch.line.becomes(Line::Cut);
    till.earlier(HOUR / 6);
    let offline = async || status(till).await["reach"] == "offline";
    until(3 * BACK_WITHIN, "missed, although the clock stands before what it said", offline).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pin_is_tried_at_the_centre_wherever_it_is_typed() {
    let (centre, branch, ada) = one_follower(&[("policy.step_up_amount_min", "1000")]).await;
    let till = &branch.appliance;
    funded(till, ada.0).await;
    let checkout = open(till, 1_250).await;
    show(till, look(till, Some(ada)));
    assert_eq!(after(till, &checkout, "awaiting_payer").await["state"], "awaiting_step_up");
    let typed = async |pin: &str, key: &str| {
        let ask = post(format!("/checkouts/{checkout}/step-up"), &json!({ "pin": pin })).once(key);
        till.admin(ask).await
    };
    typed(WRONG, "1").await.refused(422, "pin_wrong");
    assert_eq!(typed(PIN, "2").await.ok(200)["state"], "awaiting_confirmation");
    let tries = async |pin: &str| {
        let ask = post("/sync/pins", &json!({ "user_id": ada.0.to_string(), "pin": pin })).token(&branch.key);
        centre.authority.ask(Some(&branch.own), centre.appliance.address, ask).await
    };
    for _ in 0..3 {
        tries(WRONG).await.refused(422, "pin_wrong");
    }
    tries(PIN).await.refused(429, "pin_locked");
    let checkout = open(till, 1_250).await;
    show(till, look(till, Some(ada)));
    assert_eq!(after(till, &checkout, "awaiting_payer").await["state"], "awaiting_step_up");
    let ask = post(format!("/checkouts/{checkout}/step-up"), &json!({ "pin": PIN })).once("3");
    till.admin(ask).await.refused(429, "pin_locked");
}

#[tokio::test(flavor = "multi_thread")]
async fn five_followers_come_together_after_lines_that_break_and_restarts() {
    const FOLLOWERS: usize = 5;
    let plain = Appliance::start().await;
    let user = plain.payer("Ada", 0).await;
    let (centre, keys) = Centre::of(plain, FOLLOWERS).await;
    let mut branches = Vec::new();
    for key in keys {
        branches.push(centre.followed_by(key, &[]).await);
    }
    for branch in &branches {
        knows(&branch.appliance, &user).await;
        funded(&branch.appliance, &user).await;
    }
    for round in 0..4 {
        for (number, branch) in branches.iter().enumerate() {
            branch.line.becomes(if (round + number) % 2 == 0 { Line::Cut } else { Line::Good });
            pay(&branch.appliance, &user, 100, &format!("{number}-{round}")).await.unwrap();
        }
    }
    for branch in &branches {
        branch.line.becomes(Line::Good);
    }
    let all = async || {
        let followers = centre.admin(get("/sync/followers")).await.ok(200);
        let items = followers["items"].as_array().unwrap();
        items.iter().map(|one| one["receipts"].as_u64().unwrap()).sum::<u64>() == 20
    };
    println!(
        "20 payments of {FOLLOWERS} followers at the centre after {:?}",
        until(BACK_WITHIN, "all", all).await
    );
    let spent = async |appliance: &Appliance| {
        let (user, currency, now) = (user.parse().unwrap(), "EUR".parse().unwrap(), appliance.app.now());
        appliance.app.store(move |store| store.usage(user, currency, now)).await.unwrap().day_amount
    };
    assert_eq!(spent(&centre.appliance).await, 2_000);
    for branch in &branches {
        let told = async || spent(&branch.appliance).await == 2_000;
        until(BACK_WITHIN, "what was spent elsewhere counts here", told).await;
        branch.appliance.assert_sound().await;
    }
}
