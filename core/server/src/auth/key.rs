//! API keys in the making.

use domain::role::Role;
use domain::{KeyId, Secret, Timestamp};
use store::{KeyBounds, NewApiKey};
use uuid::Uuid;

use super::token::{self, Kind, TokenHash};

/// A key without a secret yet.
pub(crate) struct KeyWanted {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) bounds: KeyBounds,
    pub(crate) expires_at: Option<Timestamp>,
}

impl KeyWanted {
    /// The secret, to be shown once, and what is to be recorded.
    pub(crate) fn minted(self) -> (Secret<String>, NewApiKey) {
        let secret = token::mint(Kind::Key, &mut rand::rng());
        let (id, sha256) = (KeyId(Uuid::now_v7()), TokenHash::of(secret.expose()).0);
        let Self { name, role, bounds, expires_at } = self;
        (secret, NewApiKey { id, name, role, sha256, expires_at, bounds })
    }
}
