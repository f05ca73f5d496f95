//! Set-up and keys on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The code that the appliance printed at its first start.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupRequest {
    pub(crate) code: String,
    /// A name for the key, such as `headquarters`.
    pub(crate) name: Option<String>,
}

/// A key to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKey {
    pub(crate) name: String,
    /// admin, operator, integrator, auditor or kiosk.
    pub(crate) role: String,
    /// What it may do of what its role may, such as `payments.take`; all of it when absent.
    pub(crate) scopes: Option<Vec<String>>,
    /// The one camera that it is for, such as that of a kiosk; any when absent.
    pub(crate) camera: Option<String>,
    /// SHA-256 of the client certificate that it is bound to, 64 hexadecimal digits.
    pub(crate) certificate_sha256: Option<String>,
    /// When it ends (RFC 3339); never when absent.
    pub(crate) expires_at: Option<String>,
}

/// A key at the only moment when its secret is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct MintedKey {
    pub(crate) id: String,
    pub(crate) name: String,
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
    pub(crate) scopes: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) camera: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) certificate_sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
}

/// A key without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    #[serde(flatten)]
    pub(crate) bounds: Bounds,
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked_at: Option<String>,
}
