//! Cameras at run time: added, changed, watched, removed, without a restart.

use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use domain::role::Permission;
use domain::{CameraId, Timestamp};
use futures_util::{Stream, StreamExt};
use http::{HeaderValue, StatusCode, header};
use serde::Deserialize;
use store::{CameraRow, CameraStateRow};

use super::extract::{Json, Path, Query};
use super::parameter::{Form, Parameter};
use super::problem::Problem;
use super::refusals::{CAMERA, FACE, SOURCE};
use super::route::{Access, Routes, delete, get, patch, post};
use super::wire::camera as wire;
use super::wire::face::Identification;
use super::wire::money::moment;
use super::wire::page::{self, Listing, Page};
use crate::app::{App, camera, identify};
use crate::auth::place::Place;
use crate::auth::{Credential, Principal};
use crate::settings::Decode;

const BOUNDARY: &str = "facepayframe";
const MJPEG: &str = "multipart/x-mixed-replace; boundary=facepayframe";

pub(super) fn routes(routes: Routes) -> Routes {
    let view = Access::Needs(Permission::CamerasView);
    let manage = Access::Needs(Permission::CamerasManage);
    let source = &[
        Parameter::new("camera", Form::Camera, "the camera's id; the first when absent"),
        Parameter::new("token", Form::Text, "key or session, for browsers"),
    ];
    routes
        .add(
            post("/cameras", manage, "Add a camera")
                .takes::<wire::NewCamera>()
                .gives::<wire::Camera>(201)
                .refuses(SOURCE)
                .refuses(CAMERA)
                .refuses(&[(422, &["camera_id_invalid", "camera_id_reserved", "name_invalid"])]),
            add,
        )
        .add(
            get("/cameras", view, "All cameras and how they do; for a key of one camera that one")
                .at(Place::Handler)
                .gives::<Page<wire::Camera>>(200)
                .refuses(&[(503, &["recognition_off"])]),
            list,
        )
        .add(
            get("/cameras/{id}", view, "One camera")
                .gives::<wire::Camera>(200)
                .at(Place::Path)
                .refuses(CAMERA),
            show,
        )
        .add(
            patch("/cameras/{id}", manage, "Change a camera")
                .takes::<wire::CameraChange>()
                .gives::<wire::Camera>(200)
                .refuses(SOURCE)
                .refuses(CAMERA)
                .refuses(&[(422, &["name_invalid"])]),
            change,
        )
        .add(delete("/cameras/{id}", manage, "Remove a camera").gives_nothing().refuses(CAMERA), remove)
        .add(
            post(
                "/cameras/{id}/accept",
                manage,
                "Take the device and the view that are there for a replaced or moved camera's own",
            )
            .gives::<wire::Camera>(200)
            .refuses(CAMERA)
            .refuses(&[(409, &["camera_not_replaced"])]),
            accept,
        )
        .add(
            get("/cameras/{id}/stream", view, "Its pictures with overlay, as MJPEG")
                .at(Place::Path)
                .refuses(CAMERA)
                .streams(&[MJPEG]),
            stream,
        )
        .add(
            get("/cameras/{id}/health", view, "How it does")
                .at(Place::Path)
                .gives::<wire::CameraHealth>(200)
                .refuses(CAMERA),
            health,
        )
        .add(
            get("/cameras/{id}/health/history", view, "How it did: changes of its state, newest first")
                .at(Place::Path)
                .query(page::QUERY)
                .refuses(&[(404, &["camera_not_found"])])
                .gives::<Page<wire::CameraStateChange>>(200),
            history,
        )
        .add(
            get("/webcam/stream", view, "A camera's pictures, as MJPEG")
                .at(Place::Query)
                .query(source)
                .refuses(CAMERA)
                .streams(&[MJPEG]),
            webcam_stream,
        )
        .add(
            post(
                "/webcam/capture",
                Access::Needs(Permission::FacesMatch),
                "One analysed picture of a camera",
            )
            .query(source)
            .gives::<Identification>(200)
            .refuses(FACE),
            webcam_capture,
        )
        .add(
            get("/webcam/test", manage, "Open a source once and report what it delivers")
                .query(&[
                    Parameter::new("url", Form::Text, "the source; the camera's own when absent"),
                    Parameter::new("camera", Form::Camera, "the camera's id"),
                ])
                .gives::<wire::CameraTest>(200)
                .refuses(SOURCE)
                .refuses(CAMERA)
                // How the source is, where it delivers nothing.
                .refuses(&[(
                    422,
                    &[
                        "damaged",
                        "not_found",
                        "offline",
                        "replaced",
                        "stalled",
                        "unauthorized",
                        "unsupported",
                    ],
                )]),
            webcam_test,
        )
}

pub(super) fn camera_id(text: &str) -> Result<CameraId, Problem> {
    text.parse().map_err(|_| Problem::not_found("camera"))
}

async fn add(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<wire::NewCamera>,
) -> Result<(StatusCode, Json<wire::Camera>), Problem> {
    let id: CameraId = new.id.parse().map_err(|error: domain::id::InvalidId| {
        Problem::unprocessable("camera_id_invalid", error.to_string())
    })?;
    let name = new.name.unwrap_or_else(|| id.to_string());
    let key_frames = new.decode.unwrap_or_default() == Decode::KeyFrames;
    let row = CameraRow { id, name, source: new.source, key_frames };
    let camera = camera::add(&app, &principal, row).await?;
    Ok((StatusCode::CREATED, Json(camera)))
}

