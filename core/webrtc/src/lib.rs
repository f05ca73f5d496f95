//! Browsers' video in and out over one UDP socket: ICE, DTLS and SRTP by str0m.
//!
//! It knows no pictures, no cameras and no users: offers and encoded pictures go in, answers and encoded pictures come out.

mod certificate;
mod crypto;

mod answer;
mod session;
mod unit;

mod endpoint;

pub use answer::OfferError;
pub use endpoint::{Closed, Endpoint, EndpointOptions, OpenError, Opened, Outgoing, Running, Session};
pub use unit::{Codec, Sink, Source, Unit, Wanted};
