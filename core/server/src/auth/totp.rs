//! One-time codes by the time (RFC 6238): HMAC-SHA-1, 30 seconds, six digits, as every authenticator app has them.

use data_encoding::BASE32_NOPAD;
use domain::{Secret, Timestamp};
use hmac::{Hmac, KeyInit, Mac};
use rand::Rng;
use sha1::Sha1;
use subtle::ConstantTimeEq;

const STEP_MICROS: i64 = 30_000_000;
/// Steps by which the device's clock may be off, each way.
const DRIFT_STEPS: i64 = 1;
const DIGITS: usize = 6;
/// As long as the digest, by the advice of RFC 4226.
const SECRET_BYTES: usize = 20;

/// A fresh secret.
pub(crate) fn mint(random: &mut impl Rng) -> Secret<Vec<u8>> {
    let mut bytes = vec![0; SECRET_BYTES];
    random.fill_bytes(&mut bytes);
    Secret::new(bytes)
}

/// The secret as it is typed into an app.
pub(crate) fn typed(secret: &Secret<Vec<u8>>) -> String {
    BASE32_NOPAD.encode(secret.expose())
}

/// The secret as an app reads it from a QR code.
pub(crate) fn uri(secret: &Secret<Vec<u8>>, account: &str) -> String {
    // Everything but letters and digits is escaped: a name may hold anything.
    let escaped: String = account
        .bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("otpauth://totp/FacePay:{escaped}?secret={}&issuer=FacePay", typed(secret))
}

/// The step whose code this is, of those that are near `now`.
pub(crate) fn step(secret: &Secret<Vec<u8>>, code: &str, now: Timestamp) -> Option<i64> {
    let given: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let current = now.0.div_euclid(STEP_MICROS);
    let near = current - DRIFT_STEPS..=current + DRIFT_STEPS;
    // All are worked out, so that the time tells nothing.
    near.filter(|&step| bool::from(at(secret, step).as_bytes().ct_eq(given.as_bytes())))
        .fold(None, |_, step| Some(step))
}

/// The code of a step.
fn at(secret: &Secret<Vec<u8>>, step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.expose()).expect("HMAC takes a key of any length");
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[digest.len() - 1] & 15);
    let word = [digest[offset] & 0x7f, digest[offset + 1], digest[offset + 2], digest[offset + 3]];
    let number = u32::from_be_bytes(word) % 10_u32.pow(DIGITS as u32);
    format!("{number:0DIGITS$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> Secret<Vec<u8>> {
        Secret::new(b"12345678901234567890".to_vec())
    }

    fn seconds(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000)
    }

    /// The vectors of RFC 6238, appendix B, cut to six digits.
    #[test]
    fn codes_are_those_of_the_standard() {
        for (at_s, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step(&secret(), code, seconds(at_s)), Some(at_s / 30), "{at_s}");
        }
    }

    #[test]
    fn a_clock_may_be_off_by_one_step() {
        for (late_s, fits) in [(-31, false), (-30, true), (0, true), (30, true), (59, true), (60, false)] {
            assert_eq!(step(&secret(), " 287 082", seconds(30 + late_s)).is_some(), fits, "{late_s}");
        }
        for code in ["", "28708", "287083", "0287082", "287082 1"] {
            assert_eq!(step(&secret(), code, seconds(59)), None, "{code}");
        }
    }

    #[test]
    fn an_app_can_read_the_secret() {
        let uri = uri(&secret(), "ada l&x=é");
        let expected = "otpauth://totp/FacePay:ada%20l%26x%3D%C3%A9?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=FacePay";
        assert_eq!(uri, expected);
    }
}
