//! One request to a payment provider, from the intent that is committed first to its proved outcome.
//!
//! ```text
//! prepared ─► submitting ─┬► approved | declined | not_sent
//!                         ├► pending ───┐
//!                         └► unknown ───┴► syncing ─┬► approved | declined | not_sent | unknown
//!                                                   └► reversing ─► reversed | manual_review
//! ```
use std::{fmt, str::FromStr};

/// What the provider is asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Set money aside.
    Authorize,
    /// Take what was set aside.
    Capture,
    /// Authorize and capture in one request.
    Sale,
    /// Give free what was set aside.
    Void,
    /// Send captured money back.
    Refund,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Authorize, Self::Capture, Self::Sale, Self::Void, Self::Refund];

    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Sale => "sale",
            Self::Void => "void",
            Self::Refund => "refund",
        }
    }
}

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// The intent is committed; nothing was sent.
    Prepared,
    /// The provider may be receiving it this very moment.
    Submitting,
    /// The provider did it.
    Approved,
    /// The provider refused.
    Declined,
    /// Provably nothing reached the provider. Only this may be tried again freely.
    NotSent,
    /// The provider has it and will answer later.
    Pending,
    /// The provider may have done it; its answer was lost.
    Unknown,
    /// The provider is being asked what became of it, by our own reference.
    Syncing,
    /// The provider is being asked to undo it.
    Reversing,
    /// The provider undid it.
    Reversed,
    /// Neither question was answered; a person must look.
    ManualReview,
}

impl State {
    /// Every state, in the order of a request's life.
    pub const ALL: &[Self] = &[
        Self::Prepared,
        Self::Submitting,
        Self::Approved,
        Self::Declined,
        Self::NotSent,
        Self::Pending,
        Self::Unknown,
        Self::Syncing,
        Self::Reversing,
        Self::Reversed,
        Self::ManualReview,
    ];

    /// The name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Submitting => "submitting",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::NotSent => "not_sent",
            Self::Pending => "pending",
            Self::Unknown => "unknown",
            Self::Syncing => "syncing",
            Self::Reversing => "reversing",
            Self::Reversed => "reversed",
            Self::ManualReview => "manual_review",
        }
    }

    /// Whether the money question is still open, so that recovery must look at it after a restart.
    #[must_use]
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Approved | Self::Declined | Self::NotSent | Self::Reversed | Self::ManualReview)
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
    ];
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
            (Pending | Unknown, Event::SyncStarted) => Syncing,
            (Unknown | Syncing, Event::ReverseStarted) => Reversing,
            (Reversing, Event::Reversed) => Reversed,
            (Unknown | Syncing | Reversing, Event::GaveUp) => ManualReview,
            _ => return Err(Refused { from: self, event }),
        })
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text that names no state or kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an operation {1}")]
pub struct Unknown(pub String, pub &'static str);

impl FromStr for State {
    type Err = Unknown;
    fn from_str(text: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.iter().copied().find(|state| state.as_str() == text);
        found.ok_or_else(|| Unknown(text.chars().take(40).collect(), "state"))
    }
}

impl FromStr for Kind {
    type Err = Unknown;
    fn from_str(text: &str) -> Result<Self, Unknown> {
        let found = Self::ALL.iter().copied().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| Unknown(text.chars().take(40).collect(), "kind"))
    }
}

#[cfg(test)]
mod tests;
