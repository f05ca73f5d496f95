//! Four eyes: what one person asks for and another allows.
use crate::{Timestamp, name::named, role::Permission};

named! {
    /// What waits for a second person.
    Kind("kind of approval") {
        /// Give money back.
        Refund = "refund",
        /// Say what became of a request that no provider answers for.
        Resolve = "resolve",
        /// Erase a person.
        Erase = "erase",
        /// Put another version of a plugin to work, or take one out of use.
        Plugin = "plugin",
        /// Have another recogniser name people.
        Model = "model",
    }
}

named! {
    /// Where it stands.
    State("approval state") {
        /// Nobody decided yet.
        Awaiting = "awaiting_approval",
        /// Allowed, and done.
        Approved = "approved",
        /// Refused.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
    }
}

impl Kind {
    /// What both people must be allowed to do.
    #[must_use]
    pub fn permission(self) -> Permission {
        match self {
            Self::Refund | Self::Resolve => Permission::PaymentsReturn,
            Self::Erase => Permission::PeopleErase,
            Self::Plugin => Permission::PluginsManage,
            Self::Model => Permission::ModelsManage,
        }
    }

    /// Those that wait for a second person only where the operator wants it.
    pub const ON_DEMAND: [Self; 3] = [Self::Erase, Self::Plugin, Self::Model];
}

/// What was asked for, by whom, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// Who asked.
    pub requested_by: &'a str,
    /// Where it stands.
    pub state: State,
}

/// Why a decision was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Four eyes are two people.
    #[error("whoever asked for it can't allow or refuse it as well; ask another person")]
    SamePerson,
    /// Too late.
    #[error("the time for this approval is over; ask anew")]
    Expired,
    /// It was decided before.
    #[error("this approval was decided before")]
    Decided,
}

/// Where something stands that was asked for until `expires_at` and, perhaps, decided.
#[must_use]
pub fn state(decision: Option<State>, expires_at: Timestamp, now: Timestamp) -> State {
    match decision {
        Some(decision) => decision,
        None if now >= expires_at => State::Expired,
        None => State::Awaiting,
    }
}

impl Request<'_> {
    /// Whether `by` may decide.
    ///
    /// # Errors
    /// When it is not open any more, or `by` is the one who asked.
    pub fn decide(&self, by: &str) -> Result<(), Refused> {
        match self.state {
            State::Approved | State::Rejected => Err(Refused::Decided),
            State::Expired => Err(Refused::Expired),
            State::Awaiting if self.requested_by == by => Err(Refused::SamePerson),
            State::Awaiting => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_another_person_decides_once_and_in_time() {
        for (state, by, expected) in [
            (State::Awaiting, "operator:b", Ok(())),
            (State::Awaiting, "operator:a", Err(Refused::SamePerson)),
            (State::Expired, "operator:b", Err(Refused::Expired)),
            (State::Approved, "operator:b", Err(Refused::Decided)),
            (State::Rejected, "operator:a", Err(Refused::Decided)),
        ] {
            assert_eq!(Request { requested_by: "operator:a", state }.decide(by), expected, "{state} {by}");
        }
    }

    #[test]
    fn what_nobody_decided_in_time_is_expired() {
        for (decision, now, expected) in [
            (None, 9, State::Awaiting),
            (None, 10, State::Expired),
            (Some(State::Rejected), 11, State::Rejected),
            (Some(State::Approved), 11, State::Approved),
        ] {
            assert_eq!(state(decision, Timestamp(10), Timestamp(now)), expected);
        }
    }
}
