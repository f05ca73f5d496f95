//! Pictures out of a request: JSON with base64, a multipart form, or the file itself.

use axum::extract::{FromRequest, Multipart, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};

use super::extract::{Json, too_large};
use super::problem::Problem;
use super::wire::face::Pictures;

/// Pictures in one request at most.
const PICTURES_MAX: usize = 10;

/// Where the pictures of a request come from.
pub(crate) enum Given {
    /// Files, undecoded, at least one.
    Files(Vec<Bytes>),
    /// The newest picture of a camera.
    Camera(String),
}

impl<S: Send + Sync> FromRequest<S> for Given {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match media_type(request.headers()) {
            Media::Json => {
                let Json(pictures) = Json::<Pictures>::from_request(request, state).await?;
                from_json(pictures)
            }
            Media::Form => {
                let form = Multipart::from_request(request, state).await;
                from_form(form.map_err(|error| Problem::bad_request("multipart_invalid", error.body_text()))?)
                    .await
            }
            Media::Picture => {
                let body = Bytes::from_request(request, state).await.map_err(|_| too_large())?;
                Ok(Self::Files(vec![body]))
            }
            Media::Other => Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                "send application/json, multipart/form-data, image/jpeg or image/png",
            )),
        }
    }
}

enum Media {
    Json,
    Form,
    Picture,
    Other,
}

fn media_type(headers: &HeaderMap) -> Media {
    let text = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => Media::Json,
        "multipart/form-data" => Media::Form,
        "image/jpeg" | "image/png" => Media::Picture,
        _ => Media::Other,
    }
}

fn from_json(pictures: Pictures) -> Result<Given, Problem> {
    let texts = match pictures {
        Pictures { images: Some(images), image: None, camera: None } => images,
        Pictures { images: None, image: Some(image), camera: None } => vec![image],
        Pictures { images: None, image: None, camera: Some(camera) } => return Ok(Given::Camera(camera)),
        _ => {
            return Err(Problem::unprocessable(
                "pictures_ambiguous",
                "give one of `images`, `image` and `camera`",
            ));
        }
    };
    let files = texts.iter().enumerate().map(|(index, text)| decode_base64(index, text));
    bounded(files.collect::<Result<_, _>>()?)
}

async fn from_form(mut form: Multipart) -> Result<Given, Problem> {
    let mut files = Vec::new();
    let unreadable = |error: axum::extract::multipart::MultipartError| {
        Problem::new(error.status(), "multipart_invalid", error.body_text())
    };
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        if files.len() == PICTURES_MAX {
            return Err(too_many());
        }
        if !matches!(field.name(), Some("image" | "images" | "file" | "files" | "images[]")) {
            let detail = "name the parts of the form `image`";
            return Err(Problem::unprocessable("multipart_field_unknown", detail));
        }
        files.push(field.bytes().await.map_err(unreadable)?);
    }
    bounded(files)
}

fn bounded(files: Vec<Bytes>) -> Result<Given, Problem> {
    match files.len() {
        0 => Err(Problem::unprocessable("picture_missing", "give at least one picture")),
        1..=PICTURES_MAX => Ok(Given::Files(files)),
        _ => Err(too_many()),
    }
}

fn too_many() -> Problem {
    Problem::unprocessable("pictures_too_many", format!("give at most {PICTURES_MAX} pictures"))
}

/// The bytes of one base64 picture; a `data:…;base64,` prefix is skipped.
pub(crate) fn decode_base64(index: usize, text: &str) -> Result<Bytes, Problem> {
    let payload = match text.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,").map_or("", |(_, payload)| payload),
        None => text,
    };
    let invalid = || Problem::unprocessable("base64_invalid", format!("picture {index} is not base64"));
    STANDARD.decode(payload.trim()).map(Bytes::from).map_err(|_| invalid())
}
