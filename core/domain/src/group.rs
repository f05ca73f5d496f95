//! A payment by several people: all say yes, all are set aside, then all are taken.
//!
//! ```text
//! gathering ─► confirming ─► authorizing ─► capturing ─┬► paid | partially_paid
//!     ▲             │             │             │      └► in_doubt, until the provider's answer is known
//!     └─ shared anew among those who stay       │
//!                   ├► declined | cancelled | expired
//!                   └──────────► undoing ◄──────┘  ─► voided
//! ```
//!
//! Providers are not atomic together, so this is a saga: what was done is undone by a request of its own, on record.
//! [`assess`] says where a group stands and what is to be done next, given its legs alone: whoever carries it out may
//! stop anywhere and go on later from what the books say then.
use std::time::Duration;

use crate::{Timestamp, name::named};

pub mod leg;

named! {
    /// What becomes of the others when one does not pay.
    Policy("group policy") {
        /// Nobody pays.
        AllOrNothing = "all_or_nothing",
        /// Those who stay share the whole anew, and say yes anew.
        Redistribute = "redistribute",
        /// The others pay their parts.
        Partial = "partial",
    }
}

named! {
    /// Where a group checkout stands.
    State("group state") {
        /// Not everybody was recognised yet.
        Gathering = "gathering",
        /// Everybody is known; not everybody said yes.
        Confirming = "confirming",
        /// Everybody said yes; the money is being set aside.
        Authorizing = "authorizing",
        /// Everybody's money is set aside; it is being taken.
        Capturing = "capturing",
        /// It came to nothing: what was set aside or taken goes back.
        Undoing = "undoing",
        /// The provider's answer about a leg is not known.
        InDoubt = "in_doubt",
        /// The whole is paid.
        Paid = "paid",
        /// Some paid their parts, and nobody else will.
        PartiallyPaid = "partially_paid",
        /// Set aside or taken, then given back to everybody.
        Voided = "voided",
        /// Refused before any money was set aside.
        Declined = "declined",
        /// Not everybody said yes in time.
        Expired = "expired",
        /// Given up by the till.
        Cancelled = "cancelled",
    }
}

impl State {
    /// Whether it is over.
    #[must_use]
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Self::Paid
                | Self::PartiallyPaid
                | Self::Voided
                | Self::Declined
                | Self::Expired
                | Self::Cancelled
        )
    }

    /// This state changed to `to`.
    ///
    /// # Errors
    /// When that can't be: nothing leads out of an end, and nothing that was undone is paid.
    pub fn changed(self, to: Self) -> Result<Self, Refused> {
        let paid = matches!(to, Self::Paid | Self::PartiallyPaid);
        let may = match self {
            Self::Gathering | Self::Confirming | Self::Authorizing => !paid,
            // Whoever was asked to pay for good is not asked again.
            Self::Capturing => !matches!(to, Self::Confirming | Self::Authorizing),
            Self::Undoing => !paid && !matches!(to, Self::Confirming | Self::Authorizing | Self::Capturing),
            Self::InDoubt => true,
            Self::Paid
            | Self::PartiallyPaid
            | Self::Voided
            | Self::Declined
            | Self::Expired
            | Self::Cancelled => false,
        };
        let may = may && to != self;
        if may { Ok(to) } else { Err(Refused { from: self, to }) }
    }
}

/// A change that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a group checkout that is {from} can't become {to}")]
pub struct Refused {
    /// Where it stands.
    pub from: State,
    /// What it was to become.
    pub to: State,
}

/// A leg as it is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// Where it stands.
    pub state: leg::State,
    /// How often its capture, or its return once that is what is wanted, was asked for.
    pub tries: Tries,
}

/// How often something was asked for, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tries {
    /// How often.
    pub captures: u32,
    /// How often its money was to be given free or given back.
    pub returns: u32,
    /// When last, either.
    pub last: Option<Timestamp>,
}

/// How a leg is taken out of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// No provider knows it yet: its payment is cancelled.
    Cancel,
    /// What was set aside is given free.
    Void,
    /// What was taken is given back.
    Refund,
}

