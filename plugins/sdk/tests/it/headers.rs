//! Headers of requests and answers, read from what the other side wrote.

use plugin_sdk::abi::{self, Growing, fp_bytes, fp_effect, fp_event};
use plugin_sdk::identity::Finding;
use plugin_sdk::machine::wire::{read_effect, read_event};

#[test]
fn headers_that_cannot_be_read_are_not_quoted() {
    let rows = [
        (r#""8410 5527 6630""#, "Data error"),
        (r#"["8410 5527 6630"]"#, "Data error"),
        (r#"[["x-number",841055276630]]"#, "Data error"),
        (r#"[["x-number","8410 5527 6630","more"]]"#, "Syntax error"),
        (r#"{"8410 5527 6630":1}"#, "Data error"),
        (r#"[["x-number","8410 5527 6630"]"#, "Eof error"),
        ("[[841055276630", "Data error"),
    ];
    for (json, expected) in rows {
        let (mut effect, mut event) = (fp_effect::empty(), fp_event::empty());
        (effect.kind, effect.headers_json) = (abi::FP_FX_HTTP, fp_bytes::of(json.as_bytes()));
        (event.kind, event.headers_json) = (abi::FP_EV_HTTP_RESPONSE, fp_bytes::of(json.as_bytes()));
        // SAFETY: the texts outlive the reading.
        let asked = unsafe { read_effect::<Finding>(&effect) }.map(|_| ());
        // SAFETY: as above.
        let heard = unsafe { read_event(&event) }.map(|_| ());
        for said in [asked, heard].map(|read| read.unwrap_err().to_string()) {
            assert!(said.contains(expected) && said.contains("no pairs of texts"), "{json}: {said}");
            assert!(!said.contains("8410"), "{json}: {said}");
        }
    }
}
