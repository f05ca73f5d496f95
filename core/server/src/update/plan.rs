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
    #[error("dpkg can't compare {one} with {other}")]
    Incomparable { one: String, other: String },
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
            Self::Incomparable { .. } => "incomparable_version",
            Self::Same { .. } => "same_version",
            Self::Older { .. } => "older_version",
            Self::TooFar { .. } => "too_far",
            Self::Lacks { .. } => "lacks_migrations",
            Self::Shared { .. } => "shared_database",
        }
    }
}

/// How many migrations the update brings, if it is for this appliance. `compare` orders versions as Debian does, if they are such.
pub(crate) fn fits(
    manifest: &UpdateManifest,
    installed: &Installed<'_>,
    compare: impl Fn(&str, &str) -> Option<Ordering>,
) -> Result<usize, Misfit> {
    let (version, here) = (installed.version.to_owned(), installed.architecture.to_owned());
    if manifest.architecture != here {
        return Err(Misfit::Architecture { found: manifest.architecture.clone(), here });
    }
    let compare = |one: &str, other: &str| {
        let incomparable = || Misfit::Incomparable { one: one.to_owned(), other: other.to_owned() };
        compare(one, other).ok_or_else(incomparable)
    };
    match compare(&manifest.version, &version)? {
        Ordering::Greater => {}
        Ordering::Equal => return Err(Misfit::Same { version }),
        Ordering::Less => return Err(Misfit::Older { found: manifest.version.clone(), installed: version }),
    }
    if let Some(from_min) = manifest.from_min.clone()
        && compare(&version, &from_min)?.is_lt()
    {
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
    /// The service is stopped and the database put back, unless money moved in it; only where migrations came.
    Restore,
    /// The version before is put back.
    PutBack,
    /// That is started, and has to become ready.
    TryBefore,
    /// The new version is started again, since what is in the database is its own.
    Stay,
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
    /// The new version isn't ready, and the version before can't be put back. The journal stays: the next start of the unit tries again.
    Stuck,
    /// Another version was installed meanwhile by other means, and nothing was changed.
    Superseded,
    /// It was not taken in the first place.
    Refused,
}

/// How the work of a phase ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Done,
    Failed,
    /// The database stays as the new version has it: money moved in it, or nobody can tell.
    Kept,
}

/// What comes after a phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Go(Phase),
    End(Outcome),
}

/// What comes after `phase`, whose work ended so, in an update that brings migrations or doesn't.
pub(crate) fn next(phase: Phase, work: Work, migrates: bool) -> Next {
    match (phase, work) {
        (Phase::Keep, Work::Done) if migrates => Next::Go(Phase::Snapshot),
        (Phase::Keep | Phase::Snapshot, Work::Done) => Next::Go(Phase::Install),
        (Phase::Keep, _) => Next::End(Outcome::Abandoned),
        // It was stopped for the copy.
        (Phase::Snapshot, _) => Next::Go(Phase::TryBefore),
        (Phase::Install, Work::Done) => Next::Go(Phase::Try),
        (Phase::Try | Phase::Stay, Work::Done) => Next::End(Outcome::Applied),
        // Nobody has worked on the database.
        (Phase::Install, _) => Next::Go(Phase::PutBack),
        (Phase::Try, _) => Next::Go(back(migrates)),
        (Phase::Restore, Work::Done) => Next::Go(Phase::PutBack),
        (Phase::Restore, Work::Kept) => Next::Go(Phase::Stay),
        (Phase::PutBack, Work::Done) => Next::Go(Phase::TryBefore),
        // The service stays stopped: its files, or its database, are not whole.
        (Phase::Restore | Phase::PutBack | Phase::Stay, _) => Next::End(Outcome::Stuck),
        (Phase::TryBefore, Work::Done) => Next::End(Outcome::RolledBack),
        (Phase::TryBefore, _) => Next::End(Outcome::NotReady),
    }
}

/// Where the way back of a version that was started begins.
fn back(migrates: bool) -> Phase {
    if migrates { Phase::Restore } else { Phase::PutBack }
}

/// What dpkg says is there when an update is begun or taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    /// The version before, whole or not.
    From,
    /// The new version, whole or not.
    To,
    /// Neither: somebody installed another one, or took it away.
    Other,
}

/// How often an update is begun or taken up before a machine that goes down in it goes back.
pub(crate) const STARTS_MAX: u32 = 2;

