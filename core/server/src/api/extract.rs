//! Our own extractors, so that every refused input is a problem document.

use axum::extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, request::Parts};
use serde::{Serialize, de::DeserializeOwned};

use super::problem::Problem;

/// A JSON body, in or out.
pub(crate) struct Json<T>(pub(crate) T);

/// The path's parameters.
pub(crate) struct Path<T>(pub(crate) T);

/// The query's parameters.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(json_problem(&rejection)),
        }
    }
}

pub(crate) fn json_problem(rejection: &JsonRejection) -> Problem {
    let detail = reason(rejection.body_text());
    match rejection {
        JsonRejection::JsonSyntaxError(_) => Problem::bad_request("json_syntax", detail),
        JsonRejection::JsonDataError(_) => Problem::unprocessable("json_data", detail),
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send the body as application/json",
        ),
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        other => Problem::bad_request("body_unreadable", reason(other.body_text())),
    }
}

/// What is wrong, without the words before it that only name the parser's types.
fn reason(text: String) -> String {
    const PREFIXES: [&str; 4] = [
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
        "Failed to deserialize query string: ",
        "Invalid URL: ",
    ];
    PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(&text).to_owned()
}

/// The answer to a body above the limit.
pub(crate) fn too_large() -> Problem {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", "the body is above server.body_bytes_max")
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::bad_request("path_invalid", reason(rejection.body_text()))),
        }
    }
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Problem::bad_request("query_invalid", reason(rejection.body_text()))),
        }
    }
}
