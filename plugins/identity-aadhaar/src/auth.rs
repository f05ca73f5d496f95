//! Authentication through an AUA: the request that UIDAI's Authentication API 2.5 asks for, around a PID block that the registered
//! device encrypted and nobody here can open, and what its signed answer proves.
//!
//! UIDAI, Aadhaar Authentication API Specification 2.5. Its text was not at hand when this was written; the attributes are those that
//! integrators send and get.

mod error;
mod lint;
mod pid;
mod plugin;
mod request;
mod response;
mod settings;

pub use error::{UidaiError, explained};
pub use lint::{Fault, Lint, lint, lint_kyc};
pub use pid::Pid;
pub use plugin::{Online, Task};
pub use request::AuthRequest;
pub use response::{Answer, Asked, answer};
pub use settings::{Factor, SCHEMA, Settings};
