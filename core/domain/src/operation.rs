//! One request to a payment provider, from the intent that is committed first to its proved outcome.
//!
//! ```text
//! prepared ─► submitting ─┬► approved | declined | not_sent
//!                         ├► pending ───┐
//!                         └► unknown ───┴► syncing ─┬► approved | declined | not_sent | unknown
//!                                                   └► reversing ─► reversed | manual_review
//! manual_review ─► approved | declined | reversed, by two people
//! ```
//!
//! What is open is asked after again and again, ever less often, by our own reference ([`Open::next`]). A provider that
//! approves what was given up gets a request of its own to undo it ([`Kind::Reversal`]).
use std::time::Duration;

use crate::name::named;

named! {
    /// What the provider is asked to do.
    Kind("kind of operation") {
        /// Set money aside.
        Authorize = "authorize",
        /// Take what was set aside.
        Capture = "capture",
        /// Authorize and capture in one request.
        Sale = "sale",
        /// Give free what was set aside.
        Void = "void",
        /// Send captured money back.
        Refund = "refund",
        /// Undo a request that the provider approved after it had been given up.
        Reversal = "reversal",
    }
}

named! {
    /// Where a request stands.
    State("operation state") {
        /// The intent is committed; nothing was sent.
        Prepared = "prepared",
        /// The provider may be receiving it this very moment.
        Submitting = "submitting",
        /// The provider did it.
        Approved = "approved",
        /// The provider refused.
        Declined = "declined",
        /// Provably nothing reached the provider. Only this may be tried again freely.
        NotSent = "not_sent",
        /// The provider has it and will answer later.
        Pending = "pending",
        /// The provider may have done it; its answer was lost.
        Unknown = "unknown",
        /// The provider is being asked what became of it, by our own reference.
        Syncing = "syncing",
        /// The provider is being asked to undo it.
        Reversing = "reversing",
        /// The provider undid it.
        Reversed = "reversed",
        /// Neither question was answered; a person must look.
        ManualReview = "manual_review",
    }
}

impl State {
    /// Whether the money question is still open, so that recovery must look at it after a restart.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Approved | Self::Declined | Self::NotSent | Self::Reversed | Self::ManualReview)
    }

    /// Whether it is not known what the provider did: the money it is about may have moved, or may move yet.
    #[must_use]
    pub fn is_unsettled(self) -> bool {
        self.is_open() || self == Self::ManualReview
    }
}

/// What happened to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// It is handed to the provider's plugin.
    Submitted,
    /// The provider did it.
    Approved,
    /// The provider refused.
    Declined,
    /// Provably nothing reached the provider.
    NotSent,
    /// The provider will answer later.
    Pending,
    /// The answer was lost.
    AnswerLost,
    /// The provider is asked what became of it.
    SyncStarted,
    /// The provider is asked to undo it.
    ReverseStarted,
    /// The provider undid it.
    Reversed,
    /// No answer is to be had.
    GaveUp,
    /// Two people found out that the provider did it.
    ResolvedApproved,
    /// Two people found out that the provider refused, or never heard of it.
    ResolvedDeclined,
    /// Two people found out that the provider undid it.
    ResolvedReversed,
}

impl Event {
    /// Every event, for tables and tests.
    pub const ALL: &[Self] = &[
        Self::Submitted,
        Self::Approved,
        Self::Declined,
        Self::NotSent,
        Self::Pending,
        Self::AnswerLost,
        Self::SyncStarted,
        Self::ReverseStarted,
        Self::Reversed,
        Self::GaveUp,
        Self::ResolvedApproved,
        Self::ResolvedDeclined,
        Self::ResolvedReversed,
    ];

    /// The provider's answer that means the same for the money.
    #[must_use]
    pub fn meaning(self) -> Self {
        match self {
            Self::ResolvedApproved => Self::Approved,
            Self::ResolvedDeclined => Self::Declined,
            Self::ResolvedReversed => Self::Reversed,
            other => other,
        }
    }
}

/// A step that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a request that is {from} can't take the step {event:?}")]
pub struct Refused {
    /// Where the request stands.
    pub from: State,
    /// What was tried.
    pub event: Event,
}

