//! Enrolment: which pictures become a person's templates, and where one stands that looks like somebody else.

use crate::{Timestamp, approval, name::named};

mod choice;
mod mean;
mod pose;
mod session;

pub use choice::{Choice, Differ, LeftOut, PICTURES_MAX, Picture, Rules, choose};
pub use mean::{MEMBERS_MIN, mean};
pub use pose::{Miss, Pose};
pub use session::{Session, Taken};

named! {
    /// What a template is of.
    FaceKind("kind of face") {
        /// One picture.
        Member = "member",
        /// All pictures of the person together.
        Mean = "mean",
    }
}

named! {
    /// Where an enrolment stands that was stopped because the face looks like somebody else's.
    State("enrolment state") {
        /// Another person of the staff has to look at it.
        Review = "review",
        /// They are two people; the faces are enrolled.
        Approved = "approved",
        /// Refused; nothing is left of the faces.
        Rejected = "rejected",
        /// Nobody decided in time; nothing is left of the faces.
        Expired = "expired",
    }
}

impl From<approval::State> for State {
    fn from(state: approval::State) -> Self {
        match state {
            approval::State::Awaiting => Self::Review,
            approval::State::Approved => Self::Approved,
            approval::State::Rejected => Self::Rejected,
            approval::State::Expired => Self::Expired,
        }
    }
}

/// Where an enrolment stands that was stopped, and perhaps decided.
#[must_use]
pub fn state(decision: Option<approval::State>, expires_at: Timestamp, now: Timestamp) -> State {
    approval::state(decision, expires_at, now).into()
}

#[cfg(test)]
mod tests;
