//! Payment by face, switched on apart from the consent and away from the till: by staff with the person's PIN, or by the
//! person's own link with a code that came another way. In force after a while, off at once.

use std::time::Duration;

use domain::consent::FacePayment;
use domain::{Secret, Timestamp, UserId};
use rand::RngExt;
use store::{By, FacePaymentLink, LinkTry};

use super::{App, pin};
use crate::api::Problem;
use crate::auth::token::{self, Kind, TokenHash};
use crate::auth::{Principal, Who};

/// Before whom, or where, it was switched on or off.
const STAFF: &str = "staff";
const DEVICE: &str = "device";

/// A link with its code, shown once.
pub(crate) struct Offered {
    pub(crate) token: Secret<String>,
    pub(crate) code: Secret<String>,
    pub(crate) expires_at: Timestamp,
}

/// How it stands with a person, and from when on it is in force.
pub(crate) async fn standing(app: &App, user: UserId) -> Result<(FacePayment, Option<Timestamp>), Problem> {
    let from = app.store(move |store| store.face_payment_from(user)).await?;
    Ok((FacePayment::at(from, app.now()), from))
}

/// Switched on by a member of staff, before whom the person proves to be there by the PIN.
pub(crate) async fn by_staff(
    app: &App,
    by: &Principal,
    user: UserId,
    given: Secret<String>,
) -> Result<(), Problem> {
    if !matches!(by.who, Who::Operator(_)) {
        let detail = "a member of staff who signed in does this, or the person by a link; a key does not";
        return Err(Problem::new(http::StatusCode::FORBIDDEN, "staff_only", detail));
    }
    pin::check(app, by, user, given).await?;
    let (actor, at, from) = (by.actor(), app.now(), in_force_from(app));
    Ok(app
        .store(move |store| store.switch_face_payment(By { actor: &actor, at }, user, Some(from), STAFF))
        .await?)
}

/// Switched on by the person on a device of their own, by the PIN where they have one.
pub(crate) async fn by_device(
    app: &App,
    by: &Principal,
    user: UserId,
    given: Option<Secret<String>>,
) -> Result<(), Problem> {
    pin::said(app, by, user, given).await?;
    let (actor, at, from) = (by.actor(), app.now(), in_force_from(app));
    let by = move |store: &store::Store| {
        store.switch_face_payment(By { actor: &actor, at }, user, Some(from), DEVICE)
    };
    Ok(app.store(by).await?)
}

/// Switched off, at once.
pub(crate) async fn off(app: &App, by: &Principal, user: UserId) -> Result<(), Problem> {
    let (actor, at) = (by.actor(), app.now());
    let channel = if matches!(by.who, Who::Payer { .. }) { DEVICE } else { STAFF };
    let off =
        move |store: &store::Store| store.switch_face_payment(By { actor: &actor, at }, user, None, channel);
    Ok(app.store(off).await?)
}

/// A link and a code to send to the person, each by a way of its own.
pub(crate) async fn offer(app: &App, by: &Principal, user: UserId) -> Result<Offered, Problem> {
    let token = token::mint(Kind::Link, &mut rand::rng());
    let code = Secret::new(format!("{:06}", rand::rng().random_range(0..1_000_000_u32)));
    let good_for = Duration::from_secs(u64::from(app.settings().policy.face_payment_link_h) * 3_600);
    let (actor, at) = (by.actor(), app.now());
    let expires_at = at.plus(good_for);
    let (token_sha256, told) = (TokenHash::of(token.expose()).0, code.clone());
    let keep = move |store: &store::Store| {
        let link = FacePaymentLink { user, token_sha256, code: &told, expires_at };
        store.offer_face_payment_link(By { actor: &actor, at }, &link)
    };
    app.store(keep).await?;
    Ok(Offered { token, code, expires_at })
}

/// Switched on by who has both the link and the code.
pub(crate) async fn by_person(
    app: &App,
    token: &Secret<String>,
    code: Secret<String>,
) -> Result<UserId, Problem> {
    let (hash, at, from) = (TokenHash::of(token.expose()).0, app.now(), in_force_from(app));
    let used =
        move |store: &store::Store| store.use_face_payment_link(By { actor: "link", at }, &hash, &code, from);
    taken(app.store(used).await?)
}

/// Whose link it was.
///
/// # Errors
/// When the code is wrong, or there is no such link.
pub(super) fn taken(tried: LinkTry) -> Result<UserId, Problem> {
    match tried {
        LinkTry::Taken(user) => Ok(user),
        LinkTry::Wrong(left) => Err(Problem::unprocessable(
            "code_wrong",
            format!("this is not the code; {left} more may be tried"),
        )),
        LinkTry::Gone => Err(Problem::not_found("link")),
    }
}

fn in_force_from(app: &App) -> Timestamp {
    app.now().plus(Duration::from_secs(u64::from(app.settings().policy.face_payment_wait_h) * 3_600))
}
