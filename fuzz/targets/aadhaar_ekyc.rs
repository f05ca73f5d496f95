//! Offline e-KYC documents: XML, its canonical form, its signature.
#![no_main]

use identity_aadhaar::canonical::{Form, canonical};
use identity_aadhaar::keyring::KeyRing;
use identity_aadhaar::{ekyc, xml};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(nobody) = KeyRing::read(&[]) else { return };
    // Nobody signed it, so nobody is described.
    assert!(ekyc::verified(text, &nobody, true).is_err());
    if let Ok(document) = xml::parse(text) {
        let form = canonical(text, document.root_element(), None, Form::Inclusive);
        // The canonical form of the canonical form is itself.
        if let Ok(again) = xml::parse(&form) {
            assert_eq!(canonical(&form, again.root_element(), None, Form::Inclusive), form);
        }
    }
});
