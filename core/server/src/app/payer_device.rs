//! Payers' devices: signed in by the person's own link and its code, out by themselves, by another of theirs or by staff.

use domain::payer_device::checked_name;
use domain::{PayerDeviceId, Secret, UserId};
use store::{By, NewPayerDevice, PayerDeviceRow};
use uuid::Uuid;

use super::{App, face_payment};
use crate::api::Problem;
use crate::auth::Principal;
use crate::auth::token::{self, Kind, TokenHash};

/// A device that was just signed in; its token is shown once.
pub(crate) struct Opened {
    pub(crate) id: PayerDeviceId,
    pub(crate) token: Secret<String>,
}

/// Signs a device in, by who has both the link and the code; the link is used up.
pub(crate) async fn open(
    app: &App,
    link: &Secret<String>,
    code: Secret<String>,
    name: &str,
) -> Result<Opened, Problem> {
    let name =
        checked_name(name).map_err(|error| Problem::unprocessable("name_invalid", error.to_string()))?;
    let opened =
        Opened { id: PayerDeviceId(Uuid::now_v7()), token: token::mint(Kind::Payer, &mut rand::rng()) };
    let new = NewPayerDevice {
        id: opened.id,
        token_sha256: TokenHash::of(opened.token.expose()).0,
        name: name.to_owned(),
    };
    let (link, at) = (TokenHash::of(link.expose()).0, app.now());
    let tried =
        app.store(move |store| store.open_payer_device(By { actor: "link", at }, &link, &code, &new)).await?;
    face_payment::taken(tried)?;
    Ok(opened)
}

/// A person's devices, the newest first, without those that nobody used for too long.
pub(crate) async fn list(app: &App, user: UserId) -> Result<Vec<PayerDeviceRow>, Problem> {
    let (now, unused_max) = (app.now(), crate::auth::payer::unused_max(app.settings()));
    let mut devices = app.store(move |store| store.payer_devices(user)).await?;
    devices.retain(|device| domain::payer_device::is_live(device.seen_at, unused_max, now));
    Ok(devices)
}

/// Signs one of a person's devices out.
pub(crate) async fn end(
    app: &App,
    by: &Principal,
    user: UserId,
    device: PayerDeviceId,
) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.end_payer_device(By { actor: &actor, at }, user, device)).await?)
}

/// Signs all of them out.
pub(crate) async fn end_all(app: &App, by: &Principal, user: UserId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.end_payer_devices(By { actor: &actor, at }, user)).await?)
}
