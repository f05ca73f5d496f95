//! Another recogniser takes over without enrolling anybody anew: who names people, who is tried beside, and what must be
//! known before the one takes the other's place.
//!
//! Templates of two recognisers never compare, so that a recogniser takes over only when people have templates of its
//! own. It gets them while it runs beside the one in force, which alone decides until then.

mod gate;

pub use gate::{Gate, Missing, Report, Rules};

use crate::UserId;
use crate::name::named;
use crate::threshold::{Match, Thresholds, is_ahead};

named! {
    /// How far a change has come.
    Phase("phase of a model change") {
        /// Nothing is changed.
        Idle = "idle",
        /// Another recogniser runs beside the one in force, and makes templates.
        Shadowing = "shadowing",
        /// It has taken over; the one before runs beside it.
        CutOver = "cut_over",
        /// The one before is in force again, or the candidate was given up.
        RolledBack = "rolled_back",
        /// The change is over, and the templates of the other recogniser are gone.
        Settled = "settled",
    }
}

named! {
    /// What a template was made of.
    TemplateSource("source of a template") {
        /// Pictures that were taken to enrol the person.
        Enrolment = "enrolment",
        /// A visit at which the recogniser in force was sure who it was.
        Visit = "visit",
        /// The picture of an enrolment that was kept.
        Crop = "crop",
    }
}

/// A person counts at so many visits at the most, lest a few regular guests speak for everybody.
pub const VISITS_PER_PERSON_MAX: i32 = 20;

/// What a candidate said when it was asked who came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// The same person as the recogniser in force.
    Same,
    /// Nobody.
    Nobody,
    /// Somebody else.
    SomebodyElse,
}

impl Said {
    /// What a candidate said of `expected` that found the nearest of its templates to be of this person, this similar.
    #[must_use]
    pub fn of(expected: UserId, nearest: Option<(UserId, f32)>, thresholds: &Thresholds) -> Self {
        match nearest {
            Some((named, similarity)) if thresholds.judge(similarity) != Match::No => {
                if named == expected {
                    Self::Same
                } else {
                    Self::SomebodyElse
                }
            }
            _ => Self::Nobody,
        }
    }
}

/// How the recogniser in force knew somebody.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recognition {
    /// The similarity.
    pub similarity: f32,
    /// How far ahead of the next person, where there is one.
    pub margin: Option<f32>,
    /// Whether somebody looks like this person.
    pub look_alike: bool,
}

impl Recognition {
    /// Whether it is so sure that the face may stand for the person from now on: a stranger taken for somebody once must
    /// not become that person's template.
    #[must_use]
    pub fn is_sure(&self, similarity_min: f32, margin_min: f32) -> bool {
        self.similarity >= similarity_min && is_ahead(self.margin, margin_min) && !self.look_alike
    }
}

/// Which recogniser does what, each by its model tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles {
    /// How far the change has come.
    pub phase: Phase,
    /// The one that names people.
    pub active: u32,
    /// The other one that has templates: the candidate, the one before, or the one that was given up.
    pub other: Option<u32>,
}

/// Why a step is not taken.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refusal {
    /// Another step comes first.
    #[error("the model change is {phase}; {step} comes {comes}")]
    Order {
        /// Where it is.
        phase: Phase,
        /// What was wanted.
        step: &'static str,
        /// When that comes.
        comes: &'static str,
    },
    /// The candidate is the one in force.
    #[error("the recogniser {0} is in force already")]
    Same(u32),
    /// Templates of a third recogniser are still kept.
    #[error("templates of the recogniser {0} are still kept; settle first")]
    Unsettled(u32),
    /// The candidate is not known well enough.
    #[error("the candidate is not ready")]
    NotReady(Vec<Missing>),
}

impl Roles {
    /// Nothing but the recogniser `active`.
    #[must_use]
    pub fn idle(active: u32) -> Self {
        Self { phase: Phase::Idle, active, other: None }
    }

    /// The one that is tried beside the one in force.
    #[must_use]
    pub fn candidate(&self) -> Option<u32> {
        self.other.filter(|_| self.phase == Phase::Shadowing)
    }

    /// The one that was in force before, and may be again.
    #[must_use]
    pub fn previous(&self) -> Option<u32> {
        self.other.filter(|_| self.phase == Phase::CutOver)
    }

    /// The one that gets a template of everybody who is enrolled now, beside the one in force.
    #[must_use]
    pub fn beside(&self) -> Option<u32> {
        self.candidate().or(self.previous())
    }

    /// `candidate` runs beside the one in force from now on.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn start(self, candidate: u32) -> Result<Self, Refusal> {
        if candidate == self.active {
            return Err(Refusal::Same(candidate));
        }
        match (self.phase, self.other) {
            (Phase::Shadowing | Phase::CutOver, _) => {
                Err(self.order("start", "when no other change is under way"))
            }
            (Phase::RolledBack, Some(other)) if other != candidate => Err(Refusal::Unsettled(other)),
            _ => Ok(Self { phase: Phase::Shadowing, other: Some(candidate), ..self }),
        }
    }

    /// The candidate takes over. There is no way around the gate.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn cut_over(self, gate: Gate) -> Result<Self, Refusal> {
        let Some(candidate) = self.candidate() else {
            return Err(self.order("cut-over", "after a start, while the candidate runs beside"));
        };
        match gate {
            Gate::Missing(missing) => Err(Refusal::NotReady(missing)),
            Gate::Ready => Ok(Self { phase: Phase::CutOver, active: candidate, other: Some(self.active) }),
        }
    }

    /// The one before is in force again; a candidate that never was is given up.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn roll_back(self) -> Result<Self, Refusal> {
        match (self.phase, self.other) {
            (Phase::CutOver, Some(previous)) => {
                Ok(Self { phase: Phase::RolledBack, active: previous, other: Some(self.active) })
            }
            (Phase::Shadowing, _) => Ok(Self { phase: Phase::RolledBack, ..self }),
            _ => Err(self.order("roll-back", "after a start or a cut-over, until it is settled")),
        }
    }

    /// The change is over. With it comes the recogniser whose templates are to be deleted.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn settle(self) -> Result<(Self, u32), Refusal> {
        match (self.phase, self.other) {
            (Phase::CutOver | Phase::RolledBack, Some(other)) => {
                Ok((Self { phase: Phase::Settled, other: None, ..self }, other))
            }
            _ => Err(self.order("settle", "after a cut-over or a roll-back")),
        }
    }

    fn order(self, step: &'static str, comes: &'static str) -> Refusal {
        Refusal::Order { phase: self.phase, step, comes }
    }
}

#[cfg(test)]
mod tests;
