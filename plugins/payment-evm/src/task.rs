//! One operation, step by step, within its time and number of steps.

use std::time::Duration;

use alloy_primitives::{U256, hex};
use plugin_sdk::{Call, Effect, Error, Event, HttpRequest, Money, Op, Outcome, Request, Result, Verdict};

use crate::amount::token_units;
use crate::draft::{Draft, Purpose, unsigned};
use crate::kept::Kept;
use crate::next::{Next, declined};
use crate::payload::Payload;
use crate::refusal::Refusal;
use crate::rpc::{self, Answer, Question};
use crate::setup::Setup;
use crate::token::Transfer;
use crate::watch::{Aim, Watch};

/// Most steps; the host allows 64 unless it is told otherwise.
const STEPS_MAX: u32 = 60;
/// With less time than this left, the operation ends by itself.
const LEFT_MIN: Duration = Duration::from_millis(500);
/// What is left of the operation when the last wait in it ends.
const LEFT_AFTER_WAIT: Duration = Duration::from_millis(300);

/// One operation.
pub struct Task {
    part: Part,
    steps: u32,
    awaited: Awaited,
}

enum Part {
    /// Nothing has to be asked.
    Decided(Outcome),
    /// Nothing is signed yet.
    Drafting(Draft),
    /// Something is signed.
    Watching(Box<Watch>),
}

/// What the last effect is answered by.
enum Awaited {
    Start,
    Answer(&'static str),
    Kept(Box<Kept>),
    Slept,
}

impl Task {
    /// Takes on one operation. Fails with [`Error::Invalid`] when the request lacks what it needs.
    pub(crate) fn begin(setup: &Setup, request: &Request) -> Result<Self> {
        let payload = Payload::parse(&request.payload_json)?;
        let part = match (aim(request.op), &payload.kept) {
            (Some(aim), Some(kept)) => match Kept::read(kept) {
                Some(kept) => Part::Watching(Box::new(Watch::resumed(aim, kept))),
                None => Part::Decided(Outcome::new(Verdict::Unknown)),
            },
            _ => first(setup, request, &payload)?,
        };
        Ok(Self { part, steps: 0, awaited: Awaited::Start })
    }

    /// What to do next.
    pub(crate) fn step(&mut self, setup: &Setup, call: &Call<'_>, event: &Event) -> Result<Effect> {
        self.steps += 1;
        let awaited = std::mem::replace(&mut self.awaited, Awaited::Start);
        let next = match (awaited, event) {
            (Awaited::Start, Event::Start) => self.start(setup),
            (Awaited::Answer(method), _) => self.answered(setup, method, event)?,
            (Awaited::Kept(kept), Event::Kept) => self.on(setup, *kept),
            (Awaited::Slept, Event::Slept) => self.looked_again(setup),
            _ => return Err(Error::Invalid("that is not what was asked for".into())),
        };
        Ok(self.effect(setup, call, next))
    }

    fn start(&self, setup: &Setup) -> Next {
        match &self.part {
            Part::Decided(outcome) => Next::End(outcome.clone()),
            Part::Drafting(draft) => Next::Ask(draft.question(setup)),
            Part::Watching(watch) => Next::Ask(watch.question(setup)),
        }
    }

    fn answered(&mut self, setup: &Setup, method: &'static str, event: &Event) -> Result<Next> {
        let answer = rpc::read(event, self.steps - 1);
        match &answer {
            Ok(Answer::Result(_)) => {}
            Ok(Answer::Error { code, .. }) => setup.note(method, &format!("error {code}")),
            Err(doubt) => setup.note(method, &format!("{doubt:?}")),
        }
        match &mut self.part {
            Part::Decided(outcome) => Ok(Next::End(outcome.clone())),
            Part::Drafting(draft) => draft.answered(setup, answer.ok()),
            Part::Watching(watch) => watch.answered(setup, answer.ok()),
        }
    }

    /// What was signed is durable and may leave now.
    fn on(&mut self, setup: &Setup, kept: Kept) -> Next {
        match &mut self.part {
            Part::Watching(watch) => watch.kept(kept),
            Part::Drafting(_) | Part::Decided(_) => self.part = Part::Watching(Box::new(Watch::fresh(kept))),
        }
        self.start(setup)
    }

    fn looked_again(&mut self, setup: &Setup) -> Next {
        if let Part::Watching(watch) = &mut self.part {
            watch.rested();
        }
        self.start(setup)
    }

    /// The effect that does it; when the time is up, the end.
    fn effect(&mut self, setup: &Setup, call: &Call<'_>, next: Next) -> Effect {
        let late = self.steps >= STEPS_MAX || call.remaining().is_some_and(|left| left < LEFT_MIN);
        let wait = |most_ms: u32| {
            let most = Duration::from_millis(u64::from(most_ms));
            let left = call.remaining().map(|left| left.saturating_sub(LEFT_AFTER_WAIT));
            left.map_or(most, |left| left.min(most)).max(Duration::from_millis(1))
        };
        match next {
            Next::End(outcome) => Effect::Done(outcome),
            _ if late => Effect::Done(self.undecided()),
            Next::Ask(question) => {
                self.awaited = Awaited::Answer(question.method);
                Effect::Http(http(setup, &question, self.steps, wait(setup.settings.timeout_ms)))
            }
            Next::Keep(kept) => {
                let json = kept.json();
                self.awaited = Awaited::Kept(kept);
                Effect::Keep(json)
            }
            Next::Rest => {
                self.awaited = Awaited::Slept;
                Effect::Sleep(wait(setup.settings.poll_ms))
            }
        }
    }

