//! Updates on a machine of the tests' own: what fails in them, and where it goes down.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use plugin_package::Digest;

use super::super::journal::{FORMAT, Version};
use super::*;

/// The machine goes down.
struct PowerCut;

/// A database that knows so many migrations and in which so many payments are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Database {
    migrations: usize,
    payments: u32,
}

/// A machine with one version installed.
struct Simulated {
    place: Place,
    installed: RefCell<String>,
    running: Cell<bool>,
    database: Cell<Database>,
    copied: Cell<Option<Database>>,
    /// It lies beside the database.
    aside: Cell<bool>,
    /// So many payments are taken at the new version's trial.
    sells: Cell<u32>,
    /// How many acts are left before it goes down.
    acts_left: Cell<u32>,
    /// A version that never becomes ready.
    bad: &'static str,
    /// An act that fails.
    failing: &'static str,
    migrates: bool,
}

impl Simulated {
    fn new(place: &Place, bad: &'static str, failing: &'static str, migrates: bool) -> Self {
        Self {
            place: place.clone(),
            installed: RefCell::new("1".to_owned()),
            running: Cell::new(true),
            database: Cell::new(Database { migrations: 1, payments: 5 }),
            copied: Cell::new(None),
            aside: Cell::new(false),
            sells: Cell::new(0),
            acts_left: Cell::new(u32::MAX),
            bad,
            failing,
            migrates,
        }
    }

    /// One step of the machine, at which it may go down instead.
    fn act(&self, name: &str) -> Result<(), String> {
        match self.acts_left.get() {
            0 => {
                self.running.set(false);
                resume_unwind(Box::new(PowerCut))
            }
            left => self.acts_left.set(left - 1),
        }
        if name == self.failing { Err(format!("{name} fails")) } else { Ok(()) }
    }

    fn replace(&self, version: &str) -> Result<(), String> {
        self.running.set(false);
        self.act("stop")?;
        *self.installed.borrow_mut() = format!("half of {version}");
        self.act("install")?;
        *self.installed.borrow_mut() = version.to_owned();
        self.act("configure")
    }
}

impl Hands for Simulated {
    fn keep(&self, journal: &mut Journal) -> Result<(), String> {
        self.act("keep")?;
        assert_eq!(*self.installed.borrow(), "1", "what is kept is the version before");
        journal.from.sha256 = Some(Digest::of(b"1"));
        Ok(())
    }

    fn snapshot(&self, _: &Journal) -> Result<(), String> {
        self.running.set(false);
        self.act("stop")?;
        assert_eq!(self.database.get().migrations, 1, "the copy is from before");
        self.copied.set(Some(self.database.get()));
        self.act("copy")
    }

    fn install(&self, journal: &Journal) -> Result<(), String> {
        assert!(!journal.migrates() || self.copied.get().is_some(), "nothing is installed without a copy");
        match self.failing {
            "new package" => Err("it can't be installed".to_owned()),
            _ => self.replace(&journal.to.version),
        }
    }

    fn tried(&self) -> Result<(), String> {
        self.act("start")?;
        self.running.set(true);
        let installed = self.installed.borrow().clone();
        let mut database = self.database.get();
        if installed == "2" && self.migrates {
            database.migrations = 2;
        }
        if installed == "2" {
            database.payments += self.sells.take();
        }
        self.database.set(database);
        self.act("wait")?;
        assert!(installed != "1" || database.migrations == 1, "an older program has its own tables");
        if installed == self.bad { Err("not ready".to_owned()) } else { Ok(()) }
    }

    fn restore(&self, _: &Journal) -> Result<Restored, String> {
        self.running.set(false);
        self.act("restore")?;
        let (database, copy) = (self.database.get(), self.copied.get().expect("there is a copy"));
        if database.migrations > copy.migrations {
            if database.payments > copy.payments {
                return Ok(Restored::Kept("money moved".to_owned()));
            }
            self.database.set(copy);
            self.aside.set(true);
            self.act("exchange")?;
        }
        Ok(Restored::Done(self.aside.get().then(|| "it lies aside".to_owned())))
    }

    fn put_back(&self, journal: &Journal) -> Result<(), String> {
        self.running.set(false);
        self.act("put back")?;
        self.replace(&journal.from.version)
    }

    fn release(&self) -> Result<(), String> {
        self.running.set(true);
        Ok(())
    }

