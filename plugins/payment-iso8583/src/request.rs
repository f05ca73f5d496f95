//! What is sent for each operation.

use plugin_sdk::{Error, Money, Op, Request, Result};

use crate::currency;
use crate::message::{Fault, Message};
use crate::moment::Moment;
use crate::payload::{Kept, Payload};
use crate::settings::Settings;

/// Above every amount that data element 4 can say.
const AMOUNT_END: i64 = 1_000_000_000_000;
/// Trace numbers run from 1 to here, then again.
const STAN_MAX: u64 = 999_999;
/// Point of service conditions (data element 25): an ordinary sale, and one that was authorised before.
const CONDITION: [&str; 2] = ["00", "06"];

/// What is to be done about an operation.
pub enum Plan {
    /// Nothing needs to be asked.
    Approved,
    /// Refused here.
    Declined(&'static str),
    /// A message to send. With it, what must be durable before.
    Send(Box<(Message, Kept)>),
}

/// Plans one operation. Fails with [`Error::Invalid`] when the request lacks what its operation needs.
pub fn plan(settings: &Settings, request: &Request, payload: &Payload) -> Result<Plan> {
    if request.op == Op::Reverse {
        return reverse(settings, request, payload);
    }
    let token = payload.instrument.as_ref().map(|instrument| instrument.token.as_str());
    if let Some(code) = refused_card(request.op, token) {
        return Ok(Plan::Declined(code));
    }
    let begun = match &payload.kept {
        Some(kept) => Ok(kept.clone()),
        None => begin(request, payload)?,
    };
    let kept = match begun {
        Ok(kept) => kept,
        Err(code) => return Ok(Plan::Declined(code)),
    };
    let mut message = frame(settings, payload, &kept, request.attempt_ref)?;
    message = match request.op {
        Op::Void => message,
        _ => message.with(22, settings.entry_mode.as_str()).map_err(invalid)?,
    };
    if request.op != Op::Void && !settings.merchant_category.is_empty() {
        message = message.with(18, settings.merchant_category.as_str()).map_err(invalid)?;
    }
    if let Some(token) = token {
        message = message.with(2, token).map_err(invalid)?;
    }
    if !matches!(request.op, Op::Authorize | Op::Sale) {
        message = naming(message, charge(request, payload)?)?;
    }
    Ok(Plan::Send(Box::new((message, kept))))
}

/// REVERSE: undoes what the original attempt sent. What was kept nothing of was never sent: keeping comes first.
fn reverse(settings: &Settings, request: &Request, payload: &Payload) -> Result<Plan> {
    let Some(original) = &payload.kept else { return Ok(Plan::Approved) };
    if original.mti == "0400" {
        return Ok(Plan::Declined("void_not_reversible"));
    }
    let attempt = request.original_ref.ok_or_else(|| lacks(request.op, "an original_ref"))?;
    let sent = Moment::utc(payload.now_s).date_time();
    let kept = Kept { mti: "0400".to_owned(), sent, ..original.clone() };
    let message = naming(frame(settings, payload, &kept, attempt)?, original)?;
    Ok(Plan::Send(Box::new((message, kept))))
}

/// Why the payer's card cannot be asked for.
fn refused_card(op: Op, token: Option<&str>) -> Option<&'static str> {
    match token {
        None if matches!(op, Op::Authorize | Op::Sale) => Some("instrument_missing"),
        None => None,
        Some(token) => {
            let is_card = (12..=19).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_digit());
            (!is_card).then_some("instrument_invalid")
        }
    }
}

/// The names of a message that was never sent before, or why it cannot be sent.
fn begin(request: &Request, payload: &Payload) -> Result<std::result::Result<Kept, &'static str>> {
    let (mti, processing) = match request.op {
        Op::Authorize => ("0100", "000000"),
        Op::Sale => ("0200", "000000"),
        Op::Capture => ("0220", "000000"),
        Op::Refund => ("0200", "200000"),
        Op::Void => ("0400", "000000"),
        op => return Err(Error::Unsupported(format!("operation {op:?}"))),
    };
    let moment = Moment::utc(payload.now_s);
    let fresh = |amount: i64, currency: &str| Kept {
        mti: mti.to_owned(),
        processing: processing.to_owned(),
        stan: format!("{:06}", payload.sequence % STAN_MAX + 1),
        rrn: format!("{}{}", moment.day_and_hour(), base36(request.attempt_ref)),
        sent: moment.date_time(),
        amount: amount.unsigned_abs(),
        currency: currency.to_owned(),
        approval: None,
    };
    let kept = match request.op {
        Op::Authorize | Op::Sale => {
            amount(request.money.as_ref().ok_or_else(|| lacks(request.op, "an amount"))?)
                .map(|(amount, currency)| fresh(amount, currency))
        }
        Op::Void => {
            let charge = charge(request, payload)?;
            let fresh = fresh(0, &charge.currency);
            Ok(Kept { rrn: charge.rrn.clone(), amount: charge.amount, ..fresh })
        }
        _ => follow_up(request, charge(request, payload)?, fresh),
    };
    Ok(kept)
}

