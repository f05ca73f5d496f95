//! The host's keys behind the C table: a plugin uses those that its own settings name, and sees none.

use std::collections::BTreeSet;
use std::sync::Arc;

use plugin_sdk::abi::{self, fp_bytes, fp_host, fp_status, fp_str, fp_writer};
use plugin_sdk::{Error, MacAlgorithm, SecretService, SignAlgorithm};

use super::{HostServices, contain};

/// Longest data that one call works on.
const DATA_BYTES_MAX: usize = 1 << 20;
/// Longest answer: more than any code, signature or public key that is made.
const ANSWER_BYTES_MAX: usize = 512;

pub(super) static TABLE: abi::fp_host_secret_v1 = abi::fp_host_secret_v1 {
    struct_size: size_of::<abi::fp_host_secret_v1>() as u32,
    _pad: 0,
    mac: Some(mac),
    sign: Some(sign),
};

/// The keys that one plugin may use.
pub(crate) struct Keys {
    service: Arc<dyn SecretService>,
    handles: BTreeSet<String>,
}

impl Keys {
    pub(super) fn new(service: Arc<dyn SecretService>) -> Self {
        Self { service, handles: BTreeSet::new() }
    }

    pub(super) fn allow(&mut self, handles: &BTreeSet<String>) {
        self.handles.clone_from(handles);
    }

    pub(crate) fn mac(&self, handle: &str, algorithm: u32, data: &[u8]) -> Result<Vec<u8>, Error> {
        let known = MacAlgorithm::from_code(algorithm);
        let known = known.ok_or_else(|| Error::Unsupported(format!("mac algorithm {algorithm}")))?;
        self.service.mac(handle, known, data)
    }

    pub(crate) fn sign(&self, handle: &str, algorithm: u32, data: &[u8]) -> Result<Vec<u8>, Error> {
        let known = SignAlgorithm::from_code(algorithm);
        let known = known.ok_or_else(|| Error::Unsupported(format!("signing algorithm {algorithm}")))?;
        self.service.sign(handle, known, data)
    }
}

/// [work]
unsafe extern "C" fn mac(
    host: *const fp_host,
    handle: fp_str,
    algorithm: u32,
    data: fp_bytes,
    out: *mut fp_writer,
) -> fp_status {
    // SAFETY: the same contract.
    unsafe { answered(host, handle, data, out, |keys, handle, data| keys.mac(handle, algorithm, data)) }
}

/// [work]
unsafe extern "C" fn sign(
    host: *const fp_host,
    handle: fp_str,
    algorithm: u32,
    data: fp_bytes,
    out: *mut fp_writer,
) -> fp_status {
    // SAFETY: the same contract.
    unsafe { answered(host, handle, data, out, |keys, handle, data| keys.sign(handle, algorithm, data)) }
}

/// Makes the answer and writes it, or logs why there is none: the table has no place for a reason.
///
/// # Safety
/// The plugin passes the host that it was given; handle, data and writer are valid during the call.
unsafe fn answered(
    host: *const fp_host,
    handle: fp_str,
    data: fp_bytes,
    out: *mut fp_writer,
    make: impl FnOnce(&Keys, &str, &[u8]) -> Result<Vec<u8>, Error>,
) -> fp_status {
    let done = contain(|| {
        // SAFETY: the caller's contract.
        let services = unsafe { HostServices::of(host) };
        let services = services.ok_or_else(|| Error::Invalid("no host".into()))?;
        // SAFETY: the caller's contract.
        let made = unsafe { made(services, handle, data, make) };
        // SAFETY: the caller's contract.
        made.and_then(|answer| unsafe { give(&answer, out) })
    });
    done.map_or_else(|error| error.status(), |()| abi::FP_OK)
}

/// # Safety
/// Handle and data are valid during the call.
pub(super) unsafe fn made(
    services: &HostServices,
    handle: fp_str,
    data: fp_bytes,
    make: impl FnOnce(&Keys, &str, &[u8]) -> Result<Vec<u8>, Error>,
) -> Result<Vec<u8>, Error> {
    let keys = services.keys.as_ref();
    let keys = keys.ok_or_else(|| Error::Unsupported("this host has no secrets".into()))?;
    // SAFETY: the caller's contract.
    let (handle, data) = unsafe { (handle.text()?, data.slice()?) };
    if !keys.handles.contains(handle) {
        return Err(Error::Config("its settings name no such secret".into()));
    }
    if data.len() > DATA_BYTES_MAX {
        let found = data.len();
        return Err(Error::Invalid(format!("{found} bytes to sign, at most {DATA_BYTES_MAX}")));
    }
    let answer = make(keys, handle, data)?;
    match answer.len() > ANSWER_BYTES_MAX {
        true => Err(Error::Internal(format!("an answer of {} bytes", answer.len()))),
        false => Ok(answer),
    }
}

/// # Safety
/// `out` is null or valid during the call.
unsafe fn give(answer: &[u8], out: *mut fp_writer) -> Result<(), Error> {
    // SAFETY: the caller's contract.
    let writer = unsafe { out.as_ref() };
    let writer = writer.and_then(|writer| Some((writer.ctx, writer.append?)));
    let (ctx, append) = writer.ok_or_else(|| Error::Invalid("no place for the answer".into()))?;
    // SAFETY: the writer is valid; the answer is readable.
    match unsafe { append(ctx, answer.as_ptr().cast(), answer.len()) } {
        0 => Ok(()),
        _ => Err(Error::BufferTooSmall),
    }
}

#[cfg(test)]
mod tests;
