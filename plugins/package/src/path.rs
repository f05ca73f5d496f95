//! Where a file lies within its package: never outside of it.

use std::fmt;

use crate::refusal::Refusal;

/// Longest path, which any tar header holds.
const BYTES_MAX: usize = 100;
/// Most folders over a file, with the file.
const PARTS_MAX: usize = 8;

/// A relative path of plain names: no `..`, no `.`, nothing absolute, nothing that a shell or an archive reads otherwise.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackagePath(String);

impl PackagePath {
    /// # Errors
    /// [`Refusal::PathEscapes`] for everything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let plain = |part: &str| {
            let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._-+".contains(&byte);
            !part.is_empty() && !part.starts_with('.') && part.bytes().all(known)
        };
        let is_plain =
            text.len() <= BYTES_MAX && text.split('/').count() <= PARTS_MAX && text.split('/').all(plain);
        match is_plain {
            true => Ok(Self(text.to_owned())),
            false => Err(Refusal::PathEscapes { path: text.chars().take(BYTES_MAX).collect() }),
        }
    }

    /// As text, with `/` between its parts.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folders over the file, outermost first, and the file's own name.
    pub(crate) fn parts(&self) -> (Vec<&str>, &str) {
        let mut parts: Vec<&str> = self.0.split('/').collect();
        let name = parts.pop().unwrap_or_default();
        (parts, name)
    }
}

impl fmt::Display for PackagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_below_the_package_are_paths() {
        let long = "a".repeat(BYTES_MAX + 1);
        let rows = [
            ("plugin.json", true),
            ("lib/x86_64/libpay.so", true),
            ("a/b/c/d/e/f/g/h", true),
            ("a/b/c/d/e/f/g/h/i", false),
            ("", false),
            ("/etc/passwd", false),
            ("../evil.so", false),
            ("lib/../../evil.so", false),
            ("./a", false),
            ("a//b", false),
            ("a/", false),
            (".hidden", false),
            ("a\0b", false),
            ("a b", false),
            ("C:\\x", false),
            ("ä", false),
            (&long, false),
        ];
        for (text, expected) in rows {
            assert_eq!(PackagePath::parse(text).is_ok(), expected, "{text:?}");
        }
    }
}
