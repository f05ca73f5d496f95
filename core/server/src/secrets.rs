//! The appliance's keys for providers: files of one folder, used by their names. They are read at each use, so that a new key
//! is a new file and no restart.

use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use domain::Secret;
use ed25519_dalek::Signer;
use hmac::{Hmac, KeyInit, Mac};
use plugin_host::{InferenceError as ServiceError, MacAlgorithm, SecretService, SignAlgorithm};
use sha2::{Sha256, Sha512};

mod rsa;

/// Largest secret.
const BYTES_MAX: u64 = 16 << 10;
/// A private key on each of the curves that are signed with.
const KEY_BYTES: usize = 32;
/// Where the service manager puts a unit's credentials. It may open them to the unit's user by an access list, whose mask
/// shows as rights of the group.
const CREDENTIALS: &str = "/run/credentials";

/// The secrets in one folder.
pub(crate) struct Vault {
    folder: PathBuf,
}

/// Why a secret cannot be used. Its bytes are in none of the texts.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("secret {handle} is not there: {path}")]
    Missing { handle: String, path: PathBuf },
    #[error("secret {handle} cannot be read: {source}")]
    Read { handle: String, source: std::io::Error },
    #[error("secret {handle} {problem}")]
    Unfit { handle: String, problem: String },
}

impl Vault {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The bytes of a secret: those of its file without the end of its last line, or what `hex:` spells.
    pub(crate) fn bytes(&self, handle: &str) -> Result<Secret<Vec<u8>>, SecretError> {
        let content = self.content(handle)?;
        let line = without_line_end(content.expose());
        match line.strip_prefix(b"hex:") {
            Some(digits) => {
                let bytes = hex::decode(digits).map(Secret::new);
                bytes.map_err(|_| unfit(handle, "is not hexadecimal after hex:"))
            }
            None => Ok(Secret::new(line.to_vec())),
        }
    }

    /// Whether a secret of this name lies in the folder.
    pub(crate) fn knows(&self, handle: &str) -> bool {
        is_name(handle) && self.folder.join(handle).is_file()
    }

    /// A private key: 32 bytes, as they are or in hexadecimal.
    fn private_key(&self, handle: &str) -> Result<Secret<[u8; KEY_BYTES]>, SecretError> {
        let content = self.content(handle)?;
        let content = content.expose().as_slice();
        if let Ok(raw) = content.try_into() {
            return Ok(Secret::new(raw));
        }
        let line = without_line_end(content);
        let digits = line.strip_prefix(b"hex:").or(line.strip_prefix(b"0x")).unwrap_or(line);
        let mut key = Secret::new([0; KEY_BYTES]);
        hex::decode_to_slice(digits, key.expose_mut())
            .map_err(|_| unfit(handle, "is no private key: it has to be 32 bytes, raw or in hexadecimal"))?;
        Ok(key)
    }

    fn content(&self, handle: &str) -> Result<Secret<Vec<u8>>, SecretError> {
        if !is_name(handle) {
            return Err(unfit("with this name", "is no file of a folder"));
        }
        let path = self.folder.join(handle);
        let read = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => {
                SecretError::Missing { handle: handle.to_owned(), path: path.clone() }
            }
            _ => SecretError::Read { handle: handle.to_owned(), source },
        };
        // Before it is opened: to open a pipe would wait.
        if !path.metadata().map_err(read)?.is_file() {
            return Err(unfit(handle, "is no file"));
        }
        let file = std::fs::File::open(&path).map_err(read)?;
        let metadata = file.metadata().map_err(read)?;
        if let Some(problem) = exposure(&metadata, self.folder.starts_with(CREDENTIALS)) {
            return Err(unfit(handle, problem));
        }
        if metadata.len() > BYTES_MAX {
            return Err(unfit(handle, format!("is larger than {BYTES_MAX} bytes")));
        }
        // With room for all of it, so that growing leaves no copies behind.
        let mut content = Secret::new(Vec::with_capacity(BYTES_MAX as usize));
        file.take(BYTES_MAX).read_to_end(content.expose_mut()).map_err(read)?;
        match content.expose().is_empty() {
            true => Err(unfit(handle, "is empty")),
            false => Ok(content),
        }
    }
}

