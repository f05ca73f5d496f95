//! Aadhaar numbers and virtual IDs.
#![no_main]

use identity_aadhaar::number::{Number, verhoeff};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = verhoeff(text);
    if let Some(number) = Number::parse(text) {
        assert!(verhoeff(number.digits()));
        // All but the last four digits are hidden.
        assert!(!number.masked().contains(&number.digits()[..8]));
    }
});
