//! Payments, credits and receipts.

mod list;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::operation::Kind;
use domain::role::Permission;
use domain::{CameraId, TransactionId, TransferId};
use http::StatusCode;
use store::{Funding, ReceiptRow, Store, TransactionRow};

use super::approvals;
use super::extract::{Json, Path};
use super::idempotency::Once;
use super::picture::{Given, decode_base64};
use super::problem::Problem;
use super::refusals::{AMOUNT, FACE, FACTOR, MOVES};
use super::route::{Access, Routes, get, post};
use super::users::user_id;
use super::wire::approval::Approval;
use super::wire::factor::StepUp;
use super::wire::money::{Amount, AmountIn, moment};
use super::wire::transaction as wire;
use super::wire::user::{Credit, NewCredit};
use crate::app::transaction::Asked;
use crate::app::{App, account, checkout, group, payer, recovery, step_up as factors, transaction};
use crate::auth::Principal;

const REFERENCE_CHARS_MAX: usize = 200;

pub(super) fn routes(routes: Routes) -> Routes {
    let fund = Access::Needs(Permission::WalletsFund);
    let read = Access::Needs(Permission::PaymentsRead);
    let take = Access::Needs(Permission::PaymentsTake);
    let back = Access::Needs(Permission::PaymentsReturn);
    let answer = |route: super::route::Route| {
        route.gives::<wire::Transaction>(200).refuses(&[(404, &["transaction_not_found"])])
    };
    let asks = |route| answer(route).may_stay_open().refuses(&[(409, &["leg_of_group"])]);
    list::routes(routes)
        .add(
            post("/users/{id}/credits", fund, "Put money into a person's wallet")
                .takes::<NewCredit>()
                .refuses(AMOUNT)
                .refuses(&[(404, &["user_not_found"]), (422, &["limit_exceeded"])])
                .gives::<Credit>(201)
                .idempotent(),
            credit,
        )
        .add(
            post("/transactions", take, "Open a payment by a person who proves their face")
                .takes::<wire::NewTransaction>()
                .refuses(AMOUNT)
                .refuses(FACE)
                .refuses(&[
                    (404, &["user_not_found"]),
                    (
                        422,
                        &[
                            "base64_invalid",
                            "camera_required",
                            "identification_required",
                            "limit_exceeded",
                            "not_a_picture",
                            "not_enrolled",
                            "picture_empty",
                            "picture_too_large",
                            "picture_truncated",
                            "picture_unsupported",
                            "pictures_ambiguous",
                            "provider_unknown",
                            "reference_invalid",
                            "terminal_invalid",
                        ],
                    ),
                ])
                .gives::<wire::Transaction>(201)
                .idempotent(),
            create,
        )
        .add(answer(get("/transactions/{id}", read, "One payment")), show)
        .add(
            answer(post("/transactions/{id}/confirm", take, "The payer's yes: pays"))
                .takes::<wire::Confirmation>()
                .refuses(MOVES)
                .refuses(&[(409, &["challenge_missing", "expired", "leg_of_group"])])
                .idempotent(),
            confirm,
        )
        .add(
            // A kiosk takes a PIN and cannot vouch for a person; those who enrol people can.
            answer(post(
                "/transactions/{id}/step-up",
                take,
                "A further factor: the payer's PIN, or staff's word",
            ))
            .takes::<StepUp>()
            .refuses(FACTOR)
            .refuses(&[(404, &["user_not_found"])])
            .idempotent(),
            step_up,
        )
        .add(
            asks(post("/transactions/{id}/capture", take, "Take what was set aside, or a part of it"))
                .takes::<wire::NewCapture>()
                .refuses(AMOUNT)
                .refuses(MOVES)
                .refuses(&[(422, &["partial_capture_unsupported", "wrong_currency"])])
                .idempotent(),
            capture,
        )
        .add(
            asks(post("/transactions/{id}/void", back, "Give free what was set aside, or cancel"))
                .takes::<wire::Empty>()
                .refuses(MOVES)
                .idempotent(),
            void,
        )
        .add(
            asks(post("/transactions/{id}/refunds", back, "Give money back, all or a part"))
                .may_wait_for::<Approval>()
                .takes::<wire::NewRefund>()
                .refuses(AMOUNT)
                .refuses(MOVES)
                .refuses(&[(409, &["nothing_to_refund"]), (422, &["wrong_currency"])])
                .idempotent(),
            refund,
        )
        .add(
            answer(post(
                "/transactions/{id}/sync",
                take,
                "Ask the provider what became of a payment in doubt",
            ))
            .takes::<wire::Empty>()
            .idempotent(),
            sync,
        )
        .add(
            get("/receipts/{id}", read, "The receipt of a payment, signed")
                .gives::<wire::Receipt>(200)
                .refuses(&[(404, &["transaction_not_found"]), (409, &["receipt_not_ready"])]),
            receipt,
        )
}

