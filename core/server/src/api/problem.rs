//! Errors on the wire: RFC 9457 problem documents with a stable `code`.

use std::borrow::Cow;

use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::face::RefusedPicture;
use super::wire::quality::QualityFault;

/// An answer that says what was wrong and what the caller can do.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The HTTP status.
    pub status: StatusCode,
    /// Stable, for programs: `snake_case`.
    pub code: &'static str,
    /// For people: this occurrence.
    pub detail: Cow<'static, str>,
    /// Named reasons, such as those of the face quality gate.
    pub reasons: Vec<String>,
    headers: Vec<(HeaderName, HeaderValue)>,
    faces: Option<Box<FacesTold>>,
}

/// What a problem with faces tells beside.
#[derive(Debug, Clone, Default)]
struct FacesTold {
    /// Where a face is not good enough: each figure, with what the person can do.
    faults: Vec<QualityFault>,
    /// The pictures of an enrolment that were refused.
    pictures: Vec<RefusedPicture>,
    /// The enrolment that waits for another person.
    enrolment: Option<String>,
}

/// The document as it is sent (`application/problem+json`).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument<'a> {
    /// A URI reference that names the kind of problem: `/problems/<code>`.
    r#type: String,
    /// The status in words.
    title: &'a str,
    /// The HTTP status code.
    status: u16,
    /// Stable name of the problem.
    code: &'a str,
    /// What happened this time, and what to do.
    detail: &'a str,
    /// Named reasons, where there are several.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    reasons: &'a [String],
    /// Of an enrolment: each picture that was refused, and why.
    #[serde(skip_serializing_if = "<[RefusedPicture]>::is_empty")]
    pictures: &'a [RefusedPicture],
    /// The enrolment that waits for another member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolment_id: Option<&'a str>,
    /// Where a face is not good enough: each figure that misses, with what the person can do.
    #[serde(skip_serializing_if = "<[QualityFault]>::is_empty")]
    faults: &'a [QualityFault],
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, detail: detail.into(), reasons: Vec::new(), headers: Vec::new(), faces: None }
    }

    pub(crate) fn with_reasons(mut self, reasons: Vec<String>) -> Self {
        self.reasons = reasons;
        self
    }

    /// The pictures of an enrolment that were refused, in their order.
    pub(crate) fn with_pictures(mut self, mut pictures: Vec<RefusedPicture>) -> Self {
        pictures.sort_by_key(|picture| picture.index);
        self.faces.get_or_insert_default().pictures = pictures;
        self
    }

    /// The enrolment that waits for another person.
    pub(crate) fn with_enrolment(mut self, id: String) -> Self {
        self.faces.get_or_insert_default().enrolment = Some(id);
        self
    }

    /// The pictures of an enrolment that were refused.
    pub(crate) fn pictures(&self) -> &[RefusedPicture] {
        self.faces.as_ref().map_or(&[], |told| &told.pictures)
    }

    /// The enrolment that waits for another person.
    pub(crate) fn enrolment(&self) -> Option<&str> {
        self.faces.as_ref()?.enrolment.as_deref()
    }

    pub(crate) fn with_faults(mut self, faults: Vec<QualityFault>) -> Self {
        self.faces.get_or_insert_default().faults = faults;
        self
    }

    /// Where a face is not good enough.
    pub(crate) fn faults(&self) -> &[QualityFault] {
        self.faces.as_ref().map_or(&[], |told| &told.faults)
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn bad_request(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, detail)
    }

    pub(crate) fn unprocessable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    pub(crate) fn conflict(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    pub(crate) fn not_found(what: &'static str) -> Self {
        let code = match what {
            "user" => "user_not_found",
            "consent" => "consent_not_found",
            "face" => "face_not_found",
            "enrolment" => "enrolment_not_found",
            "identity check" => "identity_check_not_found",
            "transaction" => "transaction_not_found",
            "checkout" => "checkout_not_found",
            "leg" => "leg_not_found",
            "settlement" => "settlement_not_found",
            "settlement line" => "settlement_line_not_found",
            "camera" => "camera_not_found",
            "key" => "key_not_found",
            "operator" => "operator_not_found",
            "device" => "device_not_found",
            "webhook" => "webhook_not_found",
            "WebRTC session" => "webrtc_session_not_found",
            "provider" => "provider_not_found",
            "operation" => "operation_not_found",
            "approval" => "approval_not_found",
            "pin" => "pin_not_found",
            "instrument" => "instrument_not_found",
            "audit record" => "audit_record_not_found",
            "checkpoint" => "checkpoint_not_found",
            _ => "not_found",
        };
        Self::new(StatusCode::NOT_FOUND, code, format!("there is no such {what}"))
    }

    pub(crate) fn unavailable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
            .with_header(header::RETRY_AFTER, HeaderValue::from_static("1"))
    }

    /// An error of ours; `cause` goes to the log, not to the caller.
    pub(crate) fn internal(cause: &dyn std::error::Error) -> Self {
        tracing::error!(error = %chain(cause), "request failed");
        let detail = "something went wrong on the appliance; its log has the cause";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |e| e.source());
    causes.take(8).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Problem {
    /// The document as it is sent.
    pub(crate) fn document(&self) -> Vec<u8> {
        let document = ProblemDocument {
            r#type: format!("/problems/{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            detail: &self.detail,
            reasons: &self.reasons,
            pictures: self.pictures(),
            enrolment_id: self.enrolment(),
            faults: self.faults(),
        };
        serde_json::to_vec(&document).unwrap_or_default()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.document()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.extend(self.headers.iter().cloned());
        // The metrics layer reads the code from here.
        response.extensions_mut().insert(ProblemCode(self.code));
        response
    }
}

/// The `code` of a problem that was answered, for logs.
#[derive(Clone, Copy)]
pub(crate) struct ProblemCode(pub(crate) &'static str);
