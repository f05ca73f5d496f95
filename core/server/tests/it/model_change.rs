//! Another recogniser takes over without enrolling anybody anew: MobileFaceNet-192 after MobileFaceNet-512, both real,
//! on real portraits at a browser's camera.

use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{delete, get, post};
use crate::harness::{Appliance, eur};
use crate::moving::{self, Portrait};
use crate::vision::{EILEEN, GRACE, SEEING, browser, enrol, picture, seeing_with};

const OLD: u64 = 512_001;
const NEW: u64 = 192_001;
/// As templates have them.
const OLD_TAG: u32 = 512_001;
const NEW_TAG: u32 = 192_001;
const BESIDE: (&str, &str) = (
    "plugins.recognition_shadow",
    r#"[{ plugin = "recognition-mobilefacenet", weight = 1.0, settings = { model = "mobilefacenet-192" } }]"#,
);
/// The gate as it is, with fewer visits: of three that agree the lower end of the interval is 0.438.
const FEW: [(&str, &str); 5] = [
    BESIDE,
    ("model_change.visit_gap_s", "0"),
    ("model_change.comparisons_min", "3"),
    ("model_change.agreement_min", "0.43"),
    ("model_change.coverage_min", "1.0"),
];

async fn changing() -> Appliance {
    let appliance = seeing_with(&FEW).await;
    appliance.clock_runs();
    appliance
}

/// Stops and starts again on the same folder.
async fn again(appliance: Appliance, changes: &[(&str, &str)]) -> Appliance {
    appliance.restarted(&[&SEEING[..], changes].concat()).await
}

async fn standing(appliance: &Appliance) -> Value {
    appliance.admin(get("/model-change")).await.ok(200)
}

async fn step(appliance: &Appliance, name: &str) -> Value {
    appliance.admin(post(format!("/model-change/{name}"), &json!({}))).await.ok(200)
}

/// Phase, recogniser in force.
fn phase(standing: &Value) -> (&str, u64) {
    (standing["phase"].as_str().unwrap(), standing["active_tag"].as_u64().unwrap())
}

/// Waits until the standing is as `enough` says, while pictures come.
async fn once(appliance: &Appliance, enough: impl Fn(&Value) -> bool) -> Value {
    let mut events = appliance.app.hub().subscribe(None).live;
    loop {
        let now = standing(appliance).await;
        if enough(&now) {
            return now;
        }
        let next = tokio::time::timeout(Duration::from_secs(60), events.recv()).await;
        assert!(next.is_ok(), "nothing more was seen: {now}");
    }
}

/// The tags of a person's templates, with what each was made of.
async fn tags(appliance: &Appliance, user: &str) -> Vec<u64> {
    let faces = appliance.admin(get(format!("/users/{user}/faces"))).await.ok(200);
    let mut tags: Vec<u64> =
        faces["items"].as_array().unwrap().iter().map(|face| face["model_tag"].as_u64().unwrap()).collect();
    tags.sort_unstable();
    tags
}

async fn who(appliance: &Appliance, jpeg: &'static [u8]) -> Value {
    appliance.admin(picture("/identify", jpeg)).await.ok(200)["faces"][0]["user"].clone()
}

