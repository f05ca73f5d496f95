//! Requests of identities on their way; their events and effects are those of payments.

use plugin_sdk::abi::{Growing, fp_bytes, fp_id_request, fp_str};

use super::payments::{bytes_of, slice_of};
use super::{Full, Reader, Writer};

/// Puts an identity request down.
///
/// # Safety
/// What the request points to is readable.
pub(crate) unsafe fn put_id_request(to: &mut Writer<'_>, raw: &fp_id_request) -> Result<(), Full> {
    to.u32(raw.op)?;
    to.raw(&raw.attempt_ref)?;
    to.raw(&raw.original_ref)?;
    // SAFETY: the caller's contract.
    let (reference, payload, document) =
        unsafe { (bytes_of(raw.provider_ref)?, slice_of(raw.payload_json)?, slice_of(raw.document)?) };
    [reference, payload, document].into_iter().try_for_each(|part| to.bytes(part))
}

/// The request that [`put_id_request`] put down; its texts are where they lie in `from`.
pub(crate) fn take_id_request(from: &mut Reader<'_>) -> Option<fp_id_request> {
    let mut raw = fp_id_request::empty();
    raw.op = from.u32()?;
    (raw.attempt_ref, raw.original_ref) = (from.array()?, from.array()?);
    raw.provider_ref = fp_str::of(from.text()?);
    raw.payload_json = fp_bytes::of(from.bytes()?);
    raw.document = fp_bytes::of(from.bytes()?);
    Some(raw)
}
