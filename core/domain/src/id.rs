//! Identifiers: one type for each thing, so that one can't be passed for another.
use std::{fmt, str::FromStr};

use uuid::Uuid;

/// Text that is not an identifier of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid {kind} id; expected {expected}")]
pub struct InvalidId {
    /// What was to be named.
    pub kind: &'static str,
    /// What was found, cut to 64 characters.
    pub text: String,
    /// The form that would be accepted.
    pub expected: &'static str,
}

impl InvalidId {
    fn new(kind: &'static str, text: &str, expected: &'static str) -> Self {
        Self { kind, text: text.chars().take(64).collect(), expected }
    }
}

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident = $kind:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId::new($kind, text, "a UUID"))
            }
        }
    )*};
}

uuid_ids! {
    /// A person who can pay.
    UserId = "user";
    /// One consent of one person to one text.
    ConsentId = "consent";
    /// A text that people agree to, in one language.
    ConsentTextId = "consent text";
    /// One enrolled face template.
    FaceId = "face";
    /// One check of who somebody is.
    IdentityCheckId = "identity check";
    /// An enrolment that another person of the staff looks at.
    EnrolmentId = "enrolment";
    /// A ledger account.
    AccountId = "account";
    /// A two-phase ledger transfer.
    TransferId = "transfer";
    /// A payment as the merchant sees it.
    TransactionId = "transaction";
    /// One request to a payment provider.
    OperationId = "operation";
    /// One closed business day of one provider.
    SettlementId = "settlement";
    /// A payment waiting for a face at a camera.
    CheckoutId = "checkout";
    /// Something that waits for a second person's yes.
    ApprovalId = "approval";
    /// A member of staff.
    OperatorId = "operator";
    /// A payer's device that is signed in.
    PayerDeviceId = "device";
    /// An API key (not its secret).
    KeyId = "key";
    /// An address that hears of what happens.
    WebhookId = "webhook";
}

const CAMERA_ID_CHARS_MAX: usize = 40;

/// A camera's name: 1 to 40 of `a-z`, `0-9` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CameraId(String);

impl CameraId {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CameraId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CameraId {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let slug = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-';
        if (1..=CAMERA_ID_CHARS_MAX).contains(&text.len()) && text.bytes().all(slug) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidId::new("camera", text, "1 to 40 of a-z, 0-9 and -"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form() {
        let id = UserId(Uuid::from_u128(0x0193_8f5e_7a6b_7c01_8000_0000_0000_002a));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn only_slugs_name_cameras() {
        for (text, ok) in [
            ("till-1", true),
            ("a", true),
            ("", false),
            ("Till", false),
            ("till 1", false),
            ("../till", false),
            ("a23456789012345678901234567890123456789012", false),
        ] {
            assert_eq!(text.parse::<CameraId>().is_ok(), ok, "{text}");
        }
    }
}
