//! The wallet's answer to one operation: a pure function of settings, request and books.

use plugin_sdk::{Error, Money, Op, Outcome, Request, Result, Verdict};

use crate::payload::{Captured, Payload, ReservationState, WalletStatus};
use crate::settings::Settings;

const DAY_S: u64 = 24 * 60 * 60;

/// Why the wallet refuses. The code is stable and travels to integrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The wallet is frozen.
    WalletFrozen,
    /// The wallet is closed.
    WalletClosed,
    /// The host did not say what the wallet's status is.
    WalletUnknown,
    /// The currency is not among the configured ones.
    CurrencyNotEnabled,
    /// Above `sale_amount_max` of the settings or `sale_max` of the wallet.
    AmountAboveLimit,
    /// No money is held for this operation.
    ReservationMissing,
    /// The money held is of another amount or currency.
    ReservationMismatch,
    /// The money has moved already.
    AlreadyCaptured,
    /// The money was let go already.
    AlreadyVoided,
    /// More than was held.
    CaptureAboveReserved,
    /// Nothing was captured that could be given back.
    NothingToRefund,
    /// More than is left of what was captured.
    RefundAboveCaptured,
    /// The refund is of another currency than what was captured.
    CurrencyMismatch,
    /// Too long after the capture.
    RefundWindowPassed,
}

impl Refusal {
    /// The decline code.
    pub fn code(self) -> &'static str {
        match self {
            Self::WalletFrozen => "wallet_frozen",
            Self::WalletClosed => "wallet_closed",
            Self::WalletUnknown => "wallet_unknown",
            Self::CurrencyNotEnabled => "currency_not_enabled",
            Self::AmountAboveLimit => "amount_above_limit",
            Self::ReservationMissing => "reservation_missing",
            Self::ReservationMismatch => "reservation_mismatch",
            Self::AlreadyCaptured => "already_captured",
            Self::AlreadyVoided => "already_voided",
            Self::CaptureAboveReserved => "capture_above_reserved",
            Self::NothingToRefund => "nothing_to_refund",
            Self::RefundAboveCaptured => "refund_above_captured",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::RefundWindowPassed => "refund_window_passed",
        }
    }
}

/// Decides one operation. The same question gets the same answer, `provider_ref` included. Fails with [`Error::Invalid`]
/// when the request lacks what its operation needs.
pub fn decide(settings: &Settings, request: &Request, payload: &Payload) -> Result<Outcome> {
    let verdict = match request.op {
        Op::Authorize | Op::Sale => verdict(pay(settings, amount(request)?, payload)),
        Op::Capture => {
            original(request)?;
            verdict(capture(settings, request.money.as_ref(), payload))
        }
        Op::Void => {
            original(request)?;
            verdict(void(payload))
        }
        Op::Refund => {
            original(request)?;
            verdict(refund(settings, amount(request)?, payload))
        }
        Op::Sync => {
            original(request)?;
            sync(payload.reservation.state)
        }
        Op::Reverse => {
            original(request)?;
            Verdict::Approved // whatever the state: the host voids what is held and gives back what has moved
        }
        Op::Webhook | Op::Settlement | Op::Anchor => {
            return Err(Error::Unsupported(format!("operation {:?}", request.op)));
        }
    };
    Ok(Outcome { provider_ref: provider_ref(request), ..Outcome::new(verdict) })
}

/// The wallet's id of what an operation is about: that of the attempt which moved the money, so that repeating, capturing or
/// asking again gives the same id.
fn provider_ref(request: &Request) -> String {
    let about = match request.op {
        Op::Authorize | Op::Sale | Op::Refund => request.attempt_ref,
        _ => request.original_ref.unwrap_or(request.attempt_ref),
    };
    let hex: String = about.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("wallet-{hex}")
}

fn verdict(decided: std::result::Result<(), Refusal>) -> Verdict {
    match decided {
        Ok(()) => Verdict::Approved,
        Err(refusal) => Verdict::Declined { code: refusal.code().to_owned() },
    }
}

fn amount(request: &Request) -> Result<&Money> {
    request.money.as_ref().ok_or_else(|| Error::Invalid(format!("{:?} without an amount", request.op)))
}

fn original(request: &Request) -> Result<()> {
    match request.original_ref {
        Some(_) => Ok(()),
        None => Err(Error::Invalid(format!("{:?} without an original_ref", request.op))),
    }
}

