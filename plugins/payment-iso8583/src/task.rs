//! One operation: keep its names, send, repeat until answered, say how it ended.

use std::time::Duration;

use plugin_sdk::{Effect, Error, Event, Op, Outcome, Result, TcpExchange, Verdict};
use serde_json::json;

use crate::message::Message;
use crate::payload::Kept;
use crate::request::Plan;
use crate::response::{self, Reading};
use crate::settings::Settings;

/// One running operation.
pub struct Task {
    op: Op,
    state: State,
    /// Messages sent or tried so far.
    tries: u32,
    /// A byte of the message may have left, now or before a crash: from then on it goes out as a repeat.
    was_sent: bool,
}

enum State {
    /// Decided without asking.
    Decided(Outcome),
    /// The names are to be kept.
    New(Box<(Message, Kept)>),
    /// The names are being kept, or are kept.
    Ready(Box<(Message, Kept)>),
    /// An answer is awaited.
    Asked(Box<(Message, Kept)>),
    /// The authorisation code is being kept.
    Noting(Outcome),
}

impl Task {
    /// The task of a plan. `was_begun`: the operation kept its names before, so it may have been sent before.
    pub(crate) fn new(op: Op, plan: Plan, was_begun: bool) -> Self {
        let state = match plan {
            Plan::Approved => State::Decided(Outcome::new(Verdict::Approved)),
            Plan::Declined(code) => State::Decided(Outcome::new(Verdict::Declined { code: code.to_owned() })),
            // What a reversal is about has kept its names; the reversal itself has none but theirs.
            Plan::Send(message) if was_begun || op == Op::Reverse => State::Ready(message),
            Plan::Send(message) => State::New(message),
        };
        Self { op, state, tries: 0, was_sent: was_begun && op != Op::Reverse }
    }

    /// What to do next.
    pub(crate) fn step(&mut self, settings: &Settings, event: &Event) -> Result<Effect> {
        let state = std::mem::replace(&mut self.state, State::Decided(Outcome::new(Verdict::Unknown)));
        match (state, event) {
            (State::Decided(outcome), Event::Start) | (State::Noting(outcome), Event::Kept) => {
                Ok(Effect::Done(outcome))
            }
            (State::New(asked), Event::Start) => {
                let kept = keep(&asked.1);
                self.state = State::Ready(asked);
                kept
            }
            (State::Ready(asked), Event::Start | Event::Kept | Event::Slept) => {
                Ok(self.send(settings, asked))
            }
            (State::Asked(asked), Event::TcpResponse(answer)) => {
                self.was_sent = true;
                let answer =
                    Message::decode(&answer.body, settings.bitmap).ok().filter(|_| !answer.truncated);
                let reading = match &answer {
                    Some(answer) => response::read(&asked.0, answer),
                    None => Reading::Undecided,
                };
                match (self.verdict(settings, reading), answer) {
                    (Some(verdict), Some(answer)) => self.end(verdict, asked.1, &answer),
                    _ => Ok(self.again(settings, asked)),
                }
            }
            (State::Asked(asked), Event::Timeout { sent } | Event::ConnectionLost { sent }) => {
                self.was_sent |= sent;
                Ok(self.again(settings, asked))
            }
            (State::Asked(asked), Event::ConnectFailed) => Ok(self.again(settings, asked)),
            _ => Err(Error::Invalid("nothing was asked for that could have happened".into())),
        }
    }

    fn send(&mut self, settings: &Settings, asked: Box<(Message, Kept)>) -> Effect {
        self.tries += 1;
        let body = match self.was_sent {
            true => asked.0.repeated().encode(settings.bitmap),
            false => asked.0.encode(settings.bitmap),
        };
        self.state = State::Asked(asked);
        Effect::TcpExchange(TcpExchange {
            endpoint: settings.endpoint,
            body,
            framing: settings.framing.into(),
            timeout_ms: settings.answer_wait_ms_max,
            repeatable: false, // a repeat is marked as one, so the same bytes do not go out twice
            sensitive: true,
        })
    }

    /// After no answer, or one that says nothing: a repeat, or the end.
    fn again(&mut self, settings: &Settings, asked: Box<(Message, Kept)>) -> Effect {
        let is_advice = matches!(self.op, Op::Reverse | Op::Void | Op::Capture);
        if !self.was_sent && !is_advice {
            return Effect::Done(Outcome::new(Verdict::NotSent)); // another way to pay may be quicker
        }
        if self.tries <= settings.repeat_count_max {
            self.state = State::Ready(asked);
            return Effect::Sleep(Duration::from_millis(settings.repeat_wait_ms.into()));
        }
        // A reversal that did not get through has not undone anything, so its own way is no answer.
        let verdict = match self.was_sent || self.op == Op::Reverse {
            true => Verdict::Unknown,
            false => Verdict::NotSent,
        };
        Effect::Done(Outcome { provider_ref: asked.1.rrn, ..Outcome::new(verdict) })
    }

    /// What an answer comes to; `None` when it says nothing.
    fn verdict(&self, settings: &Settings, reading: Reading) -> Option<Verdict> {
        match reading {
            Reading::Approved => Some(Verdict::Approved),
            Reading::Declined(code) => Some(Verdict::Declined { code }),
            Reading::NotLocated if self.op == Op::Void => {
                Some(Verdict::Declined { code: "original_not_located".to_owned() })
            }
            Reading::NotLocated if settings.unlocated_is_final => Some(Verdict::Approved),
            Reading::NotLocated | Reading::Undecided => None,
        }
    }

    fn end(&mut self, verdict: Verdict, mut kept: Kept, answer: &Message) -> Result<Effect> {
        let approval = answer.text(38).map(str::trim).filter(|approval| !approval.is_empty());
        let details = json!({ "response": answer.text(39), "approval": approval, "stan": kept.stan });
        let outcome = Outcome {
            verdict,
            provider_ref: kept.rrn.clone(),
            result_json: details.to_string().into_bytes(),
        };
        if self.op == Op::Authorize && outcome.verdict == Verdict::Approved && approval.is_some() {
            kept.approval = answer.text(38).map(str::to_owned);
            self.state = State::Noting(outcome);
            return keep(&kept);
        }
        Ok(Effect::Done(outcome))
    }
}

fn keep(kept: &Kept) -> Result<Effect> {
    let json = serde_json::to_vec(kept).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Effect::Keep(json))
}