/// Whether this is the name of a file of a folder, and not a way out of it.
fn is_name(handle: &str) -> bool {
    matches!(Vec::from_iter(Path::new(handle).components())[..], [Component::Normal(_)])
}

/// Who else could read or change a secret, as the end of a sentence; `None` when nobody can.
fn exposure(metadata: &std::fs::Metadata, is_credential: bool) -> Option<String> {
    let (mode, owner) = (metadata.mode() & 0o777, metadata.uid());
    let us = rustix::process::geteuid().as_raw();
    if owner != us && owner != 0 {
        return Some(format!("belongs to user {owner}, who can change it; it has to be ours or root's"));
    }
    let others = if is_credential && owner == 0 { 0o137 } else { 0o177 };
    (mode & others != 0).then(|| format!("has mode {mode:03o}, and has to have 0600 or 0400"))
}

fn unfit(handle: &str, problem: impl Into<String>) -> SecretError {
    SecretError::Unfit { handle: handle.to_owned(), problem: problem.into() }
}

fn without_line_end(content: &[u8]) -> &[u8] {
    let line = content.strip_suffix(b"\n").unwrap_or(content);
    line.strip_suffix(b"\r").unwrap_or(line)
}

impl From<SecretError> for ServiceError {
    fn from(error: SecretError) -> Self {
        Self::Config(crate::api::chain(&error))
    }
}

impl SecretService for Vault {
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>, ServiceError> {
        let key = self.bytes(handle)?;
        let key = key.expose();
        Ok(match algorithm {
            MacAlgorithm::HmacSha256 => {
                let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
                mac.chain_update(data).finalize().into_bytes().to_vec()
            }
            MacAlgorithm::HmacSha512 => {
                let mac = Hmac::<Sha512>::new_from_slice(key).expect("HMAC takes a key of any length");
                mac.chain_update(data).finalize().into_bytes().to_vec()
            }
        })
    }

    fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>, ServiceError> {
        let no_key = || ServiceError::from(unfit(handle, "is no key on this curve"));
        Ok(match algorithm {
            SignAlgorithm::Ed25519 => {
                let key = self.private_key(handle)?;
                ed25519_dalek::SigningKey::from_bytes(key.expose()).sign(data).to_bytes().to_vec()
            }
            SignAlgorithm::EcdsaP256Sha256 => {
                let key = self.private_key(handle)?;
                let key = p256::ecdsa::SigningKey::from_slice(key.expose()).map_err(|_| no_key())?;
                let signature: p256::ecdsa::Signature = key.sign(data);
                signature.to_bytes().to_vec()
            }
            SignAlgorithm::RsaPkcs1Sha256 => rsa::sign(handle, &self.content(handle)?, data)?,
            SignAlgorithm::EcdsaSecp256k1Prehashed => {
                let digest: [u8; 32] = (data.try_into())
                    .map_err(|_| ServiceError::Invalid("a digest of 32 bytes is signed here".to_owned()))?;
                let key = self.private_key(handle)?;
                let key = k256::ecdsa::SigningKey::from_slice(key.expose()).map_err(|_| no_key())?;
                let (signature, recovery) = key.sign_prehash_recoverable(&digest);
                [signature.to_bytes().as_slice(), &[recovery.to_byte()]].concat()
            }
            SignAlgorithm::Secp256k1Public => {
                let key = self.private_key(handle)?;
                let key = k256::ecdsa::SigningKey::from_slice(key.expose()).map_err(|_| no_key())?;
                key.verifying_key().to_sec1_point(false).as_bytes().to_vec()
            }
        })
    }
}

#[cfg(test)]
mod tests;
