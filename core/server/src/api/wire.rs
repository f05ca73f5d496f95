//! The wire: what requests and answers look like in JSON, kept apart from the domain.

pub(crate) mod access;
pub(crate) mod analytics;
pub(crate) mod approval;
pub(crate) mod audit;
pub(crate) mod camera;
pub(crate) mod checkout;
pub(crate) mod enrolment;
pub(crate) mod face;
pub(crate) mod face_payment;
pub(crate) mod factor;
pub(crate) mod group;
pub(crate) mod identity;
pub(crate) mod history;
pub(crate) mod look_alike;
pub(crate) mod model_change;
pub(crate) mod money;
pub(crate) mod names;
pub(crate) mod operator;
pub(crate) mod page;
pub(crate) mod quality;
pub(crate) mod secret;
pub(crate) mod settlement;
pub(crate) mod system;
pub(crate) mod transaction;
pub(crate) mod user;
pub(crate) mod webhook;
