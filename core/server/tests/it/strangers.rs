//! A branch that holds only whom its cameras have seen: strangers are asked for at the centre, and whoever is named pays by the branch's own rules.

#![allow(clippy::print_stdout, reason = "how long everything took is told")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::decision::LivenessScore;
use domain::{ConsentId, FaceId, UserId};
use serde_json::{Value, json};
use server::app::stranger::Face;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::checkout::{after, confirm, look, open, show};
use crate::client::{Ask, get, post};
use crate::harness::Appliance;
use crate::look_up::{FILLED_WITHIN, MODEL, database};
use crate::moving;
use crate::proxy::Line;
use crate::sync::{BACK_WITHIN, Centre, Follower, REVOKED_WITHIN, funded, knows, status, until};
use crate::vision::{SEEING, browser, enrol, heard};

const HOUR: Duration = Duration::from_secs(3_600);
const SEEN: (&str, &str) = ("sync.holds", "\"seen\"");
/// Two who are alike as twins are, one who is like nobody else, and one whom nobody knows.
const ADA: [f32; 4] = [1.0, 0.0, 0.0, 0.0];
const CID: [f32; 4] = [0.0, 1.0, 0.0, 0.0];
const NOBODY: [f32; 4] = [0.0, 0.0, 1.0, 0.0];

async fn enrolled(plain: &Appliance, name: &str, template: [f32; 4]) -> (UserId, FaceId) {
    let user: UserId = plain.payer(name, 0).await.parse().unwrap();
    let (face, at) = (FaceId(Uuid::now_v7()), plain.app.now());
    let add = move |store: &store::Store| {
        let consent: ConsentId = store.consents(user)?[0].id;
        let new =
            store::NewFace { id: face, user, consent, model_tag: MODEL, template: &template, quality: 1.0 };
        store.add_face(store::By { actor: "test", at }, &new)
    };
    plain.app.store(add).await.unwrap();
    (user, face)
}

/// A centre with these people, and a branch that has seen nobody yet.
async fn site(
    people: &[(&str, [f32; 4])],
    changes: &[(&str, &str)],
) -> Option<(Centre, Follower, Vec<(UserId, FaceId)>)> {
    let url = database()?;
    let settings = [("database.url", &*url), ("sync.look_up", "true"), ("sync.look_ups_per_min", "0")];
    let plain = Appliance::start_with(&settings).await;
    let mut known = Vec::new();
    for (name, template) in people {
        known.push(enrolled(&plain, name, *template).await);
    }
    let act =
        |store: &store::Store| store.roles_with(store::By { actor: "test", at: domain::Timestamp(1) }, MODEL);
    plain.app.store(act).await.unwrap();
    let (centre, mut keys) = Centre::with(plain, 1, &settings).await;
    let filled = async || {
        let filled = centre.appliance.app.store(store::Store::vector_count).await.unwrap();
        filled == Some(i64::try_from(people.len()).unwrap())
    };
    until(FILLED_WITHIN, "filled", filled).await;
    let branch = centre.followed_by(keys.remove(0), &[&[SEEN], changes].concat()).await;
    near(&branch.appliance).await;
    Some((centre, branch, known))
}

async fn near(branch: &Appliance) {
    until(3 * BACK_WITHIN, "near", async || status(branch).await["reach"] == "near").await;
}

/// A living face that is like nobody's here, at `till-1`.
fn face(track: u64, template: [f32; 4]) -> Face {
    Face {
        camera: "till-1".parse().unwrap(),
        track,
        model_tag: MODEL,
        template: Zeroizing::new(template.to_vec()),
        liveness: vec![LivenessScore { score: 0.99, score_min: 0.5 }],
        similarity: None,
        templates_searched: 0,
    }
}

fn comes(branch: &Appliance, face: Face) {
    branch.app.faces().send(Arc::new(face)).ok().unwrap();
}

async fn counted(appliance: &Appliance, result: &str) -> u64 {
    let text = appliance.send(get("/metrics")).await.text();
    let line = format!("facepay_strangers_total{{result=\"{result}\"}} ");
    let found = text.lines().find_map(|known| known.strip_prefix(&*line)).map(|count| count.parse().unwrap());
    found.unwrap()
}

async fn counts(appliance: &Appliance, result: &str, count: u64) {
    until(BACK_WITHIN, result, async || counted(appliance, result).await == count).await;
}

