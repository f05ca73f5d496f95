//! The one-time set-up code that mints the first admin key.

use std::time::{Duration, Instant};

use parking_lot::Mutex;
use rand::Rng;
use subtle::ConstantTimeEq;

use super::token::TokenHash;

/// Without letters and digits that look alike.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const GROUPS: usize = 3;
const GROUP_CHARS: usize = 5;
const WRONG_CODES_MAX: u32 = 5;
const LOCKOUT: Duration = Duration::from_secs(60);

/// Whether set-up is still open, and to which code.
#[derive(Default)]
pub(crate) struct Setup {
    state: Mutex<Option<Open>>,
}

struct Open {
    code: TokenHash,
    wrong: u32,
    locked_until: Option<Instant>,
}

/// Why a code was refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Closed,
    Locked,
    Wrong,
}

impl Setup {
    /// Opens set-up and returns the code, of 75 random bits.
    pub(crate) fn open(&self, random: &mut impl Rng) -> String {
        let group = |random: &mut dyn Rng| -> String {
            (0..GROUP_CHARS).map(|_| char::from(ALPHABET[(random.next_u32() % 32) as usize])).collect()
        };
        let code = (0..GROUPS).map(|_| group(random)).collect::<Vec<_>>().join("-");
        *self.state.lock() = Some(Open { code: TokenHash::of(&code), wrong: 0, locked_until: None });
        code
    }

    /// Takes the code and closes set-up, or says why not. What it gives can [`Self::reopen`] it.
    pub(crate) fn redeem(&self, code: &str, now: Instant) -> Result<TokenHash, Refused> {
        let mut state = self.state.lock();
        let open = state.as_mut().ok_or(Refused::Closed)?;
        if open.locked_until.is_some_and(|until| now < until) {
            return Err(Refused::Locked);
        }
        let given = TokenHash::of(&code.trim().to_ascii_uppercase());
        if bool::from(given.0.ct_eq(&open.code.0)) {
            *state = None;
            return Ok(given);
        }
        open.wrong += 1;
        if open.wrong >= WRONG_CODES_MAX {
            (open.wrong, open.locked_until) = (0, Some(now + LOCKOUT));
        }
        Err(Refused::Wrong)
    }

    /// Lets the same code in again, for when it was taken and no key came of it.
    pub(crate) fn reopen(&self, code: TokenHash) {
        *self.state.lock() = Some(Open { code, wrong: 0, locked_until: None });
    }

    /// Whether a code is waiting.
    pub(crate) fn is_open(&self) -> bool {
        self.state.lock().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_works_once() {
        let (setup, now) = (Setup::default(), Instant::now());
        let code = setup.open(&mut rand::rng());
        let redeem = |code: &str| setup.redeem(code, now).err();
        assert_eq!(redeem(&code.to_ascii_lowercase()), None);
        assert_eq!(redeem(&code), Some(Refused::Closed));
    }

    #[test]
    fn a_code_of_which_no_key_came_works_again() {
        let (setup, now) = (Setup::default(), Instant::now());
        let code = setup.open(&mut rand::rng());
        let taken = setup.redeem(&code, now).ok().unwrap();
        setup.reopen(taken);
        assert!(setup.redeem(&code, now).is_ok());
        assert!(!setup.is_open());
    }

    #[test]
    fn guessing_locks_even_the_right_code_for_a_while() {
        let (setup, now) = (Setup::default(), Instant::now());
        let code = setup.open(&mut rand::rng());
        for _ in 0..WRONG_CODES_MAX {
            assert_eq!(setup.redeem("AAAAA-AAAAA-AAAAA", now).err(), Some(Refused::Wrong));
        }
        assert_eq!(setup.redeem(&code, now).err(), Some(Refused::Locked));
        assert_eq!(setup.redeem(&code, now + LOCKOUT).err(), None);
    }
}
