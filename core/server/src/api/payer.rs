//! What a person sees and does of their own on a device of their own. No route names anybody: the device says who it is.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::{ConsentId, Currency, Secret, Timestamp};
use http::{HeaderMap, StatusCode, header};
use store::ConsentRow;

use super::extract::{Json, Path, Query};
use super::problem::Problem;
use super::refusals::Refusal;
use super::route::{Access, Routes, delete, get, post};
use super::transactions::{receipt_answer, receipt_not_ready, transaction_id};
use super::wire::face_payment::FacePayment;
use super::wire::money::{Amount, moment};
use super::wire::page::{self, Listing, Page};
use super::wire::payer as wire;
use super::wire::transaction::Receipt;
use super::wire::user::{ErasureCertificate, Wallet};
use crate::app::own::{self, Own};
use crate::app::{App, consent, erase, face_payment, pin};
use crate::auth::cookie::{self, Jar};
use crate::auth::payer::{Payer, unused_max};

/// Of an act of weight, which the PIN is asked for.
const PIN: &[Refusal] = &[
    (409, &["pin_required", "pin_missing"]),
    (422, &["pin_invalid", "pin_wrong"]),
    (429, &["pin_busy", "pin_locked"]),
    (503, &["password_hashing"]),
];
/// Of one whose person was erased a moment ago.
const GONE: &[Refusal] = &[(404, &["user_not_found"])];

pub(super) fn routes(routes: Routes) -> Routes {
    let (see, change) = (Access::Payer, Access::PayerChanges);
    routes
        .add(
            get("/payer", see, "How it stands with the person whose device asks")
                .gives::<wire::Own>(200)
                .refuses(GONE),
            show,
        )
        .add(
            get("/payer/receipts", see, "The own receipts, the newest payment first")
                .query(page::QUERY)
                .gives::<Page<Receipt>>(200),
            receipts,
        )
        .add(
            get("/payer/receipts/{id}", see, "The receipt of one own payment, signed")
                .gives::<Receipt>(200)
                .refuses(&[(404, &["transaction_not_found"]), (409, &["receipt_not_ready"])]),
            receipt,
        )
        .add(
            get("/payer/consents", see, "The own consents with their texts, oldest first")
                .query(page::QUERY)
                .gives::<Page<wire::OwnConsent>>(200),
            consents,
        )
        .add(
            delete("/payer/consents/{id}", change, "Withdraw an own consent; its faces are gone at once")
                .gives_nothing()
                .refuses(&[(404, &["consent_not_found"])]),
            withdraw,
        )
        .add(
            post("/payer/face-payment", change, "Switch the own payment by face on")
                .takes::<wire::ByOwnPin>()
                .refuses(GONE)
                .refuses(PIN)
                .gives::<FacePayment>(200),
            switch_on,
        )
        .add(
            delete("/payer/face-payment", change, "Switch the own payment by face off, at once")
                .gives_nothing()
                .refuses(GONE),
            switch_off,
        )
        .add(
            post("/payer/erasure", change, "Be erased, key and all; gives a signed certificate")
                .takes::<wire::ByOwnPin>()
                .refuses(GONE)
                .refuses(PIN)
                .gives::<ErasureCertificate>(200),
            be_erased,
        )
}

async fn show(State(app): State<App>, payer: Payer, headers: HeaderMap) -> Result<Response, Problem> {
    let own = own::standing(&app, payer.user).await?;
    let token = cookie::token(&headers, Jar::Payer);
    let csrf = token.as_ref().map(|token| cookie::csrf(&Secret::new(token.clone())));
    let mut response = Json(answer(&app, own, payer.device.to_string(), csrf)).into_response();
    if let Some(token) = token {
        // It lasts as long as it is used, in the browser too.
        set_cookie(&app, &mut response, &token);
    }
    Ok(response)
}

fn answer(app: &App, own: Own, device_id: String, csrf: Option<String>) -> wire::Own {
    let Own { user, faces, limits, .. } = own;
    let limit = |(currency, usage): (Currency, domain::limits::Usage)| wire::OwnLimit {
        payment_max: Amount::minor(limits.amount_max, currency),
        day_max: Amount::minor(limits.day_amount_max, currency),
        day_spent: Amount::minor(usage.day_amount, currency),
        hour_count_max: limits.hour_count_max,
        hour_count: usage.hour_count,
    };
    wire::Own {
        user_id: user.id.to_string(),
        name: user.profile.name,
        email: user.profile.email,
        status: user.status.as_str(),
        face_payment: FacePayment {
            state: own.face_payment.as_str(),
            from: own.face_payment_from.map(moment),
        },
        face_payment_asked: app.settings().policy.face_payment_opt_in,
        faces: wire::OwnFaces {
            count: faces.len(),
            first_at: faces.first().copied().map(moment),
            newest_at: faces.last().copied().map(moment),
        },
        pin: own.has_pin,
        wallets: own.wallets.iter().map(Wallet::from).collect(),
        limits: own.spent.into_iter().map(limit).collect(),
        device_id,
        csrf,
    }
}

