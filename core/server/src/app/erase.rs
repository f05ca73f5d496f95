//! Erasure: the person's key is destroyed, and with it every copy of what it sealed.

use domain::UserId;
use serde_json::json;
use store::{By, Store};

use super::{App, enrolled};
use crate::api::Problem;
use crate::api::wire::money::moment;
use crate::api::wire::user::ErasureCertificate;
use crate::auth::Principal;

/// What the statement of a certificate says it is.
pub(crate) const CERTIFICATE_TYPE: &str = "facepay.erasure/1";

/// Erases `user` and certifies it.
pub(crate) async fn erase(app: &App, by: &Principal, user: UserId) -> Result<ErasureCertificate, Problem> {
    let (actor, at) = (by.actor(), app.now());
    let templates = app
        .store(move |store| {
            let templates = store.faces(user)?.len();
            store.erase_user(By { actor: &actor, at }, user)?;
            Ok(templates)
        })
        .await?;
    enrolled::refresh(app, user).await;
    let (user_id, erased_at) = (user.to_string(), moment(at));
    let method = "data key destroyed (crypto-shredding), profile, consents, templates, kept faces, PIN and instruments deleted";
    let statement = store::json::canonical(&json!({
        "type": CERTIFICATE_TYPE,
        "user_id": user_id,
        "erased_at": erased_at,
        "templates": templates,
        "method": method,
    }));
    let signed = statement.clone();
    let sign = move |store: &Store| {
        let key = store.device_key();
        Ok((hex::encode(key.sign(signed.as_bytes())), key.public().to_string()))
    };
    let (signature, key) = app.store(sign).await?;
    Ok(ErasureCertificate { user_id, erased_at, templates, method, statement, signature, key })
}
