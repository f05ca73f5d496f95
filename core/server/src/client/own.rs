//! Whom the command line believes to be an appliance: the holder of the certificate that this machine's settings name, or
//! whoever proves it to the trusted authorities.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::outbound::Roots;

/// The appliance's own certificate is as good as a known name: `127.0.0.1` stands in no certificate.
#[derive(Debug)]
struct Own {
    certificate: Option<CertificateDer<'static>>,
    others: Arc<WebPkiServerVerifier>,
}

impl ServerCertVerifier for Own {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.certificate.as_ref() == Some(end_entity) {
            true => Ok(ServerCertVerified::assertion()),
            false => self.others.verify_server_cert(end_entity, intermediates, name, ocsp, now),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.others.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.others.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.others.supported_verify_schemes()
    }
}

/// TLS by the appliance's own certificate, where it is given, and by these roots.
///
/// # Errors
/// When there is no root at all.
pub(super) fn believing(
    certificate: Option<CertificateDer<'static>>,
    roots: Roots,
) -> Result<ClientConfig, rustls::client::VerifierBuilderError> {
    let provider = Arc::new(ring::default_provider());
    let others = WebPkiServerVerifier::builder_with_provider(roots.into_store(), provider.clone()).build()?;
    let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let config = versions.expect("ring has the ciphers of both versions");
    let verifier = Arc::new(Own { certificate, others });
    Ok(config.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}
