//! An update carried out, phase by phase, from wherever its journal stands.

use std::io;

use super::journal::{Entry, Journal, Kept, Place};
use super::plan::{self, Next, Outcome, Phase};

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
    /// Stops the service, and has the version before and its database in place. Gives what somebody should know of that.
    fn put_back(&self, journal: &Journal) -> Result<Option<String>, String>;
    /// Takes the database's copy away.
    fn forget(&self) -> Result<(), String>;
    /// Says to whoever looks on what is being done.
    fn tell(&self, text: &str);
    /// Now, as RFC 3339.
    fn now(&self) -> String;
}

/// Carries out the update that the journal tells of, from where it stands, and gives what came of it; `None` where there is none.
///
/// # Errors
/// When the journal can't be read or ended.
pub(crate) fn carry_out(place: &Place, hands: &impl Hands) -> io::Result<Option<Entry>> {
    let _alone = place.lock()?;
    let Some(mut journal) = place.journal()? else { return Ok(None) };
    journal.starts += 1;
    let phase = plan::taken_up(journal.phase, journal.starts);
    if phase != journal.phase {
        journal.why = Some(format!("the machine went down {} times in it", journal.starts - 1));
        journal.phase = phase;
    }
    place.put_journal(&journal)?;
    let outcome = loop {
        hands.tell(words(&journal).as_str());
        let done = work(hands, &mut journal);
        if let Err(why) = &done {
            hands.tell(&format!("that failed: {why}"));
            journal.why =
                Some(journal.why.take().map_or(why.clone(), |first| format!("{first}; then {why}")));
        }
        match after(place, &mut journal, done.is_ok()) {
            Next::Go(_) => {}
            Next::End(outcome) => break outcome,
        }
    };
    end(place, hands, &journal, outcome).map(Some)
}

/// Goes on to the next phase, which is on the disk before its work begins. Where it can't be, nothing that can't be found again there is
/// begun: an update that the disk is too full for ends before anything is replaced.
fn after(place: &Place, journal: &mut Journal, succeeded: bool) -> Next {
    let (phase, migrates) = (journal.phase, journal.migrates());
    let mut next = plan::next(phase, succeeded, migrates);
    if let Next::Go(to) = next {
        journal.phase = to;
        if let Err(error) = place.put_journal(journal) {
            journal.why.get_or_insert_with(|| error.to_string());
            if matches!(to, Phase::Snapshot | Phase::Install) {
                next = plan::next(phase, false, migrates);
            }
        }
    }
    if let Next::Go(to) = next {
        journal.phase = to;
    }
    next
}

fn work(hands: &impl Hands, journal: &mut Journal) -> Result<(), String> {
    match journal.phase {
        Phase::Keep => hands.keep(journal),
        Phase::Snapshot => hands.snapshot(journal),
        Phase::Install => hands.install(journal),
        Phase::Try | Phase::TryBefore => hands.tried(),
        Phase::PutBack => {
            if let Some(told) = hands.put_back(journal)? {
                journal.why = Some(journal.why.take().map_or(told.clone(), |why| format!("{why}; {told}")));
            }
            Ok(())
        }
    }
}

fn words(journal: &Journal) -> String {
    let (from, to) = (&journal.from.version, &journal.to.version);
    match journal.phase {
        Phase::Keep => format!("putting the package of {from} aside"),
        Phase::Snapshot => "stopping the service and copying its database".to_owned(),
        Phase::Install => format!("installing {to}"),
        Phase::Try => format!("starting {to}"),
        Phase::PutBack => format!("putting {from} back"),
        Phase::TryBefore => format!("starting {from} again"),
    }
}

/// Writes down what came of it. The journal goes last: a machine that goes down before comes back to the phase that succeeded.
fn end(place: &Place, hands: &impl Hands, journal: &Journal, outcome: Outcome) -> io::Result<Entry> {
    let Journal { id, from, to, why, .. } = journal.clone();
    let kept = place.kept()?;
    let kept = match outcome {
        Outcome::Applied => Kept { installed: Some(to.clone()), before: Some(from.clone()) },
        // What was kept of the version before this one is still that.
        _ => Kept { installed: Some(from.clone()).filter(|from| from.sha256.is_some()), ..kept },
    };
    let entry = Entry { id, at: hands.now(), outcome, from: from.version, to: to.version, why };
    if outcome == Outcome::Stuck {
        place.add(&entry)?;
        return Ok(entry);
    }
    if let Err(why) = hands.forget() {
        hands.tell(&why);
    }
    place.keep(&kept)?;
    place.add(&entry)?;
    place.end_journal()?;
    Ok(entry)
}

#[cfg(test)]
mod tests;
