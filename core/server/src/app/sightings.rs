//! From the pipeline's sightings to what the use cases weigh: opaque ids become people, and
//! everybody who listens hears of it without a name.

use std::sync::Arc;

use domain::decision::Evidence;
use domain::liveness::Challenge;
use domain::presence::place;
use domain::{CameraId, FaceId, UserId};
use pipeline::Sighting;
use tokio::sync::broadcast::error::RecvError;
use uuid::Uuid;

use super::camera::pipeline_id;
use super::evidence::{self, Seen};
use super::{App, presence};

/// Forwards sightings until the appliance stops.
pub(super) fn start(app: &App) {
    let Ok(vision) = app.vision() else { return };
    let mut sightings = vision.pipeline().sightings();
    let work = {
        let app = app.clone();
        async move {
            loop {
                match sightings.recv().await {
                    Ok(sighting) => forward(&app, &sighting),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        }
    };
    app.spawn(work);
}

/// Whether this camera is good enough to pay by at this moment.
pub(super) fn is_live(app: &App, camera: &str) -> bool {
    let id = camera.parse().ok();
    let status = id.and_then(|id| app.vision().ok()?.cameras().status(&id).ok());
    status.is_some_and(|status| status.state.is_trusted())
}

/// Has whoever stands at this camera already looked at anew.
pub(super) fn attend(app: &App, camera: &CameraId) {
    if let (Ok(vision), Ok(id)) = (app.vision(), pipeline_id(camera)) {
        vision.pipeline().attend(&id);
    }
}

fn forward(app: &App, sighting: &Sighting) {
    let Some(seen) = seen(app, sighting) else { return };
    let camera = seen.camera.to_string();
    let age = app.now().since(seen.evidence.captured_at);
    let event = serde_json::json!({
        "camera": camera,
        "track": seen.track,
        "known": seen.subject.is_some(),
        "faces_in_view": seen.evidence.faces_in_view,
        "box": presence::as_box(presence::area(sighting, sighting.bbox)),
        "frame_age_ms": u64::try_from(age.as_millis()).unwrap_or(u64::MAX),
    });
    if let serde_json::Value::Object(event) = event {
        app.hub().publish("sighting", event);
    }
    let margin_min = app.policy_of(seen.model_tag).margin_min;
    app.metrics().tally.look(&seen, &app.settings().plugins.liveness, margin_min);
    // Nobody waiting is no error.
    let _ = app.sightings().send(Arc::new(seen));
}

fn seen(app: &App, sighting: &Sighting) -> Option<Seen> {
    let liveness = sighting.liveness.iter().map(evidence::liveness).collect();
    let subject = sighting.subject.zip(sighting.template);
    let faces = presence::faces(sighting);
    let place = place(sighting.track.0, &faces, None, &presence::rules(&app.settings().checkout));
    Some(Seen {
        camera: sighting.camera.as_str().parse().ok()?,
        track: sighting.track.0,
        subject: subject
            .map(|(user, face)| (UserId(Uuid::from_u128(user.0)), FaceId(Uuid::from_u128(face.0)))),
        model_tag: Some(sighting.model_tag),
        seq: Some(sighting.seq),
        frame_sha256: Some(sighting.frame_sha256),
        evidence: Evidence {
            captured_at: evidence::moment(sighting.captured_at),
            camera_live: is_live(app, sighting.camera.as_str()),
            similarity: Some(sighting.similarity),
            margin: sighting.margin,
            liveness,
            challenge: Challenge::Open,
            faces_in_view: u32::try_from(faces.len()).unwrap_or(u32::MAX),
            place,
            templates_searched: app.searched(sighting.templates_searched),
            claimed: false,
        },
        faces,
        challenge: sighting.challenge.clone(),
    })
}
