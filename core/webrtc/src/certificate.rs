//! The certificate that handshakes are signed with. Browsers know it by its digest in the answer: it lasts as long as the
//! process, names nobody and is chained to nothing.

use rcgen::{CertificateParams, DnType, KeyPair};
use str0m::crypto::dtls::DtlsCert;

/// A new key, and the certificate that it signs for itself.
///
/// # Errors
/// When no key can be made.
pub(crate) fn generate() -> Result<DtlsCert, rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new([])?;
    params.distinguished_name.push(DnType::CommonName, "WebRTC");
    let certificate = params.self_signed(&key)?;
    Ok(DtlsCert { certificate: certificate.der().to_vec(), private_key: key.serialize_der() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_certificates_are_alike() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one.certificate, other.certificate);
        assert_ne!(one.private_key, other.private_key);
    }
}
