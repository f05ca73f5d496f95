//! One operation, step by step: what to ask next, when to ask again, and what came of it.

use std::time::Duration;

use plugin_sdk::{Call, Effect, Error, Event, Outcome, Request, Result, Verdict};

use crate::answer::{Intent, List, Object, Refund};
use crate::ask::{Ask, Why};
use crate::clock;
use crate::errand::{Errand, Plan};
use crate::judge::{self, Finding, declined};
use crate::payload::Kind;
use crate::sending::{Doubt, Heard, Sending};
use crate::settings::Settings;

/// How long to wait before each repetition. There are as many repetitions in one operation.
const WAITS_MS: [u64; 4] = [200, 800, 2000, 4000];
/// What has to be left of the operation's time for a repetition to make sense.
const REPEAT_TIME_MIN: Duration = Duration::from_secs(1);
/// Most pages of lists that are read in one operation: two thousand charges since the attempt began.
const PAGES_MAX: u32 = 20;

/// A running operation.
pub struct Operation {
    settings: Settings,
    plan: Plan,
    sending: Option<Sending>,
    /// To be asked once the PaymentIntent's id is durable.
    after_kept: Option<Ask>,
    /// A byte of any request has left.
    left: bool,
    /// An answer's date is too far from the host's: what is not in a list may still be there.
    clocks_differ: bool,
    repeats: usize,
    pages: u32,
    /// What was taken and what has been given back of it, while a reversal reads the refunds.
    taken: Taken,
}

#[derive(Default)]
struct Taken {
    received: i64,
    returned: i64,
    returning: i64,
}

/// What follows.
pub(crate) enum Next {
    Ask(Ask),
    Keep(Ask),
    Done(Verdict, Option<String>),
}

impl Operation {
    /// Takes on an operation. Fails with [`Error::Invalid`] when it lacks what its kind needs.
    pub(crate) fn begin(settings: &Settings, request: &Request) -> Result<Self> {
        let plan = Plan::of(settings, request)?;
        Ok(Self {
            settings: settings.clone(),
            plan,
            sending: None,
            after_kept: None,
            left: false,
            clocks_differ: false,
            repeats: 0,
            pages: 0,
            taken: Taken::default(),
        })
    }

    /// What to do next, given what happened.
    pub(crate) fn step(&mut self, call: &Call<'_>, event: &Event) -> Result<Effect> {
        let foreign = || Error::Invalid("nothing was asked for that could have happened".into());
        match event {
            Event::Start => {
                let first = self.plan.first.take().ok_or_else(foreign)?;
                return Ok(self.effect(call, first));
            }
            Event::Kept => {
                let ask = self.after_kept.take().ok_or_else(foreign)?;
                return Ok(self.effect(call, Next::Ask(ask)));
            }
            Event::Slept => return self.send(call).ok_or_else(foreign),
            _ => {}
        }
        self.left |= has_left(event);
        if let (Event::HttpResponse(response), Some(now_s)) = (event, self.plan.now_s) {
            self.clocks_differ |= !clock::agrees(response, now_s);
        }
        let sending = self.sending.as_mut().ok_or_else(foreign)?;
        let next = match sending.hear(event, &self.plan.attempt) {
            Heard::Foreign => return Err(foreign()),
            Heard::Nothing => match self.wait(call) {
                Some(wait) => return Ok(Effect::Sleep(wait)),
                None => self.failed(),
            },
            Heard::Hopeless => self.failed(),
            Heard::Object(object) => self.answered(object),
            Heard::CardRefused { code, intent } => self.refused(&code, intent, None),
            Heard::RequestRefused { code, intent } => {
                let (id, status) = intent.map_or((None, None), |intent| (Some(intent.id), intent.status));
                self.refused(&code, id, status.as_deref())
            }
        };
        Ok(self.effect(call, next))
    }

