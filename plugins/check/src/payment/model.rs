//! Operations by chance through a line that loses, delays, doubles and cuts, and a book that says what really happened.

use plugin_host::probe::Way;
use plugin_sdk::{Op, Request, Verdict};

use super::ask::{Charge, Till};
use super::book::Book;
use crate::body::Body;
use crate::case::{Checked, Stop};
use crate::drive::{drive, hex};
use crate::line::Line;
use crate::seed::Chance;
use crate::subject::Subject;

/// Operations of one run.
const OPERATIONS: usize = 400;
/// Times that an operation is asked after through the bad line, before the line is mended.
const ASKED_BADLY: usize = 2;

/// One run of the model.
struct Model<'a> {
    body: &'a Body,
    till: Till,
    line: Line<Book>,
    chance: Chance,
    ops: Vec<Op>,
    charges: Vec<Charge>,
    /// What the plugin says was taken and not given back.
    told: i64,
    asked_after: usize,
}

/// At most one effect per attempt, and in the end the plugin and the provider agree about every one of them.
pub(crate) fn money_is_kept(subject: &Subject) -> Checked {
    let body = Body::of(subject)?;
    let (ops, _) = body.offered().map_err(Stop::Fail)?;
    let line = Line::new(Book::default(), subject.chance(31));
    let (till, chance) = (Till::new(subject), subject.chance(32));
    let mut model =
        Model { body: &body, till, line, chance, ops, charges: Vec::new(), told: 0, asked_after: 0 };
    if !model.speaks()? {
        return Stop::skip("it does not speak to the reference provider");
    }
    for number in 0..OPERATIONS {
        model.line.bad = true;
        let done = model.operation();
        done.map_err(|stop| match stop {
            Stop::Fail(why) => Stop::Fail(format!("operation {number} of seed {}: {why}", subject.seed)),
            skip => skip,
        })?;
    }
    let balance = model.line.provider.balance();
    match balance == model.told {
        true => Ok(format!(
            "{OPERATIONS} operations, {} asked after, balance {balance}, seed {}",
            model.asked_after, subject.seed
        )),
        false => Stop::fail(format!("the provider has {balance}, the plugin told of {}", model.told)),
    }
}