    fn undecided(&self) -> Outcome {
        match &self.part {
            Part::Decided(outcome) => outcome.clone(),
            Part::Drafting(_) => unsigned(),
            Part::Watching(watch) => watch.undecided(),
        }
    }
}

/// Why an operation looks at what its attempt kept. `None` when it keeps nothing.
fn aim(op: Op) -> Option<Aim> {
    match op {
        Op::Sale | Op::Capture | Op::Refund | Op::Anchor => Some(Aim::Submit),
        Op::Sync => Some(Aim::Sync),
        Op::Reverse => Some(Aim::Reverse),
        Op::Authorize | Op::Void | Op::Webhook | Op::Settlement => None,
    }
}

/// An operation whose attempt has kept nothing, so that nothing of it was ever signed.
fn first(setup: &Setup, request: &Request, payload: &Payload) -> Result<Part> {
    if matches!(request.op, Op::Capture | Op::Void | Op::Refund | Op::Sync | Op::Reverse)
        && request.original_ref.is_none()
    {
        return Err(Error::Invalid(format!("{:?} without an original_ref", request.op)));
    }
    let drafted = match request.op {
        Op::Authorize => checked(setup, money(request)?, payload),
        Op::Sale => {
            let money = money(request)?;
            payload.may_pay(money).and_then(|()| payout(setup, money))
        }
        Op::Capture => {
            let money = money(request)?;
            payload.may_capture(money).and_then(|()| payout(setup, money))
        }
        Op::Refund => refund(setup, money(request)?, payload),
        Op::Anchor => Ok(Draft::new(Purpose::Anchor(digest(payload)?), setup.hot.clone())),
        Op::Void => return Ok(Part::Decided(payload.may_void().map_or_else(declined, |()| approved()))),
        Op::Sync => return Ok(Part::Decided(unsigned())),
        Op::Reverse => return Ok(Part::Decided(approved())),
        Op::Webhook | Op::Settlement => {
            return Err(Error::Unsupported(format!("operation {:?}", request.op)));
        }
    };
    Ok(drafted.map_or_else(|refusal| Part::Decided(declined(refusal)), Part::Drafting))
}

fn approved() -> Outcome {
    Outcome::new(Verdict::Approved)
}

fn money(request: &Request) -> Result<&Money> {
    request.money.as_ref().ok_or_else(|| Error::Invalid(format!("{:?} without an amount", request.op)))
}

/// AUTHORIZE: the ledger holds the money, the chain knows no hold. It is only seen whether the hot wallet could pay now.
fn checked(setup: &Setup, money: &Money, payload: &Payload) -> Result<Draft, Refusal> {
    payload.may_pay(money)?;
    Ok(Draft::new(Purpose::Check(units(setup, money)?), setup.hot.clone()))
}

/// SALE and CAPTURE: from the hot wallet to the merchant.
fn payout(setup: &Setup, money: &Money) -> Result<Draft, Refusal> {
    let transfer = Transfer { to: setup.addresses.merchant, units: units(setup, money)? };
    Ok(Draft::new(Purpose::Pay(transfer), setup.hot.clone()))
}

/// REFUND: from the merchant to the hot wallet, which holds what the payers' wallets are worth.
fn refund(setup: &Setup, money: &Money, payload: &Payload) -> Result<Draft, Refusal> {
    let merchant = setup.merchant.clone().ok_or(Refusal::RefundNotConfigured)?;
    payload.may_refund(money)?;
    let transfer = Transfer { to: setup.hot.address, units: units(setup, money)? };
    Ok(Draft::new(Purpose::Pay(transfer), merchant))
}

fn units(setup: &Setup, money: &Money) -> Result<U256, Refusal> {
    match money.currency() == setup.settings.currency {
        true => token_units(money, setup.settings.token_decimals),
        false => Err(Refusal::CurrencyNotEnabled),
    }
}

/// ANCHOR: 32 bytes in hex.
fn digest(payload: &Payload) -> Result<[u8; 32]> {
    let text = payload.sha256.as_deref().unwrap_or_default();
    hex::decode_to_array(text)
        .map_err(|_| Error::Invalid("payload_json: sha256 is not 32 bytes in hex".into()))
}

fn http(setup: &Setup, question: &Question, id: u32, timeout: Duration) -> HttpRequest {
    HttpRequest {
        endpoint: setup.settings.endpoint,
        method: "POST".into(),
        path: setup.path.clone(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: question.body(id),
        timeout_ms: u32::try_from(timeout.as_millis()).unwrap_or(u32::MAX).max(1),
        repeatable: true, // the same signed bytes again have no second effect, and the rest only asks
        sensitive: false,
    }
}