/// The id in a path; what is no id names nothing.
pub(super) fn transaction_id(text: &str) -> Result<TransactionId, Problem> {
    text.parse().map_err(|_| Problem::not_found("transaction"))
}

pub(super) fn checked_reference(reference: Option<String>) -> Result<Option<String>, Problem> {
    let fine =
        |text: &String| text.chars().count() <= REFERENCE_CHARS_MAX && !text.chars().any(char::is_control);
    match reference {
        Some(text) if !fine(&text) => {
            Err(Problem::unprocessable("reference_invalid", "a reference has up to 200 characters"))
        }
        other => Ok(other),
    }
}

fn answer(row: TransactionRow) -> wire::Transaction {
    let (reason, reasons) = wire::reasons(row.reason);
    wire::Transaction {
        id: row.id.to_string(),
        state: row.state.as_str(),
        amount: row.amount.into(),
        captured: Amount::minor(row.captured_minor, row.amount.currency()),
        refunded: Amount::minor(row.refunded_minor, row.amount.currency()),
        user_id: row.user.map(|user| user.to_string()),
        reference: row.reference,
        reason,
        reasons,
        provider: row.provider,
        terminal: row.place.terminal,
        branch: row.place.branch,
        created_at: moment(row.created_at),
        updated_at: moment(row.updated_at),
        expires_at: moment(row.expires_at),
    }
}

fn ok(row: TransactionRow) -> Response {
    Json(answer(row)).into_response()
}

/// 202 says that the provider's answer is not known yet, or that a second person must say yes.
fn asked(app: &App, asked: Asked) -> Response {
    match asked {
        Asked::Done(row) => ok(row),
        Asked::Open(row) => (StatusCode::ACCEPTED, Json(answer(row))).into_response(),
        Asked::Approval(row) => {
            (StatusCode::ACCEPTED, Json(approvals::answer(row, app.now()))).into_response()
        }
    }
}

async fn credit(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<NewCredit>,
) -> Result<Response, Problem> {
    let user = user_id(&id)?;
    let amount = once.body.amount.checked()?;
    let id = TransferId(once.id());
    once.run(app.clone(), move |_| async move {
        let wallet = account::fund(&app, &principal, Funding { id, user, amount }).await?;
        let credit = Credit { transfer_id: id.to_string(), amount: amount.into(), wallet: (&wallet).into() };
        Ok((StatusCode::CREATED, Json(credit)).into_response())
    })
    .await
}

async fn create(
    State(app): State<App>,
    principal: Principal,
    once: Once<wire::NewTransaction>,
) -> Result<Response, Problem> {
    let user = user_id(&once.body.user_id)?;
    let amount = once.body.amount.checked()?;
    once.run(app.clone(), move |new| async move {
        let reference = checked_reference(new.reference)?;
        let proof = match (new.image, new.camera) {
            (None, None) => None,
            (Some(image), None) => Some(Given::Files(vec![decode_base64(0, &image)?])),
            (None, Some(camera)) => Some(Given::Camera(camera)),
            _ => {
                return Err(Problem::unprocessable(
                    "pictures_ambiguous",
                    "give `image` or `camera`, not both",
                ));
            }
        };
        let terminal = new.terminal.map(|text| text.parse::<CameraId>()).transpose();
        let terminal =
            terminal.map_err(|error| Problem::unprocessable("terminal_invalid", error.to_string()))?;
        let provider = new.provider.map(|id| app.providers().named(&id)).transpose()?;
        let terminal = terminal.map(|terminal| terminal.to_string());
        let claim = payer::Claim { user, amount, reference, proof, terminal, provider };
        let row = payer::open(&app, &principal, claim).await?;
        Ok((StatusCode::CREATED, Json(answer(row))).into_response())
    })
    .await
}

