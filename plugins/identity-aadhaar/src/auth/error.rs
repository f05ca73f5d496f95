//! UIDAI's error codes as reasons that stay the same, and advice.
//!
//! The numbers and what they mean are those of UIDAI's Authentication API 2.5 as its list of error codes has them.

/// What an error code means here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UidaiError {
    /// The reason, in `[a-z0-9_]`.
    pub code: &'static str,
    /// What the operator or the person can do.
    pub advice: &'static str,
    /// It says nothing of the person: nobody knows, and another attempt may.
    pub is_open: bool,
}

const fn no(code: &'static str, advice: &'static str) -> UidaiError {
    UidaiError { code, advice, is_open: false }
}

const fn open(code: &'static str, advice: &'static str) -> UidaiError {
    UidaiError { code, advice, is_open: true }
}

const LICENCE: &str = "have UIDAI's licence of the AUA extended to it";
const DEVICE: &str = "use a certified device, with its newest software";
const OURS: &str = "a fault of the integration: run the linter on the request";
const LATER: &str = "try again later";

/// What an error code of `AuthRes` means; a code that is not known is told as `uidai_error`.
pub fn explained(err: &str) -> UidaiError {
    let Ok(number) = err.parse::<u16>() else { return unknown() };
    match number {
        100 => no("details_differ", "ask for name, birth and gender once more"),
        200 => no("address_differs", "ask for the address once more"),
        300 => no("biometric_differs", "capture again, in better light; then take another factor"),
        310 | 311 => no("biometric_twice", "capture different fingers or eyes"),
        312..=315 => no("biometric_count", OURS),
        316 => no("face_count", "one face only: let others step aside and capture again"),
        330 => no("biometric_locked", "the holder locked biometrics: unlock them in mAadhaar, or use an OTP"),
        400 => no("otp_wrong", "ask for the OTP once more"),
        402 => no("otp_other_transaction", "ask for a new OTP"),
        500..=504 => no("pid_encryption", DEVICE),
        505 => no("synchronised_key_not_allowed", LICENCE),
        510 | 511 => no("request_malformed", OURS),
        512 => no("consent_invalid", "the request has to say rc=\"Y\", after the person consented"),
        520..=527 => no("terminal_invalid", DEVICE),
        530 => no("authenticator_invalid", OURS),
        540 | 541 => no("version_invalid", OURS),
        542 | 543 => no("aua_not_linked", "have AUA, sub-AUA and ASA linked in UIDAI's portal"),
        550 | 551 => no("request_malformed", OURS),
        553..=558 => no("device_not_registered", DEVICE),
        559 | 560 => no("device_certificate_expired", "renew the device's certificate, then capture again"),
        561 => no("request_expired", "capture again; if it comes back, set the device's clock"),
        562 => no("request_in_future", "set the device's clock, then capture again"),
        563 => open(
            "duplicate",
            "UIDAI has had this very request: what it answered then is not known; capture again",
        ),
        564 => no("pid_hmac", DEVICE),
        565 | 566 => no("aua_licence_expired", "renew the AUA's licence key"),
        567 | 568 => no("language", OURS),
        569 => no(
            "request_signature_wrong",
            "the request was changed after it was signed, or another key signed it",
        ),
        570 => no("request_certificate_invalid", "renew the AUA's certificate, and tell UIDAI"),
        571 | 572 => no("request_malformed", OURS),
        573..=582 | 586 | 588 | 590 => no("factor_not_licensed", LICENCE),
        587 => no("request_malformed", OURS),
        710..=740 | 800 | 810 | 820..=822 | 901..=913 => no("request_incomplete", OURS),
        811 => no("biometric_not_enrolled", "UIDAI has none of this kind: use another factor"),
        812 => no("best_finger_unknown", "find the best finger first, or use another factor"),
        930..=939 | 950 | 951 => open("uidai_unavailable", LATER),
        940 | 941 => no("asa_not_authorised", "have UIDAI open the ASA's channel"),
        980 => no("option_not_supported", OURS),
        995 | 997 => no("aadhaar_suspended", "the holder has to ask UIDAI"),
        996 => no("aadhaar_cancelled", "the holder has to ask UIDAI"),
        998 => no("aadhaar_invalid", "ask for the number once more"),
        _ => unknown(),
    }
}

fn unknown() -> UidaiError {
    open("uidai_error", LATER)
}