/// CAPTURE and REFUND: in the charge's currency. A capture has the charge's RRN, as one purchase; a refund its own.
fn follow_up(
    request: &Request,
    charge: &Kept,
    fresh: impl Fn(i64, &str) -> Kept,
) -> std::result::Result<Kept, &'static str> {
    let mut kept = match &request.money {
        Some(money) => amount(money).map(|(amount, currency)| fresh(amount, currency))?,
        None => Kept { amount: charge.amount, ..fresh(0, &charge.currency) },
    };
    if kept.currency != charge.currency {
        return Err("currency_mismatch");
    }
    if request.op == Op::Capture {
        kept.rrn.clone_from(&charge.rrn);
    }
    Ok(kept)
}

/// What every message of ours has.
fn frame(settings: &Settings, payload: &Payload, kept: &Kept, attempt: [u8; 16]) -> Result<Message> {
    let local = Moment::local(payload.now_s, settings.utc_offset_minutes);
    let is_completion = kept.mti == "0220";
    let attempt: String = attempt.iter().map(|byte| format!("{byte:02x}")).collect();
    let fields = [
        (3, kept.processing.clone()),
        (4, format!("{:012}", kept.amount)),
        (7, kept.sent.clone()),
        (11, kept.stan.clone()),
        (12, local.time()),
        (13, local.date()),
        (25, CONDITION[usize::from(is_completion)].to_owned()),
        (37, kept.rrn.clone()),
        (41, format!("{:8}", settings.terminal_id)),
        (42, format!("{:15}", settings.merchant_id)),
        (48, attempt),
        (49, kept.currency.clone()),
    ];
    let message = Message::new(&kept.mti).map_err(invalid)?;
    fields
        .into_iter()
        .try_fold(message, |message, (number, value)| message.with(number, value))
        .map_err(invalid)
}

/// The message with its original's names (data elements 90 and, where known, 38).
fn naming(message: Message, original: &Kept) -> Result<Message> {
    let names = format!("{}{}{}{:022}", original.mti, original.stan, original.sent, 0);
    let named = message.with(90, names).map_err(invalid)?;
    match &original.approval {
        Some(approval) => named.with(38, approval.as_str()).map_err(invalid),
        None => Ok(named),
    }
}

/// What the charge kept that an operation is about.
fn charge<'a>(request: &Request, payload: &'a Payload) -> Result<&'a Kept> {
    let original = payload.original.as_ref().and_then(|original| original.kept.as_ref());
    original.ok_or_else(|| lacks(request.op, "what its charge kept"))
}

/// An amount as data elements 4 and 49 can say it, or why they cannot.
fn amount(money: &Money) -> std::result::Result<(i64, &'static str), &'static str> {
    let (number, exponent) = currency::number(money.currency()).ok_or("currency_not_supported")?;
    if money.exponent() != exponent {
        return Err("currency_not_supported");
    }
    match money.minor {
        minor @ 1..AMOUNT_END => Ok((minor, number)),
        _ => Err("amount_above_limit"),
    }
}

/// Six digits and capitals out of an attempt's random end.
fn base36(attempt: [u8; 16]) -> String {
    const DIGITS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut left = attempt[8..].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut digit = || {
        let digit = DIGITS[(left % 36) as usize];
        left /= 36;
        char::from(digit)
    };
    (0..6).map(|_| digit()).collect()
}

fn lacks(op: Op, what: &str) -> Error {
    Error::Invalid(format!("{op:?} without {what}"))
}

fn invalid(fault: Fault) -> Error {
    Error::Invalid(fault.to_string())
}