    fn installed(&self) -> Result<Option<String>, String> {
        Ok(Some(self.installed.borrow().trim_start_matches("half of ").to_owned()))
    }

    fn forget(&self) -> Result<(), String> {
        assert!(self.place.journal().unwrap().is_none(), "who comes back to the journal needs the copy");
        self.copied.set(None);
        Ok(())
    }

    fn tell(&self, _: &str) {}

    fn now(&self) -> String {
        "2026-11-30T00:00:00Z".to_owned()
    }
}

fn begun(migrates: bool) -> (tempfile::TempDir, Place) {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let version = |version: &str, count: usize| Version {
        version: version.to_owned(),
        sha256: Some(Digest::of(version.as_bytes())).filter(|_| version == "2"),
        migrations: (0..count).map(|number| number.to_string()).collect(),
    };
    for name in ["1", "2"] {
        std::fs::write(place.package(name), name).unwrap();
    }
    let journal = Journal {
        format: FORMAT,
        id: "a".to_owned(),
        from: version("1", 1),
        to: version("2", if migrates { 2 } else { 1 }),
        phase: Phase::Keep,
        starts: 0,
        why: None,
    };
    place.put_journal(&journal).unwrap();
    (folder, place)
}

#[test]
fn an_update_ends_with_the_new_version_or_with_the_one_before_and_says_why() {
    for (bad, failing, migrates, outcome, installed, why) in [
        ("", "", false, Outcome::Applied, "2", None),
        ("", "", true, Outcome::Applied, "2", None),
        ("", "keep", true, Outcome::Abandoned, "1", Some("keep fails")),
        ("", "copy", true, Outcome::RolledBack, "1", Some("copy fails")),
        ("", "new package", true, Outcome::RolledBack, "1", Some("it can't be installed")),
        ("2", "", false, Outcome::RolledBack, "1", Some("not ready")),
        ("2", "", true, Outcome::RolledBack, "1", Some("not ready; then it lies aside")),
        ("", "wait", true, Outcome::NotReady, "1", Some("wait fails; then it lies aside")),
    ] {
        let (_folder, place) = begun(migrates);
        let machine = Simulated::new(&place, bad, failing, migrates);
        let entry = carry_out(&place, &machine).unwrap().unwrap();
        assert_eq!((entry.outcome, entry.why.as_deref()), (outcome, why), "{bad} {failing} {migrates}");
        assert_eq!((machine.installed.borrow().as_str(), machine.running.get()), (installed, true));
        assert_eq!(machine.database.get().migrations, if installed == "2" && migrates { 2 } else { 1 });
        let left = machine.copied.get().is_some();
        assert_eq!(
            left,
            outcome == Outcome::NotReady,
            "no copy of the database is left but where one may help"
        );
        assert_eq!(place.journal().unwrap(), None);
        assert_eq!(place.history().unwrap(), [entry]);
        assert!(carry_out(&place, &machine).unwrap().is_none());
    }
}

#[test]
fn the_version_before_is_what_a_rollback_takes() {
    let (_folder, place) = begun(false);
    carry_out(&place, &Simulated::new(&place, "", "", false)).unwrap();
    let kept = place.kept().unwrap();
    let versions = [kept.installed, kept.before].map(|version| version.unwrap().version);
    assert_eq!(versions, ["2", "1"]);
    assert!(place.package("1").exists() && place.package("2").exists());
}

#[test]
fn what_cannot_be_put_back_keeps_its_journal_and_says_where_the_database_lies_and_is_tried_again() {
    let (_folder, place) = begun(true);
    let broken = Simulated::new(&place, "2", "put back", true);
    let entry = carry_out(&place, &broken).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Stuck);
    assert_eq!(entry.why.as_deref(), Some("not ready; then it lies aside; then put back fails"));
    assert_eq!(place.journal().unwrap().unwrap().phase, Phase::PutBack);
    assert!(!broken.running.get() && broken.copied.get().is_some());
    let mended = Simulated { failing: "", ..broken };
    let entry = carry_out(&place, &mended).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::RolledBack);
    assert!(entry.why.unwrap().contains("it lies aside"));
    assert_eq!(mended.database.get(), Database { migrations: 1, payments: 5 });
}

