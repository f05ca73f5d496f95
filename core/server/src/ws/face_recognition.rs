//! `/ws/face-recognition`: a browser or kiosk is the camera; what is seen comes back at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use pipeline::camera::{CameraError, CameraId as PipelineId, Claim};
use pipeline::source::SourceUrl;
use pipeline::{ChallengePhase, ChallengeUpdate, Observation};
use serde::Deserialize;
use serde_json::{Number, Value};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::socket::{self, Closing, Said, Socket};
use crate::api::Problem;
use crate::api::extract::Query;
use crate::api::wire::quality;
use crate::app::App;
use crate::app::camera::{self, OWN_PREFIX};
use crate::app::challenge;
use crate::app::evidence::Seen;
use crate::auth::{Credential, Principal};

mod sent;

use sent::{Label, Sent};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    camera: Option<CameraName>,
    /// Read by the guard.
    #[serde(rename = "token")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct CameraName(String);

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Message {
    VideoFrame { frame: String, ts: Option<Number> },
    ToggleFaceDetection { enabled: bool },
    MatchFace,
    ClearFaceCache,
}

/// Upgrades, then takes frames and answers with what is seen in them.
pub(crate) async fn connect(
    State(app): State<App>,
    principal: Principal,
    credential: Credential,
    Query(asked): Query<Asked>,
    mut request: Request,
) -> Result<Response, Problem> {
    let camera = match asked.camera {
        Some(CameraName(name)) => Some(camera::pushed(&app, &name)?),
        None => None,
    };
    let who = camera::device::client(&principal);
    app.vision()?;
    let (response, handshake) = socket::accept(&app, &mut request)?;
    let (camera, own) = match camera {
        Some(camera) => (camera, false),
        None => (add_own_camera(&app)?, true),
    };
    tokio::spawn(async move {
        if let Some(socket) = handshake.open().await {
            match app.vision()?.cameras().claim(&camera, who) {
                Ok(claim) => {
                    // Whoever was in view of an earlier client is not in view of this one.
                    app.vision()?.pipeline().break_off(&camera);
                    Client::new(&app, camera.clone(), socket, claim)?.run(credential).await;
                }
                Err(error) => turn_away(socket, &error.into()).await,
            }
        }
        if own {
            let cameras = app.vision()?.cameras().clone();
            let removed = tokio::task::spawn_blocking(move || cameras.remove(&camera)).await;
            removed.map_err(|error| Problem::internal(&error))??;
        }
        Ok::<(), Problem>(())
    });
    Ok(response.into_response())
}

/// A camera for one socket, under a name that no operator gave and no other socket has.
fn add_own_camera(app: &App) -> Result<PipelineId, Problem> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let name = format!("{OWN_PREFIX}{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let camera: PipelineId = name.parse().map_err(|_| Problem::not_found("camera"))?;
    let source = SourceUrl::parse("push:").map_err(CameraError::Source)?;
    app.vision()?.cameras().add(camera::config(app, camera.clone(), source))?;
    Ok(camera)
}

/// Tells a client why it may not deliver.
async fn turn_away(socket: Socket, problem: &Problem) {
    let text = serde_json::json!({ "type": "error", "code": problem.code, "detail": problem.detail });
    socket.close(Closing::Unsupported, Some(text.to_string())).await;
}

struct Client {
    app: App,
    camera: PipelineId,
    socket: Socket,
    /// To be the one whose pictures the camera shows.
    claim: Claim,
    sent: Sent,
    observations: Receiver<Arc<Observation>>,
    sightings: Receiver<Arc<Seen>>,
    challenges: Receiver<ChallengeUpdate>,
    /// The last person seen, for `match_face`.
    last: Option<Arc<Seen>>,
    detecting: bool,
}

impl Client {
    fn new(app: &App, camera: PipelineId, socket: Socket, claim: Claim) -> Result<Self, Problem> {
        let observations = app.vision()?.pipeline().observations();
        let (challenges, sightings) = (app.vision()?.pipeline().challenges(), app.sightings().subscribe());
        let app = app.clone();
        let (sent, last, detecting) = (Sent::default(), None, true);
        Ok(Self { app, camera, socket, claim, sent, observations, sightings, challenges, last, detecting })
    }

