//! What the acquirer knows: charges, refunds, and one account per currency that every movement is posted to.
//!
//! The account is kept apart from the charges, so that the two can be compared. Time comes in as an argument.

use std::collections::BTreeMap;

mod report;

/// Where the money of a charge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Refused; it has no effect.
    Declined,
    /// Held.
    Authorized,
    /// Taken, in whole or in part.
    Captured,
    /// What was held was let go.
    Voided,
    /// Undone as if it had never been.
    Reversed,
}

/// What a request wants charged.
#[derive(Clone)]
pub(crate) struct Order {
    /// Our client's attempt, in hex.
    pub(crate) attempt: String,
    /// Minor units, more than zero.
    pub(crate) amount: i64,
    /// ISO 4217 code in capitals.
    pub(crate) currency: String,
    /// Why the payer's bank refuses, if it does.
    pub(crate) declined: Option<&'static str>,
    /// Taken at once, not only held.
    pub(crate) at_once: bool,
}

/// One charge.
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) order: Order,
    pub(crate) state: State,
    pub(crate) captured: i64,
    pub(crate) created_s: u64,
    /// When its state last changed to captured, voided or reversed.
    pub(crate) captured_s: Option<u64>,
    pub(crate) voided_s: Option<u64>,
    pub(crate) reversed_s: Option<u64>,
}

/// One refund.
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) attempt: String,
    /// Index of the charge.
    pub(crate) charge: usize,
    pub(crate) amount: i64,
    pub(crate) created_s: u64,
    pub(crate) reversed_s: Option<u64>,
}

/// Why the book refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The charge's state does not allow it.
    State(State),
    /// More than there is, or nothing.
    Amount,
}

/// The book.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) charges: Vec<Charge>,
    pub(crate) refunds: Vec<Refund>,
    /// The acquirer's account in each currency.
    accounts: BTreeMap<String, i64>,
    /// How often a request named each attempt.
    requests: BTreeMap<String, u64>,
}

impl Book {
    /// Counts a request of an attempt, whatever comes of it.
    pub(crate) fn note(&mut self, attempt: &str) {
        if !attempt.is_empty() {
            *self.requests.entry(attempt.to_owned()).or_default() += 1;
        }
    }

    /// Charges, or writes down that the payer's bank refused. Returns the charge's index.
    pub(crate) fn charge(&mut self, id: String, order: Order, now_s: u64) -> usize {
        let state = if order.declined.is_some() { State::Declined } else { State::Authorized };
        let (amount, at_once) = (order.amount, order.at_once);
        self.charges.push(Charge {
            id,
            order,
            state,
            captured: 0,
            created_s: now_s,
            captured_s: None,
            voided_s: None,
            reversed_s: None,
        });
        let index = self.charges.len() - 1;
        if at_once && state == State::Authorized {
            self.capture(index, amount, now_s).expect("what was just held can be taken");
        }
        index
    }

    /// Takes what is held, or less of it; the rest is let go.
    pub(crate) fn capture(&mut self, index: usize, amount: i64, now_s: u64) -> Result<(), Refusal> {
        let charge = &mut self.charges[index];
        if charge.state != State::Authorized {
            return Err(Refusal::State(charge.state));
        }
        if amount < 1 || amount > charge.order.amount {
            return Err(Refusal::Amount);
        }
        charge.state = State::Captured;
        charge.captured = amount;
        charge.captured_s = Some(now_s);
        self.post(index, amount);
        Ok(())
    }

    /// Lets go of what is held.
    pub(crate) fn void(&mut self, index: usize, now_s: u64) -> Result<(), Refusal> {
        let charge = &mut self.charges[index];
        if !matches!(charge.state, State::Authorized | State::Declined) {
            return Err(Refusal::State(charge.state));
        }
        charge.state = State::Voided;
        charge.voided_s = Some(now_s);
        Ok(())
    }

    /// Gives back some of what was taken. Returns the refund's index.
    pub(crate) fn refund(
        &mut self,
        (id, attempt): (String, String),
        index: usize,
        amount: i64,
        now_s: u64,
    ) -> Result<usize, Refusal> {
        let charge = &self.charges[index];
        if charge.state != State::Captured {
            return Err(Refusal::State(charge.state));
        }
        if amount < 1 || amount > charge.captured - self.refunded(index) {
            return Err(Refusal::Amount);
        }
        self.post(index, -amount);
        self.refunds.push(Refund { id, attempt, charge: index, amount, created_s: now_s, reversed_s: None });
        Ok(self.refunds.len() - 1)
    }

    /// Undoes a charge. Doing it again changes nothing; one that was given back in part is not undone.
    pub(crate) fn reverse(&mut self, index: usize, now_s: u64) -> Result<(), Refusal> {
        let (state, captured) = (self.charges[index].state, self.charges[index].captured);
        match state {
            State::Reversed | State::Voided | State::Declined => return Ok(()),
            State::Captured if self.refunded(index) > 0 => return Err(Refusal::State(state)),
            State::Captured => self.post(index, -captured),
            State::Authorized => {}
        }
        let charge = &mut self.charges[index];
        charge.state = State::Reversed;
        charge.captured = 0;
        charge.reversed_s = Some(now_s);
        Ok(())
    }

    /// Undoes the capture of a charge, which is held again.
    pub(crate) fn reverse_capture(&mut self, index: usize) -> Result<(), Refusal> {
        let (state, captured) = (self.charges[index].state, self.charges[index].captured);
        if state != State::Captured || self.refunded(index) > 0 {
            return Err(Refusal::State(state));
        }
        self.post(index, -captured);
        let charge = &mut self.charges[index];
        charge.state = State::Authorized;
        charge.captured = 0;
        charge.captured_s = None;
        Ok(())
    }

    /// Undoes a refund: the charge keeps the money after all.
    pub(crate) fn reverse_refund(&mut self, refund: usize, now_s: u64) {
        let Refund { charge, amount, reversed_s, .. } = self.refunds[refund];
        if reversed_s.is_none() {
            self.refunds[refund].reversed_s = Some(now_s);
            self.post(charge, amount);
        }
    }

    /// What was given back of a charge.
    pub(crate) fn refunded(&self, index: usize) -> i64 {
        self.refunds_of(index).filter(|refund| refund.reversed_s.is_none()).map(|refund| refund.amount).sum()
    }

    /// The refunds of a charge, undone ones too.
    pub(crate) fn refunds_of(&self, index: usize) -> impl DoubleEndedIterator<Item = &Refund> {
        self.refunds.iter().filter(move |refund| refund.charge == index)
    }

    /// The charge with an id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        self.charges.iter().position(|charge| charge.id == id)
    }

    fn post(&mut self, index: usize, amount: i64) {
        let currency = self.charges[index].order.currency.clone();
        *self.accounts.entry(currency).or_default() += amount;
    }
}
