//! Cameras: kept sealed in the database, run by the pipeline.

pub(crate) mod device;

use std::future::Future;
use std::str::FromStr;
use std::time::Duration;

use domain::CameraId;
use pipeline::camera::{
    CameraConfig, CameraError, CameraEvent, CameraId as PipelineId, CameraState, CameraStatus, DecodeEvent,
    Pin,
};
use pipeline::source::{SourceKind, SourceUrl};
use store::{By, CameraRow, CameraStateRow, Store, StoreError};
use tokio::sync::broadcast::error::RecvError;

use super::App;
use super::start::StartError;
use crate::api::Problem;
use crate::api::wire::camera as wire;
use crate::auth::Principal;
use crate::redaction::Redacted;
use crate::settings::{self, Decode};

/// The pipeline's name of the same camera.
pub(crate) fn pipeline_id(id: &CameraId) -> Result<PipelineId, Problem> {
    PipelineId::from_str(id.as_str()).map_err(|_| Problem::not_found("camera"))
}

/// How the cameras are called that sockets bring along.
pub(crate) const OWN_PREFIX: &str = "socket-";
/// What metrics call all of these together: each has a name of its own, and there is no end of them.
pub(crate) const OWN_LABEL: &str = "socket";

/// Whether no camera of an operator may be called so.
pub(crate) fn is_reserved(name: &str) -> bool {
    name == OWN_LABEL || name.starts_with(OWN_PREFIX)
}

/// The camera of this name, if it is one that takes pictures from a client. At any other camera a client
/// has no say, and is not to see who stands there.
pub(crate) fn pushed(app: &App, name: &str) -> Result<PipelineId, Problem> {
    let id: CameraId = name.parse().map_err(|_| Problem::not_found("camera"))?;
    let camera = pipeline_id(&id)?;
    let kind = app.vision()?.cameras().status(&camera)?.source.kind();
    match kind {
        // Another client's own camera is nobody else's.
        _ if is_reserved(name) => Err(Problem::not_found("camera")),
        SourceKind::Push => Ok(camera),
        _ => Err(CameraError::NotPush(camera).into()),
    }
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
    run_by(&app.settings().cameras, id, source)
}

/// As [`config`], by the settings alone.
pub(crate) fn run_by(cameras: &settings::Cameras, id: PipelineId, source: SourceUrl) -> CameraConfig {
    CameraConfig {
        id,
        source,
        decode: Default::default(),
        analysed_fps_max: cameras.analysed_fps_max,
        frozen_after_ms: cameras.frozen_after_ms,
        loop_s_max: cameras.loop_s_max,
        view: cameras.view(),
        idle: cameras.idle(),
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
        let (name, source) = (listed.name.clone(), listed.source.clone());
        known.push(CameraRow { id, name, source, key_frames: listed.decode == Decode::KeyFrames });
    }
    if let Ok(vision) = app.vision() {
        // Listening begins before the first device is found.
        app.spawn(device::follow(app.clone(), vision.cameras().pins()));
    }
    for row in known {
        let started = match device::kept(app, &row.id).await {
            Ok(pin) => start(app, &row, pin).await,
            Err(problem) => Err(problem),
        };
        let Err(problem) = started else { continue };
        tracing::error!(camera = %row.id, code = problem.code, detail = %problem.detail, "camera not started");
        // One that the settings name a second time runs already.
        if problem.code != "camera_exists" {
            app.cameras_refused().lock().insert(row.id.clone(), refused(row, &problem));
        }
    }
    if let Ok(vision) = app.vision() {
        app.spawn(announce(app.clone(), vision.cameras().events()));
        app.spawn(announce_decodes(app.clone(), vision.cameras().decodes()));
        app.spawn(record(app.clone(), vision.cameras().events()));
    }
    Ok(())
}

/// Which pictures of a camera are decoded.
fn decode(row: &CameraRow) -> Decode {
    if row.key_frames { Decode::KeyFrames } else { Decode::All }
}

async fn start(app: &App, row: &CameraRow, pin: Pin) -> Result<(), Problem> {
    let id = &row.id;
    if is_reserved(id.as_str()) {
        let detail = format!("`{OWN_LABEL}` and `{OWN_PREFIX}…` are names of the appliance's own");
        return Err(Problem::unprocessable("camera_id_reserved", detail));
    }
    let config = config(app, pipeline_id(id)?, parse_source(&row.source)?);
    let config = CameraConfig { decode: decode(row).into(), ..config };
    let cameras = app.vision()?.cameras().clone();
    blocking(move || cameras.add_pinned(config, pin)).await?;
    app.cameras_refused().lock().remove(id);
    Ok(())
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CameraError> + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    Ok(done.map_err(|error| Problem::internal(&error))??)
}

