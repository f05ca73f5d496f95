//! Erasure: the person's key is destroyed, and with it every copy of what it sealed.

use domain::UserId;
use hmac::{Hmac, KeyInit, Mac};
use pipeline::gallery::Subject;
use sha2::Sha256;
use store::By;

use super::App;
use crate::api::Problem;
use crate::api::wire::money::moment;
use crate::api::wire::user::ErasureCertificate;
use crate::auth::Principal;

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
    if let Ok(vision) = app.vision() {
        vision.gallery().remove_subject(Subject(user.0.as_u128()));
    }
    let (user_id, erased_at) = (user.to_string(), moment(at));
    let method =
        "data key destroyed (crypto-shredding), profile, consents, templates, PIN and instruments deleted";
    let signature = sign(app, &["erasure", &user_id, &erased_at, &templates.to_string(), method]);
    Ok(ErasureCertificate { user_id, erased_at, templates, method, signature })
}

/// HMAC-SHA-256 over the fields, each ended by a newline, in hex.
pub(crate) fn sign(app: &App, fields: &[&str]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(app.signing_key()).expect("HMAC takes a key of any length");
    for field in fields {
        mac.update(field.as_bytes());
        mac.update(b"\n");
    }
    hex::encode(mac.finalize().into_bytes())
}
