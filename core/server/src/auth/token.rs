//! Bearer tokens: random, shown once, kept as SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Secret;
use rand::Rng;
use sha2::{Digest, Sha256};

/// What a token is for; the prefix lets secret scanners find leaked ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Key,
    Session,
    /// Of a link that is sent to a person.
    Link,
    /// Of a payer's device.
    Payer,
}

/// SHA-256 of a token. A token has 256 random bits, so that nothing slower is needed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct TokenHash(pub(crate) [u8; 32]);

impl TokenHash {
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }
}

/// A fresh token.
pub(crate) fn mint(kind: Kind, random: &mut impl Rng) -> Secret<String> {
    let mut bytes = [0_u8; 32];
    random.fill_bytes(&mut bytes);
    let prefix = match kind {
        Kind::Key => "fpk_",
        Kind::Session => "fps_",
        Kind::Link => "fpl_",
        Kind::Payer => "fpp_",
    };
    Secret::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}
