//! Who people are, by documents of an issuer of the tests' own: verified, kept sealed, told once, and a factor of a payment.
//! The portrait in them is that of Eileen Collins (`pipeline/assets`), the name somebody else's.

use std::os::unix::fs::PermissionsExt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{FaceId, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::checkout::{after, enrolled, enrolled_as, look, open, show};
use crate::client::{Ask, Reply, delete, get, post};
use crate::harness::Appliance;
use crate::vision::{EILEEN, SEEING, enrol};

macro_rules! document {
    ($name:literal) => {
        include_bytes!(concat!("../../../../plugins/identity-aadhaar/tests/documents/", $name))
    };
}

const QR: &[u8] = document!("secure-qr.txt");
const FORGED: &[u8] = document!("stranger-qr.txt");
const EKYC: &[u8] = document!("ekyc.zip");
const ISSUER: &str = include_str!("../../../../plugins/identity-aadhaar/tests/it/keys/issuer.crt");

/// An appliance with the identity plugin, its secret, and what the tests change.
async fn verifying(changes: &[(&str, &str)]) -> (Appliance, tempfile::TempDir) {
    let secrets = tempfile::tempdir().unwrap();
    let key = secrets.path().join("aadhaar.reference");
    std::fs::write(&key, "a key of the tests").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let folder = format!("{:?}", secrets.path().display().to_string());
    let settings = format!(
        "{{ identity-aadhaar = {{ certificates = [{ISSUER:?}], reference_key = \"aadhaar.reference\", \
         consent_texts = [\"aadhaar-offline-v1\"], ekyc_age_s_max = 0, qr_age_s_max = 0 }} }}"
    );
    let own = [
        ("plugins.identity", "[\"identity-aadhaar\"]"),
        ("plugins.settings", settings.as_str()),
        ("secrets.folder", folder.as_str()),
    ];
    (Appliance::start_with(&[&own[..], changes].concat()).await, secrets)
}

fn claim(appliance: &Appliance, kind: &str, document: &[u8], more: &Value) -> Value {
    let now_s = appliance.app.now().0 / 1_000_000;
    let mut body = json!({
        "provider": "identity-aadhaar",
        "kind": kind,
        "claim": { "consent": { "text": "aadhaar-offline-v1", "given_at_s": now_s } },
        "document": STANDARD.encode(document),
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

async fn check(appliance: &Appliance, user: impl std::fmt::Display, body: &Value) -> Reply {
    appliance.admin(post(format!("/users/{user}/identity-checks"), body)).await
}

async fn qr(appliance: &Appliance, user: impl std::fmt::Display) -> Value {
    check(appliance, user, &claim(appliance, "aadhaar-qr", QR, &json!({}))).await.ok(201)
}

/// An offline e-KYC file, handed over for `purpose`.
async fn ekyc(appliance: &Appliance, user: impl std::fmt::Display, purpose: &str) -> Value {
    let more = json!({ "purpose": purpose, "secret": { "share_code": "a1B2" } });
    check(appliance, user, &claim(appliance, "aadhaar-ekyc", EKYC, &more)).await.ok(201)
}

#[tokio::test]
async fn a_document_verifies_a_person_is_told_once_and_kept_sealed() {
    let (appliance, _secrets) = verifying(&[]).await;
    let user = appliance.payer("Ada", 0).await;
    let told = qr(&appliance, &user).await;
    assert_eq!(
        [&told["state"], &told["assurance"], &told["issuer"], &told["purpose"], &told["is_shared"]],
        [&json!("verified"), &json!("low"), &json!("UIDAI"), &json!("enrolment"), &json!(false)],
        "{told}"
    );
    assert_eq!(told["attributes"]["name"], "Asha Rao");
    assert_eq!(told["attributes"]["masked_number"], "XXXX-XXXX-9123");
    assert!(told.get("portrait_similarity").is_none(), "nothing is recognised here");

    let path = format!("/identity-checks/{}", told["id"].as_str().unwrap());
    let kept = appliance.admin(get(&path)).await.ok(200);
    assert_eq!(kept["attributes"], json!({ "masked_number": "XXXX-XXXX-9123" }));
    let listed = appliance.admin(get(format!("/users/{user}/identity-checks"))).await.ok(200);
    assert_eq!(listed["items"], json!([kept]));
    let stored = appliance.stored();
    for secret in ["Asha Rao", "XXXX-XXXX-9123", "Ernakulam", &String::from_utf8_lossy(&QR[..40])] {
        assert!(
            !stored.windows(secret.len()).any(|window| window == secret.as_bytes()),
            "{secret} is readable"
        );
    }
    let chain = appliance.admin(get("/audit?limit=200")).await.ok(200).to_string();
    assert!(chain.contains("identity.asked") && chain.contains("identity.ended") && !chain.contains("Asha"));

    // Another person with the same document is verified, and said to share it.
    let other = appliance.payer("Bob", 0).await;
    assert_eq!(qr(&appliance, &other).await["is_shared"], true);
    appliance.admin(delete(format!("/users/{other}"))).await.ok(200);
    assert_eq!(appliance.admin(get(&path)).await.ok(200)["is_shared"], false);
    appliance.admin(delete(format!("/users/{user}"))).await.ok(200);
    appliance.admin(get(&path)).await.refused(404, "identity_check_not_found");
    appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_picture_in_a_document_is_compared_with_the_enrolled_face_and_decides_nothing() {
    let (appliance, _secrets) = verifying(&SEEING).await;
    let user = appliance.payer("Eileen", 0).await;
    assert!(ekyc(&appliance, &user, "enrolment").await.get("portrait_similarity").is_none(), "no face yet");
    enrol(&appliance, &user, EILEEN).await.ok(201);
    for told in [ekyc(&appliance, &user, "enrolment").await, qr(&appliance, &user).await] {
        let likeness = told["portrait_similarity"].as_f64().unwrap_or_default();
        println!("{}: {likeness:.3}", told["kind"]);
        assert!(told["state"] == "verified" && likeness > 0.5, "{told}");
    }
    let grace = appliance.payer("Grace", 0).await;
    enrol(&appliance, &grace, crate::vision::GRACE).await.ok(201);
    let told = ekyc(&appliance, &grace, "enrolment").await;
    let likeness = told["portrait_similarity"].as_f64().unwrap();
    assert!(told["state"] == "verified" && likeness < 0.3, "{told}");
}

#[tokio::test]
async fn who_is_not_verified_is_told_why() {
    let (appliance, _secrets) = verifying(&[("identity.day_count_max", "5")]).await;
    let user = appliance.payer("Ada", 0).await;
    let refused = async |kind: &str, document: &[u8], more: Value| {
        let told = check(&appliance, &user, &claim(&appliance, kind, document, &more)).await.ok(201);
        assert_eq!((&told["state"], told.get("attributes")), (&json!("refused"), None), "{told}");
        told["code"].as_str().unwrap().to_owned()
    };
    assert_eq!(refused("aadhaar-qr", FORGED, json!({})).await, "signature_wrong");
    assert_eq!(refused("aadhaar-qr", QR, json!({ "claim": {} })).await, "consent_missing");
    assert_eq!(
        refused("aadhaar-ekyc", EKYC, json!({ "secret": { "share_code": "zzzz" } })).await,
        "share_code_wrong"
    );
    let number = json!({ "secret": { "number": "234567890124" } });
    assert_eq!(refused("aadhaar-qr", QR, number).await, "number_not_wanted");
    assert_eq!(refused("passport", QR, json!({})).await, "kind_unknown");
    let more = check(&appliance, &user, &claim(&appliance, "aadhaar-qr", QR, &json!({}))).await;
    more.refused(409, "conflict");
    let other = appliance.payer("Bob", 0).await;
    assert_eq!(qr(&appliance, &other).await["state"], "verified", "each person has so many");

    let unfit = |more: Value| claim(&appliance, "aadhaar-qr", QR, &more);
    for (more, code) in [
        (json!({ "provider": "identity-passport" }), "provider_unknown"),
        (json!({ "kind": "" }), "identity_claim_unfit"),
        (json!({ "purpose": "fun" }), "identity_claim_unfit"),
        (json!({ "document": "???" }), "base64_invalid"),
        (json!({ "document": STANDARD.encode(vec![0; (4 << 20) + 1]) }), "document_too_large"),
        (json!({ "secret": { "share_code": 4711 } }), "json_data"),
    ] {
        check(&appliance, &other, &unfit(more)).await.refused(422, code);
    }
    check(&appliance, Uuid::now_v7(), &unfit(json!({}))).await.refused(404, "user_not_found");
    let first = &appliance.admin(get(format!("/users/{user}/identity-checks"))).await.ok(200)["items"][0];
    let again = post(format!("/identity-checks/{}/sync", first["id"].as_str().unwrap()), &json!({}));
    appliance.admin(again).await.refused(409, "conflict");
}

#[tokio::test]
async fn without_a_plugin_nobody_is_verified() {
    let appliance = Appliance::start().await;
    let user = appliance.payer("Ada", 0).await;
    let refused = check(&appliance, &user, &claim(&appliance, "aadhaar-qr", QR, &json!({}))).await;
    refused.refused(422, "provider_unknown");
}

fn step_up(checkout: &Value, body: &Value) -> Ask {
    let path = format!("/checkouts/{}/step-up", checkout["id"].as_str().unwrap());
    post(path, body).once(&Uuid::new_v4().to_string())
}

async fn asking(appliance: &Appliance, subject: (UserId, FaceId)) -> Value {
    let id = open(appliance, 1250).await;
    show(appliance, look(appliance, Some(subject)));
    after(appliance, &id, "awaiting_payer").await
}

fn by(told: &Value) -> Value {
    json!({ "identity_check": told["id"] })
}

#[tokio::test]
async fn a_check_of_the_payer_for_this_payment_is_a_factor_beside_the_face() {
    let (appliance, _secrets) = verifying(&[
        ("policy.step_up_always", "true"),
        ("policy.step_up_without_pin", "\"decline\""),
        ("identity.step_up", "[\"identity-aadhaar\"]"),
    ])
    .await;
    let subject = enrolled(&appliance).await;
    let declined = asking(&appliance, subject).await;
    assert_eq!((&declined["state"], &declined["reason"]), (&json!("declined"), &json!("pin_missing")));

    // Who is known by a provider has a factor.
    let known = ekyc(&appliance, subject.0, "enrolment").await;
    let early = ekyc(&appliance, subject.0, "payment").await;
    appliance.later(std::time::Duration::from_secs(1));
    let checkout = asking(&appliance, subject).await;
    assert_eq!(checkout["state"], "awaiting_step_up", "{checkout}");
    let other = enrolled_as(&appliance, "Bob").await;
    let others = ekyc(&appliance, other.0, "payment").await;
    for (told, status, code) in [
        (&known, 409, "identity_other_purpose"),
        (&early, 409, "identity_too_old"),
        (&others, 404, "identity_check_not_found"),
        (&json!({ "id": Uuid::now_v7().to_string() }), 404, "identity_check_not_found"),
    ] {
        appliance.admin(step_up(&checkout, &by(told))).await.refused(status, code);
    }
    let both = json!({ "identity_check": known["id"], "attested": true });
    appliance.admin(step_up(&checkout, &both)).await.refused(422, "factor_missing");
    let fresh = ekyc(&appliance, subject.0, "payment").await;
    assert_eq!(
        appliance.admin(step_up(&checkout, &by(&fresh))).await.ok(200)["state"],
        "awaiting_confirmation"
    );
    let path = format!("/identity-checks/{}", fresh["id"].as_str().unwrap());
    assert!(appliance.admin(get(&path)).await.ok(200)["used_at"].is_string());
    let confirm = post(format!("/checkouts/{}/confirm", checkout["id"].as_str().unwrap()), &json!({}));
    assert_eq!(appliance.admin(confirm.once("yes")).await.ok(200)["state"], "paid");

    let next = asking(&appliance, subject).await;
    appliance.admin(step_up(&next, &by(&fresh))).await.refused(409, "evidence_used");
    appliance.assert_sound().await;
}

#[tokio::test]
async fn only_checks_that_the_operator_takes_carry_a_payment() {
    let (appliance, _secrets) = verifying(&[("policy.step_up_always", "true")]).await;
    let subject = enrolled(&appliance).await;
    ekyc(&appliance, subject.0, "enrolment").await;
    let checkout = asking(&appliance, subject).await;
    let fresh = ekyc(&appliance, subject.0, "payment").await;
    appliance.admin(step_up(&checkout, &by(&fresh))).await.refused(409, "identity_not_taken");
}

#[tokio::test]
async fn a_check_of_low_assurance_or_of_somebody_else_carries_no_payment() {
    let (appliance, _secrets) =
        verifying(&[("policy.step_up_always", "true"), ("identity.step_up", "[\"identity-aadhaar\"]")]).await;
    let subject = enrolled(&appliance).await;
    let checkout = asking(&appliance, subject).await;
    let unknown = ekyc(&appliance, subject.0, "payment").await;
    appliance.admin(step_up(&checkout, &by(&unknown))).await.refused(409, "identity_not_payer");
    // A QR code says the same of the person, and less surely.
    qr(&appliance, subject.0).await;
    let more = json!({ "purpose": "payment" });
    let low = check(&appliance, subject.0, &claim(&appliance, "aadhaar-qr", QR, &more)).await.ok(201);
    appliance.admin(step_up(&checkout, &by(&low))).await.refused(409, "identity_too_low");
}