    fn effect(&mut self, call: &Call<'_>, next: Next) -> Effect {
        let (verdict, provider_ref) = match next {
            Next::Ask(ask) => {
                let request = ask.request(&self.settings, &self.plan, self.settings.timeout_ms);
                self.sending = Some(Sending::new(ask, request));
                match self.send(call) {
                    Some(effect) => return effect,
                    None => (Verdict::Unknown, None),
                }
            }
            Next::Keep(ask) => {
                self.after_kept = Some(ask);
                let intent = self.plan.intent.as_deref().unwrap_or_default();
                return Effect::Keep(
                    serde_json::json!({ "payment_intent": intent }).to_string().into_bytes(),
                );
            }
            Next::Done(verdict, provider_ref) => (verdict, provider_ref),
        };
        self.sending = None;
        let provider_ref = provider_ref.or_else(|| self.plan.intent.clone()).unwrap_or_default();
        Effect::Done(Outcome { provider_ref, ..Outcome::new(verdict) })
    }

    /// The request that is to be sent, again or for the first time.
    fn send(&self, call: &Call<'_>) -> Option<Effect> {
        let mut request = self.sending.as_ref()?.request.clone();
        if let Some(remaining) = call.remaining() {
            let remaining = u32::try_from(remaining.as_millis()).unwrap_or(u32::MAX);
            request.timeout_ms = request.timeout_ms.min(remaining).max(1);
        }
        Some(Effect::Http(request))
    }

    /// How long to wait before the same request is sent again; none when it is not.
    fn wait(&mut self, call: &Call<'_>) -> Option<Duration> {
        let wait = Duration::from_millis(*WAITS_MS.get(self.repeats)?);
        if call.remaining().is_some_and(|remaining| remaining < wait + REPEAT_TIME_MIN) {
            return None;
        }
        self.repeats += 1;
        Some(wait)
    }

    /// The end when a request was not answered.
    fn failed(&self) -> Next {
        let doubt = self.sending.as_ref().map_or(Doubt::Perhaps, |sending| sending.doubt);
        let ask = self.sending.as_ref().map(|sending| &sending.ask);
        let verdict = match (self.plan.errand, ask) {
            (Errand::Do(_), Some(Ask::Cancel { why: Why::Unproven, .. })) => Verdict::Unknown,
            (Errand::Do(_), Some(_)) if !self.left => Verdict::NotSent,
            // Looking for the charge moved nothing, whatever became of the question.
            (Errand::Do(_), Some(ask)) if !ask.moves() => declined("provider_unavailable"),
            (Errand::Do(_), Some(_)) if doubt == Doubt::Unsent => declined("provider_unavailable"),
            (Errand::Do(_), Some(_)) if doubt == Doubt::Limited => declined("rate_limited"),
            _ => Verdict::Unknown,
        };
        Next::Done(verdict, None)
    }

    /// The end when a request was refused.
    fn refused(&self, code: &str, intent: Option<String>, status: Option<&str>) -> Next {
        let ask = self.sending.as_ref().map(|sending| &sending.ask);
        let verdict = match (self.plan.errand, ask) {
            (Errand::Do(_), Some(Ask::Cancel { why: Why::Unproven, .. })) => Verdict::Unknown,
            // Voided already: doing it again is no error.
            (Errand::Do(_), Some(Ask::Cancel { .. })) if status == Some("canceled") => Verdict::Approved,
            (Errand::Do(_), _) => declined(code),
            _ => Verdict::Unknown,
        };
        Next::Done(verdict, intent)
    }

