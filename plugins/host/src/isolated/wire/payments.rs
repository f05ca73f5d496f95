//! Requests of payments on their way, and the events and effects of every step machine.

use plugin_sdk::abi::{self, Growing, fp_bytes, fp_event, fp_pay_request, fp_str};

use super::{Full, Reader, Writer};

/// Puts a payment request down.
///
/// # Safety
/// What the request points to is readable.
pub(crate) unsafe fn put_request(to: &mut Writer<'_>, raw: &fp_pay_request) -> Result<(), Full> {
    to.u32(raw.op)?;
    to.raw(&raw.attempt_ref)?;
    to.raw(&raw.original_ref)?;
    to.u64(raw.amount.minor.cast_unsigned())?;
    to.u32(u32::from(raw.amount.exponent))?;
    to.raw(&raw.amount.currency.map(|letter| letter as u8))?;
    // SAFETY: the caller's contract.
    let (reference, payload) = unsafe { (bytes_of(raw.provider_ref)?, slice_of(raw.payload_json)?) };
    to.bytes(reference)?;
    to.bytes(payload)
}

/// The request that [`put_request`] put down; its texts are where they lie in `from`.
pub(crate) fn take_request(from: &mut Reader<'_>) -> Option<fp_pay_request> {
    let mut raw = fp_pay_request::empty();
    raw.op = from.u32()?;
    (raw.attempt_ref, raw.original_ref) = (from.array()?, from.array()?);
    raw.amount.minor = from.u64()?.cast_signed();
    raw.amount.exponent = u8::try_from(from.u32()?).ok()?;
    raw.amount.currency = from.array::<4>()?.map(|letter| letter as std::ffi::c_char);
    raw.provider_ref = fp_str::of(from.text()?);
    raw.payload_json = fp_bytes::of(from.bytes()?);
    Some(raw)
}

/// Puts an event down.
///
/// # Safety
/// What the event points to is readable.
pub(crate) unsafe fn put_event(to: &mut Writer<'_>, raw: &fp_event) -> Result<(), Full> {
    for value in [raw.kind, raw.http_status, raw.flags] {
        to.u32(value)?;
    }
    // SAFETY: the caller's contract.
    let (headers, body) = unsafe { (slice_of(raw.headers_json)?, slice_of(raw.body)?) };
    to.bytes(headers)?;
    to.bytes(body)
}

/// The event that [`put_event`] put down; its bodies are where they lie in `from`.
pub(crate) fn take_event(from: &mut Reader<'_>) -> Option<fp_event> {
    let mut raw = fp_event::empty();
    (raw.kind, raw.http_status, raw.flags) = (from.u32()?, from.u32()?, from.u32()?);
    raw.headers_json = fp_bytes::of(from.bytes()?);
    raw.body = fp_bytes::of(from.bytes()?);
    Some(raw)
}

/// Puts an effect down, as far as it can be read; the text says what cannot.
///
/// # Safety
/// What the effect points to is readable.
pub(crate) unsafe fn put_effect(to: &mut Writer<'_>, raw: &abi::fp_effect) -> Result<(), String> {
    let full = |_| "an effect that is too large".to_owned();
    let bad = |error: plugin_sdk::Error| format!("an effect: {error}");
    for value in [raw.kind, raw.endpoint, raw.timeout_ms, raw.flags, raw.outcome] {
        to.u32(value).map_err(full)?;
    }
    to.u64(raw.sleep_ns.cast_unsigned()).map_err(full)?;
    // SAFETY: the caller's contract.
    let texts = unsafe {
        [
            raw.method.text().map(str::as_bytes),
            raw.path.text().map(str::as_bytes),
            raw.headers_json.slice(),
            raw.body.slice(),
            raw.provider_ref.text().map(str::as_bytes),
            raw.decline_code.text().map(str::as_bytes),
            raw.result_json.slice(),
        ]
    };
    texts.into_iter().try_for_each(|text| to.bytes(text.map_err(bad)?).map_err(full))
}

/// The effect that [`put_effect`] put down; its texts are where they lie in `from`.
pub(crate) fn take_effect(from: &mut Reader<'_>) -> Option<abi::fp_effect> {
    let mut raw = abi::fp_effect::empty();
    (raw.kind, raw.endpoint, raw.timeout_ms) = (from.u32()?, from.u32()?, from.u32()?);
    (raw.flags, raw.outcome, raw.sleep_ns) = (from.u32()?, from.u32()?, from.u64()?.cast_signed());
    (raw.method, raw.path) = (fp_str::of(from.text()?), fp_str::of(from.text()?));
    (raw.headers_json, raw.body) = (fp_bytes::of(from.bytes()?), fp_bytes::of(from.bytes()?));
    (raw.provider_ref, raw.decline_code) = (fp_str::of(from.text()?), fp_str::of(from.text()?));
    raw.result_json = fp_bytes::of(from.bytes()?);
    Some(raw)
}

/// # Safety
/// As [`fp_bytes::slice`].
pub(super) unsafe fn slice_of<'a>(bytes: fp_bytes) -> Result<&'a [u8], Full> {
    // SAFETY: the caller's contract.
    unsafe { bytes.slice() }.map_err(|_| Full)
}

/// # Safety
/// As [`fp_str::text`].
pub(super) unsafe fn bytes_of<'a>(text: fp_str) -> Result<&'a [u8], Full> {
    // SAFETY: the caller's contract.
    unsafe { text.text() }.map(str::as_bytes).map_err(|_| Full)
}