async fn list(State(app): State<App>, principal: Principal) -> Result<Json<Page<wire::Camera>>, Problem> {
    let mut items = camera::all(&app).await?;
    if let Some(own) = &principal.camera {
        items.retain(|camera| camera.id == own.as_str());
    }
    Ok(Json(Page { items, next_cursor: None }))
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::Camera>, Problem> {
    Ok(Json(camera::one(&app, &camera_id(&id)?).await?))
}

async fn change(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(change): Json<wire::CameraChange>,
) -> Result<Json<wire::Camera>, Problem> {
    Ok(Json(camera::change(&app, &principal, camera_id(&id)?, change).await?))
}

async fn remove(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    camera::remove(&app, &principal, camera_id(&id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn accept(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<wire::Camera>, Problem> {
    Ok(Json(camera::device::accept(&app, &principal, camera_id(&id)?).await?))
}

async fn health(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::CameraHealth>, Problem> {
    let id = camera::pipeline_id(&camera_id(&id)?)?;
    let status = app.vision()?.cameras().status(&id)?;
    Ok(Json(camera::health(&status)))
}

async fn history(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::CameraStateChange>>, Problem> {
    let (id, branch) = (camera_id(&id)?, app.settings().policy.branch.clone());
    let (limit, before) = (page::limit(listing.limit), page::cursor::<i64>(listing.cursor.as_deref())?);
    let load = move |store: &store::Store| {
        store.camera_states((&branch, &id), before.map(Timestamp), page::one_more(limit))
    };
    let mut rows = app.store(load).await?;
    let next_cursor = page::cut(&mut rows, limit, |row| row.at.0);
    let change = |row: CameraStateRow| wire::CameraStateChange {
        at: moment(row.at),
        from: row.before,
        state: row.state,
        reason: row.reason,
    };
    Ok(Json(Page { items: rows.into_iter().map(change).collect(), next_cursor }))
}

async fn stream(
    State(app): State<App>,
    credential: Credential,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    mjpeg(&app, credential, &camera_id(&id)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    camera: Option<String>,
    /// Read by the guard.
    #[serde(rename = "token")]
    _token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tested {
    camera: Option<String>,
    url: Option<String>,
}

/// The camera asked for, or the first there is.
fn chosen(app: &App, asked: Option<&str>) -> Result<CameraId, Problem> {
    match asked {
        Some(text) => camera_id(text),
        None => {
            let first = app.vision()?.cameras().list().into_iter().next();
            let first = first.ok_or_else(|| Problem::not_found("camera"))?;
            camera_id(first.id.as_str())
        }
    }
}

async fn webcam_stream(
    State(app): State<App>,
    credential: Credential,
    Query(source): Query<Chosen>,
) -> Result<Response, Problem> {
    mjpeg(&app, credential, &chosen(&app, source.camera.as_deref())?)
}

/// Lasts until the appliance stops or the credential that opened it is no longer good.
fn mjpeg(app: &App, credential: Credential, id: &CameraId) -> Result<Response, Problem> {
    let pictures = app.vision()?.cameras().mjpeg(&camera::pipeline_id(id)?)?;
    let (stopping, lost) = (app.stopping(), credential.lost(app.clone()));
    let end = async move {
        tokio::select! {
            () = stopping => {}
            () = lost => {}
        }
    };
    let body = Body::from_stream(parts(pictures).take_until(Box::pin(end)));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MJPEG));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn parts(
    pictures: impl Stream<Item = Bytes> + Send,
) -> impl Stream<Item = Result<Bytes, std::io::Error>> + Send {
    pictures.map(|jpeg| {
        let head =
            format!("--{BOUNDARY}\r\ncontent-type: image/jpeg\r\ncontent-length: {}\r\n\r\n", jpeg.len());
        Ok(Bytes::from([head.as_bytes(), &jpeg, b"\r\n"].concat()))
    })
}

async fn webcam_capture(
    State(app): State<App>,
    Query(source): Query<Chosen>,
) -> Result<Json<Identification>, Problem> {
    let id = chosen(&app, source.camera.as_deref())?;
    let picture = identify::newest(&app, &id)?;
    Ok(Json(Identification { faces: identify::identify(&app, picture).await? }))
}

async fn webcam_test(
    State(app): State<App>,
    Query(source): Query<Tested>,
) -> Result<Json<wire::CameraTest>, Problem> {
    let source = match source.url {
        Some(url) => pipeline::source::SourceUrl::parse(&url),
        None => {
            let id = camera::pipeline_id(&chosen(&app, source.camera.as_deref())?)?;
            Ok(app.vision()?.cameras().status(&id)?.source)
        }
    };
    let source = source.map_err(pipeline::camera::CameraError::Source)?;
    let cameras = app.vision()?.cameras().clone();
    // Shorter than the request's own limit, so that the named reason gets out.
    let within = Duration::from_millis(app.settings().server.request_timeout_ms / 2);
    let tested = tokio::task::spawn_blocking(move || cameras.test(&source, within)).await;
    let report = tested.map_err(|error| Problem::internal(&error))??;
    Ok(Json(wire::CameraTest {
        codec: report.codec,
        width: report.width,
        height: report.height,
        fps: report.fps,
        decoder: report.decoder,
        first_frame_ms: u64::try_from(report.first_frame.as_millis()).unwrap_or(u64::MAX),
    }))
}