    fn answered(&mut self, object: Object) -> Next {
        let Some(ask) = self.sending.as_ref().map(|sending| sending.ask.clone()) else {
            return Next::Done(Verdict::Unknown, None);
        };
        match (ask, object) {
            (Ask::Look { .. }, Object::Intent(intent)) => self.found(&intent),
            (Ask::Intents { since_s, .. }, Object::List(list)) => self.intents(since_s, &list),
            (Ask::Refunds { intent, .. }, Object::List(list)) => self.refunds(intent, &list),
            (Ask::Create { .. } | Ask::Capture { .. }, Object::Intent(intent)) => {
                self.plan.intent = Some(intent.id.clone());
                if self.took_another_amount(&intent) {
                    return Next::Done(Verdict::Unknown, None);
                }
                match judge::outcome(self.plan.errand.kind(), &intent, true) {
                    Finding::Verdict(verdict) => Next::Done(verdict, None),
                    Finding::Unproven => Next::Keep(Ask::Cancel { intent: intent.id, why: Why::Unproven }),
                    _ => Next::Done(Verdict::Unknown, None),
                }
            }
            (Ask::Cancel { why, .. }, Object::Intent(intent)) => {
                let verdict = match (intent.status.as_str(), why) {
                    ("canceled", Why::Asked | Why::Reversal) => Verdict::Approved,
                    ("canceled", Why::Unproven) => declined("authentication_required"),
                    _ => Verdict::Unknown,
                };
                Next::Done(verdict, None)
            }
            (Ask::Refund { why, .. }, Object::Refund(refund)) => {
                let verdict = match (why, judge::refund_outcome(&refund)) {
                    // Undone is what is gone for good.
                    (Why::Reversal, Verdict::Pending) => Verdict::Unknown,
                    (_, verdict) => verdict,
                };
                Next::Done(verdict, Some(refund.id))
            }
            _ => Next::Done(Verdict::Unknown, None),
        }
    }

    /// Looks for the charge on a page, and asks for the next one.
    fn intents(&mut self, since_s: i64, list: &List) -> Next {
        let intents = list.data.iter().filter_map(|object| match object {
            Object::Intent(intent) => Some(intent),
            _ => None,
        });
        if let Some(intent) = intents.into_iter().find(|intent| intent.is_of(&self.plan.charge_attempt)) {
            return self.found(intent);
        }
        match self.next_page(list) {
            Some(after) => Next::Ask(Ask::Intents { since_s, after: Some(after) }),
            None => match self.plan.errand {
                Errand::Do(_) => Next::Done(declined("charge_not_found"), None),
                Errand::Sync(Kind::Authorize | Kind::Sale)
                | Errand::Reverse(Kind::Authorize | Kind::Sale)
                    if !list.has_more =>
                {
                    self.absent()
                }
                _ => Next::Done(Verdict::Unknown, None),
            },
        }
    }

    /// The last id of a page that is not the last one.
    fn next_page(&mut self, list: &List) -> Option<String> {
        self.pages += 1;
        let last = list.data.last().and_then(Object::id).map(str::to_owned);
        last.filter(|_| list.has_more && self.pages < PAGES_MAX)
    }

    /// Goes on with the charge at hand.
    fn found(&mut self, intent: &Intent) -> Next {
        let id = intent.id.clone();
        let own = matches!(self.plan.errand.kind(), Kind::Authorize | Kind::Sale);
        if own && !intent.is_of(&self.plan.charge_attempt) {
            // The id that the host knows is that of another charge of the same payment.
            self.plan.intent = None;
            return match self.plan.since_s {
                Some(since_s) => Next::Ask(Ask::Intents { since_s, after: None }),
                None => Next::Done(Verdict::Unknown, None),
            };
        }
        self.plan.intent = Some(id.clone());
        let finding = match self.plan.errand {
            Errand::Do(_) => {
                return match self.plan.move_on(&id) {
                    Some(ask) => Next::Keep(ask),
                    None => Next::Done(Verdict::Unknown, None),
                };
            }
            Errand::Sync(Kind::Refund) | Errand::Reverse(Kind::Refund) => {
                return Next::Ask(Ask::Refunds { intent: id, after: None });
            }
            Errand::Sync(_) if self.took_another_amount(intent) => Finding::Verdict(Verdict::Unknown),
            Errand::Sync(kind) => judge::outcome(kind, intent, self.plan.is_settled(&self.settings)),
            Errand::Reverse(kind) => judge::remains(kind, intent),
        };
        match finding {
            Finding::Verdict(verdict) => Next::Done(verdict, None),
            Finding::Absent => self.absent(),
            Finding::Unproven => Next::Ask(Ask::Cancel { intent: id, why: Why::Unproven }),
            Finding::Held => Next::Ask(Ask::Cancel { intent: id, why: Why::Reversal }),
            Finding::Taken => {
                self.taken.received = intent.amount_received.unwrap_or(intent.amount);
                Next::Ask(Ask::Refunds { intent: id, after: None })
            }
        }
    }

