//! What an operation is to do: read from the host's request before anything is sent.

use plugin_sdk::{Error, Op, Request, Result};

use crate::amount;
use crate::ask::{Ask, Why};
use crate::judge::declined;
use crate::operation::Next;
use crate::payload::{Kind, Payload, is_id};
use crate::settings::Settings;

/// How far back a list is read beyond an attempt's beginning: what the clocks may differ by.
const CLOCKS_S: i64 = 300;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    /// Do it.
    Do(Kind),
    /// Ask what became of it.
    Sync(Kind),
    /// Undo it.
    Reverse(Kind),
}

impl Errand {
    /// What kind of operation it is about.
    pub(crate) fn kind(self) -> Kind {
        match self {
            Self::Do(kind) | Self::Sync(kind) | Self::Reverse(kind) => kind,
        }
    }
}

/// An errand with all that is known about it.
pub(crate) struct Plan {
    pub(crate) errand: Errand,
    /// The attempt that is carried out or asked about, in hexadecimal.
    pub(crate) attempt: String,
    /// The attempt of this very operation, in hexadecimal: SYNC and REVERSE have one of their own.
    pub(crate) own_attempt: String,
    /// The attempt that made the charge: the same one, or that of the charge to capture, void or refund.
    pub(crate) charge_attempt: String,
    /// The charge's PaymentIntent, once known.
    pub(crate) intent: Option<String>,
    /// From when on the charge is looked for, where it has to be.
    pub(crate) since_s: Option<i64>,
    /// Minor units.
    pub(crate) amount: Option<i64>,
    /// Unix seconds now, where the host says it.
    pub(crate) now_s: Option<i64>,
    /// Seconds since the attempt was first asked.
    age_s: i64,
    pub(crate) first: Option<Next>,
}

impl Plan {
    /// Reads a request. Fails with [`Error::Invalid`] when it lacks what its kind needs.
    pub(crate) fn of(settings: &Settings, request: &Request) -> Result<Self> {
        let payload = Payload::parse(&request.payload_json)?;
        let errand = errand(request.op, &payload)?;
        let about = match errand {
            Errand::Do(_) => request.attempt_ref,
            Errand::Sync(_) | Errand::Reverse(_) => original(request)?,
        };
        let mut plan = Self {
            errand,
            attempt: hex(&about),
            own_attempt: hex(&request.attempt_ref),
            charge_attempt: hex(&about),
            intent: None,
            since_s: None,
            amount: request.money.as_ref().map(|money| money.minor),
            now_s: payload.now_s,
            age_s: age_s(errand, &payload)?,
            first: None,
        };
        let first = match errand {
            Errand::Do(Kind::Authorize | Kind::Sale) => charge(settings, errand.kind(), request, &payload)?,
            _ => match refusal(settings, request, &payload) {
                Some(code) => Next::Done(declined(code), None),
                None => plan.toward_the_charge(request, &payload)?,
            },
        };
        plan.first = Some(first);
        Ok(plan)
    }

    /// Whether the attempt can't arrive any more.
    pub(crate) fn is_settled(&self, settings: &Settings) -> bool {
        self.age_s > i64::from(settings.settle_s)
    }

    /// The request that this errand is about, on a charge that is known by now.
    pub(crate) fn move_on(&self, intent: &str) -> Option<Ask> {
        let (intent, amount) = (intent.to_owned(), self.amount);
        match self.errand {
            Errand::Do(Kind::Capture) => Some(Ask::Capture { intent, amount }),
            Errand::Do(Kind::Void) => Some(Ask::Cancel { intent, why: Why::Asked }),
            Errand::Do(Kind::Refund) => Some(Ask::Refund { intent, amount, why: Why::Asked }),
            _ => None,
        }
    }

