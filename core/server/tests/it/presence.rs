//! Who pays when several people stand before the camera.

use std::time::Duration;

use domain::presence::Face;
use serde_json::{Value, json};
use server::app::evidence::Seen;

use crate::checkout::{after, enrolled_as, face, look, show};
use crate::client::post;
use crate::harness::{Appliance, eur};

async fn open(appliance: &Appliance) -> String {
    let new = json!({ "camera": "till-1", "amount": eur(1250) });
    appliance.admin(post("/checkouts", &new).once("open")).await.ok(201)["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_bystander_neither_pays_nor_is_in_the_way() {
    let appliance = Appliance::start().await;
    let (ada, bo) = (enrolled_as(&appliance, "Ada").await, enrolled_as(&appliance, "Bo").await);
    let faces: Vec<Face> = vec![face(1, 0.3, 0.5), face(2, 0.15, 0.2)];
    let id = open(&appliance).await;
    // The one behind is recognised first, and again and again.
    for _ in 0..3 {
        show(&appliance, Seen { track: 2, faces: faces.clone(), ..look(&appliance, Some(bo)) });
    }
    show(&appliance, Seen { track: 1, faces, ..look(&appliance, Some(ada)) });
    let found = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!(found["user_id"], json!(ada.0.to_string()), "{found}");
    let confirm = post(format!("/checkouts/{id}/confirm"), &json!({})).once("yes");
    assert_eq!(appliance.admin(confirm).await.ok(200)["state"], "paid");
    assert_eq!(appliance.wallet(&bo.0.to_string()).await, (5000, 5000, 0));
    assert_eq!(appliance.wallet(&ada.0.to_string()).await, (3750, 3750, 0));
    appliance.assert_sound().await;
}

#[tokio::test]
async fn of_two_in_front_the_till_is_asked_and_names_the_payer() {
    let appliance = Appliance::start().await;
    let (ada, bo) = (enrolled_as(&appliance, "Ada").await, enrolled_as(&appliance, "Bo").await);
    let faces = vec![face(7, 0.3, 0.35), face(8, 0.29, 0.65)];
    let id = open(&appliance).await;
    let mut events = appliance.app.hub().subscribe(None).live;
    show(&appliance, Seen { track: 7, faces: faces.clone(), ..look(&appliance, Some(ada)) });
    let asked = async {
        loop {
            let event: Value = serde_json::from_str(&events.recv().await.unwrap().text).unwrap();
            if event["type"] == "checkout.several_faces" {
                return event;
            }
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(10), asked).await.unwrap();
    assert_eq!((&asked["checkout"], &asked["camera"]), (&json!(id), &json!("till-1")));
    let tracks: Vec<&Value> = asked["tracks"].as_array().unwrap().iter().map(|face| &face["track"]).collect();
    assert_eq!(tracks, [7, 8]);
    assert_eq!(asked["tracks"][0]["box"].as_array().unwrap().len(), 4);

    let name = |track: u64| post(format!("/checkouts/{id}/payer"), &json!({ "track": track }));
    let kiosk = appliance.key("kiosk").await;
    appliance.send(name(8).once("k").token(&kiosk)).await.refused(403, "forbidden");
    let waiting = appliance.admin(name(8).once("n")).await.ok(200);
    assert_eq!(waiting["state"], "awaiting_payer");
    show(&appliance, Seen { track: 7, faces: faces.clone(), ..look(&appliance, Some(ada)) });
    show(&appliance, Seen { track: 8, faces, ..look(&appliance, Some(bo)) });
    let found = after(&appliance, &id, "awaiting_payer").await;
    assert_eq!(found["user_id"], json!(bo.0.to_string()), "{found}");
    appliance.admin(name(7).once("late")).await.refused(409, "payer_known");
    let named = |store: &store::Store| store.audit(0, 500);
    let records = appliance.app.store(named).await.unwrap();
    assert!(records.iter().any(|record| record.action == "checkout.payer_named" && record.subject == id));
}
