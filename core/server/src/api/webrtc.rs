//! Video of browsers by WebRTC: WHIP (RFC 9725) to deliver a camera's pictures, WHEP to look at them. An offer is answered once,
//! with every address that there is: nothing is added to it later.

use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse, Response};
use domain::role::Permission;
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use uuid::Uuid;

use super::cameras::camera_id;
use super::extract::{Path, too_large};
use super::guard::Reached;
use super::problem::Problem;
use super::refusals::{CAMERA, Refusal};
use super::route::{Access, Routes, delete, post};
use crate::app::App;
use crate::app::webrtc::{self, Answered, Offerer};
use crate::auth::place::Place;
use crate::auth::{Credential, Principal};

const SDP: &str = "application/sdp";
/// An offer of a browser has some 6 KiB.
const OFFER_BYTES_MAX: usize = 64 * 1024;

/// Of an offer.
const OFFER: &[Refusal] = &[
    (409, &["camera_busy", "webrtc_no_address"]),
    (415, &["unsupported_media_type"]),
    (
        422,
        &[
            "camera_not_push",
            "sdp_codec_unsupported",
            "sdp_direction_invalid",
            "sdp_invalid",
            "sdp_without_video",
        ],
    ),
    (503, &["webrtc_full", "webrtc_off", "webrtc_stopped"]),
];

pub(super) fn routes(routes: Routes) -> Routes {
    let push = Access::Needs(Permission::CamerasPush);
    let view = Access::Needs(Permission::CamerasView);
    let either = Access::NeedsOneOf([Permission::CamerasPush, Permission::CamerasView]);
    routes
        .add(
            post("/cameras/{id}/whip", push, "Deliver the pictures of a push: camera by WebRTC (WHIP)")
                .at(Place::Path)
                .takes_text(SDP)
                .refuses(OFFER)
                .refuses(CAMERA)
                .streams(&[SDP])
                .creates(),
            whip,
        )
        .add(
            post("/cameras/{id}/whep", view, "Look at a camera by WebRTC (WHEP)")
                .at(Place::Path)
                .takes_text(SDP)
                .refuses(OFFER)
                .refuses(CAMERA)
                .streams(&[SDP])
                .creates(),
            whep,
        )
        .add(
            delete("/webrtc/{session}", either, "End a WebRTC session of one's own")
                .at(Place::Handler)
                .gives_nothing()
                .refuses(&[(404, &["webrtc_session_not_found"]), (503, &["webrtc_off"])]),
            end,
        )
}

async fn whip(
    State(app): State<App>,
    offerer: Offerer,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    Ok(answered(webrtc::take_in(&app, offerer, &id, offer(&headers, &body)?).await?))
}

async fn whep(
    State(app): State<App>,
    offerer: Offerer,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    Ok(answered(webrtc::show(&app, offerer, &camera_id(&id)?, offer(&headers, &body)?).await?))
}

async fn end(
    State(app): State<App>,
    principal: Principal,
    Path(session): Path<String>,
) -> Result<StatusCode, Problem> {
    let session = session.parse::<Uuid>().map_err(|_| Problem::not_found("WebRTC session"))?;
    webrtc::end(&app, &principal, session)?;
    Ok(StatusCode::NO_CONTENT)
}

impl<S: Send + Sync> FromRequestParts<S> for Offerer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, state).await?;
        let credential = Credential::from_request_parts(parts, state).await?;
        let reached = parts.extensions.get::<Reached>().map(|Reached(address)| address.ip().to_canonical());
        Ok(Self { principal, credential, reached })
    }
}

/// The offer as it stands; what is wrong in it is found by whoever reads it.
fn offer(headers: &HeaderMap, body: &[u8]) -> Result<String, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(SDP) {
        let detail = "send the offer as application/sdp";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail));
    }
    if body.len() > OFFER_BYTES_MAX {
        return Err(too_large());
    }
    let text = String::from_utf8(body.to_vec());
    text.map_err(|_| {
        Problem::unprocessable("sdp_invalid", "this is no SDP offer of a WebRTC client: it is no text")
    })
}

fn answered(Answered { session, answer }: Answered) -> Response {
    let headers = [
        (header::CONTENT_TYPE, SDP.to_owned()),
        (header::LOCATION, format!("/webrtc/{session}")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (StatusCode::CREATED, headers, answer).into_response()
}
