//! Both plugins against an issuer and an authority of our own: their documents, their answers, and what is made of them by whoever
//! wants in. What the issuer makes is read by decoders that others wrote.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test's helpers fail the test and say why one is skipped

mod issuer;
mod keys;

mod counter;
mod documents;
mod forgeries;

mod authentication;
mod authority;
mod requests;

mod oracles;
