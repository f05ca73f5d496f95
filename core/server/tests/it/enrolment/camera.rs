//! Enrolment before a camera: poses that are asked for, living people only, and nobody among somebody else's pictures.

use bytes::Bytes;
use serde_json::{Value, json};

mod by_the_clock;

use super::kinds;
use crate::client::{get, post};
use crate::moving;
use crate::vision::{EILEEN, GREY, browser, browser_with, seeing_with};

#[tokio::test(flavor = "multi_thread")]
async fn before_a_camera_several_poses_are_asked_for_and_what_came_is_taken() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "10000")]).await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 0).await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let path = format!("/users/{eileen}/faces");
    let at = |camera: &str| post(path.clone(), &json!({ "camera": camera }));
    appliance.admin(at("nowhere")).await.refused(404, "camera_not_found");
    appliance.admin(get("/cameras/till-1/enrolment")).await.refused(404, "enrolment_not_found");

    let mut events = appliance.app.hub().subscribe(None).live;
    let _browser = browser(&appliance, "camera=till-1&", &moving::EILEEN).await;
    let told = async {
        loop {
            let event = events.recv().await.unwrap();
            let event: Value = serde_json::from_str(&event.text).unwrap();
            if event["type"] == "enrolment.progress" && event["done"] == json!(["straight"]) {
                break event;
            }
        }
    };
    let meanwhile = async {
        let event = told.await;
        assert_eq!((&event["wanted"], &event["user"]), (&json!(["left", "right"]), &json!(eileen)));
        assert_eq!(event["advice"], "turn your head a little to the left");
        let progress = appliance.admin(get("/cameras/till-1/enrolment")).await.ok(200);
        assert_eq!((&progress["done"], &progress["advice"]), (&json!(["straight"]), &event["advice"]));
        appliance.admin(at("till-1")).await.refused(409, "enrolment_running");
    };
    let (enrolled, ()) = tokio::join!(appliance.admin(at("till-1")), meanwhile);
    let enrolled = enrolled.ok(201);
    assert_eq!(
        enrolled["poses"],
        json!({ "done": ["straight"], "missing": ["left", "right"] }),
        "{enrolled}"
    );
    assert_eq!(kinds(&appliance, &eileen).await, (1, None));
    appliance.admin(get("/cameras/till-1/enrolment")).await.refused(404, "enrolment_not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_camera_with_nobody_in_view_nobody_is_enrolled() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "1000")]).await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 0).await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let _browser = browser_with(&appliance, "camera=till-1&", vec![Bytes::from_static(GREY)]).await;
    let ask = post(format!("/users/{eileen}/faces"), &json!({ "camera": "till-1" }));
    appliance.admin(ask).await.refused(422, "no_face");
    assert_eq!(kinds(&appliance, &eileen).await, (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photograph_that_is_held_up_is_not_enrolled() {
    let appliance = seeing_with(&[("recognition.enrolment_camera_ms_max", "4000")]).await;
    appliance.clock_runs();
    let eileen = appliance.payer("Eileen", 0).await;
    appliance.admin(post("/cameras", &json!({ "id": "till-1", "source": "push:" }))).await.ok(201);
    let _browser = browser_with(&appliance, "camera=till-1&", vec![Bytes::from_static(EILEEN)]).await;
    let ask = post(format!("/users/{eileen}/faces"), &json!({ "camera": "till-1" }));
    let refused = appliance.admin(ask).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(kinds(&appliance, &eileen).await, (0, None));
}