#[test]
fn a_database_that_is_half_put_back_is_started_by_nobody() {
    let (_folder, place) = begun(true);
    let broken = Simulated::new(&place, "2", "exchange", true);
    assert_eq!(carry_out(&place, &broken).unwrap().unwrap().outcome, Outcome::Stuck);
    assert_eq!((broken.installed.borrow().as_str(), broken.running.get()), ("2", false));
    let mended = Simulated { failing: "", ..broken };
    assert_eq!(carry_out(&place, &mended).unwrap().unwrap().outcome, Outcome::RolledBack);
}

#[test]
fn a_version_that_is_not_fit_stays_where_payments_were_taken_at_its_trial() {
    let (_folder, place) = begun(true);
    let machine = Simulated::new(&place, "2", "", true);
    machine.sells.set(3);
    let entry = carry_out(&place, &machine).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Stuck);
    assert_eq!(entry.why.as_deref(), Some("not ready; then money moved"));
    assert_eq!((machine.installed.borrow().as_str(), machine.running.get()), ("2", true));
    assert_eq!(machine.database.get(), Database { migrations: 2, payments: 8 });
    assert!(machine.copied.get().is_some(), "whoever goes back by hand needs it");
    // It became ready: there is nothing to put back, whatever happened in it since.
    let mended = Simulated { bad: "", ..machine };
    assert_eq!(carry_out(&place, &mended).unwrap().unwrap().outcome, Outcome::Applied);
    assert_eq!(mended.database.get(), Database { migrations: 2, payments: 8 });
    assert_eq!((place.journal().unwrap(), mended.copied.get()), (None, None));
}

#[test]
fn a_journal_that_outlived_its_run_changes_nothing_of_what_somebody_installed() {
    for installed in ["3", "1"] {
        let (_folder, place) = begun(true);
        let machine = Simulated::new(&place, "2", "", true);
        machine.sells.set(3);
        carry_out(&place, &machine).unwrap().unwrap();
        machine.installed.replace(installed.to_owned());
        machine.running.set(false);
        // By hand, with the database.
        machine.database.set(Database { migrations: 1, payments: 8 });
        let entry = carry_out(&place, &machine).unwrap().unwrap();
        let expected = if installed == "3" { Outcome::Superseded } else { Outcome::RolledBack };
        assert_eq!(entry.outcome, expected);
        assert_eq!((machine.installed.borrow().as_str(), machine.running.get()), (installed, true));
        assert_eq!(machine.database.get(), Database { migrations: 1, payments: 8 });
        assert_eq!(place.journal().unwrap(), None);
    }
}

/// Wherever the machine goes down, and how often, it comes to one end: a whole version at work on tables that are its own.
#[test]
fn a_machine_that_goes_down_anywhere_ends_as_one_that_did_not() {
    for (bad, migrates) in [("", false), ("", true), ("2", false), ("2", true)] {
        for times in [1, 3] {
            for cut in 0..18 {
                let (_folder, place) = begun(migrates);
                let machine = Simulated::new(&place, bad, "", migrates);
                let entry = survived(&place, &machine, cut, times);
                let expected = if bad.is_empty() { Outcome::Applied } else { Outcome::RolledBack };
                // One that went down often goes back, however good the new version is.
                let went_back = times > 1 && entry.outcome == Outcome::RolledBack;
                assert!(entry.outcome == expected || went_back, "{bad} {migrates} {times} {cut}: {entry:?}");
                let installed = if entry.outcome == Outcome::Applied { "2" } else { "1" };
                let found = (machine.installed.borrow().clone(), machine.running.get());
                assert_eq!(found, (installed.to_owned(), true), "{bad} {migrates} {times} {cut}");
                assert_eq!(
                    machine.database.get().migrations,
                    if installed == "2" && migrates { 2 } else { 1 }
                );
                assert_eq!(place.journal().unwrap(), None);
            }
        }
    }
}

/// Cuts the power after `cut` acts, `times` times, and lets the last start go to its end.
fn survived(place: &Place, machine: &Simulated, cut: u32, times: u32) -> Entry {
    for _ in 0..times {
        machine.acts_left.set(cut);
        match catch_unwind(AssertUnwindSafe(|| carry_out(place, machine))) {
            Ok(done) => match done.unwrap() {
                Some(entry) => return entry,
                None => return place.history().unwrap().pop().unwrap(),
            },
            Err(cause) => assert!(cause.is::<PowerCut>(), "a machine that goes down breaks nothing"),
        }
    }
    machine.acts_left.set(u32::MAX);
    carry_out(place, machine).unwrap().unwrap()
}
