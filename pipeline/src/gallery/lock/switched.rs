//! parking_lot's lock, or the same made of shuttle's.

use std::ops::{Deref, DerefMut};

use shuttle::sync as checked;

/// As much of parking_lot's lock as a gallery uses.
pub(in crate::gallery) enum RwLock<T> {
    Parked(parking_lot::RwLock<T>),
    Checked(Box<Checked<T>>),
}

/// shuttle's lock has no read that can be upgraded: here whoever may write takes a turn first, and keeps it.
pub(in crate::gallery) struct Checked<T> {
    turn: checked::Mutex<()>,
    value: checked::RwLock<T>,
}

impl<T> RwLock<T> {
    pub(in crate::gallery) fn new(value: T) -> Self {
        Self::Parked(parking_lot::RwLock::new(value))
    }

    /// The same lock for threads of shuttle's.
    pub(in crate::gallery) fn into_checked(self) -> Self {
        let value = match self {
            Self::Parked(lock) => lock.into_inner(),
            Self::Checked(lock) => lock.value.into_inner().unwrap(),
        };
        Self::Checked(Box::new(Checked { turn: checked::Mutex::new(()), value: checked::RwLock::new(value) }))
    }

    pub(in crate::gallery) fn read(&self) -> Read<'_, T> {
        match self {
            Self::Parked(lock) => Read::Parked(lock.read()),
            Self::Checked(lock) => Read::Checked(lock.value.read().unwrap()),
        }
    }

    pub(in crate::gallery) fn write(&self) -> Write<'_, T> {
        match self {
            Self::Parked(lock) => Write::Parked(lock.write()),
            Self::Checked(lock) => {
                let turn = lock.turn.lock().unwrap();
                Write::Checked { value: lock.value.write().unwrap(), _turn: turn }
            }
        }
    }

    pub(in crate::gallery) fn upgradable_read(&self) -> RwLockUpgradableReadGuard<'_, T> {
        match self {
            Self::Parked(lock) => RwLockUpgradableReadGuard::Parked(lock.upgradable_read()),
            Self::Checked(lock) => {
                let turn = lock.turn.lock().unwrap();
                RwLockUpgradableReadGuard::Checked(lock.value.read().unwrap(), turn, lock)
            }
        }
    }
}

pub(in crate::gallery) enum Read<'a, T> {
    Parked(parking_lot::RwLockReadGuard<'a, T>),
    Checked(checked::RwLockReadGuard<'a, T>),
}

pub(in crate::gallery) enum Write<'a, T> {
    Parked(parking_lot::RwLockWriteGuard<'a, T>),
    Checked { value: checked::RwLockWriteGuard<'a, T>, _turn: checked::MutexGuard<'a, ()> },
}

pub(in crate::gallery) enum RwLockUpgradableReadGuard<'a, T> {
    Parked(parking_lot::RwLockUpgradableReadGuard<'a, T>),
    Checked(checked::RwLockReadGuard<'a, T>, checked::MutexGuard<'a, ()>, &'a Checked<T>),
}

impl<'a, T> RwLockUpgradableReadGuard<'a, T> {
    pub(in crate::gallery) fn upgrade(guard: Self) -> Write<'a, T> {
        match guard {
            Self::Parked(guard) => Write::Parked(parking_lot::RwLockUpgradableReadGuard::upgrade(guard)),
            Self::Checked(value, turn, lock) => {
                drop(value);
                Write::Checked { value: lock.value.write().unwrap(), _turn: turn }
            }
        }
    }
}

impl<T> Deref for Read<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Parked(guard) => guard,
            Self::Checked(guard) => guard,
        }
    }
}

impl<T> Deref for Write<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Parked(guard) => guard,
            Self::Checked { value, .. } => value,
        }
    }
}

impl<T> DerefMut for Write<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        match self {
            Self::Parked(guard) => guard,
            Self::Checked { value, .. } => value,
        }
    }
}

impl<T> Deref for RwLockUpgradableReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Parked(guard) => guard,
            Self::Checked(guard, ..) => guard,
        }
    }
}
