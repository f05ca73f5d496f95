//! Cameras' newest pictures: one by itself, or those of several in one answer.

use std::collections::BTreeSet;
use std::time::SystemTime;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::role::Permission;
use http::{HeaderName, header};
use pipeline::frame::Capture;
use serde::Deserialize;

use super::cameras::camera_id;
use super::extract::{Path, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::CAMERA;
use super::route::{Access, Routes, get};
use crate::app::{App, camera};
use crate::auth::place::Place;

/// How old a picture is. `Age` counts whole seconds, and is for caches to say.
const FRAME_AGE: HeaderName = HeaderName::from_static("x-frame-age-ms");
const BOUNDARY: &str = "facepaysnapshot";
const MIXED: &str = "multipart/mixed; boundary=facepaysnapshot";

pub(super) fn routes(routes: Routes) -> Routes {
    let view = Access::Needs(Permission::CamerasView);
    let width = Parameter::new(
        "width",
        Form::Whole(0),
        "so many pixels wide at most: 640 when absent or more, less than 16 counts as 16",
    );
    routes
        .add(
            get("/cameras/{id}/snapshot", view, "Its newest picture with overlay")
                .at(Place::Path)
                .query(&[width])
                .refuses(CAMERA)
                .refuses(&[(503, &["camera_no_picture"])])
                .tells(&[
                    (
                        "Last-Modified",
                        Form::Text,
                        "when it was captured, by the appliance's clock, to the second",
                    ),
                    (
                        "X-Frame-Age-Ms",
                        Form::Whole(0),
                        "how old it was when it was answered, in milliseconds",
                    ),
                ])
                .streams(&["image/jpeg"]),
            one,
        )
        .add(
            get(
                "/snapshots",
                view,
                "The newest pictures of several cameras with overlay, each a part that `Content-Location` names; cameras that have none are left out",
            )
            .query(&[Parameter::new("cameras", Form::Text, "their ids, a comma between two").required(), width])
            .refuses(&[(503, &["recognition_off"])])
            .streams(&[MIXED]),
            several,
        )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    width: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    cameras: String,
    width: Option<u32>,
}

async fn one(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Result<Response, Problem> {
    let id = camera::pipeline_id(&camera_id(&id)?)?;
    let cameras = app.vision()?.cameras().clone();
    let width_px_max = shown.width.unwrap_or(u32::MAX);
    let encoded = tokio::task::spawn_blocking(move || cameras.latest_jpeg(&id, width_px_max)).await;
    let (jpeg, captured) = encoded.map_err(|error| Problem::internal(&error))??;
    let told = [
        (header::CONTENT_TYPE, "image/jpeg".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::LAST_MODIFIED, http_date(captured.wall)),
        (FRAME_AGE, age_ms(captured)),
    ];
    Ok((told, jpeg).into_response())
}

async fn several(State(app): State<App>, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let cameras = app.vision()?.cameras().clone();
    let width_px_max = asked.width.unwrap_or(u32::MAX);
    let encode = move || {
        let named: BTreeSet<&str> = asked.cameras.split(',').collect();
        let mut body = Vec::new();
        for name in named {
            let newest = name.parse().ok().and_then(|id| cameras.latest_jpeg(&id, width_px_max).ok());
            if let Some((jpeg, captured)) = newest {
                add_part(&mut body, name, &jpeg, captured);
            }
        }
        body.extend(format!("--{BOUNDARY}--\r\n").as_bytes());
        body
    };
    let body = tokio::task::spawn_blocking(encode).await.map_err(|error| Problem::internal(&error))?;
    let told = [(header::CONTENT_TYPE, MIXED), (header::CACHE_CONTROL, "no-store")];
    Ok((told, Bytes::from(body)).into_response())
}

/// Adds a camera's picture, which is named by where it is found alone, from this answer's place (RFC 2557).
fn add_part(body: &mut Vec<u8>, camera: &str, jpeg: &[u8], captured: Capture) {
    let head = [
        format!("--{BOUNDARY}"),
        "content-type: image/jpeg".to_owned(),
        format!("content-length: {}", jpeg.len()),
        format!("content-location: cameras/{camera}/snapshot"),
        format!("last-modified: {}", http_date(captured.wall)),
        format!("{FRAME_AGE}: {}", age_ms(captured)),
    ];
    body.extend(head.join("\r\n").as_bytes());
    body.extend(b"\r\n\r\n");
    body.extend(jpeg);
    body.extend(b"\r\n");
}

fn age_ms(captured: Capture) -> String {
    captured.at.elapsed().as_millis().to_string()
}

/// A moment as HTTP has it (RFC 9110, 5.6.7).
fn http_date(wall: SystemTime) -> String {
    let at = jiff::Timestamp::try_from(wall).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