/// How an update goes on that is begun or taken up for the `starts`th time. Somebody may have come in between.
pub(crate) fn taken_up(phase: Phase, starts: u32, here: Here, migrates: bool) -> Next {
    match (phase, here) {
        (_, Here::Other) | (Phase::Keep | Phase::Snapshot | Phase::TryBefore, Here::To) => {
            Next::End(Outcome::Superseded)
        }
        (Phase::Stay, Here::From) => Next::Go(Phase::TryBefore),
        (Phase::Try, Here::From) => Next::Go(back(migrates)),
        (Phase::Install, _) if starts > STARTS_MAX => Next::Go(Phase::PutBack),
        (Phase::Try, _) if starts > STARTS_MAX => Next::Go(back(migrates)),
        _ => Next::Go(phase),
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
            let compare = |one: &str, other: &str| (one != "9").then(|| one.cmp(other));
            fits(&manifest(change), &installed, compare).map_err(|misfit| misfit.code())
        };
        for (change, owns_database, expected) in [
            (("version", json!("3")), true, Ok(0)),
            (("version", json!("3")), false, Ok(0)),
            (("architecture", json!("arm64")), true, Err("other_architecture")),
            (("version", json!("2")), true, Err("same_version")),
            (("version", json!("1")), true, Err("older_version")),
            (("version", json!("9")), true, Err("incomparable_version")),
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
                    let work = if phase == failing { Work::Failed } else { Work::Done };
                    match next(phase, work, migrates) {
                        Next::Go(then) => phase = then,
                        Next::End(outcome) => break outcome,
                    }
                };
                let untouched = failing == Phase::Keep;
                assert_eq!(outcome, if untouched { Outcome::Abandoned } else { Outcome::RolledBack });
                let put_back = way.contains(&Phase::PutBack);
                assert_eq!(put_back, [Phase::Install, Phase::Try].contains(&failing), "{way:?}");
                assert_eq!(way.contains(&Phase::Restore), failing == Phase::Try && migrates, "{way:?}");
                assert_eq!(way.contains(&Phase::Snapshot), migrates && !untouched, "{way:?}");
            }
        }
        for (phase, work, expected) in [
            (Phase::Restore, Work::Failed, Next::End(Outcome::Stuck)),
            (Phase::Restore, Work::Kept, Next::Go(Phase::Stay)),
            (Phase::Stay, Work::Failed, Next::End(Outcome::Stuck)),
            (Phase::Stay, Work::Done, Next::End(Outcome::Applied)),
            (Phase::PutBack, Work::Failed, Next::End(Outcome::Stuck)),
            (Phase::TryBefore, Work::Failed, Next::End(Outcome::NotReady)),
        ] {
            assert_eq!(next(phase, work, true), expected, "{phase:?} {work:?}");
        }
    }

    #[test]
    fn an_update_is_taken_up_by_what_is_there_and_how_often_the_machine_went_down() {
        let superseded = Next::End(Outcome::Superseded);
        for (phase, starts, here, expected) in [
            (Phase::Install, 2, Here::To, Next::Go(Phase::Install)),
            (Phase::Install, 3, Here::From, Next::Go(Phase::PutBack)),
            (Phase::Try, 2, Here::To, Next::Go(Phase::Try)),
            (Phase::Try, 3, Here::To, Next::Go(Phase::Restore)),
            (Phase::Keep, 9, Here::From, Next::Go(Phase::Keep)),
            (Phase::PutBack, 9, Here::To, Next::Go(Phase::PutBack)),
            (Phase::TryBefore, 9, Here::From, Next::Go(Phase::TryBefore)),
            (Phase::Stay, 9, Here::To, Next::Go(Phase::Stay)),
            // By hand.
            (Phase::Try, 2, Here::From, Next::Go(Phase::Restore)),
            (Phase::Stay, 2, Here::From, Next::Go(Phase::TryBefore)),
            (Phase::Keep, 1, Here::To, superseded),
            (Phase::Snapshot, 2, Here::To, superseded),
            (Phase::TryBefore, 2, Here::To, superseded),
            (Phase::Install, 1, Here::Other, superseded),
            (Phase::PutBack, 3, Here::Other, superseded),
        ] {
            assert_eq!(taken_up(phase, starts, here, true), expected, "{phase:?} {starts} {here:?}");
        }
        assert_eq!(taken_up(Phase::Try, 3, Here::To, false), Next::Go(Phase::PutBack));
    }
}
