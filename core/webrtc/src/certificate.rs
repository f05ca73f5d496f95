//! The certificate that handshakes are signed with. Browsers know it by its digest in the answer: it lasts as long as the
//! process, names nobody and is chained to nothing.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use p256::pkcs8::EncodePrivateKey;
use str0m::crypto::dtls::DtlsCert;

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OID: u8 = 0x06;
const UTF8_STRING: u8 = 0x0c;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

/// ecdsa-with-SHA256, 1.2.840.10045.4.3.2.
const ECDSA_WITH_SHA256: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02];
/// ecPublicKey, 1.2.840.10045.2.1.
const EC_PUBLIC_KEY: [u8; 7] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// prime256v1, 1.2.840.10045.3.1.7.
const PRIME256V1: [u8; 8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
/// commonName, 2.5.4.3.
const COMMON_NAME: [u8; 3] = [0x55, 0x04, 0x03];
/// No certificate of a WebRTC session is asked for its dates; the second one says that it has no good end (RFC 5280, 4.1.2.5).
const DATES: [&[u8]; 2] = [b"20000101000000Z", b"99991231235959Z"];

/// The key cannot be written down.
#[derive(Debug, thiserror::Error)]
#[error("no certificate for WebRTC: {0}")]
pub(crate) struct CertificateError(&'static str);

/// A new key, and the certificate that it signs for itself.
pub(crate) fn generate() -> Result<DtlsCert, CertificateError> {
    let key = key()?;
    let body = body(&key, rand::random());
    let signature: Signature = key.sign(&body);
    let signature = bits(signature.to_der().as_bytes());
    let certificate = tlv(SEQUENCE, &[&body, &algorithm(), &signature]);
    let private_key = key.to_pkcs8_der().map_err(|_| CertificateError("its key has no form"))?;
    Ok(DtlsCert { certificate, private_key: private_key.as_bytes().to_vec() })
}

fn key() -> Result<SigningKey, CertificateError> {
    // One in 2^32 numbers of this length is no key.
    let mut tries = (0..4).filter_map(|_| SigningKey::from_slice(&rand::random::<[u8; 32]>()).ok());
    tries.next().ok_or(CertificateError("the random numbers are none"))
}

/// What is signed.
fn body(key: &SigningKey, mut serial: [u8; 16]) -> Vec<u8> {
    // Positive, and without a leading byte that is not needed.
    serial[0] = serial[0] & 0x7f | 0x40;
    let version = tlv(0xa0, &[&tlv(INTEGER, &[&[2]])]);
    let name = tlv(SEQUENCE, &[&tlv(OID, &[&COMMON_NAME]), &tlv(UTF8_STRING, &[b"WebRTC"])]);
    let name = tlv(SEQUENCE, &[&tlv(SET, &[&name])]);
    let dates = DATES.map(|date| tlv(GENERALIZED_TIME, &[date]));
    let dates = tlv(SEQUENCE, &[&dates[0], &dates[1]]);
    let kind = tlv(SEQUENCE, &[&tlv(OID, &[&EC_PUBLIC_KEY]), &tlv(OID, &[&PRIME256V1])]);
    let point = key.verifying_key().to_sec1_point(false);
    let public_key = tlv(SEQUENCE, &[&kind, &bits(point.as_bytes())]);
    let serial = tlv(INTEGER, &[&serial]);
    tlv(SEQUENCE, &[&version, &serial, &algorithm(), &name, &dates, &name, &public_key])
}

fn algorithm() -> Vec<u8> {
    tlv(SEQUENCE, &[&tlv(OID, &[&ECDSA_WITH_SHA256])])
}

/// Whole bytes as a bit string: none of the last one's bits is unused.
fn bits(bytes: &[u8]) -> Vec<u8> {
    tlv(BIT_STRING, &[&[0], bytes])
}

/// One value of DER: its tag, its length, its parts one after the other.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let length = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    let mut value = match length {
        [0, short @ 0..=0x7f] => vec![tag, short],
        [0, short] => vec![tag, 0x81, short],
        [high, low] => vec![tag, 0x82, high, low],
    };
    parts.iter().for_each(|part| value.extend_from_slice(part));
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_short_as_they_can_be() {
        let header = |length: usize| {
            let value = tlv(SEQUENCE, &[&vec![0; length]]);
            value[1..value.len() - length].to_vec()
        };
        assert_eq!(header(0x7f), [0x7f]);
        assert_eq!(header(0x80), [0x81, 0x80]);
        assert_eq!(header(0x100), [0x82, 1, 0]);
    }

    #[test]
    fn no_two_certificates_are_alike() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one.certificate, other.certificate);
        assert_ne!(one.private_key, other.private_key);
    }
}
