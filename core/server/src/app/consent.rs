//! Consent: given to a text, withdrawn at once.

use std::time::Duration;

use domain::consent::Standing;
use domain::{ConsentId, Timestamp, UserId};
use sha2::{Digest, Sha256};
use store::{By, ConsentRow, NewConsent, Store, StoreError};
use uuid::Uuid;

use super::{App, enrolled};
use crate::api::Problem;
use crate::auth::Principal;

const VERSION_CHARS_MAX: usize = 40;
const TEXT_BYTES_MAX: usize = 64 * 1024;
const TAG_CHARS_MAX: usize = 35;

/// A consent as it was given; of the text only its hash is kept.
pub(crate) struct Given {
    pub(crate) version: String,
    pub(crate) text: String,
    pub(crate) language: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Records a consent given now.
pub(crate) async fn give(
    app: &App,
    by: &Principal,
    user: UserId,
    given: Given,
) -> Result<ConsentRow, Problem> {
    let now = app.now();
    let days = u64::from(app.settings().policy.consent_days);
    let expires_at = given.expires_at.unwrap_or_else(|| now.plus(Duration::from_secs(days * 86_400)));
    if expires_at <= now {
        return Err(Problem::unprocessable("consent_expired", "a consent must end in the future"));
    }
    let (text_version, agreed) = (version(given.version)?, text(given.text)?);
    let new = NewConsent {
        id: ConsentId(Uuid::now_v7()),
        user,
        text_version,
        text_sha256: hex::encode(Sha256::digest(agreed.as_bytes())),
        language: language(given.language.unwrap_or_else(|| "en".to_owned()))?,
        channel: bounded("channel", given.channel.unwrap_or_else(|| "branch".to_owned()), TAG_CHARS_MAX)?,
        expires_at,
    };
    let actor = by.actor();
    Ok(app.store(move |store| store.add_consent(By { actor: &actor, at: now }, &new)).await?)
}

/// A version's name, where it is one.
pub(crate) fn version(version: String) -> Result<String, Problem> {
    bounded("version", version, VERSION_CHARS_MAX)
}

/// A language's tag, where it may be one.
pub(crate) fn language(language: String) -> Result<String, Problem> {
    bounded("language", language, TAG_CHARS_MAX)
}

/// A text that somebody can agree to.
pub(crate) fn text(text: String) -> Result<String, Problem> {
    match !text.trim().is_empty() && text.len() <= TEXT_BYTES_MAX {
        true => Ok(text),
        false => {
            let detail = "give the text that was agreed to, up to 64 KiB";
            Err(Problem::unprocessable("consent_text_invalid", detail))
        }
    }
}

fn bounded(what: &'static str, text: String, chars_max: usize) -> Result<String, Problem> {
    let fine = (1..=chars_max).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let detail = || format!("`{what}` has 1 to {chars_max} characters");
    if fine { Ok(text) } else { Err(Problem::unprocessable("consent_field_invalid", detail())) }
}

/// Withdraws a consent; its templates are gone from database and gallery when this returns.
pub(crate) async fn withdraw(app: &App, by: &Principal, user: UserId, id: ConsentId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.withdraw_consent(By { actor: &actor, at }, user, id)).await?;
    // Its templates are gone, and means hold nothing of them any more.
    enrolled::refresh(app, user).await;
    Ok(())
}

/// The live consent of `user` that ends last.
pub(crate) fn live(store: &Store, user: UserId, now: Timestamp) -> Result<ConsentRow, StoreError> {
    let consents = store.consents(user)?;
    let live = consents.into_iter().filter(|consent| consent.term.at(now) == Standing::Live);
    live.max_by_key(|consent| consent.term.expires_at).ok_or(StoreError::ConsentMissing)
}

/// The standing's name on the wire.
pub(crate) fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Live => "live",
        Standing::NotYet => "not_yet",
        Standing::Expired => "expired",
        Standing::Withdrawn => "withdrawn",
    }
}
