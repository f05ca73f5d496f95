//! Closed sets of named values: one table gives the enum, its wire names and the way back.

/// Text that names none of the values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {kind}; expected {expected}")]
pub struct UnknownName {
    /// What was to be named.
    pub kind: &'static str,
    /// What was found, cut to 40 characters.
    pub text: String,
    /// Every name that would have been accepted.
    pub expected: String,
}

impl UnknownName {
    pub(crate) fn new(kind: &'static str, text: &str, names: &[&str]) -> Self {
        Self { kind, text: text.chars().take(40).collect(), expected: names.join(", ") }
    }
}

/// An enum whose every variant has a stable name on the wire and in the database: `ALL`, `as_str`,
/// `Display` and `FromStr`.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident($kind:literal) { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every one, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name on the wire and in the database.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::name::UnknownName;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().copied().find(|value| value.as_str() == text);
                found.ok_or_else(|| $crate::name::UnknownName::new($kind, text, &[$($text,)*]))
            }
        }
    };
}

pub(crate) use named;
