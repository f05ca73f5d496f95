//! The ciphers of media packets: AES in counter mode (RFC 3711) and in Galois counter mode (RFC 7714).

use std::fmt;

use aes::cipher::{BlockCipherEncrypt, KeyIvInit, StreamCipher};
use aes::{Aes128, Aes256};
use aes_gcm::aead::AeadInOut;
use aes_gcm::{Aes128Gcm, Aes256Gcm, KeyInit};
use str0m::crypto::{
    AeadAes128GcmCipher, AeadAes256GcmCipher, Aes128CmSha1_80Cipher, CryptoError, SrtpProvider,
    SupportedAeadAes128Gcm, SupportedAeadAes256Gcm, SupportedAes128CmSha1_80,
};

const BLOCK: usize = 16;
const TAG: usize = 16;

#[derive(Debug)]
pub(super) struct Srtp;

impl SrtpProvider for Srtp {
    fn aes_128_cm_sha1_80(&self) -> &'static dyn SupportedAes128CmSha1_80 {
        &Srtp
    }

    fn aead_aes_128_gcm(&self) -> &'static dyn SupportedAeadAes128Gcm {
        &Srtp
    }

    fn aead_aes_256_gcm(&self) -> &'static dyn SupportedAeadAes256Gcm {
        &Srtp
    }

    fn srtp_aes_128_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        if let Ok(cipher) = Aes128::new_from_slice(key) {
            round(&cipher, input, output);
        }
    }

    fn srtp_aes_256_ecb_round(&self, key: &[u8], input: &[u8], output: &mut [u8]) {
        if let Ok(cipher) = Aes256::new_from_slice(key) {
            round(&cipher, input, output);
        }
    }
}

/// One block of the key derivation; only the first of the output is looked at.
fn round(
    cipher: &impl BlockCipherEncrypt<BlockSize = aes::cipher::consts::U16>,
    input: &[u8],
    output: &mut [u8],
) {
    let (Some(input), Some(output)) = (input.first_chunk::<BLOCK>(), output.first_chunk_mut::<BLOCK>())
    else {
        return;
    };
    let mut block = (*input).into();
    cipher.encrypt_block(&mut block);
    *output = block.into();
}

impl SupportedAes128CmSha1_80 for Srtp {
    fn create_cipher(&self, key: [u8; 16], _: bool) -> Box<dyn Aes128CmSha1_80Cipher> {
        Box::new(Counter(key))
    }
}

impl SupportedAeadAes128Gcm for Srtp {
    fn create_cipher(&self, key: [u8; 16], _: bool) -> Box<dyn AeadAes128GcmCipher> {
        Box::new(Sealed(Aes128Gcm::new(&key.into())))
    }
}

impl SupportedAeadAes256Gcm for Srtp {
    fn create_cipher(&self, key: [u8; 32], _: bool) -> Box<dyn AeadAes256GcmCipher> {
        Box::new(Sealed(Aes256Gcm::new(&key.into())))
    }
}

/// The key of a stream cipher: encrypting and decrypting are the same.
struct Counter([u8; 16]);

impl Counter {
    fn apply(&self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let output = output.get_mut(..input.len()).ok_or_else(too_short)?;
        output.copy_from_slice(input);
        ctr::Ctr128BE::<Aes128>::new(&self.0.into(), &(*iv).into()).apply_keystream(output);
        Ok(())
    }
}

impl Aes128CmSha1_80Cipher for Counter {
    fn encrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.apply(iv, input, output)
    }

    fn decrypt(&mut self, iv: &[u8; 16], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        self.apply(iv, input, output)
    }
}

/// A cipher whose tag stands behind the text.
struct Sealed<C>(C);

