//! Enrolment by several pictures with the real networks: one person or nobody, all or nothing, and four eyes where the
//! face is enrolled for somebody else.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jpeg_encoder::{ColorType, Encoder};
use pipeline::still::{Still, StillLimits, decode};
use serde_json::{Value, json};

mod camera;
mod review;

use crate::client::{Ask, Reply, delete, get, post};
use crate::harness::Appliance;
use crate::vision::{BOTH, EILEEN, GRACE, GREY, seeing, seeing_with};

/// The portrait as another camera might have taken it: nearer by `zoom`, moved by so many pixels, in another light.
pub(crate) fn taken_again(jpeg: &[u8], zoom: f32, shift: (f32, f32), gain: f32) -> Vec<u8> {
    let still = decode(jpeg, &StillLimits::default()).unwrap();
    let (width, height) = (still.width(), still.height());
    let at = |position: u32, length: u32, shift: f32| {
        (position as f32 - length as f32 / 2.0) / zoom + length as f32 / 2.0 + shift
    };
    let pixel = |index: u32| {
        let (x, y) = (index % width, index / width);
        let colour = still.sample(at(x, width, shift.0), at(y, height, shift.1));
        colour.map(|value| (f32::from(value) * gain).clamp(0.0, 255.0) as u8)
    };
    encoded(&Still::from_rgb(width, height, (0..width * height).flat_map(pixel).collect()).unwrap())
}

fn encoded(still: &Still) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let size = |length: u32| u16::try_from(length).unwrap();
    let encoder = Encoder::new(&mut jpeg, 92);
    encoder.encode(still.rgb(), size(still.width()), size(still.height()), ColorType::Rgb).unwrap();
    jpeg
}

/// Three pictures of the same person.
fn thrice(jpeg: &[u8]) -> [Vec<u8>; 3] {
    [jpeg.to_vec(), taken_again(jpeg, 1.08, (4.0, 6.0), 0.85), taken_again(jpeg, 1.0, (-6.0, 3.0), 1.15)]
}

fn pictures(user: &str, images: &[&[u8]]) -> Ask {
    let images: Vec<String> = images.iter().map(|image| STANDARD.encode(image)).collect();
    post(format!("/users/{user}/faces"), &json!({ "images": images }))
}

async fn enrol(appliance: &Appliance, user: &str, images: &[&[u8]]) -> Reply {
    appliance.admin(pictures(user, images)).await
}