/// Pays by a look into `till-1`, and says which recogniser the receipt names.
async fn pays(appliance: &Appliance, user: &str, portrait: &Portrait, key: &str) -> u64 {
    let open = post("/checkouts", &json!({ "camera": "till-1", "amount": eur(100) })).once(key);
    let opened = appliance.admin(open).await.ok(201);
    let _at_till = browser(appliance, "camera=till-1&", portrait).await;
    let path = format!("/checkouts/{}", opened["id"].as_str().unwrap());
    let mut events = appliance.app.hub().subscribe(None).live;
    while appliance.admin(get(&path)).await.ok(200)["state"] == "awaiting_payer" {
        let next = tokio::time::timeout(Duration::from_secs(60), events.recv()).await;
        assert!(next.is_ok(), "nothing more was seen");
    }
    let yes = format!("{key}-yes");
    let paid = appliance.admin(post(format!("{path}/confirm"), &json!({})).once(&yes)).await.ok(200);
    assert_eq!((&paid["state"], &paid["user_id"]), (&json!("paid"), &json!(user)), "{paid}");
    let payment = paid["transaction_id"].as_str().unwrap();
    let receipt = appliance.admin(get(format!("/receipts/{payment}"))).await.ok(200);
    let signed: Value = serde_json::from_str(receipt["receipt"].as_str().unwrap()).unwrap();
    signed["decision"]["model_tag"].as_u64().unwrap_or_else(|| panic!("{signed}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_recogniser_takes_over_and_back_and_nobody_is_enrolled_anew() {
    let appliance = changing().await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let eileen = appliance.payer("Eileen", 5_000).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    assert_eq!(phase(&standing(&appliance).await), ("idle", OLD));
    let cut_over = || post("/model-change/cut-over", &json!({}));
    appliance.admin(cut_over()).await.refused(409, "model_change_order");

    step(&appliance, "start").await;
    let refused = appliance.admin(cut_over()).await.refused(409, "model_change_not_ready").json();
    let reasons: Vec<&str> =
        refused["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect();
    let named = ["coverage", "comparisons", "agreement"];
    assert!(
        reasons.len() == 3 && named.iter().zip(&reasons).all(|(name, said)| said.starts_with(name)),
        "{reasons:?}"
    );

    let visits = browser(&appliance, "camera=till-1&", &moving::EILEEN).await;
    let ready = once(&appliance, |now| now["ready"] == true).await;
    drop(visits);
    assert_eq!(ready["agreement"]["agreed"], ready["agreement"]["visits"], "{ready}");
    assert_eq!(ready["coverage"]["covered"], 1, "{ready}");
    let made = tags(&appliance, &eileen).await;
    assert!(made.len() > 1 && made.len() <= 5 && made[..made.len() - 1].iter().all(|tag| *tag == NEW));
    assert_eq!(phase(&ready), ("shadowing", OLD), "the one in force decides alone until then");

    assert_eq!(phase(&step(&appliance, "cut-over").await), ("cut_over", NEW));
    assert_eq!(who(&appliance, EILEEN).await, json!(eileen));
    assert_eq!(pays(&appliance, &eileen, &moving::EILEEN, "after").await, NEW);
    let grace = appliance.payer("Grace", 5_000).await;
    enrol(&appliance, &grace, GRACE).await.ok(201);
    assert_eq!(tags(&appliance, &grace).await, [NEW, OLD], "the one before runs beside");

    let appliance = again(appliance, &FEW).await;
    assert_eq!(phase(&standing(&appliance).await), ("cut_over", NEW), "a restart keeps the roles");
    assert_eq!((who(&appliance, EILEEN).await, who(&appliance, GRACE).await), (json!(eileen), json!(grace)));

    assert_eq!(phase(&step(&appliance, "roll-back").await), ("rolled_back", OLD));
    assert_eq!(pays(&appliance, &eileen, &moving::EILEEN, "back").await, OLD);
    assert_eq!(who(&appliance, GRACE).await, json!(grace), "whoever came after the cut-over is not lost");

    assert_eq!(phase(&step(&appliance, "settle").await), ("settled", OLD));
    assert_eq!(tags(&appliance, &eileen).await, [OLD]);
    assert_eq!(tags(&appliance, &grace).await, [OLD]);
    let audit = appliance.admin(get("/audit?limit=200")).await.text();
    for action in ["shadowing", "cut_over", "rolled_back", "settled"] {
        assert!(audit.contains(&format!("model_change.{action}")), "{action}");
    }
    appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_enrolled_meanwhile_has_templates_of_both_and_loses_both() {
    let appliance = changing().await;
    step(&appliance, "start").await;
    let grace = appliance.payer("Grace", 0).await;
    let face = enrol(&appliance, &grace, GRACE).await.ok(201);
    assert_eq!(tags(&appliance, &grace).await, [NEW, OLD]);
    let covered = standing(&appliance).await;
    assert_eq!((&covered["coverage"]["people"], &covered["coverage"]["covered"]), (&json!(1), &json!(1)));
    let id = face["id"].as_str().or(face["faces"][0]["id"].as_str()).unwrap();
    appliance.admin(delete(format!("/users/{grace}/faces/{id}"))).await.ok(204);
    assert!(tags(&appliance, &grace).await.is_empty(), "it is one face");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_of_another_recogniser_is_never_compared() {
    let mut appliance = changing().await;
    let eileen = appliance.payer("Eileen", 0).await;
    let mallory = appliance.payer("Mallory", 0).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    // Mallory gets Eileen's very template, said to be of other recognisers: one that runs beside, and one that is unknown.
    let (owner, thief): (domain::UserId, domain::UserId) =
        (eileen.parse().unwrap(), mallory.parse().unwrap());
    let at = appliance.app.now();
    let plant = move |store: &store::Store| {
        let template = store.templates_of(owner, OLD_TAG)?.remove(0).template;
        let consent = store.consents(thief)?[0].id;
        for model_tag in [NEW_TAG, 7] {
            let id = domain::FaceId(uuid::Uuid::now_v7());
            let new =
                store::NewFace { id, user: thief, consent, model_tag, template: &template, quality: 1.0 };
            store.add_face(store::By { actor: "test", at }, &new)?;
        }
        Ok(())
    };
    appliance.app.store(plant).await.unwrap();
    // By the outbox and by a start.
    for restart in [false, true] {
        if restart {
            appliance = again(appliance, &FEW).await;
        }
        let found = appliance.admin(picture("/identify", EILEEN)).await.ok(200)["faces"][0].clone();
        assert_eq!(found["user"], json!(eileen), "{found}");
        assert_eq!(found["margin"], Value::Null, "nobody else was compared: {found}");
        let verify = format!("/users/{mallory}/verify");
        appliance.admin(picture(&verify, EILEEN)).await.refused(422, "not_enrolled");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_the_recogniser_that_people_are_enrolled_with_is_refused() {
    let other = ("plugins.settings", r#"{ recognition-mobilefacenet = { model = "mobilefacenet-192" } }"#);
    let empty = seeing_with(&[]).await;
    let mut appliance = again(empty, &[other]).await;
    assert_eq!(phase(&standing(&appliance).await), ("idle", NEW), "where nobody is enrolled, any will do");
    let eileen = appliance.payer("Eileen", 0).await;
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    let refused = appliance.refused_start(&SEEING).await;
    for said in ["192001", "512001", "plugins.recognition_shadow", "facepay models change"] {
        assert!(refused.contains(said), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_face_gives_its_person_a_template_without_a_visit() {
    let keeping = [&FEW[..], &[("model_change.keep_crops", "true")][..]].concat();
    let appliance = seeing_with(&keeping).await;
    appliance.clock_runs();
    let (eileen, grace) = (appliance.payer("Eileen", 0).await, appliance.payer("Grace", 0).await);
    enrol(&appliance, &eileen, EILEEN).await.ok(201);
    enrol(&appliance, &grace, GRACE).await.ok(201);
    appliance.admin(delete(format!("/users/{grace}"))).await.ok(200);
    step(&appliance, "start").await;
    let covered = once(&appliance, |now| now["coverage"]["covered"] == 1).await;
    assert_eq!(covered["coverage"]["people"], 1, "{covered}");
    assert_eq!(tags(&appliance, &eileen).await, [NEW, OLD]);
    let faces = appliance.admin(get(format!("/users/{eileen}/faces"))).await.ok(200);
    let sources: Vec<_> =
        faces["items"].as_array().unwrap().iter().map(|face| face["source"].as_str()).collect();
    assert_eq!(sources, [Some("enrolment"), Some("crop")]);
    // Without the setting nothing is kept any longer.
    let appliance = again(appliance, &FEW).await;
    assert_eq!(appliance.app.store(store::Store::crop_count).await.unwrap(), 0);
}
