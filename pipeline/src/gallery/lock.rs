//! The lock around a gallery's rows. In tests it is parking_lot's or shuttle's, as the test chooses: shuttle's threads take
//! turns in every order that is asked for.

#[cfg(not(test))]
pub(super) use parking_lot::{RwLock, RwLockUpgradableReadGuard};

#[cfg(test)]
mod switched;
#[cfg(test)]
pub(super) use switched::{RwLock, RwLockUpgradableReadGuard};