/// The kinds of the faces that a person has, and the id of the mean.
async fn kinds(appliance: &Appliance, user: &str) -> (usize, Option<String>) {
    let faces = appliance.admin(get(format!("/users/{user}/faces"))).await.ok(200);
    let of = |kind: &str| {
        let faces = faces["items"].as_array().unwrap().iter().filter(|face| face["kind"] == kind);
        faces.map(|face| face["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    (of("member").len(), of("mean").pop())
}

/// Place and code of each refused picture.
fn refusals(answer: &Value, list: &str) -> Vec<(u64, String)> {
    let refused = answer[list].as_array().unwrap().iter();
    refused.map(|one| (one["index"].as_u64().unwrap(), one["code"].as_str().unwrap().to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_pictures_are_enrolled_together_and_their_mean_follows_them() {
    let appliance = seeing().await;
    let eileen = appliance.payer("Eileen", 0).await;
    let [a, b, c] = thrice(EILEEN);
    let enrolled = enrol(&appliance, &eileen, &[&a, GREY, &b, BOTH, &c]).await.ok(201);
    let faces = enrolled["faces"].as_array().unwrap();
    let mut places: Vec<_> = faces.iter().map(|face| face["picture"].as_u64().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(places, [0, 2, 4]);
    let refused = [(1, "no_face".to_owned()), (3, "several_faces".to_owned())];
    assert_eq!(refusals(&enrolled, "refused"), refused);
    let (members, mean) = kinds(&appliance, &eileen).await;
    assert_eq!((members, mean.is_some()), (3, true));
    let who = appliance.admin(post("/identify", &json!({ "image": STANDARD.encode(&a) }))).await.ok(200);
    assert_eq!(who["faces"][0]["user"], json!(eileen));

    let path = |face: &str| format!("/users/{eileen}/faces/{face}");
    appliance.admin(delete(path(mean.as_deref().unwrap()))).await.refused(409, "conflict");
    let mut before = mean;
    for (index, left) in [(0, 2), (1, 1), (2, 0)] {
        appliance.admin(delete(path(faces[index]["id"].as_str().unwrap()))).await.ok(204);
        let (members, mean) = kinds(&appliance, &eileen).await;
        assert_eq!((members, mean.is_some()), (left, left > 1));
        assert_ne!(mean, before, "it is of other pictures");
        before = mean.or(Some(String::new()));
    }
    let gone = appliance.admin(post("/identify", &json!({ "image": STANDARD.encode(&a) }))).await.ok(200);
    assert_eq!(gone["faces"][0]["reason"], "no_match");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_picture_among_them_stores_nothing() {
    let appliance = seeing().await;
    let eileen = appliance.payer("Eileen", 0).await;
    let [a, b, _] = thrice(EILEEN);
    let differs =
        enrol(&appliance, &eileen, &[&a, GRACE, &b, GREY]).await.refused(409, "face_differs").json();
    let refused = [(1, "face_differs".to_owned()), (3, "no_face".to_owned())];
    assert_eq!(refusals(&differs, "pictures"), refused);
    let nothing = enrol(&appliance, &eileen, &[GREY, b"text"]).await.refused(422, "no_face").json();
    let refused = [(0, "no_face".to_owned()), (1, "not_a_picture".to_owned())];
    assert_eq!(refusals(&nothing, "pictures"), refused);
    assert_eq!(kinds(&appliance, &eileen).await, (0, None));
    // Whoever is enrolled stays that person.
    enrol(&appliance, &eileen, &[&a]).await.ok(201);
    enrol(&appliance, &eileen, &[GRACE]).await.refused(409, "face_differs");
    assert_eq!(kinds(&appliance, &eileen).await, (1, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_no_more_pictures_than_one_may_have() {
    let appliance = seeing_with(&[("recognition.faces_per_user_max", "2")]).await;
    let eileen = appliance.payer("Eileen", 0).await;
    let [a, b, c] = thrice(EILEEN);
    let enrolled = enrol(&appliance, &eileen, &[&a, &b, &c]).await.ok(201);
    assert_eq!(enrolled["faces"].as_array().unwrap().len(), 2);
    assert_eq!(enrolled["refused"][0]["code"], "surplus");
    enrol(&appliance, &eileen, &[&c]).await.refused(409, "faces_full");
    assert!(kinds(&appliance, &eileen).await.1.is_some(), "the mean does not count");
}

/// Eileen is enrolled, and somebody with her face waits: an appliance, both people and the enrolment.
async fn in_review() -> (Appliance, String, String, String) {
    let appliance = seeing().await;
    let eileen = appliance.payer("Eileen Collins", 0).await;
    let twin = appliance.payer("Zebulon Quirk", 0).await;
    let [a, b, c] = thrice(EILEEN);
    enrol(&appliance, &eileen, &[&a]).await.ok(201);
    let refused = enrol(&appliance, &twin, &[GREY, &b, &c]).await.refused(409, "face_duplicate");
    assert!(!refused.text().contains(&eileen), "whoever enrols is not told who it is: {}", refused.text());
    let refused = refused.json();
    let codes = [(0, "no_face"), (1, "face_duplicate"), (2, "face_duplicate")];
    assert_eq!(refusals(&refused, "pictures"), codes.map(|(at, code)| (at, code.to_owned())));
    assert_eq!(kinds(&appliance, &twin).await, (0, None));
    let id = refused["enrolment_id"].as_str().unwrap().to_owned();
    (appliance, eileen, twin, id)
}

fn decide(id: &str, how: &str, once: &str) -> Ask {
    post(format!("/enrolments/{id}/{how}"), &json!({})).once(once)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_face_that_is_enrolled_for_somebody_else_waits_for_another_person() {
    let (appliance, eileen, twin, id) = in_review().await;
    let listed = appliance.admin(get("/enrolments?state=review")).await.ok(200);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["user_id"]), (&json!(id), &json!(twin)));
    let shown = appliance.admin(get(format!("/enrolments/{id}"))).await.ok(200);
    assert_eq!((&shown["duplicates"][0]["user_id"], &shown["pictures"]), (&json!(eileen), &json!(2)));
    appliance.admin(decide(&id, "approve", "a")).await.refused(409, "same_person");
    appliance.admin(decide(&id, "reject", "b")).await.refused(409, "same_person");
    for (role, code) in [("kiosk", 403), ("integrator", 403), ("auditor", 403)] {
        let key = appliance.key(role).await;
        assert_eq!(appliance.send(decide(&id, "approve", role).token(&key)).await.status, code, "{role}");
    }
    let second = appliance.key("operator").await;
    let approved = appliance.send(decide(&id, "approve", "c").token(&second)).await.ok(200);
    assert_eq!((&approved["state"], approved["faces"].as_array().unwrap().len()), (&json!("approved"), 2));
    appliance.send(decide(&id, "reject", "d").token(&second)).await.refused(409, "approval_decided");
    assert_eq!(kinds(&appliance, &twin).await.0, 2);
    // Both pay with a further factor from now on.
    let alike = appliance.admin(get(format!("/users/{twin}/look-alikes"))).await.ok(200);
    assert_eq!(alike["items"][0]["user_id"], json!(eileen));
    // A further picture of their own needs nobody any more where it is most like their own.
    let [_, b, _] = thrice(EILEEN);
    enrol(&appliance, &twin, &[&b]).await.ok(201);

    let audit = appliance.admin(get("/audit?limit=200")).await.text();
    for action in ["enrolment.review", "enrolment.read", "enrolments.read", "enrolment.approved"] {
        assert!(audit.contains(action), "{action}");
    }
    assert!(!audit.contains("Zebulon") && !audit.contains("template_"), "{audit}");
    let metrics = appliance.send(get("/metrics")).await.text();
    for (result, count) in [("enrolled", 2), ("review", 1), ("approved", 1), ("rejected", 0), ("refused", 0)]
    {
        let line = format!("facepay_enrolments_total{{result=\"{result}\"}} {count}");
        assert!(metrics.contains(&line), "{line}\n{metrics}");
    }
    appliance.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_rejected_or_withdrawn_leaves_no_face_behind() {
    let (appliance, _, twin, id) = in_review().await;
    let second = appliance.key("operator").await;
    let rejected = appliance.send(decide(&id, "reject", "a").token(&second)).await.ok(200);
    assert_eq!(rejected["state"], "rejected");
    let [_, b, _] = thrice(EILEEN);
    let again = enrol(&appliance, &twin, &[&b]).await.refused(409, "face_duplicate").json();
    let again = again["enrolment_id"].as_str().unwrap();
    assert_ne!(again, id);
    let consents = appliance.admin(get(format!("/users/{twin}/consents"))).await.ok(200);
    let consent = consents["items"][0]["id"].as_str().unwrap();
    appliance.admin(delete(format!("/users/{twin}/consents/{consent}"))).await.ok(204);
    appliance.admin(get(format!("/enrolments/{again}"))).await.refused(404, "enrolment_not_found");
    assert_eq!(kinds(&appliance, &twin).await, (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_decides_about_in_time_is_gone() {
    let (appliance, _, twin, id) = in_review().await;
    let second = appliance.key("operator").await;
    appliance.later(Duration::from_secs(72 * 3_600));
    appliance.send(decide(&id, "approve", "a").token(&second)).await.refused(409, "approval_expired");
    let appliance = appliance.restarted(&[]).await;
    let shown = appliance.admin(get(format!("/enrolments/{id}"))).await.ok(200);
    assert_eq!((&shown["state"], kinds(&appliance, &twin).await.0), (&json!("expired"), 0));
    let metrics = appliance.send(get("/metrics")).await.text();
    assert!(metrics.contains("facepay_enrolments_total{result=\"expired\"} 1"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_people_enrolled_at_once_by_one_face_one_gets_in() {
    let appliance = seeing().await;
    let mut people = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        people.push(appliance.payer(name, 0).await);
    }
    let [a, b, c] = thrice(EILEEN);
    let (x, y, z) = tokio::join!(
        appliance.admin(pictures(&people[0], &[&a])),
        appliance.admin(pictures(&people[1], &[&b])),
        appliance.admin(pictures(&people[2], &[&c])),
    );
    let mut statuses = [x, y, z].map(|reply| reply.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409]);
    let mut enrolled = 0;
    for user in &people {
        enrolled += kinds(&appliance, user).await.0;
    }
    assert_eq!(enrolled, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_that_wait_with_one_face_the_second_is_looked_at_again() {
    let (appliance, eileen, twin, first) = in_review().await;
    let third = appliance.payer("Third", 0).await;
    let [_, b, _] = thrice(EILEEN);
    let refused = enrol(&appliance, &third, &[&b]).await.refused(409, "face_duplicate").json();
    let later = refused["enrolment_id"].as_str().unwrap().to_owned();
    let second = appliance.key("operator").await;
    let approve = |id: &str, once: &str| decide(id, "approve", once).token(&second);
    let (x, y) = tokio::join!(appliance.send(approve(&first, "a")), appliance.send(approve(&later, "b")),);
    // Whichever came first: whoever said yes to the other one was not shown this one.
    let mut statuses = [x.status.as_u16(), y.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", x.text(), y.text());
    let (waits, user, other) =
        if x.status == 200 { (&later, &third, &twin) } else { (&first, &twin, &third) };
    assert_eq!(kinds(&appliance, user).await, (0, None));
    let shown = appliance.send(get(format!("/enrolments/{waits}")).token(&second)).await.ok(200);
    let mut found: Vec<_> =
        shown["duplicates"].as_array().unwrap().iter().map(|one| &one["user_id"]).collect();
    found.sort_by_key(ToString::to_string);
    let mut expected = [json!(eileen), json!(other)];
    expected.sort_by_key(ToString::to_string);
    assert_eq!((found, &shown["state"]), (expected.iter().collect(), &json!("review")));
    appliance.send(approve(waits, "c")).await.ok(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_enrolled_beside_a_running_appliance_is_no_duplicate_of_anybody_there() {
    let appliance = seeing().await;
    let eileen = appliance.payer("Eileen", 0).await;
    let twin = appliance.payer("Twin", 0).await;
    let [a, b, _] = thrice(EILEEN);
    std::fs::write(appliance.folder().join("a.jpg"), &a).unwrap();
    // The command line has a gallery of its own, and stores what the appliance has not heard of yet.
    let (exit, said) =
        review::beside(&appliance, None, &["users", "enrol", &eileen, "--image", "a.jpg"]).await;
    assert_eq!(exit, Some(0), "{said}");
    enrol(&appliance, &twin, &[&b]).await.refused(409, "face_duplicate");
}
