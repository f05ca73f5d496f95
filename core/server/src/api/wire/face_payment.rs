//! Payment by face, switched on and off, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::secret::Hidden;

/// How it stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct FacePayment {
    /// `off`, `waiting` or `on`.
    pub(crate) state: &'static str,
    /// From when on it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) from: Option<String>,
}

/// The person's PIN, said before staff.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByPin {
    #[schema(value_type = String)]
    pub(crate) pin: Hidden,
}

/// A link and its code, shown once: send each to the person by a way of its own.
#[derive(Serialize, ToSchema)]
pub(crate) struct Link {
    /// Belongs into the link.
    pub(crate) token: String,
    /// Six digits, by another way.
    pub(crate) code: String,
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
}

/// What the person has of the link and of the other way.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByLink {
    #[schema(value_type = String)]
    pub(crate) token: Hidden,
    #[schema(value_type = String)]
    pub(crate) code: Hidden,
}