async fn show(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Problem> {
    let id = transaction_id(&id)?;
    Ok(ok(app.store(move |store| store.transaction(id)).await?))
}

async fn confirm(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<wire::Confirmation>,
) -> Result<Response, Problem> {
    let id = transaction_id(&id)?;
    once.run(app.clone(), move |confirmation| async move {
        let row = app.store(move |store| store.transaction(id)).await?;
        group::is_no_leg(&app, id).await?;
        checkout::not_overdue(&app, &row)?;
        let kind = match confirmation.capture {
            Some(wire::Capture::Manual) => Kind::Authorize,
            Some(wire::Capture::Automatic) | None => Kind::Sale,
        };
        Ok(ok(transaction::pay(&app, &principal, id, kind).await?))
    })
    .await
}

async fn step_up(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<StepUp>,
) -> Result<Response, Problem> {
    let id = transaction_id(&id)?;
    once.forgetting()
        .run(app.clone(), move |given| async move {
            Ok(ok(factors::prove(&app, &principal, id, given.offered()?).await?))
        })
        .await
}

async fn capture(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<wire::NewCapture>,
) -> Result<Response, Problem> {
    let id = transaction_id(&id)?;
    let amount = once.body.amount.as_ref().map(AmountIn::checked).transpose()?;
    once.run(app.clone(), move |_| async move {
        group::is_no_leg(&app, id).await?;
        Ok(asked(&app, transaction::capture(&app, &principal, id, amount).await?))
    })
    .await
}

async fn void(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<wire::Empty>,
) -> Result<Response, Problem> {
    let id = transaction_id(&id)?;
    once.run(
        app.clone(),
        move |_| async move { Ok(asked(&app, transaction::void(&app, &principal, id).await?)) },
    )
    .await
}

async fn refund(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<wire::NewRefund>,
) -> Result<Response, Problem> {
    let id = transaction_id(&id)?;
    let amount = once.body.amount.as_ref().map(AmountIn::checked).transpose()?;
    once.run(app.clone(), move |_| async move {
        Ok(asked(&app, transaction::refund(&app, &principal, id, amount).await?))
    })
    .await
}

async fn sync(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    once: Once<wire::Empty>,
) -> Result<Response, Problem> {
    let id = transaction_id(&id)?;
    once.run(app.clone(), move |_| async move {
        recovery::sync(&app, &principal, id).await?;
        Ok(ok(app.store(move |store| store.transaction(id)).await?))
    })
    .await
}

async fn receipt(State(app): State<App>, Path(id): Path<String>) -> Result<Json<wire::Receipt>, Problem> {
    let id = transaction_id(&id)?;
    let load = move |store: &Store| {
        Ok((store.transaction(id)?, store.receipt(id)?, store.device_key().public().to_string()))
    };
    let (row, receipt, key) = app.store(load).await?;
    let receipt = receipt.ok_or_else(|| receipt_not_ready(&row))?;
    Ok(Json(receipt_answer(row, receipt, key)))
}

/// Why a payment has no receipt.
pub(super) fn receipt_not_ready(row: &TransactionRow) -> Problem {
    Problem::conflict("receipt_not_ready", format!("a payment that is {} has no receipt", row.state))
}

/// A receipt, and how it stands with its payment now.
pub(super) fn receipt_answer(row: TransactionRow, receipt: ReceiptRow, key: String) -> wire::Receipt {
    let said: serde_json::Value = serde_json::from_slice(&receipt.receipt).unwrap_or_default();
    let taken = said["amount"]["minor"].as_i64().unwrap_or_default();
    wire::Receipt {
        transaction_id: row.id.to_string(),
        state: row.state.as_str(),
        amount: Amount::minor(taken, row.amount.currency()),
        refunded: Amount::minor(row.refunded_minor, row.amount.currency()),
        amount_text: said["amount"]["text"].as_str().unwrap_or_default().to_owned(),
        reference: row.reference,
        paid_at: moment(receipt.created_at),
        receipt: String::from_utf8_lossy(&receipt.receipt).into_owned(),
        signature: hex::encode(receipt.signature),
        key,
    }
}
