//! Texts that people agree to, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text to keep.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsentText {
    /// Such as `2026-01`; with the language it names the text.
    #[schema(min_length = 1, max_length = 40)]
    pub(crate) version: String,
    /// BCP 47, such as `de`.
    #[schema(min_length = 1, max_length = 35)]
    pub(crate) language: String,
    /// Up to 64 KiB, kept to the byte.
    #[schema(min_length = 1)]
    pub(crate) text: String,
}

/// A text. Show it as it is, and send version, language and text as they are with the consent: its digest is then this one.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentText {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) version: String,
    pub(crate) language: String,
    pub(crate) text: String,
    /// SHA-256 of `text`, hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) text_sha256: String,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    pub(crate) created_by: String,
}
