//! Members of staff and their sessions on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
    /// Whether they sign in with a one-time code as well.
    pub(crate) totp: bool,
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
    /// What the device for one-time codes shows, where the account has one.
    pub(crate) code: Option<String>,
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
    pub(crate) operator_id: String,
    pub(crate) role: &'static str,
    pub(crate) expires_at: String,
}

/// Who is signed in.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) role: &'static str,
    /// What they may do now.
    pub(crate) permissions: Vec<&'static str>,
    /// Whether they sign in with a one-time code as well.
    pub(crate) totp: bool,
    /// Whether they may do nothing else before they have a device for one-time codes.
    pub(crate) totp_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) csrf: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
}

/// The password once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAgain {
    pub(crate) password: String,
}

/// A new password; the sessions of the account are over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    pub(crate) old: String,
    /// At least 10 characters.
    pub(crate) new: String,
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
    pub(crate) code: String,
}