impl State {
    /// The state after `event`.
    ///
    /// # Errors
    /// When this state does not allow the event; nothing changes then.
    pub fn after(self, event: Event) -> Result<Self, Refused> {
        use State::{
            Approved, Declined, ManualReview, NotSent, Pending, Prepared, Reversed, Reversing, Submitting,
            Syncing, Unknown,
        };
        Ok(match (self, event) {
            (Prepared, Event::Submitted) => Submitting,
            (Prepared | Submitting | Syncing, Event::NotSent) => NotSent,
            (Submitting | Pending | Syncing, Event::Approved) => Approved,
            (Submitting | Pending | Syncing, Event::Declined) => Declined,
            (Submitting | Syncing, Event::Pending) => Pending,
            (Submitting | Pending | Syncing, Event::AnswerLost) => Unknown,
            // Whoever looks at it may have the provider asked once more.
            (Pending | Unknown | ManualReview, Event::SyncStarted) => Syncing,
            (Pending | Unknown | Syncing, Event::ReverseStarted) => Reversing,
            (Reversing, Event::Reversed) => Reversed,
            (Submitting | Pending | Unknown | Syncing | Reversing, Event::GaveUp) => ManualReview,
            (ManualReview, Event::ResolvedApproved) => Approved,
            (ManualReview, Event::ResolvedDeclined) => Declined,
            (ManualReview, Event::ResolvedReversed) => Reversed,
            _ => return Err(Refused { from: self, event }),
        })
    }
}

/// What the provider of a request can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answers {
    /// What became of a request, by our own reference.
    pub sync: bool,
    /// To undo one.
    pub reverse: bool,
    /// The same once more, without a second effect.
    pub repeat: bool,
}

/// How long an answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// After this an unknown request is undone. Until then "not found" proves nothing.
    pub settle: Duration,
    /// After this a request that the provider itself called pending is undone.
    pub pending: Duration,
}

/// A request whose outcome is open and that nobody works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// What was asked.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// The time since it was first asked.
    pub age: Duration,
    /// How often it was asked to be undone.
    pub tries: u32,
}

/// What to do about an open request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Nothing was sent: close it.
    Close,
    /// Ask what became of it.
    Sync,
    /// Ask the same once more.
    Repeat,
    /// Have it undone.
    Reverse,
    /// Wait for the provider to tell.
    Wait,
    /// Leave it to a person.
    Review,
}

impl Open {
    /// The next step towards an outcome; never one that could charge twice.
    #[must_use]
    pub fn next(self, answers: Answers, patience: Patience) -> Next {
        let waited = match self.state {
            State::Pending => self.age >= patience.pending,
            _ => self.age >= patience.settle,
        };
        match self.state {
            State::Prepared => Next::Close,
            State::Reversing if self.tries < REVERSALS_MAX => Next::Reverse,
            State::Reversing => Next::Review,
            State::Pending if !answers.sync && !waited => Next::Wait,
            _ if answers.sync && !waited => Next::Sync,
            _ => self.end(answers),
        }
    }

    /// How a request ends that asking did not settle: a charge is undone; what gives money back or takes what was set aside
    /// is asked for once more.
    fn end(self, answers: Answers) -> Next {
        match self.kind {
            Kind::Sale | Kind::Authorize if answers.reverse => Next::Reverse,
            Kind::Capture | Kind::Void | Kind::Refund | Kind::Reversal if answers.repeat => Next::Repeat,
            _ => Next::Review,
        }
    }
}

/// So often a provider is asked to undo a request, over a day and more, before a person is.
const REVERSALS_MAX: u32 = 300;

/// How long to wait before a request is asked after again that was asked after `tries` times: soon at first, then ever less
/// often.
#[must_use]
pub fn asked_again_after(tries: u32) -> Duration {
    const SECONDS: [u64; 6] = [1, 2, 5, 15, 60, 300];
    let at = usize::try_from(tries).unwrap_or(usize::MAX).min(SECONDS.len() - 1);
    Duration::from_secs(SECONDS[at])
}

#[cfg(test)]
mod tests;