/// Runs `work` to its end even when the client hangs up, so that no camera is left half changed.
async fn to_the_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Problem>> + Send + 'static,
) -> Result<T, Problem> {
    tokio::spawn(work).await.unwrap_or_else(|error| Err(Problem::internal(&error)))
}

/// Adds a camera: first it must start, then it is kept.
pub(crate) async fn add(app: &App, by: &Principal, row: CameraRow) -> Result<wire::Camera, Problem> {
    let row = CameraRow { name: checked_name(row.name)?, ..row };
    let (app, actor) = (app.clone(), by.actor());
    to_the_end(async move {
        if app.cameras_refused().lock().contains_key(&row.id) {
            return Err(CameraError::Exists(pipeline_id(&row.id)?).into());
        }
        start(&app, &row, Pin::default()).await?;
        let (id, at) = (row.id.clone(), app.now());
        if let Err(error) = app.store(move |store| store.add_camera(By { actor: &actor, at }, &row)).await {
            stop(&app, &id).await?;
            return Err(error.into());
        }
        one(&app, &id).await
    })
    .await
}

fn checked_name(name: String) -> Result<String, Problem> {
    let fine = name.chars().count() <= 120 && !name.chars().any(char::is_control);
    if fine {
        Ok(name)
    } else {
        Err(Problem::unprocessable("name_invalid", "a name has up to 120 characters"))
    }
}

/// Stops a camera; one that could not be started is stopped already.
async fn stop(app: &App, id: &CameraId) -> Result<(), Problem> {
    let (id, cameras) = (pipeline_id(id)?, app.vision()?.cameras().clone());
    blocking(move || match cameras.remove(&id) {
        Err(CameraError::Unknown(_)) => Ok(()),
        done => done,
    })
    .await
}

/// Changes a camera; a new source is opened before the change is kept.
pub(crate) async fn change(
    app: &App,
    by: &Principal,
    id: CameraId,
    change: wire::CameraChange,
) -> Result<wire::Camera, Problem> {
    let (app, by, actor) = (app.clone(), by.clone(), by.actor());
    to_the_end(async move {
        let old = known(&app, &id).await?.ok_or_else(|| Problem::not_found("camera"))?;
        let name = checked_name(change.name.unwrap_or_else(|| old.name.clone()))?;
        let moves = change.source.is_some();
        let key_frames = change.decode.map_or(old.key_frames, |decode| decode == Decode::KeyFrames);
        let source = change.source.unwrap_or_else(|| old.source.clone());
        let row = CameraRow { id, name, source, key_frames };
        if moves {
            replace(&app, &old, &row).await?;
            device::keep(&app, &by, &row.id).await?;
        } else if row.key_frames != old.key_frames {
            set_decode(&app, &row)?;
        }
        let (kept, at) = (row.clone(), app.now());
        if let Err(error) = app.store(move |store| store.change_camera(By { actor: &actor, at }, &kept)).await
        {
            if moves {
                replace(&app, &row, &old).await?;
                device::keep(&app, &by, &old.id).await?;
            } else if row.key_frames != old.key_frames {
                set_decode(&app, &old)?;
            }
            return Err(error.into());
        }
        one(&app, &row.id).await
    })
    .await
}

/// Decodes what a camera's row says; one that could not be started decodes nothing.
fn set_decode(app: &App, row: &CameraRow) -> Result<(), Problem> {
    match app.vision()?.cameras().set_decode(&pipeline_id(&row.id)?, decode(row).into()) {
        Err(CameraError::Unknown(_)) => {
            let refused = app.cameras_refused();
            if let Some(camera) = refused.lock().get_mut(&row.id) {
                camera.decode = decode(row);
            }
            Ok(())
        }
        done => Ok(done?),
    }
}

/// Runs a camera from its new source, pinned anew; when that is refused, the old one goes on.
async fn replace(app: &App, old: &CameraRow, new: &CameraRow) -> Result<(), Problem> {
    parse_source(&new.source)?;
    let pin = device::kept(app, &old.id).await?;
    stop(app, &old.id).await?;
    // Whoever saves a source means the device that is found there.
    let Err(problem) = start(app, new, Pin::default()).await else { return Ok(()) };
    if let Err(again) = start(app, old, pin).await {
        tracing::error!(camera = %old.id, code = again.code, detail = %again.detail, "camera not started again");
        app.cameras_refused().lock().insert(old.id.clone(), refused(old.clone(), &again));
    }
    Err(problem)
}

