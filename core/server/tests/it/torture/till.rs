//! Clients that pay and give back, ask again with the same key until they are answered, and remember what they were told.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::client::{Reply, get, post};
use crate::harness::eur;

/// How long a client asks again before it goes on with something else.
const PATIENCE: Duration = Duration::from_secs(15);
/// Answers of "still under way" after which a client believes that nobody works on it any more.
const UNDER_WAY_MAX: u32 = 3;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(30);

/// At least so much and at most so much, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: i64,
    pub(crate) most: i64,
}

/// What a request does to its payment when it is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Open,
    Charge { at_once: bool },
    Capture(i64),
    Void,
    Refund(i64),
}

/// A request with its key.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    path: String,
    body: Value,
    key: String,
    effect: Effect,
}

/// What one client knows about one payment.
#[derive(Debug)]
pub(crate) struct Fact {
    pub(crate) reference: String,
    pub(crate) amount: i64,
    /// Its id, once told.
    pub(crate) id: Option<String>,
    pub(crate) taken: Bounds,
    pub(crate) back: Bounds,
    /// Requests that nobody has answered yet.
    pub(crate) unanswered: Vec<Asking>,
    /// Two answers to one key that differ, or something else that must never be.
    pub(crate) wrong: Vec<String>,
}

/// What came of asking.
enum Said {
    Done(Value),
    /// Accepted; the outcome is told later.
    Later,
    /// Refused: it had no effect.
    Refused,
    /// It may have had its effect.
    Perhaps,
    /// Nobody answered in time.
    Nothing,
}

/// A client.
pub(crate) struct Till {
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) user: String,
    pub(crate) address: watch::Receiver<Option<SocketAddr>>,
    pub(crate) facts: Vec<Fact>,
    /// Answers with a status of 2xx.
    pub(crate) answered: u64,
}

impl Till {
    /// A payment of random course.
    pub(crate) async fn live(&mut self, random: &mut StdRng, stripe_share: f64) {
        let provider = if random.random_bool(stripe_share) { "payment-stripe" } else { "payment-wallet" };
        let amount = random.random_range(1..=900);
        let Some(at) = self.open(provider, amount).await else { return };
        let at_once = random.random_bool(0.6);
        if !self.charge(at, at_once).await {
            return;
        }
        if !at_once {
            match random.random_range(0..3) {
                0 => return drop(self.step(at, Effect::Void).await),
                1 => drop(self.step(at, Effect::Capture(amount)).await),
                _ => drop(self.step(at, Effect::Capture(random.random_range(1..=amount))).await),
            }
        }
        for _ in 0..random.random_range(0..3) {
            let left = self.facts[at].taken.least - self.facts[at].back.most;
            if left > 0 {
                let minor = if random.random_bool(0.5) { left } else { random.random_range(1..=left) };
                self.step(at, Effect::Refund(minor)).await;
            }
        }
    }

    /// The same life each time: everything that can be done to a payment.
    pub(crate) async fn live_all(&mut self, provider: &'static str) {
        if let Some(at) = self.open(provider, 700).await
            && self.charge(at, true).await
        {
            self.step(at, Effect::Refund(300)).await;
        }
        if let Some(at) = self.open(provider, 500).await
            && self.charge(at, false).await
        {
            self.step(at, Effect::Capture(400)).await;
        }
        if let Some(at) = self.open(provider, 200).await
            && self.charge(at, false).await
        {
            self.step(at, Effect::Void).await;
        }
    }

    /// Opens a payment; its place among the facts when it is ready to be charged.
    async fn open(&mut self, provider: &'static str, amount: i64) -> Option<usize> {
        let reference = format!("{}-{}", self.name, self.facts.len());
        let body = json!({
            "user_id": self.user, "amount": eur(amount), "reference": reference, "provider": provider,
        });
        let (taken, back) = (Bounds::default(), Bounds::default());
        let (unanswered, wrong) = (Vec::new(), Vec::new());
        let fact = Fact { reference: reference.clone(), amount, id: None, taken, back, unanswered, wrong };
        self.facts.push(fact);
        let at = self.facts.len() - 1;
        let path = "/transactions".to_owned();
        self.ask(at, Asking { path, body, key: reference, effect: Effect::Open }).await;
        self.facts[at].id.is_some().then_some(at)
    }

    /// The payer's yes; whether it is paid or set aside now.
    async fn charge(&mut self, at: usize, at_once: bool) -> bool {
        self.step(at, Effect::Charge { at_once }).await.is_some_and(|row| {
            ["captured", "authorized"].contains(&row["state"].as_str().unwrap_or_default())
        })
    }

    async fn step(&mut self, at: usize, effect: Effect) -> Option<Value> {
        let fact = &self.facts[at];
        let (step, body) = match effect {
            Effect::Open => unreachable!("a payment is opened once"),
            Effect::Charge { at_once: true } => ("confirm", json!({})),
            Effect::Charge { at_once: false } => ("confirm", json!({ "capture": "manual" })),
            Effect::Capture(minor) => ("capture", json!({ "amount": eur(minor) })),
            Effect::Void => ("void", json!({})),
            Effect::Refund(minor) => ("refunds", json!({ "amount": eur(minor) })),
        };
        let path = format!("/transactions/{}/{step}", fact.id.as_deref().unwrap());
        let key = format!("{}-{step}-{}", fact.reference, uuid::Uuid::new_v4());
        self.ask(at, Asking { path, body, key, effect }).await
    }

