//! Enrolments that another member of staff decides about, and those that go on before a camera. Never a template.

use serde::Serialize;
use utoipa::ToSchema;

use super::face::Face;
use super::names::EnrolmentState;
use super::quality::QualityFault;

/// An enrolment of a face that is enrolled for somebody else already.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolmentReview {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// `review`, `approved`, `rejected` or `expired`.
    #[schema(value_type = EnrolmentState)]
    pub(crate) state: &'static str,
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    #[schema(format = "uuid")]
    pub(crate) consent_id: String,
    /// How many pictures wait.
    pub(crate) pictures: usize,
    /// Whom the face looks like, the nearest first.
    pub(crate) duplicates: Vec<EnrolmentDuplicate>,
    pub(crate) requested_by: String,
    #[schema(format = DateTime)]
    pub(crate) requested_at: String,
    #[schema(format = DateTime)]
    pub(crate) expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decided_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub(crate) decided_at: Option<String>,
    /// The templates that now exist; in the answer to its approval only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) faces: Vec<Face>,
}

/// Somebody whom an enrolment looks like.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolmentDuplicate {
    #[schema(format = "uuid")]
    pub(crate) user_id: String,
    pub(crate) similarity: f32,
}

/// An enrolment that goes on before a camera.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnrolmentProgress {
    /// The poses that were seen.
    pub(crate) done: Vec<&'static str>,
    /// The poses that are still wanted, the next one first.
    pub(crate) wanted: Vec<&'static str>,
    /// What to ask of the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<&'static str>,
    /// Why the newest picture was no good, or does not show the pose that is wanted, by name.
    pub(crate) reasons: Vec<String>,
    /// Each figure of the newest picture that is not good enough, with what the person can do.
    pub(crate) faults: Vec<QualityFault>,
    #[schema(format = DateTime)]
    pub(crate) ends_at: String,
}
