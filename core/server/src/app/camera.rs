//! Cameras: kept sealed in the database, run by the pipeline.

use std::str::FromStr;

use domain::CameraId;
use pipeline::camera::{
    CameraConfig, CameraError, CameraEvent, CameraId as PipelineId, CameraState, CameraStatus,
};
use pipeline::source::SourceUrl;
use store::{By, CameraRow, Store};
use tokio::sync::broadcast::error::RecvError;

use super::App;
use super::start::StartError;
use crate::api::Problem;
use crate::api::wire::camera as wire;
use crate::auth::Principal;

/// The pipeline's name of the same camera.
pub(crate) fn pipeline_id(id: &CameraId) -> Result<PipelineId, Problem> {
    PipelineId::from_str(id.as_str()).map_err(|_| Problem::not_found("camera"))
}

/// Whether a camera of this name runs; any name does where recognition is off.
pub(crate) fn exists(app: &App, id: &CameraId) -> Result<bool, Problem> {
    match app.vision() {
        Ok(vision) => Ok(vision.cameras().status(&pipeline_id(id)?).is_ok()),
        Err(_) => Ok(true),
    }
}

/// How a camera with this source is run.
pub(crate) fn config(app: &App, id: PipelineId, source: SourceUrl) -> CameraConfig {
    let cameras = &app.settings().cameras;
    CameraConfig {
        id,
        source,
        analysed_fps_max: cameras.analysed_fps_max,
        frozen_after_ms: cameras.frozen_after_ms,
    }
}

fn parse_source(source: &str) -> Result<SourceUrl, Problem> {
    Ok(SourceUrl::parse(source).map_err(CameraError::Source)?)
}

/// Starts the cameras of the database and of the settings; one that is refused is reported, not fatal.
pub(super) async fn start_known(app: &App) -> Result<(), StartError> {
    let mut known = app.store(Store::cameras).await?;
    for listed in &app.settings().cameras.list {
        let id = listed.id.parse().map_err(|error: domain::id::InvalidId| {
            StartError::Configuration(format!("cameras.list: {error}"))
        })?;
        known.push(CameraRow { id, name: listed.name.clone(), source: listed.source.clone() });
    }
    for row in known {
        if let Err(problem) = start(app, &row.id, &row.source).await {
            tracing::error!(camera = %row.id, code = problem.code, detail = %problem.detail, "camera not started");
        }
    }
    if let Ok(vision) = app.vision() {
        app.spawn(announce(app.clone(), vision.cameras().events()));
    }
    Ok(())
}

async fn start(app: &App, id: &CameraId, source: &str) -> Result<(), Problem> {
    let config = config(app, pipeline_id(id)?, parse_source(source)?);
    let cameras = app.vision()?.cameras().clone();
    blocking(move || cameras.add(config)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CameraError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| Problem::internal(&error))??)
}

/// Adds a camera: first it must start, then it is kept.
pub(crate) async fn add(
    app: &App,
    by: &Principal,
    id: CameraId,
    name: String,
    source: &str,
) -> Result<wire::Camera, Problem> {
    let name = checked_name(name)?;
    start(app, &id, source).await?;
    let row = CameraRow { id: id.clone(), name, source: source.to_owned() };
    let (actor, at) = (by.actor(), app.now());
    if let Err(error) = app.store(move |store| store.add_camera(By { actor: &actor, at }, &row)).await {
        stop(app, &id).await?;
        return Err(error.into());
    }
    one(app, &id).await
}

fn checked_name(name: String) -> Result<String, Problem> {
    let fine = name.chars().count() <= 120 && !name.chars().any(char::is_control);
    if fine {
        Ok(name)
    } else {
        Err(Problem::unprocessable("name_invalid", "a name has up to 120 characters"))
    }
}

async fn stop(app: &App, id: &CameraId) -> Result<(), Problem> {
    let (id, cameras) = (pipeline_id(id)?, app.vision()?.cameras().clone());
    blocking(move || cameras.remove(&id)).await
}

/// Changes a camera; a new source is opened before the change is kept.
pub(crate) async fn change(
    app: &App,
    by: &Principal,
    id: CameraId,
    change: wire::CameraChange,
) -> Result<wire::Camera, Problem> {
    let mut row = known(app, &id).await?.ok_or_else(|| Problem::not_found("camera"))?;
    row.name = checked_name(change.name.unwrap_or(row.name))?;
    if let Some(source) = change.source {
        parse_source(&source)?;
        stop(app, &id).await?;
        if let Err(problem) = start(app, &id, &source).await {
            start(app, &id, &row.source).await?;
            return Err(problem);
        }
        row.source = source;
    }
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.change_camera(By { actor: &actor, at }, &row)).await?;
    one(app, &id).await
}

/// Removes a camera.
pub(crate) async fn remove(app: &App, by: &Principal, id: CameraId) -> Result<(), Problem> {
    let (actor, at, kept) = (by.actor(), app.now(), id.clone());
    app.store(move |store| store.remove_camera(By { actor: &actor, at }, &kept)).await?;
    match stop(app, &id).await {
        // A camera that could not be started is removed as well.
        Err(problem) if problem.code == "camera_not_found" => Ok(()),
        done => done,
    }
}

async fn known(app: &App, id: &CameraId) -> Result<Option<CameraRow>, Problem> {
    let rows = app.store(Store::cameras).await?;
    Ok(rows.into_iter().find(|row| row.id == *id))
}

/// Every running camera.
pub(crate) async fn all(app: &App) -> Result<Vec<wire::Camera>, Problem> {
    let rows = app.store(Store::cameras).await?;
    let name = |id: &str| rows.iter().find(|row| row.id.as_str() == id).map(|row| row.name.clone());
    let list = app.vision()?.cameras().list();
    Ok(list.iter().map(|status| answer(status, name(status.id.as_str()))).collect())
}

/// One camera.
pub(crate) async fn one(app: &App, id: &CameraId) -> Result<wire::Camera, Problem> {
    let name = known(app, id).await?.map(|row| row.name);
    let status = app.vision()?.cameras().status(&pipeline_id(id)?)?;
    Ok(answer(&status, name))
}

fn answer(status: &CameraStatus, name: Option<String>) -> wire::Camera {
    let id = status.id.to_string();
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
    wire::Camera { id, name, source: status.source.to_string(), health: health(status) }
}

/// How a camera does, on the wire.
pub(crate) fn health(status: &CameraStatus) -> wire::CameraHealth {
    wire::CameraHealth {
        state: status.state.name().to_owned(),
        reason: status.reason.clone(),
        width: status.width,
        height: status.height,
        codec: status.codec.clone(),
        decoder: status.decoder.clone(),
        fps: status.fps,
        frames_in: status.frames_in,
        frames_analysed: status.frames_analysed,
        frame_age_ms: status.frame_age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX)),
        reconnects: status.reconnects,
    }
}

/// Tells listeners when a camera changes its state.
async fn announce(app: App, mut events: tokio::sync::broadcast::Receiver<CameraEvent>) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let state = event.to.map_or("removed", |state| state.name());
        tracing::info!(camera = %event.camera, state, reason = event.reason, "camera");
        let body = serde_json::json!({
            "camera": event.camera.as_str(),
            "from": event.from.map(CameraState::name),
            "state": state,
            "reason": event.reason,
        });
        if let serde_json::Value::Object(body) = body {
            app.hub().publish("camera.state", body);
        }
    }
}