/// AUTHORIZE and SALE: the wallet may pay, the amount is allowed, and exactly it is held. An attempt whose money has moved
/// was approved before, and is again, whatever has become of the wallet and the limits since.
fn pay(settings: &Settings, money: &Money, payload: &Payload) -> std::result::Result<(), Refusal> {
    if has_moved(money, payload) {
        return Ok(());
    }
    may_pay(payload.wallet.status)?;
    enabled(settings, money)?;
    let limit = payload.wallet.sale_max.unwrap_or(i64::MAX).min(settings.sale_amount_max);
    if money.minor > limit {
        return Err(Refusal::AmountAboveLimit);
    }
    exactly_held(money, payload)
}

/// CAPTURE: no more than what is held, in its currency. Without an amount, all of it.
///
/// A wallet that was frozen after the authorisation still honours it.
fn capture(
    settings: &Settings,
    money: Option<&Money>,
    payload: &Payload,
) -> std::result::Result<(), Refusal> {
    held(payload.reservation.state)?;
    let Some(money) = money else { return Ok(()) };
    enabled(settings, money)?;
    if payload.reservation.currency != money.currency() {
        return Err(Refusal::ReservationMismatch);
    }
    match money.minor <= payload.reservation.amount {
        true => Ok(()),
        false => Err(Refusal::CaptureAboveReserved),
    }
}

/// VOID: what is held is let go. Doing it again is no error.
fn void(payload: &Payload) -> std::result::Result<(), Refusal> {
    match payload.reservation.state {
        ReservationState::Pending | ReservationState::Voided => Ok(()),
        ReservationState::Posted => Err(Refusal::AlreadyCaptured),
        ReservationState::None => Err(Refusal::ReservationMissing),
    }
}

/// REFUND: exactly the amount is held for the way back, and no more is given back than was taken. Also to a frozen wallet,
/// and in a currency that is no longer enabled: it is the payer's money. What was given back already stays approved.
fn refund(settings: &Settings, money: &Money, payload: &Payload) -> std::result::Result<(), Refusal> {
    if has_moved(money, payload) {
        return Ok(());
    }
    if payload.wallet.status == WalletStatus::Closed {
        return Err(Refusal::WalletClosed);
    }
    let Some(Captured { amount, currency, refunded, age_s }) = payload.captured.as_ref() else {
        return Err(Refusal::NothingToRefund);
    };
    if *age_s > u64::from(settings.refund_window_days) * DAY_S || settings.refund_window_days == 0 {
        return Err(Refusal::RefundWindowPassed);
    }
    if currency != money.currency() {
        return Err(Refusal::CurrencyMismatch);
    }
    if money.minor > amount - refunded {
        return Err(Refusal::RefundAboveCaptured);
    }
    exactly_held(money, payload)
}

/// SYNC: what the books say about the original attempt. Its answer is lost, or nobody would ask; the wallet decides at once
/// and finishes nothing later, so money that is only held had no effect.
fn sync(state: ReservationState) -> Verdict {
    match state {
        ReservationState::Posted => Verdict::Approved,
        ReservationState::Voided => Verdict::Declined { code: Refusal::AlreadyVoided.code().to_owned() },
        ReservationState::Pending | ReservationState::None => Verdict::NotSent,
    }
}

fn may_pay(status: WalletStatus) -> std::result::Result<(), Refusal> {
    match status {
        WalletStatus::Active => Ok(()),
        WalletStatus::Frozen => Err(Refusal::WalletFrozen),
        WalletStatus::Closed => Err(Refusal::WalletClosed),
        WalletStatus::Unknown => Err(Refusal::WalletUnknown),
    }
}

fn enabled(settings: &Settings, money: &Money) -> std::result::Result<(), Refusal> {
    match settings.currencies.iter().any(|code| code == money.currency()) {
        true => Ok(()),
        false => Err(Refusal::CurrencyNotEnabled),
    }
}

/// Whether the books show that this very amount has moved by this attempt.
fn has_moved(money: &Money, payload: &Payload) -> bool {
    payload.reservation.state == ReservationState::Posted && is_about(money, payload)
}

fn exactly_held(money: &Money, payload: &Payload) -> std::result::Result<(), Refusal> {
    held(payload.reservation.state)?;
    match is_about(money, payload) {
        true => Ok(()),
        false => Err(Refusal::ReservationMismatch),
    }
}

fn is_about(money: &Money, payload: &Payload) -> bool {
    payload.reservation.amount == money.minor && payload.reservation.currency == money.currency()
}

fn held(state: ReservationState) -> std::result::Result<(), Refusal> {
    match state {
        ReservationState::Pending => Ok(()),
        ReservationState::None => Err(Refusal::ReservationMissing),
        ReservationState::Posted => Err(Refusal::AlreadyCaptured),
        ReservationState::Voided => Err(Refusal::AlreadyVoided),
    }
}
