//! Paying together: several faces at one camera, all or nobody, or what the policy says.

use std::sync::Mutex;
use std::time::Duration;

use domain::presence::Face;
use domain::{FaceId, UserId};
use serde_json::{Value, json};
use server::app::evidence::Seen;
use store::Store;
use uuid::Uuid;

use crate::checkout::{after, enrolled_as, face, look, show};
use crate::client::{get, post};
use crate::harness::{Appliance, eur};

mod crash;

type Subject = (UserId, FaceId);

/// Ada, Bo and Cyd, with 50 euros each.
async fn three(appliance: &Appliance) -> [Subject; 3] {
    let mut people = Vec::new();
    for name in ["Ada", "Bo", "Cyd"] {
        people.push(enrolled_as(appliance, name).await);
    }
    people.try_into().unwrap()
}

/// Three faces side by side.
fn in_view() -> Vec<Face> {
    vec![face(1, 0.25, 0.2), face(2, 0.25, 0.5), face(3, 0.25, 0.8)]
}

async fn open(appliance: &Appliance, minor: i64, split: Value, policy: &str) -> String {
    let new = json!({ "camera": "till-1", "amount": eur(minor), "reference": "table 4", "split": split, "policy": policy });
    let key = Uuid::new_v4().to_string();
    let opened = appliance.admin(post("/checkouts", &new).once(&key)).await.ok(201);
    assert_eq!((&opened["state"], &opened["policy"]), (&json!("gathering"), &json!(policy)));
    opened["id"].as_str().unwrap().to_owned()
}

async fn shown(appliance: &Appliance, id: &str) -> Value {
    appliance.admin(get(format!("/checkouts/{id}"))).await.ok(200)
}

fn states(checkout: &Value) -> Vec<&str> {
    checkout["legs"].as_array().unwrap().iter().map(|leg| leg["state"].as_str().unwrap()).collect()
}

fn amounts(checkout: &Value) -> Vec<i64> {
    let legs = checkout["legs"].as_array().unwrap();
    legs.iter().map(|leg| leg["amount"]["amount"].as_i64().unwrap()).collect()
}

/// The checkout once it is as `wanted`.
async fn once(appliance: &Appliance, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..100 {
        let mut events = appliance.app.hub().subscribe(None).live;
        let checkout = shown(appliance, id).await;
        if wanted(&checkout) {
            return checkout;
        }
        let _ = tokio::time::timeout(Duration::from_millis(200), events.recv()).await;
    }
    panic!("{}", shown(appliance, id).await);
}

/// Each of them looks, and is recognised before the next does.
async fn gather(appliance: &Appliance, id: &str, people: &[Subject]) -> Value {
    for (track, subject) in (1..).zip(people) {
        show(appliance, Seen { track, faces: in_view(), ..look(appliance, Some(*subject)) });
        let user = subject.0.to_string();
        let known = |leg: &Value| leg["user_id"] == json!(user) && leg["state"] != "awaiting_payer";
        once(appliance, id, |checkout| checkout["legs"].as_array().unwrap().iter().any(known)).await;
    }
    shown(appliance, id).await
}

async fn answer(appliance: &Appliance, id: &str, leg: usize, what: &str) -> Value {
    let path = format!("/checkouts/{id}/legs/{leg}/{what}");
    appliance.admin(post(path, &json!({})).once(&Uuid::new_v4().to_string())).await.ok(200)
}

/// What each has left, after everything was settled.
async fn left(appliance: &Appliance, people: &[Subject; 3]) -> [i64; 3] {
    appliance.assert_sound().await;
    let mut left = [0; 3];
    for (minor, (user, _)) in left.iter_mut().zip(people) {
        let (available, posted, reserved) = appliance.wallet(&user.to_string()).await;
        assert_eq!((available, reserved), (posted, 0), "nothing is set aside any more");
        *minor = posted;
    }
    left
}

fn equal() -> Value {
    json!({ "kind": "equal", "payers": 3 })
}

