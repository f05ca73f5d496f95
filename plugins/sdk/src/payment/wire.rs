//! Requests in the shape of the ABI, both ways. Plugin side and host side use the same code.

use std::ffi::c_char;
use std::marker::PhantomData;

use super::{Money, Op, Request};
use crate::abi::{Growing, fp_bytes, fp_money, fp_pay_request, fp_str};
use crate::error::{Error, Result};

/// A request in the shape of the ABI, borrowing its texts.
pub struct RequestWire<'a> {
    raw: fp_pay_request,
    borrowed: PhantomData<&'a Request>,
}

impl<'a> RequestWire<'a> {
    /// The ABI's shape of `request`.
    pub fn new(request: &'a Request) -> Self {
        let mut raw = fp_pay_request::empty();
        raw.op = request.op.code();
        raw.attempt_ref = request.attempt_ref;
        raw.original_ref = request.original_ref.unwrap_or_default();
        raw.provider_ref = fp_str::of(request.provider_ref.as_deref().unwrap_or_default());
        raw.payload_json = fp_bytes::of(&request.payload_json);
        if let Some(money) = &request.money {
            raw.amount.minor = money.minor;
            raw.amount.exponent = money.exponent();
            for (place, letter) in raw.amount.currency.iter_mut().zip(money.currency().bytes()) {
                *place = letter as c_char;
            }
        }
        Self { raw, borrowed: PhantomData }
    }

    /// The struct to pass by pointer; valid as long as `self`.
    pub fn raw(&self) -> &fp_pay_request {
        &self.raw
    }
}

/// The request that the ABI carries.
///
/// # Safety
/// The texts that `raw` points to are readable during the call.
pub unsafe fn read_request(raw: &fp_pay_request) -> Result<Request> {
    // SAFETY: the caller's contract.
    let (provider_ref, payload) = unsafe { (raw.provider_ref.text()?, raw.payload_json.slice()?) };
    Ok(Request {
        op: Op::from_code(raw.op)?,
        attempt_ref: raw.attempt_ref,
        original_ref: Some(raw.original_ref).filter(|reference| *reference != [0; 16]),
        provider_ref: Some(provider_ref.to_owned()).filter(|reference| !reference.is_empty()),
        money: read_money(&raw.amount)?,
        payload_json: payload.to_vec(),
    })
}

fn read_money(raw: &fp_money) -> Result<Option<Money>> {
    let letters: Vec<u8> = raw.currency.iter().map(|letter| *letter as u8).collect();
    let code = letters.split(|byte| *byte == 0).next().unwrap_or_default();
    if code.is_empty() {
        return Ok(None);
    }
    let code = std::str::from_utf8(code).map_err(|_| Error::Invalid("currency code is not ASCII".into()))?;
    Money::new(raw.minor, code, raw.exponent).map(Some)
}