    /// Whether something was captured, but not what this capture was to take.
    fn took_another_amount(&self, intent: &Intent) -> bool {
        let both = self.plan.amount.zip(intent.amount_received);
        self.plan.errand.kind() == Kind::Capture
            && intent.status == "succeeded"
            && both.is_some_and(|(asked, taken)| asked != taken)
    }

    /// Reads a page of refunds: for the one that is asked about, or for what is left to give back.
    fn refunds(&mut self, intent: String, list: &List) -> Next {
        let refunds: Vec<&Refund> = (list.data.iter())
            .filter_map(|object| match object {
                Object::Refund(refund) => Some(refund),
                _ => None,
            })
            .collect();
        let asked = refunds.iter().find(|refund| refund.is_of(&self.plan.attempt));
        match (self.plan.errand, asked) {
            (Errand::Sync(Kind::Refund), Some(refund)) => {
                return Next::Done(judge::refund_outcome(refund), Some(refund.id.clone()));
            }
            (Errand::Reverse(Kind::Refund), Some(refund)) => {
                return Next::Done(judge::refund_remains(refund), Some(refund.id.clone()));
            }
            _ => {}
        }
        for refund in refunds {
            match refund.status.as_deref() {
                Some("succeeded") => self.taken.returned = self.taken.returned.saturating_add(refund.amount),
                Some("failed" | "canceled") => {}
                _ => self.taken.returning = self.taken.returning.saturating_add(refund.amount),
            }
        }
        if let Some(after) = self.next_page(list) {
            return Next::Ask(Ask::Refunds { intent, after: Some(after) });
        }
        match self.plan.errand {
            _ if list.has_more => Next::Done(Verdict::Unknown, None),
            Errand::Sync(Kind::Refund) | Errand::Reverse(Kind::Refund) => self.absent(),
            Errand::Reverse(_) => self.give_back(intent),
            _ => Next::Done(Verdict::Unknown, None),
        }
    }

    fn give_back(&self, intent: String) -> Next {
        let Taken { received, returned, returning } = self.taken;
        match received.saturating_sub(returned).saturating_sub(returning) {
            _ if returned >= received => Next::Done(Verdict::Approved, None),
            left if left <= 0 => Next::Done(Verdict::Unknown, None),
            left => Next::Ask(Ask::Refund { intent, amount: Some(left), why: Why::Reversal }),
        }
    }

    /// The end when nothing came of the attempt: final only once it can't arrive any more.
    fn absent(&self) -> Next {
        let verdict = match (self.plan.errand, self.plan.is_settled(&self.settings)) {
            _ if self.clocks_differ => Verdict::Unknown,
            (Errand::Sync(_), true) => Verdict::NotSent,
            (Errand::Sync(_), false) => Verdict::Pending,
            (Errand::Reverse(_), true) => Verdict::Approved,
            _ => Verdict::Unknown,
        };
        Next::Done(verdict, None)
    }
}

fn has_left(event: &Event) -> bool {
    matches!(
        event,
        Event::HttpResponse(_) | Event::Timeout { sent: true } | Event::ConnectionLost { sent: true }
    )
}