impl Model<'_> {
    /// Whether a first sale through a good line is approved by the book.
    fn speaks(&mut self) -> Result<bool, Stop> {
        let op = if self.ops.contains(&Op::Sale) { Op::Sale } else { Op::Authorize };
        let request = self.till.request(op, None);
        let verdict = self.run(&request)?;
        let attempt = hex(&request.attempt_ref);
        let speaks = verdict == Verdict::Approved && self.line.provider.stands(&attempt);
        if speaks && op == Op::Sale {
            self.told += 1250;
        }
        Ok(speaks)
    }

    fn run(&mut self, request: &Request) -> Result<Verdict, Stop> {
        let running = hex(&request.attempt_ref);
        let line = &mut self.line;
        let ran = drive(self.body, &Way::default(), request, &mut |effect| line.happens(&running, effect))?;
        // After an error the outcome is as unknown as the last request left it.
        Ok(ran.verdict().cloned().unwrap_or(Verdict::Unknown))
    }

    /// One operation by chance, and whatever it takes to know how it ended.
    fn operation(&mut self) -> Result<(), Stop> {
        let (request, about) = self.drawn();
        let attempt = hex(&request.attempt_ref);
        let verdict = self.run(&request)?;
        self.believed(&attempt, &verdict)?;
        let (verdict, request) = match verdict {
            Verdict::Pending | Verdict::Unknown => (self.cleared(&request)?, request),
            verdict => (verdict, request),
        };
        self.line.arrive();
        let effects = self.line.provider.effects(&attempt);
        if effects > 1 {
            return Stop::fail(format!("{:?} had {effects} effects", request.op));
        }
        match (self.line.provider.stands(&attempt), verdict == Verdict::Approved) {
            (true, false) => {
                return Stop::fail(format!("{:?} took effect and is told as {verdict:?}", request.op));
            }
            (false, true) => {
                return Stop::fail(format!("{:?} is told as approved and has no effect", request.op));
            }
            _ => {}
        }
        if verdict == Verdict::Approved {
            self.entered(&request, about);
        }
        Ok(())
    }

    /// A request that makes sense by what is known.
    fn drawn(&mut self) -> (Request, Option<usize>) {
        let later = [Op::Capture, Op::Void, Op::Refund];
        let offered: Vec<Op> = later.into_iter().filter(|op| self.ops.contains(op)).collect();
        if !self.charges.is_empty() && !offered.is_empty() && self.chance.once_in(2) {
            let index = self.chance.below(self.charges.len() as u64) as usize;
            let op = offered[self.chance.below(offered.len() as u64) as usize];
            let charge = self.charges[index].clone();
            return (self.till.request(op, Some(&charge)), Some(index));
        }
        let first: Vec<Op> =
            [Op::Sale, Op::Authorize].into_iter().filter(|op| self.ops.contains(op)).collect();
        let op = first[self.chance.below(first.len() as u64) as usize];
        let minor = 1 + self.chance.below(100_000) as i64;
        (self.till.request_of(op, None, minor), None)
    }

    /// What is final has to be true now, and stay true when what is late arrives.
    fn believed(&mut self, attempt: &str, verdict: &Verdict) -> Result<(), Stop> {
        let late = self.line.is_late(attempt);
        let waiting = late && !self.line.provider.is_closed(attempt);
        match verdict {
            Verdict::NotSent | Verdict::Declined { .. } if waiting || self.line.provider.stands(attempt) => {
                Stop::fail(format!("told as {verdict:?} while its request is on the way or done"))
            }
            _ => Ok(()),
        }
    }

    /// Asks after an operation until it is known how it ended, and undoes it where that is never known.
    fn cleared(&mut self, request: &Request) -> Result<Verdict, Stop> {
        self.asked_after += 1;
        let minor = request.money.map_or(1250, |money| money.minor);
        let (attempt, op, provider_ref) = (request.attempt_ref, request.op, String::new());
        let charge = Charge { attempt, op, minor, provider_ref };
        for try_number in 0..=ASKED_BADLY {
            self.line.bad = try_number < ASKED_BADLY;
            if !self.line.bad {
                self.line.arrive();
            }
            if !self.ops.contains(&Op::Sync) {
                break;
            }
            let verdict = {
                let sync = Request { provider_ref: None, ..self.till.request(Op::Sync, Some(&charge)) };
                self.run(&sync)?
            };
            self.believed(&hex(&attempt), &verdict)?;
            if !matches!(verdict, Verdict::Pending | Verdict::Unknown) {
                return Ok(verdict);
            }
        }
        self.line.bad = false;
        self.line.arrive();
        if !self.ops.contains(&Op::Reverse) {
            let told = if self.line.provider.stands(&hex(&attempt)) { "done" } else { "not done" };
            return Stop::fail(format!("{op:?} is {told}, and can be neither asked after nor undone"));
        }
        let reverse = Request { provider_ref: None, ..self.till.request(Op::Reverse, Some(&charge)) };
        match self.run(&reverse)? {
            Verdict::Approved => Ok(Verdict::NotSent),
            verdict => Stop::fail(format!("REVERSE of {op:?} through a good line is told as {verdict:?}")),
        }
    }

    /// Writes an approved operation down.
    fn entered(&mut self, request: &Request, about: Option<usize>) {
        let minor = request.money.map_or(0, |money| money.minor);
        match request.op {
            Op::Sale | Op::Authorize => {
                let (attempt, op) = (request.attempt_ref, request.op);
                self.charges.push(Charge { attempt, op, minor, provider_ref: String::new() });
                self.told += if op == Op::Sale { minor } else { 0 };
            }
            Op::Capture => self.told += minor,
            Op::Refund => self.told -= minor,
            _ => {}
        }
        if let Some(index) = about.filter(|_| request.op != Op::Capture) {
            self.charges.swap_remove(index);
        }
    }
}
