//! Mobile numbers and e-mail addresses, of which a document holds hashes only.
//!
//! SHA-256 over the text, in hexadecimal, hashed again as often as the last digit of the Aadhaar number says: 0 and 1 once, 2 twice
//! and so on (UIDAI, User Manual for QR Code Reader, and Aadhaar Paperless Offline e-KYC). An offline e-KYC file has the share code
//! behind the text, a QR code has nothing.

use ring::digest::{SHA256, digest};

use crate::text::hex;

/// Whether `told`, with `share_code` behind it, is what the hash in a document was made of. `last_digit` is the Aadhaar number's.
pub fn is_of(hash_hex: &str, told: &str, share_code: &str, last_digit: u8) -> bool {
    hash_hex.eq_ignore_ascii_case(&hashed(told, share_code, last_digit))
}

/// The hash that a document holds of a text.
pub fn hashed(told: &str, share_code: &str, last_digit: u8) -> String {
    let mut text = format!("{told}{share_code}");
    for _ in 0..last_digit.max(1) {
        text = hex(digest(&SHA256, text.as_bytes()).as_ref());
    }
    text
}
