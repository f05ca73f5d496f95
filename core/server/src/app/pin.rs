//! PINs: set by staff, proved by payers, tried a few times only.

use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use domain::pin::{self, InvalidPin};
use domain::{Secret, UserId};
use http::{HeaderValue, StatusCode, header};
use store::{By, PinTry};

use super::{App, sync};
use crate::api::Problem;
use crate::auth::Principal;
use crate::auth::operator::{argon2, blocking};

/// Gives `user` a PIN, in place of the one before.
pub(crate) async fn set(app: &App, by: &Principal, user: UserId, pin: Secret<String>) -> Result<(), Problem> {
    pin::check(pin.expose()).map_err(invalid)?;
    // Whoever is not there costs no hash.
    let peppered = app
        .store(move |store| {
            store.user(user)?;
            Ok(store.peppered_pin(user, &pin))
        })
        .await?;
    let turn = app.pin_turn().ok_or_else(busy)?;
    let hash = blocking(move || {
        let _turn = turn;
        let hash = argon2()?.hash_password(peppered.expose());
        hash.map(|h| Secret::new(h.to_string()))
            .map_err(|e| Problem::unavailable("password_hashing", e.to_string()))
    })
    .await?;
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.set_pin(By { actor: &actor, at }, user, &hash)).await?)
}

/// Takes the PIN of `user` away.
pub(crate) async fn remove(app: &App, by: &Principal, user: UserId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.remove_pin(By { actor: &actor, at }, user)).await?)
}

/// Whether `pin` is that of `user`. Each try that is looked at is counted before it is; the proof that follows a right
/// one ends the count.
pub(crate) async fn check(
    app: &App,
    by: &Principal,
    user: UserId,
    pin: Secret<String>,
) -> Result<(), Problem> {
    if !pin::has_shape(pin.expose()) {
        return Err(invalid(InvalidPin::Shape));
    }
    let turn = app.pin_turn().ok_or_else(busy)?;
    let (actor, now) = (by.actor(), app.now());
    let lockout = Duration::from_secs(app.settings().policy.pin_lockout_s);
    let (tried, peppered, pin) = app
        .store(move |store| {
            let tried = store.try_pin(By { actor: &actor, at: now }, user, lockout)?;
            Ok((tried, store.peppered_pin(user, &pin), pin))
        })
        .await?;
    let hash = match tried {
        PinTry::Admitted(hash) => hash,
        PinTry::Locked(until) => return Err(locked(until.since(now))),
        PinTry::Missing => {
            drop(turn);
            return sync::check_pin(app, user, &pin).await;
        }
    };
    let right = blocking(move || {
        let _turn = turn;
        let hash = PasswordHash::new(hash.expose());
        let hash = hash.map_err(|e| Problem::unavailable("password_hashing", e.to_string()))?;
        Ok(argon2()?.verify_password(peppered.expose(), &hash).is_ok())
    });
    match right.await? {
        true => Ok(()),
        false => Err(Problem::unprocessable("pin_wrong", "the PIN is wrong")),
    }
}

/// Whether whoever asks for an act of weight on a payer's device is that payer: by the PIN, where there is one.
///
/// # Errors
/// When there is a PIN and it was not given, or another.
pub(crate) async fn said(
    app: &App,
    by: &Principal,
    user: UserId,
    given: Option<Secret<String>>,
) -> Result<(), Problem> {
    let has = app.store(move |store| Ok(store.has_pin(user)? || store.has_pin_at_centre(user)?)).await?;
    if !has {
        return Ok(());
    }
    let detail = "say the PIN as `pin`; who forgot it asks staff for another one";
    let pin = given.ok_or_else(|| Problem::conflict("pin_required", detail))?;
    check(app, by, user, pin).await?;
    let (actor, at) = (by.actor(), app.now());
    Ok(app.store(move |store| store.pin_was_right(By { actor: &actor, at }, user)).await?)
}

fn invalid(error: InvalidPin) -> Problem {
    let code = match error {
        InvalidPin::Shape => "pin_invalid",
        InvalidPin::Weak => "pin_weak",
    };
    Problem::unprocessable(code, error.to_string())
}

fn busy() -> Problem {
    let detail = "other PINs are being worked out at this moment; try again";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "pin_busy", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
}

fn locked(remaining: Duration) -> Problem {
    let seconds = remaining.as_secs() + u64::from(remaining.subsec_nanos() > 0);
    let detail = "too many wrong PINs; wait before the next try, or let staff give this person a new one";
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "pin_locked", detail)
        .with_header(header::RETRY_AFTER, HeaderValue::from(seconds))
}
