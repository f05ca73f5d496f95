//! Faces on the wire: enrolment, 1:1 and 1:N. Never a template.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::names::FaceKind;
use super::quality::{QualityComponent, QualityFault};

/// Where pictures come from: `images` or `camera`, one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pictures {
    /// JPEG or PNG files, base64; a `data:` prefix is fine.
    pub(crate) images: Option<Vec<String>>,
    /// One picture, base64, instead of a list.
    pub(crate) image: Option<String>,
    /// The id of a camera whose newest picture is taken. An enrolment takes several pictures there, of several poses,
    /// and is answered after some seconds.
    pub(crate) camera: Option<String>,
}

/// What became of an enrolment.
#[derive(Serialize, ToSchema)]
pub(crate) struct Enrolment {
    /// Templates that now exist, one for each chosen picture, the best first.
    pub(crate) faces: Vec<Face>,
    /// Pictures that are no templates, with the reasons.
    pub(crate) refused: Vec<RefusedPicture>,
    /// Of an enrolment before a camera: what it saw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) poses: Option<Poses>,
}

/// Poses of an enrolment before a camera: `straight`, `left`, `right`, `up`, `down`.
#[derive(Serialize, ToSchema)]
pub(crate) struct Poses {
    pub(crate) done: Vec<&'static str>,
    /// Those that were wanted and not seen in time.
    pub(crate) missing: Vec<&'static str>,
}

/// A picture that is no template.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct RefusedPicture {
    /// Its place in the request, from 0.
    pub(crate) index: usize,
    /// `face_quality`, `face_not_live`, `face_differs`, `face_duplicate`, `face_unlike`, `surplus`, `no_face`,
    /// `several_faces`, or what is wrong with the file.
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    /// Named reasons of the quality gate.
    pub(crate) reasons: Vec<String>,
    /// Each figure that misses the gate of enrolment, with what the person can do.
    pub(crate) faults: Vec<QualityFault>,
}

/// An enrolled face; its template never leaves the appliance.
#[derive(Serialize, ToSchema)]
pub(crate) struct Face {
    #[schema(format = "uuid")]
    pub(crate) id: String,
    /// `member`: of one picture; `mean`: of all pictures together.
    #[schema(value_type = FaceKind)]
    pub(crate) kind: &'static str,
    #[schema(format = "uuid")]
    pub(crate) consent_id: String,
    /// Names the network that made the template.
    pub(crate) model_tag: u32,
    /// What the template was made of: enrolment, visit or crop.
    pub(crate) source: String,
    /// 0 to 1.
    pub(crate) quality: f32,
    #[schema(format = DateTime)]
    pub(crate) created_at: String,
    /// The place of its picture in the request; where it was enrolled just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) picture: Option<usize>,
}

/// The answer to "is this that person?".
#[derive(Serialize, ToSchema)]
pub(crate) struct Verification {
    /// True only when the face is live and similar enough.
    pub(crate) verified: bool,
    pub(crate) similarity: f32,
    /// The similarity that one comparison asks for.
    pub(crate) similarity_min: f32,
    pub(crate) live: bool,
    pub(crate) liveness: f32,
    /// Why not, where not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'static str>,
}

/// The answer to "who is this?".
#[derive(Serialize, ToSchema)]
pub(crate) struct Identification {
    pub(crate) faces: Vec<IdentifiedFace>,
}

/// One face of a picture.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentifiedFace {
    /// `[x, y, width, height]` in pixels.
    pub(crate) r#box: [f32; 4],
    /// Left eye, right eye, nose, left and right mouth corner: `[x, y]` in pixels.
    pub(crate) landmarks: Vec<[f32; 2]>,
    /// 0 to 1.
    pub(crate) quality: f32,
    /// Each figure that misses the gate of paying, with what the person can do.
    pub(crate) faults: Vec<QualityFault>,
    /// Every component of the quality.
    pub(crate) components: Vec<QualityComponent>,
    /// The weakest liveness step's score, 0 to 1; absent when none ran.
    pub(crate) liveness: Option<f32>,
    /// Who it is, where all rules are met.
    pub(crate) user: Option<String>,
    pub(crate) similarity: Option<f32>,
    /// How far ahead of the second-best person; absent when there is none.
    pub(crate) margin: Option<f32>,
    /// Why nobody is named.
    pub(crate) reason: Option<String>,
}
