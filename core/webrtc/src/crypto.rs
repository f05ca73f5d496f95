//! The ciphers and digests that ICE, DTLS and SRTP need, from the crates that the rest of the appliance uses.

mod dtls;
mod srtp;

use aes_gcm::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use str0m::crypto::{CryptoProvider, Sha1HmacProvider, Sha1Provider, Sha256Provider};

/// What str0m computes with.
pub(crate) fn provider() -> CryptoProvider {
    CryptoProvider {
        srtp_provider: &srtp::Srtp,
        sha1_hmac_provider: &Digests,
        sha1_provider: &Digests,
        sha256_provider: &Digests,
        dtls_provider: &dtls::Handshakes,
    }
}

#[derive(Debug)]
struct Digests;

impl Sha1HmacProvider for Digests {
    fn sha1_hmac(&self, key: &[u8], payloads: &[&[u8]]) -> [u8; 20] {
        // A key of any length is an HMAC key; a tag of zeros fits nothing.
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key) else { return [0; 20] };
        payloads.iter().for_each(|part| mac.update(part));
        mac.finalize().into_bytes().into()
    }
}

impl Sha1Provider for Digests {
    fn sha1(&self, data: &[u8]) -> [u8; 20] {
        Sha1::digest(data).into()
    }
}

impl Sha256Provider for Digests {
    fn sha256(&self, data: &[u8]) -> [u8; 32] {
        Sha256::digest(data).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_that_of_rfc_2202() {
        let tag = Digests.sha1_hmac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        let expected = [
            0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74, 0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c,
            0x25, 0x9a, 0x7c, 0x79,
        ];
        assert_eq!(tag, expected);
    }
}
