//! WebSockets on the REST port: events to follow, and browsers that are cameras.

pub(crate) mod events;
pub(crate) mod face_recognition;

pub mod hub;
pub(crate) mod socket;
