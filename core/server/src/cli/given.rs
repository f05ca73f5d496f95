//! What is given on the command line, checked while it is parsed: a bad value is a usage error.

use domain::user::{checked_email, checked_name};

/// A person's or a key's name.
pub(super) fn name(text: &str) -> Result<String, String> {
    checked_name(text).map(str::to_owned).map_err(|error| error.to_string())
}

/// An e-mail address.
pub(super) fn email(text: &str) -> Result<String, String> {
    checked_email(text).map(str::to_owned).map_err(|error| error.to_string())
}
