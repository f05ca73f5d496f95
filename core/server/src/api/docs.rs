//! `/docs`, `/openapi.json` and `/asyncapi.yaml`: the interface explained, without a host outside.

use std::sync::{Arc, OnceLock};

use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderValue, header};
use utoipa_swagger_ui::{Config, SwaggerFile};

use super::extract::Path;
use super::problem::Problem;

/// The OpenAPI document.
pub(super) async fn openapi() -> Response {
    static DOCUMENT: OnceLock<String> = OnceLock::new();
    let json = DOCUMENT.get_or_init(super::openapi_json).as_str();
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// The AsyncAPI document of the WebSockets.
pub(super) async fn asyncapi() -> Response {
    let yaml = include_str!("../../../../docs/asyncapi.yaml");
    ([(header::CONTENT_TYPE, "application/yaml")], yaml).into_response()
}

/// Swagger UI's start page; its relative links need the slash.
pub(super) async fn index() -> Redirect {
    Redirect::permanent("/docs/index.html")
}

/// One file of Swagger UI.
pub(super) async fn file(Path(name): Path<String>) -> Result<Response, Problem> {
    // Without this word the page would have a host outside judge the document.
    let config = Arc::new(Config::from("/openapi.json").validator_url("none"));
    match utoipa_swagger_ui::serve(&name, config) {
        Ok(Some(SwaggerFile { bytes, content_type, .. })) => {
            let mut response = bytes.into_owned().into_response();
            if let Ok(value) = HeaderValue::try_from(content_type) {
                response.headers_mut().insert(header::CONTENT_TYPE, value);
            }
            Ok(response)
        }
        Ok(None) => Err(Problem::not_found("file")),
        Err(error) => Err(Problem::internal(&*error)),
    }
}
