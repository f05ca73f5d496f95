//! People who look alike pay with a further factor, whatever the margin; who they are is told to few.

use domain::{FaceId, UserId};
use serde_json::json;
use store::{By, LookAlike};

use crate::checkout::{after, enrolled_as, look, open, show};
use crate::client::get;
use crate::harness::Appliance;

async fn alike(appliance: &Appliance, one: (UserId, FaceId), other: (UserId, FaceId), similarity: f32) {
    let at = appliance.app.now();
    let pair = LookAlike {
        face: one.1,
        user: one.0,
        other_face: other.1,
        other_user: other.0,
        similarity,
        found_at: at,
    };
    let add = move |store: &store::Store| store.add_look_alikes(By { actor: "test", at }, &[pair]);
    assert_eq!(appliance.app.store(add).await.unwrap(), 1);
}

/// State and reason of a checkout at which `subject` looks clearly, far ahead of anybody else.
async fn looked(appliance: &Appliance, subject: (UserId, FaceId)) -> (String, Option<String>) {
    let id = open(appliance, 1250).await;
    show(appliance, look(appliance, Some(subject)));
    let found = after(appliance, &id, "awaiting_payer").await;
    (found["state"].as_str().unwrap().to_owned(), found["reason"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_known_look_alike_needs_a_further_factor_however_far_ahead() {
    let appliance = Appliance::start().await;
    let ada = enrolled_as(&appliance, "Ada").await;
    let bo = enrolled_as(&appliance, "Bo").await;
    let cyd = enrolled_as(&appliance, "Cyd").await;
    alike(&appliance, ada, bo, 0.6).await;
    for (subject, expected) in [
        (ada, ("awaiting_step_up", Some("look_alike"))),
        (bo, ("awaiting_step_up", Some("look_alike"))),
        (cyd, ("awaiting_confirmation", None)),
    ] {
        let (state, reason) = looked(&appliance, subject).await;
        assert_eq!((state.as_str(), reason.as_deref()), expected);
    }
    let erased = crate::client::delete(format!("/users/{}", bo.0));
    appliance.admin(erased).await.ok(200);
    assert_eq!(looked(&appliance, ada).await.0, "awaiting_confirmation", "the other one is gone");
}

#[tokio::test]
async fn who_looks_like_whom_is_told_to_few_and_every_question_is_recorded() {
    let appliance = Appliance::start().await;
    let ada = enrolled_as(&appliance, "Ada").await;
    let bo = enrolled_as(&appliance, "Bo").await;
    let cyd = enrolled_as(&appliance, "Cyd").await;
    alike(&appliance, ada, bo, 0.6).await;
    alike(&appliance, bo, cyd, 0.7).await;
    let of_bo = format!("/users/{}/look-alikes", bo.0);
    for (role, may) in [("auditor", true), ("operator", false), ("integrator", false), ("kiosk", false)] {
        let key = appliance.key(role).await;
        for path in ["/look-alikes", &of_bo] {
            let reply = appliance.send(get(path).token(&key)).await;
            match may {
                true => drop(reply.ok(200)),
                false => drop(reply.refused(403, "forbidden")),
            }
        }
    }
    let near = appliance.admin(get(&of_bo)).await.ok(200);
    let people: Vec<_> =
        near["items"].as_array().unwrap().iter().map(|item| item["user_id"].clone()).collect();
    assert_eq!(people, [json!(cyd.0.to_string()), json!(ada.0.to_string())], "the nearest first");
    let groups = appliance.admin(get("/look-alikes")).await.ok(200);
    let mut expected = [ada.0, bo.0, cyd.0];
    expected.sort_unstable();
    assert_eq!(groups["items"], json!([{ "user_ids": expected.map(|user| user.to_string()) }]));
    let nobody = "/users/01938f5e-7a6b-7c01-8000-00000000002a/look-alikes";
    appliance.admin(get(nobody)).await.refused(404, "user_not_found");
    let audit = appliance.admin(get("/audit?limit=200")).await.ok(200);
    let actions = audit["items"].as_array().unwrap().iter();
    let read = actions.filter(|row| row["action"] == "look_alikes.read").count();
    assert_eq!(read, 4, "twice by the auditor and twice by the admin; who is refused reads nothing");
}

#[tokio::test]
async fn a_weak_match_needs_a_further_factor_and_the_receipt_says_by_which_thresholds() {
    let appliance = Appliance::start().await;
    let ada = enrolled_as(&appliance, "Ada").await;
    let id = open(&appliance, 1250).await;
    let mut seen = look(&appliance, Some(ada));
    // Among a hundred the default targets ask for 1e-5 to be named and 1e-6 to pay.
    seen.evidence.similarity = Some(0.61);
    show(&appliance, seen);
    let waiting = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!((&waiting["state"], &waiting["reason"]), (&json!("awaiting_step_up"), &json!("weak_match")));
    let step_up = format!("/transactions/{}/step-up", waiting["transaction_id"].as_str().unwrap());
    let vouch = crate::client::post(&step_up, &json!({ "attested": true })).once("s");
    appliance.admin(vouch).await.ok(200);
    let paid = crate::checkout::confirm(&appliance, &id).await;
    let path = format!("/receipts/{}", paid["transaction_id"].as_str().unwrap());
    let receipt = appliance.admin(get(path)).await.ok(200);
    let said: serde_json::Value = serde_json::from_str(receipt["receipt"].as_str().unwrap()).unwrap();
    let decision = &said["decision"];
    let number = |name: &str| decision[name].as_str().unwrap().parse::<f32>().unwrap();
    assert!(number("similarity_min") < 0.61 && number("similarity_pay_min") > 0.61, "{decision}");
    assert_eq!(decision["policy"]["fpir_target"], "0.001");
    assert_eq!(decision["policy"]["fpir_target_pay"], "0.0001");
}
