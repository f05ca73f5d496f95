//! Secure QR codes: as scanned, and with what is below the number and the compression.
#![no_main]

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use identity_aadhaar::keyring::KeyRing;
use identity_aadhaar::qr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(nobody) = KeyRing::read(&[]) else { return };
    let versions = [String::from("V2"), String::from("V5")];
    assert!(qr::verified(data, &nobody, &versions).is_err());
    if let Some(scanned) = scanned(&data[..data.len().min(1_024)]) {
        assert!(qr::verified(scanned.as_bytes(), &nobody, &versions).is_err());
    }
});

/// `content` as a code holds it.
fn scanned(content: &[u8]) -> Option<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(content).ok()?;
    Some(decimal(&encoder.finish().ok()?))
}

/// The digits of a number of so many bytes.
fn decimal(bytes: &[u8]) -> String {
    let mut digits = vec![0_u8];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            carry += u32::from(*digit) * 256;
            *digit = (carry % 10) as u8;
            carry /= 10;
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}