async fn is_here(branch: &Appliance, user: UserId) -> bool {
    branch.admin(get(format!("/users/{user}"))).await.status == 200
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_whom_the_centre_knows_pays_by_the_branchs_own_rules_and_is_known_after_a_restart() {
    let people = [("Ada", ADA), ("Cid", CID)];
    let Some((centre, branch, known)) = site(&people, &[("policy.day_amount_max", "2000")]).await else {
        return;
    };
    let [ada, cid] = known[..] else { panic!("two people") };
    assert!(!is_here(&branch.appliance, ada.0).await, "nobody was seen yet");
    assert_eq!(status(&branch.appliance).await["holds"], "seen");

    comes(&branch.appliance, face(1, ADA));
    knows(&branch.appliance, ada.0).await;
    assert!(!is_here(&branch.appliance, cid.0).await, "whoever was not meant stays where they are");
    let branch = branch.restarted(&[("policy.day_amount_max", "2000")]).await;
    let till = &branch.appliance;
    let standing = status(till).await;
    assert_eq!((&standing["visitors"], &standing["templates_at_centre"]), (&json!(1), &json!(2)));
    near(till).await;

    funded(till, ada.0).await;
    let pays = async |minor: i64| {
        let id = open(till, minor).await;
        show(till, look(till, Some(ada)));
        let found = after(till, &id, "awaiting_payer").await;
        match found["state"].as_str() {
            Some("awaiting_confirmation") => confirm(till, &id).await,
            _ => found,
        }
    };
    assert_eq!(pays(1_500).await["state"], "paid");
    let over = pays(1_500).await;
    assert_eq!((&over["state"], &over["reason"]), (&json!("declined"), &json!("limit_day")));
    let handed = async || centre.admin(get("/sync/followers")).await.ok(200)["items"][0]["receipts"] == 1;
    until(BACK_WITHIN, "the centre has the receipt", handed).await;
    till.assert_sound().await;
    centre.appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_at_a_camera_is_named_by_the_centre_and_pays_while_they_stand_there() {
    let Some(url) = database() else { return };
    let settings = [&SEEING[..], &[("database.url", &*url), ("sync.look_up", "true")]].concat();
    let plain = Appliance::start_with(&settings).await;
    let (eileen, grace) = (plain.payer("Eileen", 0).await, plain.payer("Grace", 0).await);
    for (user, portrait) in [(&eileen, moving::EILEEN), (&grace, moving::GRACE)] {
        enrol(&plain, user, portrait.jpeg).await.ok(201);
    }
    let (centre, mut keys) = Centre::with(plain, 1, &settings).await;
    let filled = async || centre.appliance.app.store(store::Store::vector_count).await.unwrap() == Some(2);
    until(FILLED_WITHIN, "filled", filled).await;
    let branch = centre.followed_by(keys.remove(0), &[&SEEING[..], &[SEEN]].concat()).await;
    let till = &branch.appliance;
    centre.appliance.clock_runs();
    till.clock_runs();
    near(till).await;
    till.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);

    let mut at_till = browser(till, "camera=till-1&", &moving::EILEEN).await;
    let stranger = heard(&mut at_till, "face_match").await;
    assert_eq!(stranger["user"], Value::Null, "nobody was seen yet: {stranger}");
    let began = Instant::now();
    while heard(&mut at_till, "face_match").await["user"] != json!(eileen) {}
    println!("whoever stands at the camera is known {:?} after they were a stranger", began.elapsed());
    assert_eq!(counted(till, "named").await, 1);

    funded(till, &eileen).await;
    let id = open(till, 1_250).await;
    let seen = after(till, &id, "awaiting_payer").await;
    assert_eq!(seen["user_id"], json!(eileen), "{seen}");
    let paid = confirm(till, &id).await;
    assert_eq!(paid["state"], "paid", "{paid}");
    let asked = format!("/receipts/{}", paid["transaction_id"].as_str().unwrap());
    let receipt = till.admin(get(asked)).await.ok(200);
    let said: Value = serde_json::from_str(receipt["receipt"].as_str().unwrap()).unwrap();
    assert_eq!(said["decision"]["templates_searched"], 1 + 2, "here and at the centre: {said}");
    assert!(!is_here(till, grace.parse().unwrap()).await);
    till.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_the_centre_erases_is_gone_where_they_were_seen_and_comes_by_no_answer_that_was_under_way() {
    let Some((centre, branch, known)) = site(&[("Ada", ADA), ("Cid", CID)], &[]).await else { return };
    let (till, ada, cid) = (&branch.appliance, known[0], known[1]);
    comes(till, face(1, ADA));
    knows(till, ada.0).await;
    let erase = async |user: UserId| {
        let ask = Ask { method: http::Method::DELETE, ..get(format!("/users/{user}")) };
        assert!(centre.admin(ask).await.status.is_success());
    };
    erase(ada.0).await;
    let gone = until(REVOKED_WITHIN, "gone", async || !is_here(till, ada.0).await).await;
    println!("erased at the branch after {gone:?}");
    branch.line.becomes(Line::Late(Duration::from_millis(300)));
    comes(till, face(2, CID));
    // The centre has said who it is, and the branch hasn't heard it yet.
    let told = async || {
        let asked = centre.admin(get("/audit?action=look_up.answered")).await;
        asked.ok(200)["items"].as_array().unwrap().len() == 2
    };
    until(BACK_WITHIN, "answered", told).await;
    erase(cid.0).await;
    let counted = async || counted(till, "named").await + counted(till, "dropped").await == 2;
    until(BACK_WITHIN, "the answer came", counted).await;
    until(REVOKED_WITHIN, "gone", async || !is_here(till, cid.0).await).await;
    assert_eq!(status(till).await["visitors"], 0);
    till.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_centre_a_stranger_stays_one() {
    let Some((_centre, branch, known)) = site(&[("Ada", ADA)], &[("sync.offline_after_s", "60")]).await
    else {
        return;
    };
    let till = &branch.appliance;
    branch.line.becomes(Line::Cut);
    comes(till, face(1, ADA));
    counts(till, "failed", 1).await;
    till.later(Duration::from_secs(61));
    comes(till, face(2, ADA));
    counts(till, "offline", 1).await;
    assert!(!is_here(till, known[0].0).await);
    branch.line.becomes(Line::Good);
    near(till).await;
    comes(till, face(3, ADA));
    knows(till, known[0].0).await;
    till.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_double_at_the_centre_proves_more_than_a_face() {
    let Some((_centre, branch, known)) = site(&[("Ada", ADA), ("Eda", ADA)], &[]).await else { return };
    let till = &branch.appliance;
    comes(till, face(1, ADA));
    for (user, _) in &known {
        knows(till, user).await;
    }
    // Whatever the margin among those who are here says, and whoever of the two has left.
    till.app
        .store({
            let (other, at) = (known[1].0, till.app.now());
            move |store| store.let_go(store::By { actor: "test", at }, &[other])
        })
        .await
        .unwrap();
    funded(till, known[0].0).await;
    let id = open(till, 500).await;
    show(till, look(till, Some(known[0])));
    let waiting = after(till, &id, "awaiting_payer").await;
    assert_eq!((&waiting["state"], &waiting["reason"]), (&json!("awaiting_step_up"), &json!("look_alike")));
}

#[tokio::test(flavor = "multi_thread")]
async fn visitors_leave_when_their_time_is_over_and_the_oldest_of_too_many() {
    let people = [("Ada", ADA), ("Cid", CID)];
    let Some((_centre, branch, known)) = site(&people, &[("sync.visitors_h_max", "1")]).await else { return };
    let till = &branch.appliance;
    comes(till, face(1, ADA));
    knows(till, known[0].0).await;
    till.later(2 * HOUR);
    near(till).await;
    comes(till, face(2, CID));
    knows(till, known[1].0).await;
    until(BACK_WITHIN, "left", async || !is_here(till, known[0].0).await).await;
    let branch = branch.restarted(&[("sync.visitors_max", "1")]).await;
    let till = &branch.appliance;
    // The clock of a test stands still, and what is known of the time beside it was lost.
    till.later(HOUR / 6);
    near(till).await;
    comes(till, face(3, ADA));
    knows(till, known[0].0).await;
    until(BACK_WITHIN, "left", async || !is_here(till, known[1].0).await).await;
    assert_eq!(status(till).await["visitors"], 1);
    let erased =
        till.app.store(|store| store.redo_erasures(store::By { actor: "test", at: domain::Timestamp(1) }));
    assert!(erased.await.unwrap().is_empty(), "nobody was erased");
    till.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_strangers_floods_nobody_and_what_may_be_a_picture_is_not_asked_for() {
    let Some((centre, branch, _)) = site(&[("Ada", ADA)], &[("sync.look_ups_per_min", "2")]).await else {
        return;
    };
    let till = &branch.appliance;
    let lifeless = |liveness| Face { liveness, ..face(9, ADA) };
    comes(till, lifeless(vec![]));
    comes(till, lifeless(vec![LivenessScore { score: 0.1, score_min: 0.5 }]));
    comes(till, Face { similarity: Some(0.99), templates_searched: 1, ..face(9, ADA) });
    for track in [1, 1, 2] {
        comes(till, face(track, NOBODY));
        counts(till, "nobody", if track == 1 { 1 } else { 2 }).await;
    }
    comes(till, face(3, NOBODY));
    counts(till, "limited", 1).await;
    assert_eq!(counted(till, "nobody").await, 2, "the same face is asked for once");
    let asked = centre.authority.ask(None, centre.appliance.address, get("/metrics")).await.text();
    let look_ups: Vec<&str> =
        asked.lines().filter(|line| line.starts_with("facepay_look_ups_total")).collect();
    assert!(
        look_ups.contains(&"facepay_look_ups_total{result=\"nobody\"} 2")
            && look_ups.contains(&"facepay_look_ups_total{result=\"named\"} 0"),
        "{look_ups:?}"
    );
    assert_eq!(status(till).await["visitors"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_it_takes_until_a_stranger_is_here() {
    const ROUNDS: u64 = 40;
    let Some((_centre, branch, known)) =
        site(&[("Ada", ADA), ("Cid", CID)], &[("sync.look_ups_per_min", "0")]).await
    else {
        return;
    };
    let (till, user) = (&branch.appliance, known[0].0);
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        let began = Instant::now();
        comes(till, face(round, ADA));
        while till.app.store(move |store| store.user(user).map(drop)).await.is_err() {
            tokio::task::yield_now().await;
        }
        took.push(began.elapsed());
        counts(till, "named", round + 1).await;
        let at = till.app.now();
        till.app.store(move |store| store.let_go(store::By { actor: "test", at }, &[user])).await.unwrap();
    }
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100];
    println!("a stranger is here after {:?} (p50), {:?} (p95), of {ROUNDS}", at(50), at(95));
    assert!(at(95) < Duration::from_secs(2), "{took:?}");
}
