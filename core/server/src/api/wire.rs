//! The wire: what requests and answers look like in JSON, kept apart from the domain.

pub(crate) mod money;
pub(crate) mod page;
