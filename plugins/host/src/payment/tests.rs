//! Effects that a plugin must not ask for, row by row.

use plugin_sdk::{Prompt, TcpExchange};

use super::*;

fn http() -> HttpRequest {
    HttpRequest {
        method: "POST".into(),
        path: "/v1/sales?x=1".into(),
        timeout_ms: 5000,
        ..HttpRequest::default()
    }
}

fn done(verdict: Verdict) -> Outcome {
    Outcome::new(verdict)
}

#[test]
fn sound_effects_have_no_flaw() {
    let rows = [
        Effect::Http(http()),
        Effect::TcpExchange(TcpExchange { timeout_ms: 1, ..TcpExchange::default() }),
        Effect::Sleep(Duration::from_secs(1)),
        Effect::Prompt(Prompt { json: r#"{"kind":"pin"}"#.into(), timeout_ms: 30_000 }),
        Effect::Keep(br#"{"nonce":7}"#.to_vec()),
        Effect::Done(done(Verdict::Declined { code: "no_funds_51".into() })),
        Effect::Done(Outcome { result_json: b"{}".to_vec(), ..done(Verdict::Approved) }),
    ];
    for effect in rows {
        assert_eq!(flaw(&effect), None, "{effect:?}");
    }
}

#[test]
fn each_unsound_effect_is_named() {
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let rows = [
        (Effect::Http(HttpRequest { method: "post".into(), ..http() }), "method"),
        (Effect::Http(HttpRequest { path: "v1".into(), ..http() }), "path"),
        (Effect::Http(HttpRequest { path: "//evil.example/".into(), ..http() }), "path"),
        (Effect::Http(HttpRequest { path: "/a b".into(), ..http() }), "path"),
        (Effect::Http(HttpRequest { path: format!("/{}", "x".repeat(PATH_BYTES_MAX)), ..http() }), "path"),
        (Effect::Http(HttpRequest { headers: header("a", "b\r\nHost: evil"), ..http() }), "headers"),
        (Effect::Http(HttpRequest { headers: header("a b", "c"), ..http() }), "headers"),
        (Effect::Http(HttpRequest { headers: vec![header("a", "b").remove(0); 65], ..http() }), "headers"),
        (Effect::Http(HttpRequest { body: vec![0; BODY_BYTES_MAX + 1], ..http() }), "body"),
        (Effect::Http(HttpRequest { timeout_ms: 0, ..http() }), "timeout"),
        (Effect::TcpExchange(TcpExchange { timeout_ms: u32::MAX, ..TcpExchange::default() }), "timeout"),
        (Effect::Sleep(WAIT_MAX + Duration::from_nanos(1)), "sleep"),
        (Effect::Prompt(Prompt { json: "{}".into(), timeout_ms: 1 }), "prompt"),
        (Effect::Keep(b"[]".to_vec()), "keep"),
        (Effect::Keep(format!(r#"{{"a":"{}"}}"#, "x".repeat(KEPT_BYTES_MAX)).into_bytes()), "kept"),
        (Effect::Done(done(Verdict::Declined { code: "No funds".into() })), "decline code"),
        (Effect::Done(Outcome { result_json: b"{".to_vec(), ..done(Verdict::Approved) }), "result_json"),
        (Effect::Done(Outcome { provider_ref: "x".repeat(256), ..done(Verdict::Approved) }), "provider_ref"),
    ];
    for (effect, expected) in rows {
        let found = flaw(&effect).unwrap_or_default();
        assert!(found.contains(expected), "{effect:?}: {found:?} does not name {expected}");
    }
}