impl<C: AeadInOut<NonceSize = aes::cipher::consts::U12, TagSize = aes::cipher::consts::U16>> Sealed<C> {
    fn seal(&self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<(), CryptoError> {
        let output = output.get_mut(..input.len() + TAG).ok_or_else(too_short)?;
        let (text, tag) = output.split_at_mut(input.len());
        text.copy_from_slice(input);
        let made = self.0.encrypt_inout_detached(&(*iv).into(), aad, text.into()).map_err(|_| broken())?;
        tag.copy_from_slice(&made);
        Ok(())
    }

    fn open(&self, iv: &[u8; 12], aad: &[u8], input: &[u8], output: &mut [u8]) -> Result<usize, CryptoError> {
        let (text, tag) = input.split_last_chunk::<TAG>().ok_or_else(too_short)?;
        let output = output.get_mut(..text.len()).ok_or_else(too_short)?;
        output.copy_from_slice(text);
        let opened = self.0.decrypt_inout_detached(&(*iv).into(), aad, output.into(), &(*tag).into());
        opened.map_err(|_| broken())?;
        Ok(text.len())
    }
}

impl AeadAes128GcmCipher for Sealed<Aes128Gcm> {
    fn encrypt(
        &mut self,
        iv: &[u8; 12],
        aad: &[u8],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.seal(iv, aad, input, output)
    }

    fn decrypt(
        &mut self,
        iv: &[u8; 12],
        aads: &[&[u8]],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.open(iv, &aads.concat(), input, output)
    }
}

impl AeadAes256GcmCipher for Sealed<Aes256Gcm> {
    fn encrypt(
        &mut self,
        iv: &[u8; 12],
        aad: &[u8],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<(), CryptoError> {
        self.seal(iv, aad, input, output)
    }

    fn decrypt(
        &mut self,
        iv: &[u8; 12],
        aads: &[&[u8]],
        input: &[u8],
        output: &mut [u8],
    ) -> Result<usize, CryptoError> {
        self.open(iv, &aads.concat(), input, output)
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Counter")
    }
}

impl<C> fmt::Debug for Sealed<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed")
    }
}

fn too_short() -> CryptoError {
    CryptoError::Other("a packet is shorter than its cipher needs".to_owned())
}

fn broken() -> CryptoError {
    CryptoError::Other("a packet does not fit its tag".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_key_of_a_session_is_that_of_rfc_3711() {
        // RFC 3711, B.3: the cipher key that is derived from this master key and salt.
        let master = 0xE1F9_7A0D_3E01_8BE0_D64F_A32C_06DE_4139_u128.to_be_bytes();
        let block = 0x0EC6_75AD_498A_FEEB_B696_0B3A_ABE6_0000_u128.to_be_bytes();
        let mut key = [0; 32];
        Srtp.srtp_aes_128_ecb_round(&master, &block, &mut key);
        assert_eq!(key[..16], 0xC61E_7A93_744F_39EE_1073_4AFE_3FF7_A087_u128.to_be_bytes());
    }

    #[test]
    fn key_streams_are_those_of_rfc_3711() {
        // RFC 3711, B.2.
        let mut cipher = Counter(0x2B7E_1516_28AE_D2A6_ABF7_1588_09CF_4F3C_u128.to_be_bytes());
        let iv = 0xF0F1_F2F3_F4F5_F6F7_F8F9_FAFB_FCFD_0000_u128.to_be_bytes();
        let mut stream = [0; 32];
        cipher.encrypt(&iv, &[0; 32], &mut stream).unwrap();
        assert_eq!(stream[..16], 0xE03E_AD09_35C9_5E80_E166_B16D_D92B_4EB4_u128.to_be_bytes());
        assert_eq!(stream[16..], 0xD235_1316_2B02_D0F7_2A43_A2FE_4A5F_97AB_u128.to_be_bytes());
    }

    #[test]
    fn what_was_changed_on_its_way_does_not_open() {
        let mut cipher = Sealed(Aes128Gcm::new(&[7; 16].into()));
        let mut packet = [0; 5 + TAG];
        AeadAes128GcmCipher::encrypt(&mut cipher, &[1; 12], b"header", b"video", &mut packet).unwrap();
        let mut text = [0; 5];
        let mut open = |aads: &[&[u8]], packet: &[u8]| {
            AeadAes128GcmCipher::decrypt(&mut cipher, &[1; 12], aads, packet, &mut text).map(|_| text)
        };
        assert_eq!(open(&[b"hea", b"der"], &packet).unwrap(), *b"video");
        assert!(open(&[b"other"], &packet).is_err());
        packet[0] ^= 1;
        assert!(open(&[b"header"], &packet).is_err());
        assert!(open(&[b"header"], &packet[..TAG - 1]).is_err());
    }
}
