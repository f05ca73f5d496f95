//! Members of staff and their sessions on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names::{PermissionName, RoleName};
use super::secret::Hidden;

/// A member of staff to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOperator {
    /// 1 to 60 characters.
    #[schema(min_length = 1, max_length = 60)]
    pub(crate) name: String,
    /// At least 10 characters.
    #[schema(value_type = String, min_length = 10, max_length = 256, format = Password)]
    pub(crate) password: Hidden,
    /// admin, operator, integrator, auditor or kiosk.
    #[schema(value_type = RoleName)]
    pub(crate) role: String,
}

/// A member of staff.
#[derive(Serialize, ToSchema)]
pub(crate) struct Operator {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) name: String,
    #[schema(value_type = RoleName)]
    pub(crate) role: &'static str,
    /// Whether they sign in with a one-time code as well.
    pub(crate) totp: bool,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// When the account was shut.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) disabled_at: Option<String>,
}

/// A sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Login {
    #[schema(max_length = 60)]
    pub(crate) name: String,
    #[schema(value_type = String, max_length = 256, format = Password)]
    pub(crate) password: Hidden,
    /// What the device for one-time codes shows, where the account has one.
    #[schema(value_type = Option<String>)]
    pub(crate) code: Option<Hidden>,
    /// For a browser: the session is kept in a cookie that no script reads, and `token` is absent.
    #[serde(default)]
    pub(crate) cookie: bool,
}

/// A session.
#[derive(Serialize, ToSchema)]
pub(crate) struct Session {
    /// Send it as `Authorization: Bearer …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) token: Option<String>,
    /// With a cookie, send it as `x-csrf-token` with everything but GET.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf: Option<String>,
    #[schema(format = "uuid")]
    pub(crate) operator_id: String,
    #[schema(value_type = RoleName)]
    pub(crate) role: &'static str,
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    pub(crate) name: String,
    #[schema(value_type = RoleName)]
    pub(crate) role: &'static str,
    /// What they may do now.
    #[schema(value_type = Vec<PermissionName>)]
    pub(crate) permissions: Vec<&'static str>,
    /// Whether they sign in with a one-time code as well.
    pub(crate) totp: bool,
    /// Whether they may do nothing else before they have a device for one-time codes.
    pub(crate) totp_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) expires_at: Option<String>,
}

/// The password once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAgain {
    #[schema(value_type = String, max_length = 256, format = Password)]
    pub(crate) password: Hidden,
}

/// A new password; the sessions of the account are over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    #[schema(value_type = String, max_length = 256, format = Password)]
    pub(crate) old: Hidden,
    /// At least 10 characters.
    #[schema(value_type = String, min_length = 10, max_length = 256, format = Password)]
    pub(crate) new: Hidden,
}

/// A secret for a device for one-time codes (RFC 6238), at the only moment when it is shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotpSecret {
    /// To be typed in.
    pub(crate) secret: String,
    /// To be shown as a QR code.
    pub(crate) uri: String,
}

/// What a device shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    #[schema(value_type = String)]
    pub(crate) code: Hidden,
}