/// What is to be done next. Numbers are places in the list of legs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing, until something happens.
    Wait,
    /// Set these aside.
    Authorize(Vec<usize>),
    /// Take these.
    Capture(Vec<usize>),
    /// Take these out.
    Undo(Vec<(usize, Remedy)>),
    /// Share the whole anew among these.
    Redistribute(Vec<usize>),
    /// It is over.
    End,
}

/// Where a group stands and what is to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// Where it stands.
    pub state: State,
    /// Whether nothing can come of it any more. That is to be written down before anything is undone: whatever the
    /// legs say later, it is not gone back on.
    pub given_up: bool,
    /// What is to be done.
    pub next: Next,
}

/// After so many refused returns of one leg a person must look at it.
pub const RETURN_TRIES_MAX: u32 = 8;
/// The longest time between two tries.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60);

impl Tries {
    /// Whether another try is due after `count` of them: at once, then after 1, 2, 4 … seconds.
    fn due(self, count: u32, now: Timestamp) -> bool {
        let Some(last) = self.last.filter(|_| count > 0) else { return true };
        let wait = Duration::from_secs(1 << (count - 1).min(6)).min(RETRY_AFTER_MAX);
        now >= last.plus(wait)
    }
}

/// Where a group stands and what is to be done next.
///
/// `ending` is what it ends as, once it was given up; `legs` are those that count at present.
#[must_use]
pub fn assess(policy: Policy, ending: Option<State>, legs: &[Leg], now: Timestamp) -> Assessment {
    if ending.is_some() || is_broken(policy, legs) {
        return undo(ending, legs, now);
    }
    if policy == Policy::Redistribute && legs.iter().any(|leg| leg.state.is_dead()) {
        return share_anew(legs, now);
    }
    go_on(legs, now)
}

/// Whether nothing can come of it any more.
fn is_broken(policy: Policy, legs: &[Leg]) -> bool {
    use leg::State as Leg;
    let any = |which: fn(Leg) -> bool| legs.iter().any(|leg| which(leg.state));
    let refused = any(|leg| leg == Leg::CaptureRefused);
    match policy {
        Policy::AllOrNothing => refused || any(Leg::is_dead),
        // Money that was taken is not shared anew; and when the time is over, nobody can say yes anew.
        Policy::Redistribute => {
            refused
                || any(|leg| leg == Leg::Expired)
                || (any(Leg::is_dead) && legs.iter().any(|leg| leg.tries.captures > 0))
                || !any(|leg| !leg.is_dead() || leg == Leg::Voided)
        }
        Policy::Partial => !any(|leg| !leg.is_dead() && leg != Leg::CaptureRefused),
    }
}

/// Nothing comes of it: everybody gets their money back.
fn undo(ending: Option<State>, legs: &[Leg], now: Timestamp) -> Assessment {
    let (remedies, stuck) = remedies(legs, now, |_| true);
    let doubt = stuck || legs.iter().any(|leg| leg.state == leg::State::InDoubt);
    let state = if doubt { State::InDoubt } else { State::Undoing };
    if !remedies.is_empty() {
        return Assessment { state, given_up: true, next: Next::Undo(remedies) };
    }
    if doubt || legs.iter().any(|leg| !leg.state.is_dead()) {
        return Assessment { state, given_up: true, next: Next::Wait };
    }
    let any = |state| legs.iter().any(|leg| leg.state == state);
    let returned = any(leg::State::Voided) || any(leg::State::Refunded);
    let state = match ending {
        Some(State::Cancelled) => State::Cancelled,
        _ if returned => State::Voided,
        _ if any(leg::State::Expired) => State::Expired,
        _ => State::Declined,
    };
    Assessment { state, given_up: true, next: Next::End }
}

