//! Keys and signatures (Ed25519, RFC 8032) as files of hexadecimal digits.

use std::fmt;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use zeroize::Zeroizing;

/// Longest file of a key or a signature.
const FILE_BYTES_MAX: u64 = 256;

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("cannot use the key file {}", path.display())]
    File {
        /// The key's file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Others can read the secret key.
    #[error("{}: others can read it, or change it: chmod 600 it", .0.display())]
    Open(PathBuf),
    /// It is no key.
    #[error("{} is no secret key: 64 hexadecimal digits", .0.display())]
    Malformed(PathBuf),
}

/// A key that vouches.
pub struct SecretKey(SigningKey);

/// A key that is trusted.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

/// A detached signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl SecretKey {
    /// The key of these 32 random bytes.
    pub fn new(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// Reads a key that nobody but its owner can read.
    ///
    /// # Errors
    /// When others can read it, or it is none.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let file = std::fs::File::open(path).map_err(failed)?;
        if file.metadata().map_err(failed)?.mode() & 0o077 != 0 {
            return Err(KeyError::Open(path.to_owned()));
        }
        let mut text = Zeroizing::new(String::new());
        file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
        let mut seed = Zeroizing::new([0; 32]);
        let decoded = hex::decode_to_slice(text.trim_end(), seed.as_mut_slice());
        decoded.map_err(|_| KeyError::Malformed(path.to_owned()))?;
        Ok(Self::new(&seed))
    }

    /// Writes the key into a new file of mode 0600.
    ///
    /// # Errors
    /// When there is such a file already, or it cannot be written.
    pub fn write_new(&self, path: &Path) -> Result<(), KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
        let text = Zeroizing::new(hex::encode(Zeroizing::new(self.0.to_bytes()).as_slice()) + "\n");
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
    }

    /// The key that others trust.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Vouches for these bytes as they are.
    pub fn sign(&self, bytes: &[u8]) -> Signature {
        Signature(self.0.sign(bytes).to_bytes())
    }
}

impl PublicKey {
    /// Whether the signature is this key's over exactly these bytes. Strict: no other encoding of a signature passes, and
    /// no key of small order vouches for anything.
    pub fn vouches(&self, bytes: &[u8], signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(bytes, &signature).is_ok()
    }
}

impl FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bytes: Option<[u8; 32]> = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let key = key.filter(|key| !key.is_weak());
        key.map(Self).ok_or_else(|| "a public key is 64 hexadecimal digits of an Ed25519 key".to_owned())
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Signature {
    /// The signature in a file of 128 hexadecimal digits and perhaps the end of a line.
    pub(crate) fn parse(file: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(file).ok()?;
        let bytes = hex::decode(text.strip_suffix('\n').unwrap_or(text)).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// As a file has it.
    pub(crate) fn to_file(self) -> String {
        hex::encode(self.0) + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_of_these_bytes_and_this_key() {
        let (key, other) = (SecretKey::new(&[7; 32]), SecretKey::new(&[8; 32]));
        let signature = key.sign(b"abc");
        let read = Signature::parse(signature.to_file().as_bytes()).unwrap();
        assert!(key.public().vouches(b"abc", &read));
        assert!(!key.public().vouches(b"abd", &read) && !other.public().vouches(b"abc", &read));
        assert_eq!(key.public().to_string().parse::<PublicKey>().unwrap(), key.public());
        for file in [&b""[..], b"00", b"not hex", &[0xff; 64]] {
            assert!(Signature::parse(file).is_none());
        }
    }

    #[test]
    fn a_key_that_anybody_can_vouch_for_is_no_key() {
        let identity = format!("01{}", "00".repeat(31));
        for text in [identity.as_str(), "", "abcd", &"zz".repeat(32)] {
            assert!(text.parse::<PublicKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_key_that_others_can_read_is_not_used() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (path, key) = (dir.path().join("a.key"), SecretKey::new(&[7; 32]));
        key.write_new(&path).unwrap();
        assert_eq!(SecretKey::read(&path).unwrap().public(), key.public());
        assert!(matches!(key.write_new(&path), Err(KeyError::File { .. })), "no key is overwritten");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SecretKey::read(&path), Err(KeyError::Open(_))));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, "short").unwrap();
        assert!(matches!(SecretKey::read(&path), Err(KeyError::Malformed(_))));
    }
}
