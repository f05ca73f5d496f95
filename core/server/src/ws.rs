//! WebSockets on the REST port: events to follow, and browsers that are cameras.

pub(crate) mod events;

pub mod hub;
mod socket;
