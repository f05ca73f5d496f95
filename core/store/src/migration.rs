//! The migrations that the program brings: the same steps for both databases.
use std::path::{Path, PathBuf};

use diesel::{
    backend::Backend,
    migration::{Migration, MigrationSource, Result as MigrationResult},
};
use diesel_migrations::{EmbeddedMigrations, FileBasedMigrations, embed_migrations};

use crate::StoreError;

/// Those for SQLite.
pub(crate) const SQLITE: Brought = Brought(embed_migrations!("../../migrations/sqlite"));
/// Those for PostgreSQL.
pub(crate) const POSTGRES: Brought = Brought(embed_migrations!("../../migrations/postgres"));

/// A folder with further ones, in builds with debug assertions: so that tests have a version that is ahead of this one. A release doesn't
/// look at it.
const FURTHER: &str = "FACEPAY_MIGRATIONS_FURTHER";

/// What was built in.
pub(crate) struct Brought(EmbeddedMigrations);

impl<D: Backend> MigrationSource<D> for Brought {
    fn migrations(&self) -> MigrationResult<Vec<Box<dyn Migration<D>>>> {
        all(&self.0, further().as_deref())
    }
}

fn further() -> Option<PathBuf> {
    cfg!(debug_assertions).then(|| std::env::var_os(FURTHER)).flatten().map(PathBuf::from)
}

fn all<D: Backend>(
    built_in: &EmbeddedMigrations,
    further: Option<&Path>,
) -> MigrationResult<Vec<Box<dyn Migration<D>>>> {
    let mut all = MigrationSource::<D>::migrations(built_in)?;
    if let Some(folder) = further {
        all.extend(MigrationSource::<D>::migrations(&FileBasedMigrations::from_path(folder)?)?);
    }
    Ok(all)
}

/// The versions of the migrations that the program brings.
pub(crate) fn versions<D: Backend>(source: &impl MigrationSource<D>) -> Result<Vec<String>, StoreError> {
    let found = source.migrations();
    let migrations =
        found.map_err(|cause| StoreError::Corrupt(format!("the migrations can't be read: {cause}")))?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// The versions of the migrations that this program brings, which are the same for both databases, in order.
///
/// # Errors
/// When the program was built of broken ones.
pub fn migrations() -> Result<Vec<String>, StoreError> {
    let mut versions = versions::<diesel::sqlite::Sqlite>(&SQLITE)?;
    versions.sort();
    Ok(versions)
}

#[cfg(test)]
mod tests {
    use diesel::sqlite::Sqlite;

    use super::*;

    #[test]
    fn further_ones_come_after_those_that_were_built_in() {
        let folder = tempfile::tempdir().unwrap();
        let ahead = folder.path().join("2999-12-31-000000_ahead");
        std::fs::create_dir(&ahead).unwrap();
        std::fs::write(ahead.join("up.sql"), "CREATE TABLE ahead (id TEXT PRIMARY KEY)").unwrap();
        std::fs::write(ahead.join("down.sql"), "DROP TABLE ahead").unwrap();
        let built_in = versions::<Sqlite>(&SQLITE).unwrap();
        let more = all::<Sqlite>(&SQLITE.0, Some(folder.path())).unwrap();
        let more: Vec<String> = more.iter().map(|migration| migration.name().version().to_string()).collect();
        assert_eq!(more, [&built_in[..], &["29991231000000".to_owned()]].concat());
    }
}