    /// The first request about a charge: on it where its id is known, else for it.
    fn toward_the_charge(&mut self, request: &Request, payload: &Payload) -> Result<Next> {
        let own = matches!(self.errand.kind(), Kind::Authorize | Kind::Sale);
        let original = payload.original.as_ref().filter(|_| !own);
        let kept = |kept: Option<&crate::payload::Kept>| kept.and_then(|kept| kept.payment_intent.clone());
        let known = [
            request.provider_ref.clone(),
            kept(payload.kept.as_ref()),
            original.and_then(|original| original.provider_ref.clone()),
            kept(original.and_then(|original| original.kept.as_ref())),
        ];
        if !own {
            let attempt = match self.errand {
                Errand::Do(_) => Some(hex(&self::original(request)?)),
                _ => original.and_then(|original| original.attempt.clone()),
            };
            self.charge_attempt = attempt.unwrap_or_default();
        }
        let begun_at_s =
            if own { payload.begun_at_s } else { original.and_then(|original| original.begun_at_s) };
        self.since_s = begun_at_s.map(|begun_at_s| begun_at_s.saturating_sub(CLOCKS_S).max(0));
        if let Some(intent) = known.into_iter().flatten().find(|id| is_id(id, "pi_")) {
            self.intent = Some(intent.clone());
            return Ok(Next::Ask(match (self.move_on(&intent), self.errand.kind()) {
                (Some(ask), _) => ask,
                (None, Kind::Refund) => Ask::Refunds { intent, after: None },
                (None, _) => Ask::Look { intent },
            }));
        }
        match self.since_s {
            Some(since_s) if !self.charge_attempt.is_empty() => {
                Ok(Next::Ask(Ask::Intents { since_s, after: None }))
            }
            _ => Err(Error::Invalid(format!(
                "{:?} of a charge without its id and without its attempt and begin",
                request.op
            ))),
        }
    }
}

fn errand(op: Op, payload: &Payload) -> Result<Errand> {
    let kind = || payload.kind.ok_or_else(|| Error::Invalid(format!("payload_json: {op:?} without a kind")));
    Ok(match op {
        Op::Authorize => Errand::Do(Kind::Authorize),
        Op::Capture => Errand::Do(Kind::Capture),
        Op::Sale => Errand::Do(Kind::Sale),
        Op::Void => Errand::Do(Kind::Void),
        Op::Refund => Errand::Do(Kind::Refund),
        Op::Sync => Errand::Sync(kind()?),
        Op::Reverse => Errand::Reverse(kind()?),
        Op::Webhook | Op::Settlement | Op::Anchor => {
            return Err(Error::Unsupported(format!("operation {op:?}")));
        }
    })
}

fn original(request: &Request) -> Result<[u8; 16]> {
    (request.original_ref).ok_or_else(|| Error::Invalid(format!("{:?} without an original_ref", request.op)))
}

/// Seconds since the attempt was first asked; needed to tell "not yet" from "never".
fn age_s(errand: Errand, payload: &Payload) -> Result<i64> {
    match (errand, payload.now_s.zip(payload.begun_at_s)) {
        (Errand::Do(_), _) => Ok(0),
        (_, Some((now_s, begun_at_s))) => Ok(now_s.saturating_sub(begun_at_s)),
        (_, None) => Err(Error::Invalid("payload_json: no now_s and begun_at_s".to_owned())),
    }
}

fn charge(settings: &Settings, kind: Kind, request: &Request, payload: &Payload) -> Result<Next> {
    let money = request.money.as_ref();
    let money = money.ok_or_else(|| Error::Invalid(format!("{:?} without an amount", request.op)))?;
    let no = |code: &str| Ok(Next::Done(declined(code), None));
    if let Some(code) = amount::refusal(settings, money) {
        return no(code);
    }
    let Some(instrument) = &payload.instrument else { return no("instrument_missing") };
    let Some((customer, method)) = instrument.parts() else { return no("instrument_invalid") };
    Ok(Next::Ask(Ask::Create {
        amount: money.minor,
        currency: money.currency().to_ascii_lowercase(),
        capture: kind == Kind::Sale,
        customer: customer.map(str::to_owned),
        method: method.to_owned(),
    }))
}

/// The decline code for an amount of a capture or refund that must not be sent.
fn refusal(settings: &Settings, request: &Request, payload: &Payload) -> Option<&'static str> {
    if matches!(request.op, Op::Sync | Op::Reverse) {
        return None;
    }
    let money = request.money.as_ref()?;
    let charged = payload.original.as_ref().and_then(|original| original.currency.as_deref());
    if charged.is_some_and(|charged| charged != money.currency()) {
        return Some("currency_mismatch");
    }
    amount::refusal(settings, money).filter(|code| *code != "currency_not_enabled")
}

/// An attempt's name at Stripe.
pub(crate) fn hex(bytes: &[u8; 16]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
