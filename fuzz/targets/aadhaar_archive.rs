//! Offline e-KYC files: ZIP archives with a share code.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    for code in [None, Some("1234")] {
        let _ = identity_aadhaar::archive::opened(data, code);
    }
});
