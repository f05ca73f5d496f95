//! The appliance's part: does the effects of an operation, keeps what is to be kept, and can crash on the way.

use std::collections::HashMap;
use std::sync::Arc;

use payment_evm::Evm;
use plugin_sdk::{
    Call, Effect, Event, Host, HttpResponse, Limits, Money, Op, Outcome, Payment, Plugin, Request, Verdict,
};
use serde_json::{Value, json};

use crate::keys::Keys;
use crate::market::Market;

type Attempt = [u8; 16];

/// The plugin and what its operations kept.
pub(crate) struct Appliance<'a> {
    pub(crate) market: &'a Market,
    evm: Evm,
    kept: HashMap<Attempt, Value>,
}

/// What happens at an effect, before it is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is done.
    Done,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It is not done: no connection comes about.
    NotReached,
    /// The appliance stops here.
    Crash,
}

impl<'a> Appliance<'a> {
    pub(crate) fn new(market: &'a Market, more: &Value) -> Self {
        let mut evm = Evm::create(Host::local_with_secrets(Arc::new(Keys))).unwrap();
        evm.configure(serde_json::from_value(market.settings(more)).unwrap()).unwrap();
        evm.activate(&Limits { max_batch: 1, max_width: 1, max_height: 1, threads: 0 }).unwrap();
        Self { market, evm, kept: HashMap::new() }
    }

    /// One operation of `cents` on attempt `of`, with nothing in its way. Each wait is as long as a block.
    pub(crate) fn run(&mut self, op: Op, of: u8, cents: i64) -> String {
        let market = self.market;
        self.run_with(op, of, cents, &mut |effect| {
            if matches!(effect, Effect::Sleep(_)) {
                market.chain.mine(1);
            }
            Fate::Done
        })
    }

    /// One operation while no block is mined.
    pub(crate) fn run_in_silence(&mut self, op: Op, of: u8, cents: i64) -> String {
        self.run_with(op, of, cents, &mut |_| Fate::Done)
    }

    /// One operation, each of whose effects has its fate: the outcome's code, or "crashed".
    pub(crate) fn run_with(
        &mut self,
        op: Op,
        of: u8,
        cents: i64,
        fate: &mut dyn FnMut(&Effect) -> Fate,
    ) -> String {
        match self.outcome(op, of, cents, fate) {
            Some(Outcome { verdict: Verdict::Declined { code }, .. }) => code,
            Some(Outcome { verdict, .. }) => format!("{verdict:?}"),
            None => "crashed".into(),
        }
    }

    /// The same, as the plugin says it; `None` when the appliance crashed.
    pub(crate) fn outcome(
        &mut self,
        op: Op,
        of: u8,
        cents: i64,
        fate: &mut dyn FnMut(&Effect) -> Fate,
    ) -> Option<Outcome> {
        let request = self.request(op, [of; 16], cents);
        let call = Call::unbounded();
        let mut task = self.evm.begin(&call, &request).unwrap();
        let mut event = Event::Start;
        for _ in 0..64 {
            let effect = self.evm.step(&call, &mut task, &event).unwrap();
            let fate = fate(&effect);
            if fate == Fate::Crash {
                return None;
            }
            event = match effect {
                Effect::Done(outcome) => return Some(outcome),
                Effect::Http(_) if fate == Fate::NotReached => Event::ConnectFailed,
                Effect::Http(asked) => {
                    let (status, body) = self.market.chain.post(&asked.path, &asked.body).unwrap();
                    match fate {
                        Fate::AnswerLost => Event::ConnectionLost { sent: true },
                        _ => Event::HttpResponse(HttpResponse { status, body, ..HttpResponse::default() }),
                    }
                }
                Effect::Sleep(_) => Event::Slept,
                Effect::Keep(json) => {
                    self.kept.insert([of; 16], serde_json::from_slice(&json).unwrap());
                    Event::Kept
                }
                other => panic!("{other:?}"),
            };
        }
        panic!("{op:?} did not end within 64 steps");
    }

    fn request(&self, op: Op, attempt: Attempt, cents: i64) -> Request {
        let asks = matches!(op, Op::Sync | Op::Reverse);
        let payload = json!({
            "kept": self.kept.get(&attempt),
            "reservation": { "state": "pending", "amount": cents, "currency": "USD" },
            "wallet": { "status": "active" },
            "captured": { "amount": cents, "currency": "USD", "refunded": 0 },
            "sha256": DIGEST,
        });
        Request {
            op,
            attempt_ref: if asks { [0xee; 16] } else { attempt },
            original_ref: Some(if asks { attempt } else { [0xcc; 16] }),
            provider_ref: None,
            money: (cents > 0).then(|| Money::new(cents, "USD", 2).unwrap()),
            payload_json: payload.to_string().into_bytes(),
        }
    }

    /// What attempt `of` kept.
    pub(crate) fn kept(&self, of: u8) -> &Value {
        &self.kept[&[of; 16]]
    }

    /// The hash of the transaction that attempt `of` kept.
    pub(crate) fn hash(&self, of: u8) -> String {
        self.kept(of)["hash"].as_str().unwrap().to_owned()
    }

    /// Whether attempt `of` has kept anything.
    pub(crate) fn has_kept(&self, of: u8) -> bool {
        self.kept.contains_key(&[of; 16])
    }
}

/// What is anchored.
pub(crate) const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

/// The method that an effect asks for.
pub(crate) fn method(effect: &Effect) -> Option<String> {
    let Effect::Http(asked) = effect else { return None };
    let question: Value = serde_json::from_slice(&asked.body).unwrap();
    Some(question["method"].as_str().unwrap().to_owned())
}

/// Whether an effect is a broadcast.
pub(crate) fn is_broadcast(effect: &Effect) -> bool {
    method(effect).as_deref() == Some("eth_sendRawTransaction")
}
