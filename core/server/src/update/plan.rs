//! The rules of an update: which one is taken, and what comes after what. No file, no clock, no process.

use std::cmp::Ordering;

use plugin_package::UpdateManifest;
use serde::{Deserialize, Serialize};

/// What an update is held against.
pub(crate) struct Installed<'a> {
    pub(crate) version: &'a str,
    pub(crate) architecture: &'a str,
    /// In order.
    pub(crate) migrations: &'a [String],
    /// Whether the database is a file of this appliance alone, which can be put back.
    pub(crate) owns_database: bool,
}

/// Why an update that is believed is not for this appliance.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Misfit {
    #[error("it is for {found}, this machine is {here}: fetch the one for {here}")]
    Architecture { found: String, here: String },
    #[error("{version} is installed already")]
    Same { version: String },
    #[error(
        "it is {found}, {installed} is installed: only a newer one is an update; `facepay update rollback` goes back"
    )]
    Older { found: String, installed: String },
    #[error("it comes after {from_min}, {installed} is installed: update to {from_min} first")]
    TooFar { from_min: String, installed: String },
    #[error(
        "it lacks migrations that this version has ({name}): it was made of older sources than its version says"
    )]
    Lacks { name: String },
    #[error(
        "it brings {count} migrations, and a PostgreSQL database may be others' as well, so that it could not be put back by itself: make \
         a backup and install the package in it by hand; see docs/operations.md"
    )]
    Shared { count: usize },
}

impl Misfit {
    /// Stable machine-readable name.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Architecture { .. } => "other_architecture",
            Self::Same { .. } => "same_version",
            Self::Older { .. } => "older_version",
            Self::TooFar { .. } => "too_far",
            Self::Lacks { .. } => "lacks_migrations",
            Self::Shared { .. } => "shared_database",
        }
    }
}

/// How many migrations the update brings, if it is for this appliance. `compare` orders versions as Debian does.
pub(crate) fn fits(
    manifest: &UpdateManifest,
    installed: &Installed<'_>,
    compare: impl Fn(&str, &str) -> Ordering,
) -> Result<usize, Misfit> {
    let (version, here) = (installed.version.to_owned(), installed.architecture.to_owned());
    if manifest.architecture != here {
        return Err(Misfit::Architecture { found: manifest.architecture.clone(), here });
    }
    match compare(&manifest.version, &version) {
        Ordering::Greater => {}
        Ordering::Equal => return Err(Misfit::Same { version }),
        Ordering::Less => return Err(Misfit::Older { found: manifest.version.clone(), installed: version }),
    }
    if let Some(from_min) = manifest.from_min.clone().filter(|from| compare(&version, from).is_lt()) {
        return Err(Misfit::TooFar { from_min, installed: version });
    }
    if let Some(name) = installed.migrations.iter().find(|name| !manifest.migrations.contains(name)) {
        return Err(Misfit::Lacks { name: name.clone() });
    }
    match manifest.migrations.len().saturating_sub(installed.migrations.len()) {
        count if count > 0 && !installed.owns_database => Err(Misfit::Shared { count }),
        count => Ok(count),
    }
}

/// What an update is at. It is written down before its work begins, and its work can be done once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// The package of the version at work is put aside. Nothing else is touched.
    Keep,
    /// The service is stopped and its database copied; only where migrations come.
    Snapshot,
    /// The new version is installed.
    Install,
    /// It is started, and has to become ready.
    Try,
    /// The database and the version before are put back.
    PutBack,
    /// That is started, and has to become ready.
    TryBefore,
}

/// What came of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// The new version is at work.
    Applied,
    /// It ended before anything was touched.
    Abandoned,
    /// The version before is at work again.
    RolledBack,
    /// The version before is back and isn't ready either.
    NotReady,
    /// The version before can't be put back. The journal stays: the next start of the unit tries again.
    Stuck,
    /// It was not taken in the first place.
    Refused,
}

/// What comes after a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Go(Phase),
    End(Outcome),
}

