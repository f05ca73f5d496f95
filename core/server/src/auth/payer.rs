//! Payers' devices: each found by the digest of its token, as long as it is used.

use std::time::Duration;

use axum::extract::FromRequestParts;
use domain::payer_device::{is_live, is_to_be_noted};
use domain::role::{Permissions, Role};
use domain::{PayerDeviceId, UserId};
use http::request::Parts;

use super::token::TokenHash;
use super::{Principal, Who, unauthenticated};
use crate::api::Problem;
use crate::app::App;
use crate::settings::Settings;

/// Whose device asks. What its handler does is about this person and nobody else.
pub(crate) struct Payer {
    pub(crate) user: UserId,
    pub(crate) device: PayerDeviceId,
    pub(crate) principal: Principal,
}

impl<S: Send + Sync> FromRequestParts<S> for Payer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let principal = parts.extensions.get::<Principal>().cloned().ok_or_else(unauthenticated)?;
        match principal.who {
            Who::Payer { device, user } => Ok(Self { user, device, principal }),
            Who::Key(_) | Who::Operator(_) | Who::System => Err(unauthenticated()),
        }
    }
}

/// How long a device lasts that nobody uses.
pub(crate) fn unused_max(settings: &Settings) -> Duration {
    Duration::from_secs(u64::from(settings.auth.payer_device_days) * 86_400)
}

/// Who presents this token, while the device is used.
pub(super) async fn principal(app: &App, token: &TokenHash) -> Result<Option<Principal>, Problem> {
    let (now, sha256) = (app.now(), token.0);
    let shown = app.store(move |store| store.payer_device(&sha256)).await?;
    let live = shown.filter(|shown| is_live(shown.seen_at, unused_max(app.settings()), now));
    let Some(shown) = live else { return Ok(None) };
    if is_to_be_noted(shown.seen_at, now)
        && let Err(error) = app.store(move |store| store.note_payer_device(shown.id, now)).await
    {
        // Whoever only reads is not refused by a disk that is full.
        tracing::warn!(%error, "that a payer's device is used was not noted");
    }
    let who = Who::Payer { device: shown.id, user: shown.user };
    Ok(Some(Principal { who, role: Role::Payer, permissions: Permissions::ALL, camera: None }))
}