    async fn run(mut self, credential: Credential) {
        let mut pings = tokio::time::interval(self.socket.ping_interval());
        let lost = credential.lost(self.app.clone());
        tokio::pin!(lost);
        let closing = loop {
            let done = tokio::select! {
                () = self.app.stopping() => Err(Closing::Stopping),
                () = &mut lost => Err(Closing::Revoked),
                _ = pings.tick() => self.socket.ping().await,
                said = self.socket.next() => match said {
                    Ok(said) => self.hear(said).await,
                    Err(closing) => Err(closing),
                },
                observation = self.observations.recv() => self.observed(observation).await,
                seen = self.sightings.recv() => self.matched(seen).await,
                update = self.challenges.recv() => self.challenged(update).await,
            };
            if let Err(closing) = done {
                break closing;
            }
        };
        self.socket.close(closing, None).await;
    }

    async fn hear(&mut self, said: Said) -> Result<(), Closing> {
        let text = match said {
            Said::Binary(jpeg) => {
                let label = self.sent.count(None);
                return self.take(jpeg, label).await;
            }
            Said::Text(text) => text,
        };
        match serde_json::from_str(&text) {
            Ok(Message::VideoFrame { frame, ts }) => {
                let label = self.sent.count(ts);
                let payload = frame.split_once(";base64,").map_or(frame.as_str(), |(_, payload)| payload);
                match STANDARD.decode(payload) {
                    Ok(jpeg) => self.take(jpeg.into(), label).await,
                    Err(_) => self.refuse("base64_invalid", "the frame is not base64", Some(&label)).await,
                }
            }
            Ok(Message::ToggleFaceDetection { enabled }) => {
                self.detecting = enabled;
                Ok(())
            }
            Ok(Message::MatchFace) => match self.last.clone() {
                Some(seen) => self.tell_match(&seen).await,
                None => {
                    self.look_again();
                    let detail = "nobody was recognised yet; whoever is in view is looked at anew";
                    self.refuse("no_match", detail, None).await
                }
            },
            Ok(Message::ClearFaceCache) => {
                self.last = None;
                self.look_again();
                Ok(())
            }
            Err(error) => self.refuse("message_invalid", &error.to_string(), None).await,
        }
    }

    /// Whoever is in view now is recognised once more, and told to us once more.
    fn look_again(&self) {
        if let Ok(vision) = self.app.vision() {
            vision.pipeline().attend(&self.camera);
        }
    }

    /// The newest frame wins: what still waits is replaced by the camera's slot.
    async fn take(&mut self, jpeg: Bytes, label: Label) -> Result<(), Closing> {
        match self.claim.push(jpeg) {
            Ok(Some(seq)) => {
                self.sent.took(seq, label);
                Ok(())
            }
            // The camera is gone, or another connection has taken it over.
            Ok(None) => Err(Closing::Unsupported),
            Err(error) => {
                let problem = Problem::from(error);
                self.refuse(problem.code, &problem.detail, Some(&label)).await
            }
        }
    }

    async fn refuse(&mut self, code: &str, detail: &str, label: Option<&Label>) -> Result<(), Closing> {
        let answer = serde_json::json!({ "type": "error", "code": code, "detail": detail });
        self.answer(answer, label).await
    }

    /// Sends an answer that says which of the client's pictures it is about, if that is known.
    async fn answer(&mut self, mut answer: Value, label: Option<&Label>) -> Result<(), Closing> {
        if let (Some(label), Some(fields)) = (label, answer.as_object_mut()) {
            label.name_in(fields);
        }
        self.socket.send(answer.to_string()).await
    }