/// Lets the browser keep the token for as long as the device lasts.
pub(super) fn set_cookie(app: &App, response: &mut Response, token: &str) {
    if let Some(cookie) = cookie::set(Jar::Payer, token, unused_max(app.settings()).as_secs()) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

/// Has the browser forget the token.
pub(super) fn forget_cookie(response: &mut Response) {
    if let Some(cookie) = cookie::set(Jar::Payer, "", 0) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

async fn receipts(
    State(app): State<App>,
    payer: Payer,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<Receipt>>, Problem> {
    let (limit, before) = (page::limit(listing.limit), page::cursor(listing.cursor.as_deref())?);
    let (mut rows, key) = own::receipts(&app, payer.user, before, page::one_more(limit)).await?;
    let next_cursor = page::cut(&mut rows, limit, |(row, _)| row.id);
    let items = rows.into_iter().map(|(row, receipt)| receipt_answer(row, receipt, key.clone())).collect();
    Ok(Json(Page { items, next_cursor }))
}

async fn receipt(
    State(app): State<App>,
    payer: Payer,
    Path(id): Path<String>,
) -> Result<Json<Receipt>, Problem> {
    let (row, receipt, key) = own::receipt(&app, payer.user, transaction_id(&id)?).await?;
    let receipt = receipt.ok_or_else(|| receipt_not_ready(&row))?;
    Ok(Json(receipt_answer(row, receipt, key)))
}

fn consent_answer(row: ConsentRow, text: Option<String>, now: Timestamp) -> wire::OwnConsent {
    wire::OwnConsent {
        id: row.id.to_string(),
        version: row.text_version,
        text_sha256: row.text_sha256,
        text,
        language: row.language,
        channel: row.channel,
        given_at: moment(row.term.given_at),
        expires_at: moment(row.term.expires_at),
        withdrawn_at: row.term.withdrawn_at.map(moment),
        standing: consent::standing_name(row.term.at(now)),
    }
}

async fn consents(
    State(app): State<App>,
    payer: Payer,
    Query(listing): Query<Listing>,
) -> Result<Json<Page<wire::OwnConsent>>, Problem> {
    let (limit, after) = (page::limit(listing.limit), page::cursor(listing.cursor.as_deref())?);
    let mut rows = own::consents(&app, payer.user, after, page::one_more(limit)).await?;
    let next_cursor = page::cut(&mut rows, limit, |(row, _)| row.id);
    let now = app.now();
    let items = rows.into_iter().map(|(row, text)| consent_answer(row, text, now)).collect();
    Ok(Json(Page { items, next_cursor }))
}

/// As easy as it was to give (GDPR, article 7.3): nothing is asked for.
async fn withdraw(
    State(app): State<App>,
    payer: Payer,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let id: ConsentId = id.parse().map_err(|_| Problem::not_found("consent"))?;
    consent::withdraw(&app, &payer.principal, payer.user, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn switch_on(
    State(app): State<App>,
    payer: Payer,
    Json(given): Json<wire::ByOwnPin>,
) -> Result<Json<FacePayment>, Problem> {
    face_payment::by_device(&app, &payer.principal, payer.user, given.pin.map(|pin| pin.0)).await?;
    let (state, from) = face_payment::standing(&app, payer.user).await?;
    Ok(Json(FacePayment { state: state.as_str(), from: from.map(moment) }))
}

async fn switch_off(State(app): State<App>, payer: Payer) -> Result<StatusCode, Problem> {
    face_payment::off(&app, &payer.principal, payer.user).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// It is the person's own right (GDPR, article 17): nobody of the staff has to agree, whatever `auth.four_eyes` says.
async fn be_erased(
    State(app): State<App>,
    payer: Payer,
    Json(given): Json<wire::ByOwnPin>,
) -> Result<Response, Problem> {
    pin::said(&app, &payer.principal, payer.user, given.pin.map(|pin| pin.0)).await?;
    let certificate = erase::erase(&app, &payer.principal, payer.user).await?;
    let mut response = Json(certificate).into_response();
    forget_cookie(&mut response);
    Ok(response)
}
