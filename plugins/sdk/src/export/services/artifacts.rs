//! The files of a plugin's package behind [`Artifacts`](crate::Artifacts).

use super::{HostPtr, checked};
use crate::abi::{self, fp_bytes, fp_str};
use crate::artifacts::ArtifactService;
use crate::error::{Error, Result};

/// The package's files through the C table.
pub(super) struct AbiArtifacts {
    pub(super) host: HostPtr,
    pub(super) table: abi::fp_host_artifact_v1,
}

impl ArtifactService for AbiArtifacts {
    fn map(&self, name: &str) -> Result<&'static [u8]> {
        let map = self.table.map.ok_or_else(|| Error::Internal("host artifacts have no map()".into()))?;
        let mut out = fp_bytes::of(&[]);
        // SAFETY: [ctl]; the host lives; name and place are valid during the call.
        let status = unsafe { map(self.host.0, fp_str::of(name), &raw mut out) };
        // The table has no place for a reason.
        let reason = || format!("artifact {name} was not mapped; the host's log says why").into_bytes();
        checked(status, if status == abi::FP_OK { Vec::new() } else { reason() })?;
        match (out.len, out.ptr.is_null() || isize::try_from(out.len).is_err()) {
            (0, _) => Ok(&[]),
            (_, true) => Err(Error::Internal(format!("the host gave no bytes for artifact {name}"))),
            // SAFETY: not null; the host keeps what it mapped readable and unchanged until the process ends (rule R8).
            (len, false) => Ok(unsafe { std::slice::from_raw_parts(out.ptr, len) }),
        }
    }
}