/// Removes a camera.
pub(crate) async fn remove(app: &App, by: &Principal, id: CameraId) -> Result<(), Problem> {
    let (app, actor) = (app.clone(), by.actor());
    to_the_end(async move {
        let (at, kept) = (app.now(), id.clone());
        app.store(move |store| store.remove_camera(By { actor: &actor, at }, &kept)).await?;
        app.cameras_refused().lock().remove(&id);
        stop(&app, &id).await
    })
    .await
}

async fn known(app: &App, id: &CameraId) -> Result<Option<CameraRow>, Problem> {
    let rows = app.store(Store::cameras).await?;
    Ok(rows.into_iter().find(|row| row.id == *id))
}

/// Every camera, also those that were refused.
pub(crate) async fn all(app: &App) -> Result<Vec<wire::Camera>, Problem> {
    let rows = app.store(Store::cameras).await?;
    let name = |id: &str| rows.iter().find(|row| row.id.as_str() == id).map(|row| row.name.clone());
    let list = app.vision()?.cameras().list();
    let mut all: Vec<_> = list.iter().map(|status| answer(status, name(status.id.as_str()))).collect();
    all.extend(app.cameras_refused().lock().values().cloned());
    all.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(all)
}

/// One camera.
pub(crate) async fn one(app: &App, id: &CameraId) -> Result<wire::Camera, Problem> {
    if let Some(refused) = app.cameras_refused().lock().get(id) {
        return Ok(refused.clone());
    }
    let name = known(app, id).await?.map(|row| row.name);
    let status = app.vision()?.cameras().status(&pipeline_id(id)?)?;
    Ok(answer(&status, name))
}

/// A camera that does not run, and why.
fn refused(row: CameraRow, problem: &Problem) -> wire::Camera {
    let id = row.id.to_string();
    let health = wire::CameraHealth {
        state: "refused".to_owned(),
        reason: problem.detail.clone().into_owned(),
        ..wire::CameraHealth::default()
    };
    let decode = decode(&row);
    let name = if row.name.is_empty() { id.clone() } else { row.name };
    wire::Camera { id, name, source: Redacted::url(&row.source).into(), decode, health }
}

fn answer(status: &CameraStatus, name: Option<String>) -> wire::Camera {
    let id = status.id.to_string();
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| id.clone());
    let (source, decode) = (status.source.to_string(), status.decode.into());
    wire::Camera { id, name, source, decode, health: health(status) }
}

/// How a camera does, on the wire.
pub(crate) fn health(status: &CameraStatus) -> wire::CameraHealth {
    let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
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
        frames_skipped: status.frames_skipped,
        decodes: status.decodes.into(),
        key_frame_distance_ms: status.key_frame_distance.map(millis),
        frame_age_ms: status.frame_age.map(millis),
        reconnects: status.reconnects,
    }
}

/// Keeps a change of state, for whoever asks how a camera did.
async fn keep(app: &App, event: CameraEvent, state: &'static str) -> Result<(), StoreError> {
    let Ok(id) = event.camera.as_str().parse::<CameraId>() else { return Ok(()) };
    if is_reserved(id.as_str()) {
        return Ok(());
    }
    let before = event.from.map(|state| state.name().to_owned());
    let new = CameraStateRow { at: app.now(), before, state: state.to_owned(), reason: event.reason };
    let branch = app.settings().policy.branch.clone();
    app.store(move |store| store.add_camera_state((&branch, &id), &new)).await
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

/// Tells listeners when other pictures of a camera are decoded than before.
async fn announce_decodes(app: App, mut events: tokio::sync::broadcast::Receiver<DecodeEvent>) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let reason =
            if event.is_relief { "there is too much to decode, and nobody needs the camera" } else { "" };
        let body = serde_json::json!({
            "camera": event.camera.as_str(),
            "decodes": event.decodes.name(),
            "reason": reason,
        });
        if let serde_json::Value::Object(body) = body {
            app.hub().publish("camera.decodes", body);
        }
    }
}

/// Keeps each change of a camera's state. Apart from [`announce`]: listeners learn of it whether the database answers or not.
async fn record(app: App, mut events: tokio::sync::broadcast::Receiver<CameraEvent>) {
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "changes of cameras' states are not kept");
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let state = event.to.map_or("removed", |state| state.name());
        if let Err(error) = keep(&app, event, state).await {
            tracing::warn!(%error, "a camera's change of state is not kept");
        }
    }
}
