//! People by chance, known and unknown, through a line that loses, delays, doubles and cuts: whoever is verified is who the
//! reference office says it is, and nobody else is.

use plugin_host::probe::Way;
use plugin_sdk::identity::{Assurance, Finding, Op, Request, Verdict};

use super::ask::Desk;
use super::office::{ISSUER, Office, Person};
use super::{UNASKED, run};
use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::drive::hex;
use crate::line::Line;
use crate::seed::Chance;
use crate::subject::Subject;

/// Verifications of one run.
const VERIFICATIONS: usize = 200;
/// Times that a verification is asked after through the bad line, before the line is mended.
const ASKED_BADLY: usize = 2;

struct Model<'a> {
    body: &'a Body,
    desk: Desk,
    line: Line<Office>,
    chance: Chance,
    has_sync: bool,
    is_offline: bool,
    asked_after: usize,
}

pub(crate) fn people_are_who_they_are(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    let vouching = body.vouching().map_err(Stop::Fail)?;
    let (has_sync, is_offline) = (vouching.offers(Op::Sync), vouching.caps().offline);
    let line = Line::new(Office::default(), subject.chance(42));
    let (desk, chance) = (Desk::of_strangers(subject), subject.chance(43));
    let mut model = Model { body: &body, desk, line, chance, has_sync, is_offline, asked_after: 0 };
    if !model.speaks()? {
        return Stop::skip("it does not speak to the reference office");
    }
    let mut verified = 0;
    for number in 0..VERIFICATIONS {
        let done = model.verification();
        verified += usize::from(done.map_err(|stop| match stop {
            Stop::Fail(why) => Stop::Fail(format!("verification {number} of seed {}: {why}", subject.seed)),
            skip => skip,
        })?);
    }
    Ok(format!(
        "{VERIFICATIONS} verifications, {verified} verified, {} asked after, seed {}",
        model.asked_after, subject.seed
    ))
}

impl Model<'_> {
    /// Whether the office hears of a first verification through a good line, and is believed.
    fn speaks(&mut self) -> Result<bool, Stop> {
        let request = self.desk.verify();
        let person = self.line.provider.knows(&request.document);
        let finding = self.run(&request)?;
        let heard = self.line.provider.verified(&hex(&request.attempt_ref)).is_some();
        match finding.map(|finding| finding.verdict) {
            Some(Verdict::Verified(attested)) if heard => same(&attested, &person)?,
            Some(Verdict::Verified(_)) if !self.is_offline => return Stop::fail(UNASKED),
            other if heard => {
                return Stop::fail(format!("somebody whom the office vouches for is told as {other:?}"));
            }
            _ => {}
        }
        Ok(heard)
    }

    fn run(&mut self, request: &Request) -> Result<Option<Finding>, Stop> {
        let running = hex(&request.attempt_ref);
        let line = &mut self.line;
        let ran = run(self.body, &Way::default(), request, &mut |effect| line.happens(&running, effect))?;
        Ok(ran.outcome)
    }

    /// One verification by chance, and whatever it takes to know how it ended. Says whether the person was verified.
    fn verification(&mut self) -> Result<bool, Stop> {
        let request = self.desk.verify();
        let person = match self.chance.below(4) {
            0 => None,
            1 if self.has_sync => Some(self.line.provider.knows_slowly(&request.document)),
            _ => Some(self.line.provider.knows(&request.document)),
        };
        let attempt = hex(&request.attempt_ref);
        self.line.bad = true;
        let mut finding = self.run(&request)?;
        self.believed(&attempt, finding.as_ref())?;
        if open(finding.as_ref()) && self.has_sync {
            finding = self.asked_after(&request)?;
        }
        self.line.bad = false;
        self.line.arrive();
        self.believed(&attempt, finding.as_ref())?;
        let verified = match finding.map(|finding| finding.verdict) {
            Some(Verdict::Verified(attested)) => Some(attested),
            _ => None,
        };
        match (verified, person) {
            (Some(_), None) => Stop::fail("somebody whom the office does not know is verified"),
            (Some(attested), Some(person)) => same(&attested, &person).map(|()| true),
            (None, Some(_)) if self.has_sync && self.line.provider.took_on(&attempt) => {
                Stop::fail("somebody whom the office vouches for is not verified in the end")
            }
            (None, _) => Ok(false),
        }
    }

    /// What is final has to be true now, and stay true when what is late arrives.
    fn believed(&self, attempt: &str, finding: Option<&Finding>) -> Result<(), Stop> {
        let office = &self.line.provider;
        let waiting = self.line.is_late(attempt) && !office.is_closed(attempt);
        match finding.map(|finding| &finding.verdict) {
            Some(Verdict::Verified(_)) if office.verified(attempt).is_none() => {
                Stop::fail("told as verified before the office vouched")
            }
            Some(verdict @ (Verdict::NotSent | Verdict::Refused { .. }))
                if waiting || office.took_on(attempt) =>
            {
                Stop::fail(format!("told as {verdict:?} while its request is on the way or taken on"))
            }
            _ => Ok(()),
        }
    }

    /// Asks after a verification until it is known how it ended.
    fn asked_after(&mut self, about: &Request) -> Result<Option<Finding>, Stop> {
        self.asked_after += 1;
        let mut finding = None;
        for try_number in 0..=ASKED_BADLY {
            self.line.bad = try_number < ASKED_BADLY;
            if !self.line.bad {
                self.line.arrive();
                self.line.provider.decide();
            }
            let sync = self.desk.sync(about);
            finding = self.run(&sync)?;
            self.believed(&hex(&about.attempt_ref), finding.as_ref())?;
            if !open(finding.as_ref()) {
                return Ok(finding);
            }
        }
        match finding {
            None => Stop::fail("SYNC through a good line fails"),
            Some(finding) => {
                let verdict = finding.verdict;
                Stop::fail(format!("SYNC through a good line is told as {verdict:?}"))
            }
        }
    }
}

/// Whether it is not known yet how a verification ended.
fn open(finding: Option<&Finding>) -> bool {
    finding.is_none_or(|finding| matches!(finding.verdict, Verdict::Pending | Verdict::Unknown))
}

/// Whether what is told of a person is what the office says.
fn same(told: &plugin_sdk::identity::Attested, person: &Person) -> Result<(), Stop> {
    let attribute =
        |name: &str, expected: &str| told.attributes.get(name).is_none_or(|value| value.as_str() == expected);
    let rows = [
        ("reference_key", told.reference_key == person.reference_key),
        ("issuer", told.issuer == ISSUER),
        ("issued_at_s", told.issued_at_s == person.issued_at_s),
        ("assurance", told.assurance <= Assurance::Substantial),
        ("name", attribute("name", &person.name)),
        ("birth_year", attribute("birth_year", &person.birth_year)),
    ];
    match rows.iter().find(|(_, is_same)| !is_same) {
        Some((field, _)) => Stop::fail(format!("its {field} is not what the office says")),
        None => Ok(()),
    }
}