    /// Asks, notes what is known now, and gives the payment as it was told.
    async fn ask(&mut self, at: usize, asking: Asking) -> Option<Value> {
        let said = self.say(at, &asking).await;
        let fact = &mut self.facts[at];
        if let Said::Nothing = said {
            fact.unanswered.push(asking);
            return None;
        }
        fact.note(asking.effect, &said);
        match said {
            Said::Done(row) => {
                self.answered += 1;
                Some(row)
            }
            _ => None,
        }
    }

    /// Waits for no answer any more: what was asked for may have been done.
    pub(crate) fn give_up(&mut self) {
        for fact in &mut self.facts {
            for asking in std::mem::take(&mut fact.unanswered) {
                fact.note(asking.effect, &Said::Perhaps);
            }
        }
    }

    /// Asks once more for what nobody answered.
    pub(crate) async fn ask_again(&mut self) {
        for at in 0..self.facts.len() {
            for asking in std::mem::take(&mut self.facts[at].unanswered) {
                self.ask(at, asking).await;
            }
        }
    }

    /// Sends until there is an answer that counts.
    async fn say(&mut self, at: usize, asking: &Asking) -> Said {
        let begun = Instant::now();
        let (mut under_way, mut perhaps) = (0, false);
        while begun.elapsed() < PATIENCE {
            let Some(reply) = self.send(asking).await else { continue };
            let code = reply.json()["code"].as_str().unwrap_or_default().to_owned();
            match (reply.status.as_u16(), code.as_str()) {
                (200 | 201, _) => {
                    let row = reply.json();
                    self.is_told_the_same(at, asking, &row).await;
                    return Said::Done(row);
                }
                (202, _) => return Said::Later,
                (409, "idempotency_in_flight") if under_way < UNDER_WAY_MAX => under_way += 1,
                (409, "idempotency_in_flight") => return Said::Nothing,
                (409, "outcome_unknown") => return Said::Perhaps,
                // A key that is free again is asked again; what was refused once more had no effect.
                (503 | 507 | 429, _) => {}
                (400..500, _) if !perhaps => return Said::Refused,
                (400..500, _) => return Said::Perhaps,
                _ => perhaps = true,
            }
            tokio::time::sleep(PAUSE).await;
        }
        Said::Nothing
    }

    /// The same key once more: the same answer, word for word.
    async fn is_told_the_same(&mut self, at: usize, asking: &Asking, first: &Value) {
        let Some(again) = self.send(asking).await else { return };
        let replayed = again.header("idempotent-replayed") == "true" && again.json() == *first;
        if !replayed {
            let wrong = format!("{}: told {first}, then {} {}", asking.key, again.status, again.text());
            self.facts[at].wrong.push(wrong);
        }
    }

    /// One try; `None` when the line broke or nobody listened.
    async fn send(&mut self, asking: &Asking) -> Option<Reply> {
        let to = *self.address.borrow();
        let Some(to) = to else {
            let _ = tokio::time::timeout(PATIENCE, self.address.changed()).await;
            return None;
        };
        let ask = post(&asking.path, &asking.body).token(&self.token).once(&asking.key);
        let sent = tokio::time::timeout(PATIENCE, ask.try_send(to)).await;
        if let Ok(Ok(reply)) = sent {
            return Some(reply);
        }
        tokio::time::sleep(PAUSE).await;
        None
    }

    /// Has the appliance ask after every payment of this client that is open; how many still are.
    pub(crate) async fn settle(&mut self, round: usize) -> usize {
        let mut open = 0;
        let ids: Vec<(usize, String)> =
            self.facts.iter().enumerate().filter_map(|(at, fact)| Some((at, fact.id.clone()?))).collect();
        for (at, id) in ids {
            let Some(to) = *self.address.borrow() else { return 1 };
            let shown = get(format!("/transactions/{id}")).token(&self.token).try_send(to).await;
            let Ok(shown) = shown else { return 1 };
            let state = shown.json()["state"].as_str().unwrap_or_default().to_owned();
            let doubtful = self.facts[at].taken.least < self.facts[at].taken.most
                || self.facts[at].back.least < self.facts[at].back.most;
            if doubtful || ["processing", "in_doubt"].contains(&state.as_str()) {
                open += usize::from(["processing", "in_doubt"].contains(&state.as_str()));
                let sync = post(format!("/transactions/{id}/sync"), &json!({}));
                let sync = sync.token(&self.token).once(&format!("sync-{id}-{round}"));
                let _ = sync.try_send(to).await;
            }
        }
        open
    }
}

impl Fact {
    /// What an answer says about the money.
    fn note(&mut self, effect: Effect, said: &Said) {
        let may = matches!(said, Said::Later | Said::Perhaps | Said::Nothing);
        let amount = self.amount;
        match (effect, said) {
            (Effect::Open, Said::Done(row)) => self.id = row["id"].as_str().map(str::to_owned),
            (Effect::Charge { .. }, Said::Done(row)) => match row["state"].as_str().unwrap_or_default() {
                "captured" => self.taken = Bounds { least: amount, most: amount },
                "processing" | "in_doubt" => self.taken.most = amount,
                _ => {}
            },
            (Effect::Charge { .. }, _) if may => self.taken.most = amount,
            (Effect::Capture(minor), Said::Done(_)) => self.taken = Bounds { least: minor, most: minor },
            (Effect::Capture(minor), _) if may => self.taken.most = self.taken.most.max(minor),
            (Effect::Refund(minor), Said::Done(_)) => {
                self.back.least += minor;
                self.back.most += minor;
            }
            (Effect::Refund(minor), _) if may => self.back.most += minor,
            _ => {}
        }
    }
}