/// Somebody does not pay, and the others share the whole anew: first what they set aside for their old parts is free.
fn share_anew(legs: &[Leg], now: Timestamp) -> Assessment {
    let (remedies, stuck) = remedies(legs, now, |state| !state.is_waiting());
    let doubt = stuck || legs.iter().any(|leg| leg.state == leg::State::InDoubt);
    let state = if doubt { State::InDoubt } else { State::Undoing };
    if !remedies.is_empty() {
        return Assessment { state, given_up: false, next: Next::Undo(remedies) };
    }
    if legs.iter().any(|leg| !leg.state.is_dead() && !leg.state.is_waiting()) {
        return Assessment { state, given_up: false, next: Next::Wait };
    }
    // A part that was given free is the payer's who was ready to pay.
    let stays = |state: leg::State| state.is_waiting() || state == leg::State::Voided;
    Assessment { state: State::Gathering, given_up: false, next: Next::Redistribute(places(legs, stays)) }
}

/// How each leg that `which` picks is taken out now, and whether one has been tried in vain too often.
fn remedies(
    legs: &[Leg],
    now: Timestamp,
    which: impl Fn(leg::State) -> bool,
) -> (Vec<(usize, Remedy)>, bool) {
    use leg::State as Leg;
    let (mut remedies, mut stuck) = (Vec::new(), false);
    for (at, leg) in legs.iter().enumerate().filter(|(_, leg)| which(leg.state)) {
        let remedy = match leg.state {
            state if state.is_waiting() => Remedy::Cancel,
            Leg::Authorized | Leg::CaptureRefused => Remedy::Void,
            Leg::Captured => Remedy::Refund,
            _ => continue,
        };
        if remedy != Remedy::Cancel && leg.tries.returns >= RETURN_TRIES_MAX {
            stuck = true;
        } else if remedy == Remedy::Cancel || leg.tries.due(leg.tries.returns, now) {
            remedies.push((at, remedy));
        }
    }
    (remedies, stuck)
}

/// Everybody is still in, or the others go on without those who are not.
fn go_on(legs: &[Leg], now: Timestamp) -> Assessment {
    use leg::State as Leg;
    let any = |which: Leg| legs.iter().any(|leg| leg.state == which);
    let wait = |state| Assessment { state, given_up: false, next: Next::Wait };
    if any(Leg::InDoubt) || any(Leg::Undoing) {
        // Until it is known what becomes of it, nobody else's money moves.
        wait(State::InDoubt)
    } else if any(Leg::AwaitingPayer) {
        wait(State::Gathering)
    } else if any(Leg::AwaitingStepUp) || any(Leg::AwaitingConfirmation) {
        wait(State::Confirming)
    } else if any(Leg::Confirmed) {
        let confirmed = places(legs, |state| state == Leg::Confirmed);
        Assessment { state: State::Authorizing, given_up: false, next: Next::Authorize(confirmed) }
    } else if any(Leg::Authorizing) {
        wait(State::Authorizing)
    } else if any(Leg::Authorized) {
        let due = |at: &usize| {
            let leg = &legs[*at];
            leg.state == Leg::Authorized && leg.tries.due(leg.tries.captures, now)
        };
        let due: Vec<usize> = (0..legs.len()).filter(due).collect();
        let next = if due.is_empty() { Next::Wait } else { Next::Capture(due) };
        Assessment { state: State::Capturing, given_up: false, next }
    } else if any(Leg::Capturing) {
        wait(State::Capturing)
    } else {
        settled(legs, now)
    }
}

/// Every leg is taken or will never be.
fn settled(legs: &[Leg], now: Timestamp) -> Assessment {
    let (remedies, stuck) = remedies(legs, now, |state| state == leg::State::CaptureRefused);
    let open = legs.iter().any(|leg| !leg.state.is_dead() && leg.state != leg::State::Captured);
    if !remedies.is_empty() {
        return Assessment { state: State::Capturing, given_up: false, next: Next::Undo(remedies) };
    }
    if open {
        let state = if stuck { State::InDoubt } else { State::Capturing };
        return Assessment { state, given_up: false, next: Next::Wait };
    }
    let all = legs.iter().all(|leg| leg.state == leg::State::Captured);
    Assessment {
        state: if all { State::Paid } else { State::PartiallyPaid },
        given_up: false,
        next: Next::End,
    }
}

fn places(legs: &[Leg], which: impl Fn(leg::State) -> bool) -> Vec<usize> {
    (0..legs.len()).filter(|at| which(legs[*at].state)).collect()
}

#[cfg(test)]
mod tests;
