//! What requests bring, as the document has it.

use utoipa::openapi::request_body::{RequestBody, RequestBodyBuilder};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{
    ArrayBuilder, Content, ObjectBuilder, Ref, RefOr, Required, Schema, SchemaFormat, Type,
};

use crate::api::route::{Body, Payload, Route};

/// A text.
pub(super) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::new(Type::String))
}

/// A file as it is.
fn binary() -> ObjectBuilder {
    text().format(Some(SchemaFormat::Custom("binary".to_owned())))
}

/// What is not JSON, by its media type.
pub(super) fn content(content_type: &str) -> Content {
    match content_type {
        "application/json" | "application/manifest+json" | "application/yaml" => {
            Content::new(Some(ObjectBuilder::new().schema_type(SchemaType::new(Type::Object))))
        }
        readable if readable.starts_with("text/") || readable == "application/sdp" => {
            Content::new(Some(text()))
        }
        _ => Content::new(Some(binary())),
    }
}

/// The body that the route takes.
pub(super) fn of(route: &Route) -> Option<RequestBody> {
    let body = RequestBodyBuilder::new().required(Some(Required::True));
    let json = |payload: &Payload| Content::new(Some(Ref::from_schema_name(&payload.name)));
    Some(match &route.takes {
        Body::None => return None,
        Body::Json(payload) => {
            let required = if may_be_left_out(route, payload) { Required::False } else { Required::True };
            body.required(Some(required)).content("application/json", json(payload)).build()
        }
        Body::Pictures(payload) => body
            .content("application/json", json(payload))
            .content("multipart/form-data", form())
            .content("image/jpeg", Content::new(Some(binary())))
            .content("image/png", Content::new(Some(binary())))
            .build(),
        Body::Other(content_type) => body.content(*content_type, content(content_type)).build(),
        Body::Any => {
            let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
            body.required(Some(Required::False)).content("application/json", Content::new(Some(any))).build()
        }
    })
}

/// Nothing stands for `{}` where a key tells the request from others and `{}` would do.
fn may_be_left_out(route: &Route, payload: &Payload) -> bool {
    let own = payload.schemas.iter().find(|(name, _)| *name == payload.name);
    let needs_nothing =
        matches!(own, Some((_, RefOr::T(Schema::Object(object)))) if object.required.is_empty());
    route.idempotent && needs_nothing
}

fn form() -> Content {
    let files = ArrayBuilder::new().items(binary()).min_items(Some(1)).max_items(Some(10));
    let form = ObjectBuilder::new().schema_type(SchemaType::new(Type::Object));
    Content::new(Some(form.property("image", files).required("image")))
}
