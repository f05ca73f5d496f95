//! What comes from a device for fingerprints: the block that an authentication passes on.
#![no_main]

use identity_aadhaar::auth::Pid;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let _ = Pid::parse(data);
});
