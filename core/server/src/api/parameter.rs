//! What stands in a path and in a query, as the document describes it.

use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, SchemaFormat, Type};

use super::wire::names::one_of;

/// The shape of a camera's id; see `domain::CameraId`.
pub(crate) const CAMERA_ID: &str = "^[a-z0-9-]{1,40}$";

/// What a parameter is like.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// Any text.
    Text,
    /// A whole number from this one on.
    Whole(u32),
    /// A UUID.
    Id,
    /// A camera's id.
    Camera,
    /// A day, `2026-01-31`.
    Day,
    /// A moment, RFC 3339.
    Moment,
    /// One of these names.
    OneOf(fn() -> Vec<&'static str>),
}

impl Form {
    /// As the document has it.
    pub(crate) fn schema(self) -> RefOr<Schema> {
        let text = || ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        match self {
            Self::Text => text().into(),
            Self::Whole(least) => {
                let whole = ObjectBuilder::new().schema_type(SchemaType::new(Type::Integer));
                whole.minimum(Some(least)).into()
            }
            Self::Id => text().format(Some(SchemaFormat::Custom("uuid".to_owned()))).into(),
            Self::Camera => text().pattern(Some(CAMERA_ID)).into(),
            Self::Day => text().format(Some(SchemaFormat::Custom("date".to_owned()))).into(),
            Self::Moment => text().format(Some(SchemaFormat::Custom("date-time".to_owned()))).into(),
            Self::OneOf(names) => one_of(names()).into(),
        }
    }
}

/// A parameter of a query.
#[derive(Clone, Copy)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) form: Form,
    pub(crate) meaning: &'static str,
    pub(crate) is_required: bool,
}

impl Parameter {
    pub(crate) const fn new(name: &'static str, form: Form, meaning: &'static str) -> Self {
        Self { name, form, meaning, is_required: false }
    }

    pub(crate) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }
}

/// The parts of `path` that are in braces, with what each is like.
pub(crate) fn in_path(path: &str) -> impl Iterator<Item = (&str, Form)> {
    let parts = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    parts.map(move |part| {
        let form = match part {
            "n" => Form::Whole(1),
            "provider" | "*file" | "*screen" => Form::Text,
            _ if path.starts_with("/cameras/") => Form::Camera,
            _ if path.starts_with("/plugins/") => Form::Text,
            _ => Form::Id,
        };
        (part.trim_start_matches('*'), form)
    })
}
