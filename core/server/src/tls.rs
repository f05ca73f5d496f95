//! TLS where clients connect: the appliance's certificate, and those that clients may or must show. Read anew on SIGHUP, so
//! that a renewed certificate needs no restart.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion, version};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::settings::{self, TlsVersion};

/// Why connections can't be encrypted; the text names the key.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("cannot read {path}: {source}; check {key}")]
    Unreadable { key: &'static str, path: PathBuf, source: rustls::pki_types::pem::Error },
    #[error("{path} has no certificate; check {key}")]
    Empty { key: &'static str, path: PathBuf },
    #[error("tls.certificate and tls.key do not fit: {0}")]
    Unfit(rustls::Error),
    #[error("no client can be verified by tls.client_ca: {0}")]
    Clients(String),
}

/// SHA-256 of the certificate that a client has shown and proved to be its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClientCertificate(pub(crate) [u8; 32]);

/// What clients are met with.
pub(crate) struct Tls {
    settings: settings::Tls,
    acceptor: RwLock<TlsAcceptor>,
}

impl Tls {
    /// Reads certificate and key; nothing where none is configured.
    ///
    /// # Errors
    /// [`TlsError`].
    pub(crate) fn open(settings: &settings::Tls) -> Result<Option<Self>, TlsError> {
        if settings.certificate.as_os_str().is_empty() {
            return Ok(None);
        }
        let acceptor = RwLock::new(acceptor(settings)?);
        Ok(Some(Self { settings: settings.clone(), acceptor }))
    }

    /// Reads the files again. Connections that are open keep what they began with.
    ///
    /// # Errors
    /// [`TlsError`]; then what was in force stays so.
    pub(crate) fn reload(&self) -> Result<(), TlsError> {
        let read = acceptor(&self.settings)?;
        *self.acceptor.write() = read;
        Ok(())
    }

    /// Greets a client.
    pub(crate) async fn accept(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let acceptor = self.acceptor.read().clone();
        acceptor.accept(socket).await
    }
}

/// The certificate that the client of this connection has shown.
pub(crate) fn client_certificate(stream: &TlsStream<TcpStream>) -> Option<ClientCertificate> {
    let shown = stream.get_ref().1.peer_certificates()?.first()?;
    Some(fingerprint(shown))
}

/// As keys that are bound to a certificate remember it (RFC 8705, `x5t#S256`).
pub(crate) fn fingerprint(certificate: &CertificateDer<'_>) -> ClientCertificate {
    ClientCertificate(Sha256::digest(certificate.as_ref()).into())
}

fn acceptor(settings: &settings::Tls) -> Result<TlsAcceptor, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let versions: &[&SupportedProtocolVersion] = match settings.version_min {
        TlsVersion::V1_3 => &[&version::TLS13],
        TlsVersion::V1_2 => &[&version::TLS13, &version::TLS12],
    };
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions);
    let builder = builder.map_err(TlsError::Unfit)?;
    let builder = match settings.client_ca.as_os_str().is_empty() {
        true => builder.with_no_client_auth(),
        false => builder.with_client_cert_verifier(clients(settings, provider)?),
    };
    let chain = certificates("tls.certificate", &settings.certificate)?;
    let key = PrivateKeyDer::from_pem_file(&settings.key);
    let key = key.map_err(|source| unreadable("tls.key", &settings.key, source))?;
    let mut config = builder.with_single_cert(chain, key).map_err(TlsError::Unfit)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn clients(
    settings: &settings::Tls,
    provider: Arc<rustls::crypto::CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates("tls.client_ca", &settings.client_ca)? {
        roots.add(certificate).map_err(|error| TlsError::Clients(error.to_string()))?;
    }
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let verifier = match settings.client_required {
        true => verifier,
        false => verifier.allow_unauthenticated(),
    };
    verifier.build().map_err(|error| TlsError::Clients(error.to_string()))
}

/// The certificates of a PEM file, at least one.
pub(crate) fn certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match read {
        Ok(read) if read.is_empty() => Err(TlsError::Empty { key, path: path.to_owned() }),
        Ok(read) => Ok(read),
        Err(source) => Err(unreadable(key, path, source)),
    }
}

fn unreadable(key: &'static str, path: &Path, source: rustls::pki_types::pem::Error) -> TlsError {
    TlsError::Unreadable { key, path: path.to_owned(), source }
}
