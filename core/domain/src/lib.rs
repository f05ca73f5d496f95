//! The rules of face payment: pure functions and state machines.
//!
//! Nothing here reads a clock, draws a random number, does I/O or knows a wire format: time,
//! identifiers and measurements come in as arguments, decisions go out as values. What is true of
//! money, consent and identity is true here, and tested here without a database or a camera.
#![warn(missing_docs)]

pub mod analytics;
pub mod approval;
pub mod checkout;
pub mod decision;
pub mod directory;
pub mod enrolment;
pub mod group;
pub mod identity;
pub mod interval;
pub mod ledger;
pub mod limits;
pub mod liveness;
pub mod look_alike;
pub mod look_up;
pub mod model_change;
pub mod operation;
pub mod payer_device;
pub mod pin;
pub mod presence;
pub mod settlement;
pub mod split;
pub mod step_up;
pub mod threshold;
pub mod transaction;

pub mod consent;
pub mod currency;
pub mod id;
pub mod money;
pub mod name;
pub mod reach;
pub mod role;
pub mod secret;
pub mod time;
pub mod user;
pub mod visitor;
pub mod webhook;

pub use currency::Currency;
pub use id::{
    AccountId, ApprovalId, CameraId, CheckoutId, ConsentId, ConsentTextId, EnrolmentId, FaceId,
    IdentityCheckId, KeyId, OperationId, OperatorId, PayerDeviceId, SettlementId, TransactionId, TransferId,
    UserId, WebhookId,
};
pub use money::Money;
pub use secret::Secret;
pub use time::Timestamp;
