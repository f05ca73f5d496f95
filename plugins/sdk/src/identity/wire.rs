//! Requests in the shape of the ABI, both ways. Plugin side and host side use the same code.

use std::marker::PhantomData;

use super::{Op, Request};
use crate::abi::{Growing, fp_bytes, fp_id_request, fp_str};
use crate::error::Result;

/// A request in the shape of the ABI, borrowing its texts.
pub struct RequestWire<'a> {
    raw: fp_id_request,
    borrowed: PhantomData<&'a Request>,
}

impl<'a> RequestWire<'a> {
    /// The ABI's shape of `request`.
    pub fn new(request: &'a Request) -> Self {
        let mut raw = fp_id_request::empty();
        raw.op = request.op.code();
        raw.attempt_ref = request.attempt_ref;
        raw.original_ref = request.original_ref.unwrap_or_default();
        raw.provider_ref = fp_str::of(request.provider_ref.as_deref().unwrap_or_default());
        raw.payload_json = fp_bytes::of(&request.payload_json);
        raw.document = fp_bytes::of(&request.document);
        Self { raw, borrowed: PhantomData }
    }

    /// The struct to pass by pointer; valid as long as `self`.
    pub fn raw(&self) -> &fp_id_request {
        &self.raw
    }
}

/// The request that the ABI carries.
///
/// # Safety
/// What `raw` points to is readable during the call.
pub unsafe fn read_request(raw: &fp_id_request) -> Result<Request> {
    // SAFETY: the caller's contract.
    let (provider_ref, payload, document) =
        unsafe { (raw.provider_ref.text()?, raw.payload_json.slice()?, raw.document.slice()?) };
    Ok(Request {
        op: Op::from_code(raw.op)?,
        attempt_ref: raw.attempt_ref,
        original_ref: Some(raw.original_ref).filter(|reference| *reference != [0; 16]),
        provider_ref: Some(provider_ref.to_owned()).filter(|reference| !reference.is_empty()),
        payload_json: payload.to_vec(),
        document: document.to_vec(),
    })
}