/// What comes after `phase`, which succeeded or didn't, in an update that brings migrations or doesn't.
pub(crate) fn next(phase: Phase, succeeded: bool, migrates: bool) -> Next {
    match (phase, succeeded) {
        (Phase::Keep, true) if migrates => Next::Go(Phase::Snapshot),
        (Phase::Keep | Phase::Snapshot, true) => Next::Go(Phase::Install),
        (Phase::Keep, false) => Next::End(Outcome::Abandoned),
        // It was stopped for the copy.
        (Phase::Snapshot, false) => Next::Go(Phase::TryBefore),
        (Phase::Install, true) => Next::Go(Phase::Try),
        (Phase::Try, true) => Next::End(Outcome::Applied),
        (Phase::Install | Phase::Try, false) => Next::Go(Phase::PutBack),
        (Phase::PutBack, true) => Next::Go(Phase::TryBefore),
        (Phase::PutBack, false) => Next::End(Outcome::Stuck),
        (Phase::TryBefore, true) => Next::End(Outcome::RolledBack),
        (Phase::TryBefore, false) => Next::End(Outcome::NotReady),
    }
}

/// How often an update is begun or taken up before a machine that goes down in it goes back.
pub(crate) const STARTS_MAX: u32 = 2;

/// Where an update that is begun or taken up for the `starts`th time goes on.
pub(crate) fn taken_up(phase: Phase, starts: u32) -> Phase {
    match phase {
        Phase::Install | Phase::Try if starts > STARTS_MAX => Phase::PutBack,
        phase => phase,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn manifest(change: (&str, Value)) -> UpdateManifest {
        let mut manifest = json!({
            "format": 1, "id": "org.facepay.appliance", "version": "3", "architecture": "amd64", "from_min": "1",
            "migrations": ["a", "b"], "key_id": "house", "not_after": "2099-12-31", "counter": 1
        });
        manifest[change.0] = change.1;
        UpdateManifest::parse(manifest.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn only_a_newer_version_for_this_machine_and_its_database_is_an_update() {
        let migrations = ["a".to_owned(), "b".to_owned()];
        let fit = |change, owns_database| {
            let installed =
                Installed { version: "2", architecture: "amd64", migrations: &migrations, owns_database };
            fits(&manifest(change), &installed, str::cmp).map_err(|misfit| misfit.code())
        };
        for (change, owns_database, expected) in [
            (("version", json!("3")), true, Ok(0)),
            (("version", json!("3")), false, Ok(0)),
            (("architecture", json!("arm64")), true, Err("other_architecture")),
            (("version", json!("2")), true, Err("same_version")),
            (("version", json!("1")), true, Err("older_version")),
            (("from_min", json!("2")), true, Ok(0)),
            (("from_min", json!("3")), true, Err("too_far")),
            (("from_min", Value::Null), true, Ok(0)),
            (("migrations", json!(["a"])), true, Err("lacks_migrations")),
            (("migrations", json!(["a", "b", "c"])), true, Ok(1)),
            (("migrations", json!(["a", "b", "c"])), false, Err("shared_database")),
        ] {
            assert_eq!(fit(change.clone(), owns_database), expected, "{change:?} {owns_database}");
        }
    }

    #[test]
    fn whatever_fails_the_end_is_the_new_version_or_the_one_before() {
        for migrates in [false, true] {
            let phases = [Phase::Keep, Phase::Snapshot, Phase::Install, Phase::Try];
            for failing in phases.into_iter().filter(|phase| migrates || *phase != Phase::Snapshot) {
                let (mut phase, mut way) = (Phase::Keep, Vec::new());
                let outcome = loop {
                    way.push(phase);
                    match next(phase, phase != failing, migrates) {
                        Next::Go(then) => phase = then,
                        Next::End(outcome) => break outcome,
                    }
                };
                let untouched = failing == Phase::Keep;
                assert_eq!(outcome, if untouched { Outcome::Abandoned } else { Outcome::RolledBack });
                let put_back = way.contains(&Phase::PutBack);
                assert_eq!(put_back, [Phase::Install, Phase::Try].contains(&failing), "{way:?}");
                assert_eq!(way.contains(&Phase::Snapshot), migrates && !untouched, "{way:?}");
            }
        }
        assert_eq!(next(Phase::PutBack, false, true), Next::End(Outcome::Stuck));
        assert_eq!(next(Phase::TryBefore, false, true), Next::End(Outcome::NotReady));
    }

    #[test]
    fn a_machine_that_goes_down_twice_in_an_update_goes_back() {
        for (phase, starts, expected) in [
            (Phase::Install, 2, Phase::Install),
            (Phase::Install, 3, Phase::PutBack),
            (Phase::Try, 3, Phase::PutBack),
            (Phase::Keep, 9, Phase::Keep),
            (Phase::PutBack, 9, Phase::PutBack),
            (Phase::TryBefore, 9, Phase::TryBefore),
        ] {
            assert_eq!(taken_up(phase, starts), expected, "{phase:?} {starts}");
        }
    }
}