    async fn observed(&mut self, got: Result<Arc<Observation>, RecvError>) -> Result<(), Closing> {
        let observation = match got {
            Ok(observation) if observation.camera == self.camera && self.detecting => observation,
            Ok(_) | Err(RecvError::Lagged(_)) => return Ok(()),
            Err(RecvError::Closed) => return Err(Closing::Stopping),
        };
        let face = |face: &pipeline::ObservedFace| {
            serde_json::json!({
                "box": [face.bbox.x, face.bbox.y, face.bbox.w, face.bbox.h],
                "landmarks": face.landmarks.map(|point| [point.x, point.y]),
                "score": face.score,
                "track": face.track.map(|track| track.0),
                "quality": face.quality.value,
                "reasons": face.quality.reason_names(),
                "faults": quality::faults(&face.quality),
                "state": face.state.name(),
            })
        };
        let faces: Vec<_> = observation.faces.iter().map(face).collect();
        let answer = serde_json::json!({
            "type": "face_detection",
            "seq": observation.seq,
            "faces": faces,
            "latency_ms": observation.latency_ms,
        });
        let label = self.sent.label(observation.seq).cloned();
        self.answer(answer, label.as_ref()).await
    }

    async fn matched(&mut self, got: Result<Arc<Seen>, RecvError>) -> Result<(), Closing> {
        match got {
            Ok(seen) if seen.camera.as_str() == self.camera.as_str() => {
                self.last = Some(seen.clone());
                self.tell_match(&seen).await
            }
            Ok(_) | Err(RecvError::Lagged(_)) => Ok(()),
            Err(RecvError::Closed) => Err(Closing::Stopping),
        }
    }

    /// Whoever looks into this camera is told what to do, and what became of it.
    async fn challenged(&mut self, got: Result<ChallengeUpdate, RecvError>) -> Result<(), Closing> {
        let update = match got {
            Ok(update) if update.camera == self.camera => update,
            Ok(_) | Err(RecvError::Lagged(_)) => return Ok(()),
            Err(RecvError::Closed) => return Err(Closing::Stopping),
        };
        let rules = &self.app.settings().challenge;
        let count = self.app.challenges().count(update.nonce).unwrap_or(rules.gestures);
        let mut answer = challenge::described(&update, count, rules.step_ms_max);
        answer["type"] = "challenge".into();
        answer["phase"] = update.phase.name().into();
        if let ChallengePhase::Failed(failure) = update.phase {
            answer["reason"] = failure.name().into();
        }
        self.socket.send(answer.to_string()).await
    }

    async fn tell_match(&mut self, seen: &Seen) -> Result<(), Closing> {
        let liveness = seen.evidence.liveness.iter().map(|step| step.score).min_by(f32::total_cmp);
        let answer = serde_json::json!({
            "type": "face_match",
            "track": seen.track,
            "user": seen.subject.map(|(user, _)| user.to_string()),
            "similarity": seen.evidence.similarity,
            "liveness": liveness,
        });
        let label = seen.seq.and_then(|seq| self.sent.label(seq)).cloned();
        self.answer(answer, label.as_ref()).await
    }
}

#[cfg(test)]
mod strangers {
    use proptest::prelude::*;
    use proptest::sample::Index;

    use super::Message;

    const SAID: [&str; 4] = [
        r#"{"type":"video_frame","frame":"data:image/jpeg;base64,/9j/4A==","ts":1767312000.25}"#,
        r#"{"type":"toggle_face_detection","enabled":true}"#,
        r#"{"type":"match_face"}"#,
        r#"{"type":"clear_face_cache"}"#,
    ];

    proptest! {
        #[test]
        fn what_a_client_says_is_understood_or_refused(
            said in prop::sample::select(&SAID[..]),
            changes in prop::collection::vec((any::<Index>(), any::<char>()), 0..4),
        ) {
            let mut text: Vec<char> = said.chars().collect();
            for (at, char) in changes {
                let at = at.index(text.len());
                text[at] = char;
            }
            let heard = serde_json::from_str::<Message>(&String::from_iter(text));
            prop_assert!(heard.err().is_none_or(|error| !error.to_string().is_empty()));
        }
    }
}