#[tokio::test]
async fn three_pay_equally_when_all_said_yes() {
    let appliance = Appliance::start().await;
    let people = three(&appliance).await;
    let id = open(&appliance, 1000, equal(), "all_or_nothing").await;
    let gathered = gather(&appliance, &id, &people).await;
    assert_eq!(
        (states(&gathered), amounts(&gathered)),
        (vec!["awaiting_confirmation"; 3], vec![334, 333, 333])
    );
    for leg in [2, 1] {
        let waiting = answer(&appliance, &id, leg, "confirm").await;
        assert_eq!(waiting["state"], "confirming");
        assert_eq!(left(&appliance, &people).await, [5000; 3], "nobody pays before all said yes");
    }
    let paid = answer(&appliance, &id, 3, "confirm").await;
    assert_eq!((&paid["state"], states(&paid)), (&json!("paid"), vec!["captured"; 3]), "{paid}");
    assert_eq!(paid["compensations"], json!([]));
    assert_eq!(left(&appliance, &people).await, [4666, 4667, 4667]);
    let listed = appliance.admin(get("/checkouts")).await.ok(200);
    assert_eq!(listed["items"][0]["id"], json!(id));
    // Each part has a receipt of its own.
    let leg = paid["legs"][1]["transaction_id"].as_str().unwrap();
    let receipt = appliance.admin(get(format!("/receipts/{leg}"))).await.ok(200);
    assert_eq!(receipt["amount_text"], "3.33 EUR");
}

#[tokio::test]
async fn amounts_and_shares_are_paid_as_they_were_given() {
    let appliance = Appliance::start().await;
    let people = three(&appliance).await;
    for (split, parts, rest) in [
        (json!({ "kind": "amounts", "amounts": [700, 200, 100] }), [700, 200, 100], [4300, 4800, 4900]),
        (json!({ "kind": "shares", "shares": [2, 1, 4] }), [286, 143, 571], [4014, 4657, 4329]),
    ] {
        let id = open(&appliance, 1000, split, "partial").await;
        let gathered = gather(&appliance, &id, &people).await;
        assert_eq!(amounts(&gathered), parts);
        for leg in 1..=3 {
            answer(&appliance, &id, leg, "confirm").await;
        }
        assert_eq!(shown(&appliance, &id).await["state"], "paid");
        assert_eq!(left(&appliance, &people).await, rest);
    }
}

#[tokio::test]
async fn when_one_says_no_the_policy_says_what_becomes_of_the_others() {
    let appliance = Appliance::start().await;
    let people = three(&appliance).await;
    let refused = async |policy: &str| {
        let id = open(&appliance, 1000, equal(), policy).await;
        gather(&appliance, &id, &people).await;
        answer(&appliance, &id, 1, "confirm").await;
        (answer(&appliance, &id, 2, "cancel").await, id)
    };
    let (ended, _) = refused("all_or_nothing").await;
    assert_eq!((&ended["state"], &ended["reason"]), (&json!("declined"), &json!("payer_refused")), "{ended}");
    assert_eq!(states(&ended), ["cancelled"; 3]);
    assert_eq!(left(&appliance, &people).await, [5000; 3]);

    let (waiting, id) = refused("partial").await;
    assert_eq!(waiting["state"], "confirming");
    let ended = answer(&appliance, &id, 3, "confirm").await;
    assert_eq!(
        (&ended["state"], states(&ended)),
        (&json!("partially_paid"), vec!["captured", "cancelled", "captured"])
    );
    assert_eq!(left(&appliance, &people).await, [4666, 5000, 4667]);

    let (shared, id) = refused("redistribute").await;
    assert_eq!((&shared["state"], amounts(&shared)), (&json!("gathering"), vec![500, 500]), "{shared}");
    assert_eq!(states(&shared), ["awaiting_payer"; 2], "a yes to the old part is none to the new one");
    let ada_and_cyd = [people[0], people[2]];
    gather(&appliance, &id, &ada_and_cyd).await;
    answer(&appliance, &id, 1, "confirm").await;
    let ended = answer(&appliance, &id, 3, "confirm").await;
    assert_eq!((&ended["state"], states(&ended)), (&json!("paid"), vec!["captured"; 2]));
    assert_eq!(left(&appliance, &people).await, [4166, 5000, 4167]);
}

