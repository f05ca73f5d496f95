//! The one place where errors of the parts become answers.

use domain::approval::Refused;
use http::StatusCode;
use store::StoreError;

use super::problem::Problem;

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let text = error.to_string();
        match error {
            StoreError::NotFound(what) => Self::not_found(what),
            StoreError::Conflict(_) => Self::conflict("conflict", text),
            StoreError::ConsentMissing => Self::unprocessable("consent_missing", text),
            StoreError::FacesFull(_) => Self::conflict("faces_full", text),
            StoreError::Overtaken => Self::unavailable("faces_changed", text),
            StoreError::Limit(_) => Self::unprocessable("limit_exceeded", text),
            StoreError::InsufficientFunds { .. } => Self::unprocessable("insufficient_funds", text),
            StoreError::Evidence(unfit) => Self::conflict(unfit.code(), text),
            StoreError::Identity(unfit) => Self::conflict(unfit.code(), text),
            StoreError::ApprovalNeeded => Self::conflict("approval_needed", text),
            StoreError::Approval(Refused::SamePerson) => Self::conflict("same_person", text),
            StoreError::Approval(Refused::Expired) => Self::conflict("approval_expired", text),
            StoreError::Approval(Refused::Decided) => Self::conflict("approval_decided", text),
            StoreError::Money(error) => super::wire::money::amount_problem(&error),
            StoreError::NotWritable(_) => {
                tracing::error!(error = text, "the database cannot be written");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "storage_not_writable", text)
            }
            StoreError::Unavailable(_) => {
                tracing::error!(error = text, "the database does not answer");
                Self::unavailable("database_unavailable", "the database does not answer; try again")
            }
            StoreError::Url(_)
            | StoreError::Seal
            | StoreError::Keys(_)
            | StoreError::Corrupt(_)
            | StoreError::Newer(_)
            | StoreError::Database(_) => Self::internal(&error),
        }
    }
}

impl From<pipeline::still::StillError> for Problem {
    fn from(error: pipeline::still::StillError) -> Self {
        use pipeline::still::StillError;
        let code = match error {
            StillError::NotAPicture => "not_a_picture",
            StillError::Truncated => "picture_truncated",
            StillError::Empty => "picture_empty",
            StillError::TooLarge { .. } => "picture_too_large",
            StillError::Unsupported(_) => "picture_unsupported",
        };
        Self::unprocessable(code, error.to_string())
    }
}

impl From<webrtc::OpenError> for Problem {
    fn from(error: webrtc::OpenError) -> Self {
        use webrtc::OpenError;
        let text = error.to_string();
        match error {
            OpenError::Offer(offer) => Self::unprocessable(offer.code(), text),
            OpenError::Full(_) => Self::unavailable("webrtc_full", text),
            OpenError::NoAddress(_) => {
                Self::conflict("webrtc_no_address", format!("{text}; set webrtc.addresses"))
            }
            OpenError::Stopped => Self::unavailable("webrtc_stopped", text),
        }
    }
}

impl From<pipeline::camera::CameraError> for Problem {
    fn from(error: pipeline::camera::CameraError) -> Self {
        use pipeline::camera::CameraError;
        let text = error.to_string();
        match error {
            CameraError::Unknown(_) => Self::not_found("camera"),
            CameraError::Picture(picture) => picture.into(),
            CameraError::Busy(_) => Self::conflict("camera_busy", text),
            CameraError::NoPicture(_) => Self::unavailable("camera_no_picture", text),
            CameraError::Machine(_) => Self::internal(&error),
            CameraError::Exists(_) => Self::conflict("camera_exists", text),
            CameraError::Full(_) => Self::conflict("cameras_full", text),
            // The source's own codes are stable names as well.
            other => Self::unprocessable(other.code(), text),
        }
    }
}
