//! Updates on a machine of the tests' own: what fails in them, and where it goes down.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use plugin_package::Digest;

use super::super::journal::{FORMAT, Version};
use super::*;

/// The machine goes down.
struct PowerCut;

/// A machine with one version installed, whose database knows so many migrations.
struct Simulated {
    installed: RefCell<String>,
    running: Cell<bool>,
    migrations: Cell<usize>,
    copied: Cell<Option<usize>>,
    /// How many acts are left before it goes down.
    acts_left: Cell<u32>,
    /// A version that never becomes ready.
    bad: &'static str,
    /// An act that fails.
    failing: &'static str,
    migrates: bool,
}

impl Simulated {
    fn new(bad: &'static str, failing: &'static str, migrates: bool) -> Self {
        Self {
            installed: RefCell::new("1".to_owned()),
            running: Cell::new(true),
            migrations: Cell::new(1),
            copied: Cell::new(None),
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
        assert_eq!(self.migrations.get(), 1, "the copy is from before");
        self.copied.set(Some(self.migrations.get()));
        self.act("copy")
    }

    fn install(&self, journal: &Journal) -> Result<(), String> {
        assert!(!journal.migrates() || self.copied.get() == Some(1), "nothing is installed without a copy");
        match self.failing {
            "new package" => Err("it can't be installed".to_owned()),
            _ => self.replace(&journal.to.version),
        }
    }

    fn tried(&self) -> Result<(), String> {
        self.act("start")?;
        self.running.set(true);
        let installed = self.installed.borrow().clone();
        if installed == "2" && self.migrates {
            self.migrations.set(2);
        }
        self.act("wait")?;
        assert!(installed != "1" || self.migrations.get() == 1, "an older program has its own tables");
        if installed == self.bad { Err("not ready".to_owned()) } else { Ok(()) }
    }

    fn put_back(&self, journal: &Journal) -> Result<Option<String>, String> {
        self.running.set(false);
        self.act("put back")?;
        if journal.migrates() && self.migrations.get() > 1 {
            self.migrations.set(self.copied.get().expect("there is a copy"));
        }
        self.replace(&journal.from.version).map(|()| None)
    }

    fn forget(&self) -> Result<(), String> {
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
        ("2", "", true, Outcome::RolledBack, "1", Some("not ready")),
        ("", "wait", true, Outcome::NotReady, "1", Some("wait fails; then wait fails")),
    ] {
        let (_folder, place) = begun(migrates);
        let machine = Simulated::new(bad, failing, migrates);
        let entry = carry_out(&place, &machine).unwrap().unwrap();
        assert_eq!((entry.outcome, entry.why.as_deref()), (outcome, why), "{bad} {failing} {migrates}");
        assert_eq!((machine.installed.borrow().as_str(), machine.running.get()), (installed, true));
        assert_eq!(machine.migrations.get(), if installed == "2" && migrates { 2 } else { 1 });
        assert_eq!(machine.copied.get(), None, "no copy of the database is left");
        assert_eq!(place.journal().unwrap(), None);
        assert_eq!(place.history().unwrap(), [entry]);
        assert!(carry_out(&place, &machine).unwrap().is_none());
    }
}

#[test]
fn the_version_before_is_what_a_rollback_takes() {
    let (_folder, place) = begun(false);
    carry_out(&place, &Simulated::new("", "", false)).unwrap();
    let kept = place.kept().unwrap();
    let versions = [kept.installed, kept.before].map(|version| version.unwrap().version);
    assert_eq!(versions, ["2", "1"]);
    assert!(place.package("1").exists() && place.package("2").exists());
}

#[test]
fn what_cannot_be_put_back_keeps_its_journal_and_is_tried_again() {
    let (_folder, place) = begun(true);
    let broken = Simulated::new("2", "put back", true);
    let entry = carry_out(&place, &broken).unwrap().unwrap();
    assert_eq!(entry.outcome, Outcome::Stuck);
    assert_eq!(place.journal().unwrap().unwrap().phase, Phase::PutBack);
    let mended = Simulated { failing: "", ..broken };
    assert_eq!(carry_out(&place, &mended).unwrap().unwrap().outcome, Outcome::RolledBack);
    assert_eq!(mended.migrations.get(), 1);
}

/// Wherever the machine goes down, and how often, it comes to one end: a whole version at work on tables that are its own.
#[test]
fn a_machine_that_goes_down_anywhere_ends_as_one_that_did_not() {
    for (bad, migrates) in [("", false), ("", true), ("2", false), ("2", true)] {
        for times in [1, 3] {
            for cut in 0..16 {
                let (_folder, place) = begun(migrates);
                let machine = Simulated::new(bad, "", migrates);
                let entry = survived(&place, &machine, cut, times);
                let expected = if bad.is_empty() { Outcome::Applied } else { Outcome::RolledBack };
                // One that went down often goes back, however good the new version is.
                let went_back = times > 1 && entry.outcome == Outcome::RolledBack;
                assert!(entry.outcome == expected || went_back, "{bad} {migrates} {times} {cut}: {entry:?}");
                let installed = if entry.outcome == Outcome::Applied { "2" } else { "1" };
                let found = (machine.installed.borrow().clone(), machine.running.get());
                assert_eq!(found, (installed.to_owned(), true), "{bad} {migrates} {times} {cut}");
                assert_eq!(machine.migrations.get(), if installed == "2" && migrates { 2 } else { 1 });
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