#[tokio::test]
async fn when_one_has_too_little_money_what_the_others_set_aside_is_given_free_or_taken_by_policy() {
    let appliance = Appliance::start().await;
    let people = three(&appliance).await;
    // Bo has 50 euros and is to pay 60.
    let split = || json!({ "kind": "amounts", "amounts": [1000, 6000, 2000] });
    let said_yes = async |policy: &str| {
        let id = open(&appliance, 9000, split(), policy).await;
        gather(&appliance, &id, &people).await;
        for leg in 1..=2 {
            answer(&appliance, &id, leg, "confirm").await;
        }
        (answer(&appliance, &id, 3, "confirm").await, id)
    };
    let (ended, id) = said_yes("all_or_nothing").await;
    assert_eq!(
        (&ended["state"], &ended["reason"]),
        (&json!("voided"), &json!("insufficient_funds")),
        "{ended}"
    );
    assert_eq!(states(&ended), ["voided", "declined", "voided"]);
    let undone: Vec<_> =
        ended["compensations"].as_array().unwrap().iter().map(|c| (&c["kind"], &c["state"])).collect();
    assert_eq!(undone, [(&json!("void"), &json!("approved")); 2]);
    assert_eq!(left(&appliance, &people).await, [5000; 3]);
    let audit = appliance.app.store(|store: &Store| store.audit(0, 500)).await.unwrap();
    let on_record = audit.iter().filter(|r| r.action == "group.compensated" && r.subject == id);
    assert_eq!(on_record.count(), 2);
    // Whoever follows the camera, as its kiosk does, is told of every part.
    for (kind, least) in [("checkout.leg", 9), ("checkout.compensation", 2)] {
        let mut cameras = Vec::new();
        for _ in 0..100 {
            let told = appliance.app.hub().subscribe(Some(0)).missed;
            let of_kind = told.iter().filter(|event| event.kind == kind);
            cameras = of_kind.map(|event| event.camera.clone()).collect();
            if cameras.len() >= least {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(cameras.len() >= least, "{} of {kind}", cameras.len());
        assert!(cameras.iter().all(|camera| camera.as_deref() == Some("till-1")), "{kind}: {cameras:?}");
    }

    let (ended, _) = said_yes("partial").await;
    assert_eq!(
        (&ended["state"], states(&ended)),
        (&json!("partially_paid"), vec!["captured", "declined", "captured"])
    );
    assert_eq!(left(&appliance, &people).await, [4000, 5000, 3000]);

    let (shared, id) = said_yes("redistribute").await;
    // 9000 by 1000 to 2000 is more than Cyd has: nothing of it happens by itself.
    assert_eq!((&shared["state"], amounts(&shared)), (&json!("gathering"), vec![3000, 6000]), "{shared}");
    assert_eq!(shared["compensations"].as_array().unwrap().len(), 2, "what the old parts set aside is free");
    assert_eq!(left(&appliance, &people).await, [4000, 5000, 3000]);
    let cancel = post(format!("/checkouts/{id}/cancel"), &json!({})).once("enough");
    assert_eq!(appliance.admin(cancel).await.ok(200)["state"], "cancelled");
    assert_eq!(left(&appliance, &people).await, [4000, 5000, 3000]);
}

#[tokio::test]
async fn one_face_takes_one_leg_and_a_bystander_none() {
    let appliance = Appliance::start().await;
    let [ada, bo, cyd] = three(&appliance).await;
    let id = open(&appliance, 1000, json!({ "kind": "equal", "payers": 2 }), "all_or_nothing").await;
    let faces = vec![face(1, 0.3, 0.3), face(2, 0.3, 0.7), face(3, 0.15, 0.5)];
    let look = |track, subject| Seen { track, faces: faces.clone(), ..look(&appliance, Some(subject)) };
    show(&appliance, look(1, ada));
    // She again, under another track as well, and somebody behind: only then the other payer.
    for again in [look(1, ada), look(9, ada), look(2, ada), look(3, cyd), look(2, bo)] {
        show(&appliance, again);
    }
    let gathered = once(&appliance, &id, |checkout| !states(checkout).contains(&"awaiting_payer")).await;
    let payers: Vec<&Value> =
        gathered["legs"].as_array().unwrap().iter().map(|leg| &leg["user_id"]).collect();
    assert_eq!(payers, [&json!(ada.0.to_string()), &json!(bo.0.to_string())]);
    answer(&appliance, &id, 1, "confirm").await;
    assert_eq!(answer(&appliance, &id, 2, "confirm").await["state"], "paid");
    assert_eq!(left(&appliance, &[ada, bo, cyd]).await, [4500, 4500, 5000]);
}

#[tokio::test]
async fn the_till_says_whose_face_pays_which_leg() {
    let appliance = Appliance::start().await;
    let people = three(&appliance).await;
    let id =
        open(&appliance, 1000, json!({ "kind": "amounts", "amounts": [900, 100] }), "all_or_nothing").await;
    gather(&appliance, &id, &people[..2]).await;
    let name =
        |leg: u32, track: u64| post(format!("/checkouts/{id}/legs/{leg}/payer"), &json!({ "track": track }));
    let kiosk = appliance.key("kiosk").await;
    appliance.send(name(1, 3).once("k").token(&kiosk)).await.refused(403, "forbidden");
    let changed = appliance.admin(name(1, 3).once("a")).await.ok(200);
    assert_eq!(
        (&changed["state"], states(&changed)),
        (&json!("gathering"), vec!["awaiting_payer", "awaiting_confirmation"])
    );
    // Ada looks again, and is not the one who was named.
    show(&appliance, Seen { track: 1, faces: in_view(), ..look(&appliance, Some(people[0])) });
    show(&appliance, Seen { track: 3, faces: in_view(), ..look(&appliance, Some(people[2])) });
    let gathered = once(&appliance, &id, |checkout| checkout["state"] == "confirming").await;
    assert_eq!(gathered["legs"][0]["user_id"], json!(people[2].0.to_string()));
    answer(&appliance, &id, 1, "confirm").await;
    appliance.admin(name(1, 1).once("b")).await.refused(409, "conflict");
    assert_eq!(answer(&appliance, &id, 2, "confirm").await["state"], "paid");
    assert_eq!(left(&appliance, &people).await, [5000, 4900, 4100]);
}

#[tokio::test]
async fn a_leg_is_paid_with_the_others_only() {
    let appliance = Appliance::start().await;
    let people = three(&appliance).await;
    let id = open(&appliance, 1000, equal(), "all_or_nothing").await;
    let gathered = gather(&appliance, &id, &people).await;
    let payment = format!("/transactions/{}", gathered["legs"][0]["transaction_id"].as_str().unwrap());
    for step in ["confirm", "capture"] {
        let ask = post(format!("{payment}/{step}"), &json!({})).once(step);
        appliance.admin(ask).await.refused(409, "leg_of_group");
    }
    for path in ["confirm", "payer", "step-up"] {
        let body = match path {
            "payer" => json!({ "track": 1 }),
            "step-up" => json!({ "pin": "837465" }),
            _ => json!({}),
        };
        let ask = post(format!("/checkouts/{id}/{path}"), &body).once(path);
        let refused = appliance.admin(ask).await.refused(409, "checkout_of_group");
        let step_up = refused.text().contains("/transactions/{transaction_id}/step-up");
        assert_eq!(step_up, path == "step-up", "{}", refused.text());
    }
    let nobody = post(format!("/checkouts/{id}/legs/4/confirm"), &json!({})).once("none");
    appliance.admin(nobody).await.refused(404, "leg_not_found");
    assert_eq!(left(&appliance, &people).await, [5000; 3]);
}

#[tokio::test]
async fn what_cannot_be_shared_is_refused_by_name() {
    let appliance = Appliance::start().await;
    for (split, policy, code) in [
        (json!({ "kind": "equal", "payers": 1 }), json!("partial"), "split_invalid"),
        (json!({ "kind": "equal", "payers": 17 }), json!("partial"), "split_invalid"),
        (json!({ "kind": "amounts", "amounts": [1, 2] }), json!("partial"), "split_invalid"),
        (json!({ "kind": "shares", "shares": [1, 0] }), json!("partial"), "split_invalid"),
        (json!({ "kind": "amounts", "amounts": [0.5, 2] }), json!("partial"), "json_data"),
        (json!({ "kind": "half", "payers": 2 }), json!("partial"), "json_data"),
        (equal(), json!("some"), "policy_unknown"),
        (Value::Null, json!("partial"), "split_missing"),
    ] {
        let new = json!({ "camera": "till-1", "amount": eur(1000), "split": split, "policy": policy });
        let key = Uuid::new_v4().to_string();
        appliance.admin(post("/checkouts", &new).once(&key)).await.refused(422, code);
    }
    let listed = appliance.admin(get("/checkouts")).await.ok(200);
    assert_eq!(listed["items"], json!([]));
}

#[tokio::test]
async fn a_group_ends_with_its_time_and_nobody_has_paid() {
    let appliance = Appliance::start().await;
    let people = three(&appliance).await;
    for policy in ["all_or_nothing", "redistribute", "partial"] {
        let id = open(&appliance, 1000, equal(), policy).await;
        gather(&appliance, &id, &people[..2]).await;
        answer(&appliance, &id, 1, "confirm").await;
        appliance.later(Duration::from_secs(61));
        let ended = once(&appliance, &id, |checkout| checkout["state"] == "expired").await;
        assert_eq!(ended["legs"].as_array().unwrap().len(), 3, "{policy}");
        assert_eq!(left(&appliance, &people).await, [5000; 3], "{policy}");
    }
}

/// What the log says, of all tests of this process.
static SAID: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Said;

impl std::io::Write for Said {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        SAID.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Payments whose time is over are ended one by one, and what becomes of a group is decided meanwhile: whoever comes second finds that
/// nothing is left to give back, which is no trouble.
#[tokio::test(flavor = "multi_thread")]
async fn of_a_group_whose_time_is_over_nobody_says_that_a_part_was_not_given_back() {
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false);
    log.with_writer(|| Said).try_init().unwrap();
    tracing::warn!("the log is listened to");
    assert!(!SAID.lock().unwrap().is_empty());
    let appliance = Appliance::start().await;
    let mut groups = Vec::new();
    for round in 0..3 {
        for till in 1..=6 {
            let split = json!({ "kind": "equal", "payers": 16 });
            let new = json!({
                "camera": format!("till-{till}"), "amount": eur(1600), "split": split, "policy": "all_or_nothing",
            });
            let key = format!("{round}-{till}");
            groups.push(appliance.admin(post("/checkouts", &new).once(&key)).await.ok(201));
        }
        appliance.later(Duration::from_secs(61));
        for group in &groups[round * 6..] {
            let id = group["id"].as_str().unwrap();
            once(&appliance, id, |checkout| {
                checkout["state"] == "expired" || checkout["state"] == "declined"
            })
            .await;
        }
    }
    let said = String::from_utf8_lossy(&SAID.lock().unwrap()).into_owned();
    let of_ours =
        said.lines().filter(|line| groups.iter().any(|group| line.contains(group["id"].as_str().unwrap())));
    let wrong: Vec<&str> = of_ours.filter(|line| line.contains("not given back")).collect();
    assert!(wrong.is_empty(), "{} lines, such as {}", wrong.len(), wrong[0]);
}

#[tokio::test]
async fn a_tap_free_amount_still_asks_everybody_of_a_group() {
    let appliance = Appliance::start_with(&[("policy.tap_free_amount_max", "5000")]).await;
    let people = three(&appliance).await;
    let id = open(&appliance, 1000, equal(), "all_or_nothing").await;
    let gathered = gather(&appliance, &id, &people).await;
    assert_eq!(states(&gathered), ["awaiting_confirmation"; 3]);
    assert_eq!(left(&appliance, &people).await, [5000; 3]);
    let cancelled = post(format!("/checkouts/{id}/cancel"), &json!({})).once("c");
    let cancelled = appliance.admin(cancelled).await.ok(200);
    assert_eq!((&cancelled["state"], states(&cancelled)), (&json!("cancelled"), vec!["cancelled"; 3]));
    assert_eq!(after(&appliance, &id, "gathering").await["state"], "cancelled");
}
