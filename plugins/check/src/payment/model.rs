//! Operations by chance through a line that loses, delays, doubles and cuts, and a book that says what really happened.

use plugin_host::probe::{Instance, Way};
use plugin_sdk::{Effect, Event, HttpRequest, Op, Request, Verdict};

use super::ask::{Charge, Till};
use super::book::Book;
use super::drive::{drive, hex};
use crate::case::{Checked, Stop};
use crate::seed::Chance;
use crate::subject::Subject;

/// Operations of one run.
const OPERATIONS: usize = 400;
/// Times that an operation is asked after through the bad line, before the line is mended.
const ASKED_BADLY: usize = 2;

/// The provider, the line to it, and what is still on the way.
struct Line {
    book: Book,
    chance: Chance,
    /// The line fails sometimes.
    bad: bool,
    late: Vec<(String, HttpRequest)>,
}

impl Line {
    /// What comes of a request that `running` sends.
    fn happens(&mut self, running: &str, effect: &Effect) -> Event {
        let Effect::Http(request) = effect else { return Event::ConnectFailed };
        let fault = if self.bad { self.chance.below(15) } else { u64::MAX };
        let answered = |book: &mut Book| book.handle(running, request);
        match fault {
            0 => Event::ConnectFailed,
            1 => Event::Timeout { sent: false },
            2 => Event::ConnectionLost { sent: true }, // it never arrived
            3 => {
                answered(&mut self.book); // it did, and its answer was lost
                Event::ConnectionLost { sent: true }
            }
            4 => {
                self.late.push((running.to_owned(), request.clone()));
                Event::Timeout { sent: true }
            }
            5 => {
                answered(&mut self.book); // it came twice
                Event::HttpResponse(answered(&mut self.book))
            }
            6 => Event::HttpResponse(excuse(500)),
            7 => {
                answered(&mut self.book);
                Event::HttpResponse(excuse(503))
            }
            8 => {
                let mut response = answered(&mut self.book);
                response.body.truncate(response.body.len() / 2);
                Event::HttpResponse(response)
            }
            9 => {
                let mut response = answered(&mut self.book);
                (response.body, response.truncated) = (Vec::new(), true);
                Event::HttpResponse(response)
            }
            10 => Event::HttpResponse(excuse(200)), // a portal on the way answers with a page of its own
            _ => Event::HttpResponse(answered(&mut self.book)),
        }
    }

    /// What was on the way arrives.
    fn arrive(&mut self) {
        for (running, request) in std::mem::take(&mut self.late) {
            self.book.handle(&running, &request);
        }
    }
}

fn excuse(status: u16) -> plugin_sdk::HttpResponse {
    plugin_sdk::HttpResponse { status, body: b"<html>".to_vec(), ..Default::default() }
}

/// One run of the model.
struct Model<'a> {
    instance: &'a Instance,
    till: Till,
    line: Line,
    chance: Chance,
    ops: Vec<Op>,
    charges: Vec<Charge>,
    /// What the plugin says was taken and not given back.
    told: i64,
    asked_after: usize,
}

/// At most one effect per attempt, and in the end the plugin and the provider agree about every one of them.
pub(crate) fn money_is_kept(subject: &Subject) -> Checked {
    let instance = subject.active()?;
    let (ops, _) = instance.offered().map_err(Stop::Fail)?;
    let line = Line { book: Book::default(), chance: subject.chance(31), bad: false, late: Vec::new() };
    let (till, chance) = (Till::new(subject), subject.chance(32));
    let mut model =
        Model { instance: &instance, till, line, chance, ops, charges: Vec::new(), told: 0, asked_after: 0 };
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
    let balance = model.line.book.balance();
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
        let speaks = verdict == Verdict::Approved && self.line.book.stands(&attempt);
        if speaks && op == Op::Sale {
            self.told += 1250;
        }
        Ok(speaks)
    }

    fn run(&mut self, request: &Request) -> Result<Verdict, Stop> {
        let running = hex(&request.attempt_ref);
        let line = &mut self.line;
        let ran =
            drive(self.instance, &Way::default(), request, &mut |effect| line.happens(&running, effect))?;
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
        let effects = self.line.book.effects(&attempt);
        if effects > 1 {
            return Stop::fail(format!("{:?} had {effects} effects", request.op));
        }
        match (self.line.book.stands(&attempt), verdict == Verdict::Approved) {
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
        let late = self.line.late.iter().any(|(running, _)| running == attempt);
        let waiting = late && !self.line.book.is_closed(attempt);
        match verdict {
            Verdict::NotSent | Verdict::Declined { .. } if waiting || self.line.book.stands(attempt) => {
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
            let told = if self.line.book.stands(&hex(&attempt)) { "done" } else { "not done" };
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
