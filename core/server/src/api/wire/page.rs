//! Lists on the wire: a page and the cursor of the next.

use serde::Serialize;
use utoipa::ToSchema;

/// Items in one page unless `limit` says otherwise.
pub(crate) const LIMIT_DEFAULT: usize = 50;
/// Items in one page at most.
pub(crate) const LIMIT_MAX: usize = 200;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items, newest last unless the route says otherwise.
    pub(crate) items: Vec<T>,
    /// Hand this back as `cursor` for the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// How many items are asked for, within the bounds.
pub(crate) fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(LIMIT_DEFAULT).clamp(1, LIMIT_MAX)
}
