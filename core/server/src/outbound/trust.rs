//! Whom TLS connections of the appliance trust: the certificates of this machine's system, and those of `tls.trusted`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Why `tls.trusted` can't be trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error("cannot read the certificates in {path}: {source}; check tls.trusted")]
    Unreadable { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("{path} has no certificate of a CA; check tls.trusted")]
    Empty { path: PathBuf },
}

/// Certificates of authorities.
pub(crate) struct Roots(RootCertStore);

impl Roots {
    /// The system's, and those in the PEM file `beside` when it is named. What the system has and can't be read is left out
    /// and logged: then nothing is trusted that should not be.
    pub(crate) fn load(beside: &Path) -> Result<Self, TrustError> {
        let mut roots = RootCertStore::empty();
        let system = rustls_native_certs::load_native_certs();
        for error in &system.errors {
            tracing::warn!(%error, "certificates of the system are left out");
        }
        roots.add_parsable_certificates(system.certs);
        if !beside.as_os_str().is_empty() {
            let path = beside.to_owned();
            let read = CertificateDer::pem_file_iter(beside).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let read = read.map_err(|source| TrustError::Unreadable { path: path.clone(), source })?;
            if roots.add_parsable_certificates(read).0 == 0 {
                return Err(TrustError::Empty { path });
            }
        }
        Ok(Self(roots))
    }

    #[cfg(test)]
    pub(super) fn none() -> Self {
        Self(RootCertStore::empty())
    }

    /// As another verifier takes them.
    pub(crate) fn into_store(self) -> Arc<RootCertStore> {
        Arc::new(self.0)
    }

    /// TLS 1.3 and 1.2 by these roots. The appliance shows no certificate.
    pub(super) fn client(self) -> ClientConfig {
        let provider = Arc::new(ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = versions.expect("ring has the ciphers of both versions");
        config.with_root_certificates(self.0).with_no_client_auth()
    }
}
