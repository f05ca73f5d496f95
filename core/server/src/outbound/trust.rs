//! Whom TLS connections of the appliance trust: the certificates of this machine's system, and those of `tls.trusted`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::WantsClientCert;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

/// Why `tls.trusted` can't be trusted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    #[error("cannot read the certificates in {path}: {source}; check tls.trusted")]
    Unreadable { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("{path} has no certificate of a CA; check tls.trusted")]
    Empty { path: PathBuf },
    #[error("cannot read {path}: {source}")]
    Own { path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("they do not fit: {0}")]
    Unfit(rustls::Error),
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
        self.builder().with_no_client_auth()
    }

    /// The same with a certificate of the appliance's own, of the PEM file `certificate` with its key.
    pub(super) fn client_showing(self, certificate: &Path, key: &Path) -> Result<ClientConfig, TrustError> {
        let own = |path: &Path, source| TrustError::Own { path: path.to_owned(), source };
        let chain =
            CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect::<Result<Vec<_>, _>>);
        let chain = chain.map_err(|source| own(certificate, source))?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|source| own(key, source))?;
        self.builder().with_client_auth_cert(chain, private).map_err(TrustError::Unfit)
    }

    fn builder(self) -> ConfigBuilder<ClientConfig, WantsClientCert> {
        let provider = Arc::new(ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = versions.expect("ring has the ciphers of both versions");
        config.with_root_certificates(self.0)
    }
}
