//! Where the database is.
use std::{fmt, path::PathBuf, str::FromStr};

use crate::StoreError;

/// A database's address. Its password is never printed.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// `sqlite:PATH` or `sqlite://PATH`: one file, made when it isn't there.
    Sqlite(PathBuf),
    /// `postgresql://…` or `postgres://…`, as libpq takes it.
    Postgres(String),
}

impl FromStr for DatabaseUrl {
    type Err = StoreError;
    fn from_str(text: &str) -> Result<Self, StoreError> {
        if text.starts_with("postgresql://") || text.starts_with("postgres://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        let path = text.strip_prefix("sqlite://").or_else(|| text.strip_prefix("sqlite:"));
        match path {
            Some(path) if !path.is_empty() && !path.starts_with(':') => Ok(Self::Sqlite(path.into())),
            _ => Err(StoreError::Url(
                "database.url must be sqlite:PATH or postgresql://USER@HOST/DATABASE".to_owned(),
            )),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgresql", ""));
                let rest = rest.split('?').next().unwrap_or_default();
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "{scheme}://{place}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_printed() {
        for text in [
            "postgresql://pay:s3cret@db.example:5433/facepay?password=s3cret",
            "postgresql://db.example:5433/facepay?password=s3@cret",
        ] {
            let url: DatabaseUrl = text.parse().unwrap();
            assert_eq!(format!("{url:?}"), "postgresql://db.example:5433/facepay");
        }
    }

    #[test]
    fn only_sqlite_files_and_postgresql_are_databases() {
        for (text, ok) in [
            ("sqlite:facepay.db", true),
            ("sqlite:///var/lib/facepay/facepay.db", true),
            ("postgres://localhost/facepay", true),
            ("sqlite:", false),
            ("sqlite::memory:", false),
            ("mysql://localhost/facepay", false),
            ("", false),
        ] {
            assert_eq!(text.parse::<DatabaseUrl>().is_ok(), ok, "{text}");
        }
    }
}
