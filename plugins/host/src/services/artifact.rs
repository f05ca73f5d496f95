//! The files of a plugin's package behind the C table: mapped read-only, from the memory whose hash was checked.

use std::collections::HashMap;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use plugin_sdk::Error;
use plugin_sdk::abi::{self, fp_bytes, fp_host, fp_status, fp_str};

use super::{HostServices, contain};
use crate::package::Artifacts;

pub(super) static TABLE: abi::fp_host_artifact_v1 = abi::fp_host_artifact_v1 {
    struct_size: size_of::<abi::fp_host_artifact_v1>() as u32,
    _pad: 0,
    map: Some(map),
};

/// Maps a file that the host has, from another process.
pub(crate) type MapAway = Arc<dyn Fn(&str) -> Result<&'static [u8], Error> + Send + Sync>;

/// Where the files of a plugin are.
#[derive(Clone)]
pub(crate) enum Files {
    /// In this process.
    Here(Arc<Artifacts>),
    /// With the host.
    Away(MapAway),
}

/// What this process has mapped, by hash. It stays, as plugins may keep it (rule R8), and is mapped once, however often a plugin
/// is loaded.
static MAPPED: LazyLock<Mutex<HashMap<[u8; 32], &'static [u8]>>> = LazyLock::new(Mutex::default);

impl Files {
    fn map(&self, name: &str) -> Result<&'static [u8], Error> {
        match self {
            Self::Here(artifacts) => {
                let file = artifacts.get(name)?;
                mapped(file.digest().0, file.as_fd(), file.len())
            }
            Self::Away(map) => map(name),
        }
    }
}

/// The bytes of a sealed memory file with this hash.
pub(crate) fn mapped(sha256: [u8; 32], file: BorrowedFd<'_>, len: u64) -> Result<&'static [u8], Error> {
    let mut known = MAPPED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(bytes) = known.get(&sha256).copied() {
        return Ok(bytes);
    }
    let failed = |error: std::io::Error| Error::Io(format!("an artifact could not be mapped: {error}"));
    let len = usize::try_from(len).map_err(|_| failed(std::io::Error::other("too large")))?;
    if len == 0 {
        return Ok(&[]);
    }
    // Private, as some kernels refuse to share what is sealed against writing.
    // SAFETY: a new mapping at an address of the kernel's choice touches no memory of ours.
    let base = unsafe {
        libc::mmap(std::ptr::null_mut(), len, libc::PROT_READ, libc::MAP_PRIVATE, file.as_raw_fd(), 0)
    };
    if base == libc::MAP_FAILED {
        return Err(failed(std::io::Error::last_os_error()));
    }
    // SAFETY: `len` bytes were just mapped to read; the file is sealed, so that it has them and nobody changes or takes them;
    // they are never unmapped.
    let bytes = unsafe { std::slice::from_raw_parts(base.cast::<u8>().cast_const(), len) };
    known.insert(sha256, bytes);
    Ok(bytes)
}

pub(super) fn no_package() -> Error {
    Error::Unsupported("the plugin came in no package, or is gone".into())
}

/// [ctl]
unsafe extern "C" fn map(host: *const fp_host, name: fp_str, out: *mut fp_bytes) -> fp_status {
    // SAFETY: the plugin passes the host that it was given.
    let Some(services) = (unsafe { HostServices::of(host) }) else { return abi::FP_E_INVALID };
    let done = contain(|| {
        let files = services.files().clone().ok_or_else(no_package)?;
        if out.is_null() {
            return Err(Error::Invalid("no place for an artifact's bytes".into()));
        }
        // SAFETY: the name is borrowed during the call.
        let bytes = files.map(unsafe { name.text() }?)?;
        // SAFETY: not null, and writable during the call.
        unsafe { *out = fp_bytes::of(bytes) };
        Ok(())
    });
    services.told(done) // the table has no place for a reason
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_a_package_go_with_the_instance_and_not_with_the_host_that_stays() {
        let artifacts = Arc::new(Artifacts::default());
        let services = HostServices::new("org.example.files", None, None);
        let host = services.with_files(Some(Files::Here(Arc::clone(&artifacts)))).leak();
        // SAFETY: the host is ours.
        let services = unsafe { HostServices::of(host) }.unwrap();
        assert!(!services.extension(abi::FP_HOST_ARTIFACT).is_null());
        services.ended();
        assert_eq!(Arc::strong_count(&artifacts), 1, "the host keeps them");
        let mut out = fp_bytes::of(&[]);
        // SAFETY: the host is ours; name and place are valid during the call.
        let status = unsafe { map(host, fp_str::of("data/weights.bin"), &raw mut out) };
        assert_eq!(status, abi::FP_E_UNSUPPORTED);
    }
}
