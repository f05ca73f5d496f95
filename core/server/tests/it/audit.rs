//! The audit and the receipts as an auditor gets them, verified by means of the auditor's own.

use domain::decision::Evidence;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::PublicKey;

use crate::checkout::{after, confirm, enrolled_as, look, open, show};
use crate::client::{get, post};
use crate::harness::{Appliance, eur};

fn bytes(hex: &Value) -> Vec<u8> {
    hex::decode(hex.as_str().unwrap()).unwrap()
}

/// RFC 6962 by its own recursive words: the root that a path leads to.
fn root(record: &[u8], (index, size): (u64, u64), path: &[Vec<u8>]) -> Vec<u8> {
    let Some((sibling, below)) = path.split_last() else {
        assert_eq!((index, size), (0, 1));
        return Sha256::digest([&[0], record].concat()).to_vec();
    };
    let split = size.next_power_of_two() / 2;
    let (left, right) = match index < split {
        true => (root(record, (index, split), below), sibling.clone()),
        false => (sibling.clone(), root(record, (index - split, size - split), below)),
    };
    Sha256::digest([&[1], &left[..], &right[..]].concat()).to_vec()
}

/// A payment by face, paid, with its receipt.
pub(crate) async fn receipt_of_a_look(appliance: &Appliance, change: fn(&mut Evidence)) -> Value {
    let subject = enrolled_as(appliance, "Zebulon Quirk").await;
    let id = open(appliance, 1250).await;
    let mut seen = look(appliance, Some(subject));
    change(&mut seen.evidence);
    show(appliance, seen);
    after(appliance, &id, "awaiting_payer").await;
    let paid = confirm(appliance, &id).await;
    assert_eq!(paid["state"], "paid", "{paid}");
    let path = format!("/receipts/{}", paid["transaction_id"].as_str().unwrap());
    appliance.admin(get(path)).await.ok(200)
}

#[tokio::test]
async fn a_receipt_says_what_the_payment_was_decided_by_and_nothing_personal() {
    let appliance = Appliance::start().await;
    let receipt = receipt_of_a_look(&appliance, |_| {}).await;
    let text = receipt["receipt"].as_str().unwrap();
    let key: PublicKey = receipt["key"].as_str().unwrap().parse().unwrap();
    assert!(key.verify(text.as_bytes(), &bytes(&receipt["signature"])));
    let said: Value = serde_json::from_str(text).unwrap();
    let decision = &said["decision"];
    for (found, expected) in [
        (&said["type"], json!("facepay.receipt/1")),
        (&said["transaction"], receipt["transaction_id"].clone()),
        (&said["amount"], json!({ "minor": 1250, "currency": "EUR", "text": "12.50 EUR" })),
        (&said["reference"], json!("table 4")),
        (&said["operations"][0]["kind"], json!("sale")),
        (&said["operations"][0]["provider"], json!("org.facepay.payment-wallet")),
        (&decision["by"], json!("face")),
        (&decision["outcome"], json!("approve")),
        (&decision["confirmation"], json!("required")),
        (&decision["camera"], json!("till-1")),
        (&decision["frame_sha256"], json!("07".repeat(32))),
        (
            &decision["liveness"],
            json!([{ "step": "liveness-minifasnet", "score": "0.9900", "score_min": "0.5000" }]),
        ),
        (&decision["similarity"], json!("0.9000")),
        (&decision["similarity_second"], json!("0.4000")),
        (&decision["templates_searched"], json!(100)),
        (&decision["consent"]["version"], json!("1")),
        (&decision["consent"]["text_sha256"], json!(hex::encode(Sha256::digest("I agree to pay by face.")))),
        (&decision["plugins"][0]["id"], json!("org.facepay.payment-wallet")),
    ] {
        assert_eq!(*found, expected, "{said}");
    }
    assert_eq!(bytes(&decision["plugins"][0]["sha256"]).len(), 32);
    assert!(!said["operations"][0]["provider_ref"].is_null(), "{said}");
    let least: f32 = decision["similarity_min"].as_str().unwrap().parse().unwrap();
    assert!(least > 0.4 && least < 0.9, "{least}");
    // Names of fields that would hold a picture, a template or a name; values that would be one.
    for personal in ["Zebulon", "Quirk", "image", "jpeg", "template\"", "embedding", "name\":\"Z", "@"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
    assert!(text.len() < 4_096, "no picture and no template has room in {} bytes", text.len());
}

#[tokio::test]
async fn a_receipt_stays_as_it_was_signed_when_money_goes_back() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 5000).await;
    let new = json!({ "user_id": user, "amount": eur(1000) });
    let opened = appliance.admin(post("/transactions", &new).once("a")).await.ok(201);
    let id = opened["id"].as_str().unwrap();
    appliance.admin(get(format!("/receipts/{id}"))).await.refused(409, "receipt_not_ready");
    appliance.admin(post(format!("/transactions/{id}/confirm"), &json!({})).once("b")).await.ok(200);
    let before = appliance.admin(get(format!("/receipts/{id}"))).await.ok(200);
    let said: Value = serde_json::from_str(before["receipt"].as_str().unwrap()).unwrap();
    assert_eq!(said["decision"]["by"], "staff", "{said}");
    appliance.admin(post(format!("/transactions/{id}/refunds"), &json!({})).once("c")).await.ok(200);
    let after = appliance.admin(get(format!("/receipts/{id}"))).await.ok(200);
    assert_eq!((&before["state"], &after["state"]), (&json!("captured"), &json!("refunded")));
    for field in ["receipt", "signature", "paid_at", "amount"] {
        assert_eq!(before[field], after[field], "{field}");
    }
}

