//! An update carried out, phase by phase, from wherever its journal stands.

use std::io;

use serde::{Deserialize, Serialize};

use super::journal::{Entry, Journal, Kept, Place};
use super::plan::{self, Here, Next, Outcome, Phase, Work};

/// What the phases do to a machine. Each may be done once more.
pub(crate) trait Hands {
    /// Puts the package of the version at work aside, and says its digest in the journal.
    fn keep(&self, journal: &mut Journal) -> Result<(), String>;
    /// Stops the service and copies the database.
    fn snapshot(&self, journal: &Journal) -> Result<(), String>;
    /// Stops the service and installs the new version.
    fn install(&self, journal: &Journal) -> Result<(), String>;
    /// Starts what is installed and waits until it is ready.
    fn tried(&self) -> Result<(), String>;
    /// Stops the service, and has the database be the copy where that loses no money.
    fn restore(&self, journal: &Journal) -> Result<Restored, String>;
    /// Stops the service, and has the version before in place.
    fn put_back(&self, journal: &Journal) -> Result<(), String>;
    /// Lets the service start, and starts it.
    fn release(&self) -> Result<(), String>;
    /// The version that dpkg has, whole or not; `None` where there is none.
    fn installed(&self) -> Result<Option<String>, String>;
    /// Takes the database's copy away.
    fn forget(&self) -> Result<(), String>;
    /// Says to whoever looks on what is being done.
    fn tell(&self, text: &str);
    /// Now, as RFC 3339.
    fn now(&self) -> String;
}

/// What came of putting the database back.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Restored {
    /// The version before can work on it. Somebody should know of this, if anything.
    Done(Option<String>),
    /// It is as the new version left it, for this reason.
    Kept(String),
}

/// Carries out the update that the journal tells of, from where it stands, and gives what came of it; `None` where there is none.
///
/// # Errors
/// When the journal can't be read or ended, or dpkg doesn't say what is installed.
pub(crate) fn carry_out(place: &Place, hands: &impl Hands) -> io::Result<Option<Entry>> {
    let _alone = place.lock()?;
    let Some(mut journal) = place.journal()? else { return Ok(None) };
    journal.starts += 1;
    let mut next = taken_up(&mut journal, hands).map_err(io::Error::other)?;
    if let Next::Go(phase) = next {
        journal.phase = phase;
        place.put_journal(&journal)?;
    }
    let outcome = loop {
        match next {
            Next::Go(phase) => journal.phase = phase,
            Next::End(outcome) => break outcome,
        }
        hands.tell(words(&journal).as_str());
        let work = work(hands, &mut journal).unwrap_or_else(|why| {
            hands.tell(&format!("that failed: {why}"));
            journal.add(&why);
            Work::Failed
        });
        next = after(place, &mut journal, work);
    };
    end(place, hands, &journal, outcome).map(Some)
}

fn taken_up(journal: &mut Journal, hands: &impl Hands) -> Result<Next, String> {
    let installed = hands.installed()?;
    let here = match installed.as_deref() {
        Some(version) if version == journal.from.version => Here::From,
        Some(version) if version == journal.to.version => Here::To,
        _ => Here::Other,
    };
    let next = plan::taken_up(journal.phase, journal.starts, here, journal.migrates());
    if next != Next::Go(journal.phase) {
        let installed = installed.as_deref().unwrap_or("no version");
        journal.add(&format!("it was cut short {} times, and {installed} is installed", journal.starts - 1));
    }
    Ok(next)
}

/// Goes on to the next phase, which is on the disk before its work begins. Where it can't be, nothing that has to be found again there is
/// begun: an update that the disk is too full for ends before anything is replaced, or before the new version changes the database.
fn after(place: &Place, journal: &mut Journal, work: Work) -> Next {
    let (phase, migrates) = (journal.phase, journal.migrates());
    let next = plan::next(phase, work, migrates);
    if let Next::Go(to) = next {
        journal.phase = to;
        if let Err(error) = place.put_journal(journal) {
            journal.add(&error.to_string());
            if matches!(to, Phase::Snapshot | Phase::Install | Phase::Try) {
                return plan::next(phase, Work::Failed, migrates);
            }
        }
    }
    next
}

fn work(hands: &impl Hands, journal: &mut Journal) -> Result<Work, String> {
    let done = match journal.phase {
        Phase::Keep => hands.keep(journal),
        Phase::Snapshot => hands.snapshot(journal),
        Phase::Install => hands.install(journal),
        Phase::Try | Phase::TryBefore | Phase::Stay => hands.tried(),
        Phase::PutBack => hands.put_back(journal),
        Phase::Restore => match hands.restore(journal)? {
            Restored::Done(told) => {
                told.iter().for_each(|told| journal.add(told));
                Ok(())
            }
            Restored::Kept(why) => {
                hands.tell(&why);
                journal.add(&why);
                return Ok(Work::Kept);
            }
        },
    };
    done.map(|()| Work::Done)
}

fn words(journal: &Journal) -> String {
    let (from, to) = (&journal.from.version, &journal.to.version);
    match journal.phase {
        Phase::Keep => format!("putting the package of {from} aside"),
        Phase::Snapshot => "stopping the service and copying its database".to_owned(),
        Phase::Install => format!("installing {to}"),
        Phase::Try => format!("starting {to}"),
        Phase::Restore => "putting the database back".to_owned(),
        Phase::PutBack => format!("putting {from} back"),
        Phase::TryBefore => format!("starting {from} again"),
        Phase::Stay => format!("starting {to} again"),
    }
}

/// Writes down what came of it. The journal goes last: a machine that goes down before comes back to the phase that succeeded. Only
/// the copy goes after it, which that phase may need.
fn end(place: &Place, hands: &impl Hands, journal: &Journal, outcome: Outcome) -> io::Result<Entry> {
    let migrates = journal.migrates();
    let Journal { id, from, to, why, .. } = journal.clone();
    let kept = place.kept()?;
    let kept = match outcome {
        Outcome::Applied => Kept { installed: Some(to.clone()), before: Some(from.clone()) },
        Outcome::Superseded => kept,
        // What was kept of the version before this one is still that.
        _ => Kept { installed: Some(from.clone()).filter(|from| from.sha256.is_some()), ..kept },
    };
    let entry = Entry { id, at: hands.now(), outcome, from: from.version, to: to.version, migrates, why };
    if outcome == Outcome::Stuck {
        place.add(&entry)?;
        place.put_journal(journal)?;
        return Ok(entry);
    }
    // A run that was cut short may have held the service.
    let released = if outcome == Outcome::Superseded { hands.release() } else { Ok(()) };
    place.keep(&kept)?;
    place.add(&entry)?;
    place.end_journal()?;
    // Whoever mends what is there may want the copy.
    let wanted = matches!(outcome, Outcome::Superseded | Outcome::NotReady);
    let forgotten = if wanted { Ok(()) } else { hands.forget() };
    for why in [released, forgotten].into_iter().filter_map(Result::err) {
        hands.tell(&why);
    }
    Ok(entry)
}

#[cfg(test)]
mod tests;
