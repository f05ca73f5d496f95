//! Aadhaar, in two identity plugins. [`Offline`] verifies documents that prove themselves, secure QR codes and offline e-KYC files,
//! without a network. [`Online`] authenticates through an AUA and its ASA.
//!
//! Not UIDAI-certified: it is written after public sources and tested against issuers of its own. Of a number it keeps and tells the
//! last four digits and a key that is made of it with a secret of the host; of a document, what it attests.
#![warn(missing_docs)]

pub mod archive;
pub mod auth;
pub mod canonical;
pub mod contact;
pub mod ekyc;
pub mod keyring;
pub mod moment;
pub mod number;
mod offline;
pub mod payload;
pub mod person;
pub mod qr;
pub mod reference;
pub mod refusal;
pub mod settings;
pub mod signature;
mod text;
pub mod xml;

pub use crate::auth::Online;
pub use crate::offline::{Offline, Task};

use plugin_sdk::export_plugin;

export_plugin!(Offline: Identity; Online: Identity);
