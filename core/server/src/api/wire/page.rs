//! Lists on the wire: a page and the cursor of the next.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ArrayBuilder, ObjectBuilder, Ref, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::api::parameter::{Form, Parameter};
use crate::api::problem::Problem;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;

/// How many items.
pub(crate) const LIMIT: Parameter = Parameter::new(
    "limit",
    Form::Whole(0),
    "at most so many items: 50 when absent; 0 counts as 1, more than 200 as 200",
);
/// Which page.
pub(crate) const CURSOR: Parameter = Parameter::new("cursor", Form::Text, "`next_cursor` of the page before");
/// From when on.
pub(crate) const FROM: Parameter = Parameter::new("from", Form::Moment, "only from this moment on");
/// Until when.
pub(crate) const TO: Parameter = Parameter::new("to", Form::Moment, "only before this moment");
/// What every list is asked with, for the document.
pub(crate) const QUERY: &[Parameter] = &[LIMIT, CURSOR];

/// What every list is asked with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    pub(crate) limit: Option<usize>,
    pub(crate) cursor: Option<String>,
}

/// One page of a list.
#[derive(Serialize)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Hand this back as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// The derived one would have one name for all of them.
impl<T: ToSchema> ToSchema for Page<T> {
    fn name() -> Cow<'static, str> {
        Cow::Owned(format!("PageOf{}", T::name()))
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for Page<T> {
    fn schema() -> RefOr<Schema> {
        let cursor = ObjectBuilder::new().schema_type(SchemaType::new(Type::String));
        let meaning = "Hand this back as `cursor` for the next page; absent on the last.";
        ObjectBuilder::new()
            .description(Some(format!("One page of a list of `{}`.", T::name())))
            .property("items", ArrayBuilder::new().items(Ref::from_schema_name(T::name())))
            .required("items")
            .property("next_cursor", cursor.description(Some(meaning)))
            .into()
    }
}

/// How many items are asked for, within the bounds.
pub(crate) fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
}

/// The moment that a parameter of a query names.
pub(crate) fn moment(text: Option<&str>) -> Result<Option<Timestamp>, Problem> {
    let moment = text.map(super::money::parse_moment).transpose();
    moment.map_err(|problem| Problem::bad_request("time_invalid", problem.detail))
}

/// The place that a cursor names.
pub(crate) fn cursor<T: FromStr>(text: Option<&str>) -> Result<Option<T>, Problem> {
    let parsed = text.map(str::parse).transpose();
    parsed.map_err(|_| Problem::bad_request("cursor_invalid", "hand `next_cursor` back as it was"))
}

/// One row more than the page tells whether there is a next one.
pub(crate) fn one_more(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX).saturating_add(1)
}

/// Cuts `rows` to the page and returns the cursor of the next.
pub(crate) fn cut<T, C: Display>(rows: &mut Vec<T>, limit: usize, place: impl Fn(&T) -> C) -> Option<String> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more).map(|row| place(row).to_string())
}
