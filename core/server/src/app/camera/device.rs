//! The device behind a camera: pinned when it is first found, kept over restarts, and nothing is paid at another one, or at one
//! that was moved, until somebody accepts it.

use domain::CameraId;
use pipeline::camera::{CameraError, Identity, Pin, PinEvent};
use serde_json::{Map, Value};
use store::{By, CameraDevice};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::{is_reserved, one, pipeline_id};
use crate::api::Problem;
use crate::api::wire::camera as wire;
use crate::app::App;
use crate::auth::Principal;

/// Who pushes a camera's pictures: the key or the person, not the connection, which is new each time.
pub(crate) fn client(principal: &Principal) -> Identity {
    Identity::of([("client", principal.actor())])
}

/// The pin of a camera as it was kept; none for cameras that sockets bring along.
pub(super) async fn kept(app: &App, id: &CameraId) -> Result<Pin, Problem> {
    let wanted = id.clone();
    let device = app.store(move |store| store.camera_device(&wanted)).await?;
    let Some(device) = device else { return Ok(Pin::default()) };
    // What cannot be read again is no device that ever comes back: somebody has to accept the one that is there.
    let read = |text: &str| identity(text).unwrap_or_default();
    Ok(Pin { pinned: Some(read(&device.pinned)), found: device.found.as_deref().map(read) })
}

/// Keeps the pin of a camera as it is now.
pub(super) async fn keep(app: &App, by: &Principal, id: &CameraId) -> Result<(), Problem> {
    if is_reserved(id.as_str()) {
        return Ok(());
    }
    let pin = match app.vision()?.cameras().pin(&pipeline_id(id)?) {
        Ok(pin) => pin,
        // Gone again, and what was kept of it with it.
        Err(CameraError::Unknown(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let device = pin
        .pinned
        .as_ref()
        .map(|pinned| CameraDevice { pinned: text(pinned), found: pin.found.as_ref().map(text) });
    let (actor, at, id) = (by.actor(), app.now(), id.clone());
    app.store(move |store| store.set_camera_device(By { actor: &actor, at }, &id, device.as_ref())).await?;
    Ok(())
}

/// Takes the device, and the view, that are there for the camera's own.
pub(crate) async fn accept(app: &App, by: &Principal, id: CameraId) -> Result<wire::Camera, Problem> {
    if is_reserved(id.as_str()) {
        return Err(Problem::not_found("camera"));
    }
    let (app, by) = (app.clone(), by.clone());
    super::to_the_end(async move {
        let (cameras, camera) = (app.vision()?.cameras().clone(), pipeline_id(&id)?);
        let moved = cameras.status(&camera)?.state.is_of_view();
        if !moved && !cameras.pin(&camera)?.is_replaced() {
            let detail = format!("the camera {id} is the device that it is pinned to, and sees what it saw");
            return Err(Problem::conflict("camera_not_replaced", detail));
        }
        cameras.accept(&camera)?;
        keep(&app, &by, &id).await?;
        one(&app, &id).await
    })
    .await
}

/// Keeps pins as they change, until the appliance stops.
pub(super) async fn follow(app: App, mut pins: Receiver<PinEvent>) {
    loop {
        let event = match pins.recv().await {
            Ok(event) => event,
            // The pins are in force, and kept with the next change.
            Err(RecvError::Lagged(_)) => continue,
            Err(RecvError::Closed) => return,
        };
        let Ok(id) = event.camera.as_str().parse::<CameraId>() else { continue };
        if event.pin.is_replaced() {
            let changes = event.pin.changes().join(", ");
            tracing::warn!(camera = %id, changes, "another device than the camera is pinned to");
        }
        if let Err(problem) = keep(&app, &Principal::SYSTEM, &id).await {
            tracing::error!(camera = %id, code = problem.code, "the camera's device is not kept");
        }
    }
}

fn text(identity: &Identity) -> String {
    let fields = identity.fields().map(|(name, value)| (name.to_owned(), Value::from(value)));
    Value::Object(fields.collect::<Map<String, Value>>()).to_string()
}

fn identity(text: &str) -> Option<Identity> {
    let fields: Map<String, Value> = serde_json::from_str(text).ok()?;
    let fields = fields.into_iter().map(|(name, value)| Some((name, value.as_str()?.to_owned())));
    Some(Identity::of(fields.collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_the_same_after_it_was_kept() {
        let device = Identity::of([("card", "a \"webcam\"".to_owned()), ("serial", "AB12".to_owned())]);
        assert_eq!(identity(&text(&device)), Some(device));
        assert_eq!(identity("not json"), None);
        assert_eq!(identity(r#"{"card":1}"#), None);
    }
}
