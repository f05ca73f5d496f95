//! An update of the appliance itself: a signed Debian package that takes the place of the one installed, is tried, and goes again when
//! it does not become ready.
//!
//! It is carried out by root in a unit of its own, phase by phase; each can be done once more. The journal says which one is on, so
//! that a machine that goes down in between finishes it, or undoes it, when it is back.

pub(crate) mod carry_out;
pub(crate) mod database;
pub(crate) mod debian;
pub(crate) mod dpkg_lock;
pub(crate) mod journal;
pub(crate) mod machine;
pub(crate) mod plan;
pub(crate) mod service;
pub(crate) mod settings_owner;
pub(crate) mod trial;
