//! People who can pay.
use crate::name::named;

named! {
    /// Whether a person may pay.
    Status("user status") {
        /// May pay, within limits.
        Active = "active",
        /// Is known but may not pay until an operator lifts the block.
        Blocked = "blocked",
    }
}

/// Why a person's data was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUser {
    /// Empty, too long or with control characters.
    #[error("a name must have 1 to {NAME_CHARS_MAX} characters and no control characters")]
    Name,
    /// Not an address.
    #[error(
        "an e-mail address needs one @ with text on both sides, no spaces, at most {EMAIL_CHARS_MAX} characters"
    )]
    Email,
}

/// The longest name, in characters.
pub const NAME_CHARS_MAX: usize = 120;
/// The longest e-mail address, in characters (RFC 5321 §4.5.3.1).
pub const EMAIL_CHARS_MAX: usize = 254;

/// `name` without surrounding space.
///
/// # Errors
/// When it is empty, over [`NAME_CHARS_MAX`] characters or has control characters.
pub fn checked_name(name: &str) -> Result<&str, InvalidUser> {
    let name = name.trim();
    let sized = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if sized && !name.chars().any(char::is_control) { Ok(name) } else { Err(InvalidUser::Name) }
}

/// `email` when it has an address's shape; whether it exists only a message can tell.
///
/// # Errors
/// When it has no single `@` between text, has spaces, or is too long.
pub fn checked_email(email: &str) -> Result<&str, InvalidUser> {
    let (local, host) = email.split_once('@').ok_or(InvalidUser::Email)?;
    let clean = !email.chars().any(|c| c.is_whitespace() || c.is_control());
    let sized = email.chars().count() <= EMAIL_CHARS_MAX;
    let shaped = !local.is_empty() && !host.is_empty() && !host.contains('@');
    if clean && sized && shaped { Ok(email) } else { Err(InvalidUser::Email) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_bounded() {
        assert_eq!(checked_name("  Eileen Collins "), Ok("Eileen Collins"));
        assert_eq!(checked_name("सचिन"), Ok("सचिन"));
        for bad in ["", "   ", "a\nb", &"x".repeat(NAME_CHARS_MAX + 1)] {
            assert_eq!(checked_name(bad), Err(InvalidUser::Name), "{bad:?}");
        }
    }

    #[test]
    fn addresses_need_one_at_between_text() {
        assert!(checked_email("a@b.example").is_ok());
        for bad in ["", "a", "@b", "a@", "a@b@c", "a b@c", "a@b\n"] {
            assert_eq!(checked_email(bad), Err(InvalidUser::Email), "{bad:?}");
        }
    }
}
