//! Lists on the wire: a page and the cursor of the next.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::problem::Problem;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;

/// What every list is asked with, for the document.
pub(crate) const QUERY: &[(&str, &str)] =
    &[("limit", "1 to 200"), ("cursor", "`next_cursor` of the page before")];

/// What every list is asked with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    pub(crate) limit: Option<usize>,
    pub(crate) cursor: Option<String>,
}

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Hand this back as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// How many items are asked for, within the bounds.
pub(crate) fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
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
