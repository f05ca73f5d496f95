//! What a plugin gets of keys, and what it does not.

use super::*;

/// Answers by what it was asked; one handle makes it panic, one gives too much.
struct Echo;

impl SecretService for Echo {
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>, Error> {
        match handle {
            "panics" => panic!("told to"),
            "long" => Ok(vec![0; ANSWER_BYTES_MAX + 1]),
            _ => Ok([format!("{handle} {algorithm:?} ").as_bytes(), data].concat()),
        }
    }

    fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>, Error> {
        Ok([format!("{handle} {algorithm:?} ").as_bytes(), data].concat())
    }
}

fn host(handles: &[&str]) -> *const fp_host {
    let mut services = HostServices::new("org.example.keys", None, Some(Arc::new(Echo)));
    services.allow(&handles.iter().map(|handle| (*handle).to_owned()).collect());
    services.leak()
}

fn used(
    with: abi::fp_secret_fn,
    host: *const fp_host,
    handle: &str,
    algorithm: u32,
    data: &[u8],
) -> (fp_status, String) {
    let mut made = Vec::new();
    let mut out = fp_writer::into_reason(&mut made);
    // SAFETY: the host is ours; handle, data and writer are valid during the call.
    let status = unsafe { with(host, fp_str::of(handle), algorithm, fp_bytes::of(data), &raw mut out) };
    (status, String::from_utf8(made).unwrap())
}

#[test]
fn a_key_that_the_settings_name_is_used_with_the_algorithm_that_was_asked_for() {
    let host = host(&["mine"]);
    let mac_512 = used(mac, host, "mine", abi::FP_MAC_HMAC_SHA512, b"data");
    assert_eq!(mac_512, (abi::FP_OK, "mine HmacSha512 data".into()));
    let public = used(sign, host, "mine", abi::FP_SIGN_SECP256K1_PUBLIC, b"");
    assert_eq!(public, (abi::FP_OK, "mine Secp256k1Public ".into()));
}

#[test]
fn a_key_of_somebody_else_is_refused_whatever_is_asked() {
    let host = host(&["mine"]);
    for handle in ["theirs", "", "mine ", "../mine"] {
        for (with, algorithm) in [(mac as abi::fp_secret_fn, 1), (sign, 1)] {
            assert_eq!(used(with, host, handle, algorithm, b"").0, abi::FP_E_CONFIG, "{handle}");
        }
    }
    let none = HostServices::new("org.example.keys", None, None).leak();
    assert_eq!(used(mac, none, "mine", 1, b"").0, abi::FP_E_UNSUPPORTED);
    assert_eq!(used(mac, std::ptr::null(), "mine", 1, b"").0, abi::FP_E_INVALID);
}

#[test]
fn what_is_out_of_bounds_or_breaks_gives_nothing_and_does_not_unwind() {
    let host = host(&["mine", "panics", "long"]);
    let large = vec![0; DATA_BYTES_MAX + 1];
    for (handle, algorithm, data, expected) in [
        ("mine", 9, &b""[..], abi::FP_E_UNSUPPORTED),
        ("mine", 1, &large, abi::FP_E_INVALID),
        ("long", 1, b"", abi::FP_E_INTERNAL),
        ("panics", 1, b"", abi::FP_E_INTERNAL),
    ] {
        assert_eq!(used(mac, host, handle, algorithm, data), (expected, String::new()), "{handle}");
    }
    assert_eq!(used(sign, host, "mine", abi::FP_SIGN_SECP256K1_PUBLIC + 1, b"").0, abi::FP_E_UNSUPPORTED);
    let nowhere = std::ptr::null_mut();
    // SAFETY: the host is ours; handle and data are valid during the call; a null writer is allowed for.
    let status = unsafe { mac(host, fp_str::of("mine"), 1, fp_bytes::of(b""), nowhere) };
    assert_eq!(status, abi::FP_E_INVALID);
}