#[tokio::test]
async fn a_record_is_proved_to_whoever_has_the_public_key() {
    let appliance = Appliance::start().await;
    for name in ["Ada", "Bo", "Cy", "Di"] {
        appliance.person(name).await;
    }
    let auditor = appliance.key("auditor").await;
    let as_auditor = |ask: crate::client::Ask| appliance.send(ask.token(&auditor));
    let made = as_auditor(post("/audit/checkpoints", &json!({}))).await.ok(200);
    let listed = as_auditor(get("/audit/checkpoints")).await.ok(200);
    assert_eq!(listed["items"].as_array().unwrap().last(), Some(&made));
    let key: PublicKey = listed["key"].as_str().unwrap().parse().unwrap();
    let records = as_auditor(get("/audit?limit=200")).await.ok(200);
    let records = records["items"].as_array().unwrap();
    let mut previous = vec![0; 32];
    for (index, record) in records.iter().enumerate() {
        let written = record["record"].as_str().unwrap().as_bytes();
        let length = (written.len() as u64).to_be_bytes();
        assert_eq!(bytes(&record["previous"]), previous);
        previous = Sha256::digest([&[1], &previous[..], &length, written].concat()).to_vec();
        assert_eq!(bytes(&record["hash"]), previous, "{record}");

        let proof = as_auditor(get(format!("/audit/proof?seq={}", index + 1))).await.ok(200);
        let statement = proof["checkpoint"]["statement"].as_str().unwrap();
        assert!(key.verify(statement.as_bytes(), &bytes(&proof["checkpoint"]["signature"])));
        let said: Value = serde_json::from_str(statement).unwrap();
        let path: Vec<Vec<u8>> = proof["path"].as_array().unwrap().iter().map(bytes).collect();
        let place = (index as u64, said["last_seq"].as_u64().unwrap());
        let leads_to = root(proof["record"].as_str().unwrap().as_bytes(), place, &path);
        assert_eq!(leads_to, bytes(&said["root"]), "{proof}");
        assert_eq!(proof["record"], record["record"]);
    }
    as_auditor(get("/audit/proof?seq=9999")).await.refused(404, "audit_record_not_found");
    let kiosk = appliance.key("kiosk").await;
    appliance.send(get("/audit/checkpoints").token(&kiosk)).await.refused(403, "forbidden");
}

#[tokio::test]
async fn a_clean_stop_leaves_nothing_uncovered() {
    let mut appliance = Appliance::start().await;
    appliance.person("Ada").await;
    appliance.stop().await;
    let newest = appliance.app.store(store::Store::newest_checkpoint).await.unwrap().unwrap();
    let records = appliance.app.store(store::Store::audit_verify).await.unwrap().unwrap();
    assert_eq!(newest.last_seq, records);
}

#[tokio::test]
async fn a_certificate_of_erasure_is_verified_by_the_public_key() {
    let appliance = Appliance::start().await;
    let user = appliance.person("Ada").await;
    let certificate = appliance.admin(crate::client::delete(format!("/users/{user}"))).await.ok(200);
    let key: PublicKey = certificate["key"].as_str().unwrap().parse().unwrap();
    let statement = certificate["statement"].as_str().unwrap();
    assert!(key.verify(statement.as_bytes(), &bytes(&certificate["signature"])));
    let said: Value = serde_json::from_str(statement).unwrap();
    assert_eq!(said["user_id"], user);
}

#[tokio::test]
async fn an_anchoring_plugin_that_does_not_anchor_is_refused_at_the_start() {
    use server::app::{App, StartError};
    let folder = tempfile::tempdir().unwrap();
    for id in ["payment-wallet", "payment-nobody"] {
        let quoted = format!("\"{id}\"");
        let settings = crate::harness::settings(&folder, &[("audit.anchor_provider", &quoted)]);
        let error = App::start(settings).await.err().unwrap();
        assert!(matches!(error, StartError::Configuration(_)), "{error}");
        assert!(error.to_string().contains("audit.anchor_provider"), "{error}");
    }
}
