//! Set-up and keys on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names::{PermissionName, RoleName};
use super::secret::Hidden;

/// The code that the appliance printed at its first start.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupRequest {
    #[schema(value_type = String)]
    pub(crate) code: Hidden,
    /// A name for the key, such as `headquarters`.
    #[schema(min_length = 1, max_length = 120)]
    pub(crate) name: Option<String>,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    #[schema(min_length = 1, max_length = 120)]
    pub(crate) name: String,
    /// admin, operator, integrator, auditor or kiosk.
    #[schema(value_type = RoleName)]
    pub(crate) role: String,
    /// What it may do of what its role may, such as `payments.take`; all of it when absent.
    #[schema(value_type = Option<Vec<PermissionName>>)]
    pub(crate) scopes: Option<Vec<String>>,
    /// The one camera that it is for, such as that of a kiosk; any when absent.
    #[schema(pattern = "^[a-z0-9-]{1,40}$")]
    pub(crate) camera: Option<String>,
    /// SHA-256 of the client certificate that it is bound to, 64 hexadecimal digits.
    #[schema(pattern = "^[0-9a-fA-F]{64}$")]
    pub(crate) certificate_sha256: Option<String>,
    /// When it ends (RFC 3339); never when absent.
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
}

/// A key at the only moment when its secret is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct MintedKey {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) name: String,
    #[schema(value_type = RoleName)]
    pub(crate) role: &'static str,
    #[serde(flatten)]
    pub(crate) bounds: Bounds,
    /// Keep it: it is not shown again.
    pub(crate) key: String,
}

/// What a key is bound to.
#[derive(Serialize, ToSchema)]
pub(crate) struct Bounds {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<PermissionName>>)]
    pub(crate) scopes: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) camera: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub(crate) certificate_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
}

/// The key that asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnKey {
    #[serde(flatten)]
    pub(crate) key: Key,
    /// What it may do: what its role may, within its scopes.
    #[schema(value_type = Vec<PermissionName>)]
    pub(crate) permissions: Vec<&'static str>,
}

/// A key without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct Key {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) name: String,
    #[schema(value_type = RoleName)]
    pub(crate) role: &'static str,
    #[serde(flatten)]
    pub(crate) bounds: Bounds,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) revoked_at: Option<String>,
}
