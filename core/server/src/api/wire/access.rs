//! Set-up, keys and operators on the wire.

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
}

/// A key at the only moment when its secret is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct MintedKey {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    /// Keep it: it is not shown again.
    pub(crate) key: String,
}

/// A key without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) revoked_at: Option<String>,
}

/// A member of staff to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOperator {
    /// 1 to 60 characters.
    pub(crate) name: String,
    /// At least 10 characters.
    pub(crate) password: String,
    /// admin, operator, integrator, auditor or kiosk.
    pub(crate) role: String,
}

/// A member of staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct Operator {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    pub(crate) created_at: String,
    /// When the account was shut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) disabled_at: Option<String>,
}

/// A sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    pub(crate) name: String,
    pub(crate) password: String,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// Send it as `Authorization: Bearer …`.
    pub(crate) token: String,
    pub(crate) operator_id: String,
    pub(crate) role: &'static str,
    pub(crate) expires_at: String,
}
