//! Effects that a plugin must not ask for, row by row.

use plugin_sdk::{Prompt, TcpExchange};

use super::*;

/// An effect of a machine whose operations end in nothing.
type Bare = Effect<()>;

fn found(effect: &Bare) -> Option<String> {
    flaw(effect, |()| None)
}

fn http() -> HttpRequest {
    HttpRequest {
        method: "POST".into(),
        path: "/v1/sales?x=1".into(),
        timeout_ms: 5000,
        ..HttpRequest::default()
    }
}

#[test]
fn sound_effects_have_no_flaw() {
    let rows = [
        Bare::Http(http()),
        Bare::TcpExchange(TcpExchange { timeout_ms: 1, ..TcpExchange::default() }),
        Bare::Sleep(Duration::from_secs(1)),
        Bare::Prompt(Prompt { json: r#"{"kind":"pin"}"#.into(), timeout_ms: 30_000 }),
        Bare::Keep(br#"{"nonce":7}"#.to_vec()),
        Bare::Done(()),
    ];
    for effect in rows {
        assert_eq!(found(&effect), None, "{effect:?}");
    }
}

#[test]
fn each_unsound_effect_is_named() {
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    let rows = [
        (Bare::Http(HttpRequest { method: "post".into(), ..http() }), "method"),
        (Bare::Http(HttpRequest { path: "v1".into(), ..http() }), "path"),
        (Bare::Http(HttpRequest { path: "//evil.example/".into(), ..http() }), "path"),
        (Bare::Http(HttpRequest { path: "/a b".into(), ..http() }), "path"),
        (Bare::Http(HttpRequest { path: format!("/{}", "x".repeat(PATH_BYTES_MAX)), ..http() }), "path"),
        (Bare::Http(HttpRequest { headers: header("a", "b\r\nHost: evil"), ..http() }), "headers"),
        (Bare::Http(HttpRequest { headers: header("a b", "c"), ..http() }), "headers"),
        (Bare::Http(HttpRequest { headers: vec![header("a", "b").remove(0); 65], ..http() }), "headers"),
        (Bare::Http(HttpRequest { body: vec![0; BODY_BYTES_MAX + 1], ..http() }), "body"),
        (Bare::Http(HttpRequest { timeout_ms: 0, ..http() }), "timeout"),
        (Bare::TcpExchange(TcpExchange { timeout_ms: u32::MAX, ..TcpExchange::default() }), "timeout"),
        (Bare::Sleep(WAIT_MAX + Duration::from_nanos(1)), "sleep"),
        (Bare::Prompt(Prompt { json: "{}".into(), timeout_ms: 1 }), "prompt"),
        (Bare::Keep(b"[]".to_vec()), "keep"),
        (Bare::Keep(format!(r#"{{"a":"{}"}}"#, "x".repeat(KEPT_BYTES_MAX)).into_bytes()), "kept"),
    ];
    for (effect, expected) in rows {
        let found = found(&effect).unwrap_or_default();
        assert!(found.contains(expected), "{effect:?}: {found:?} does not name {expected}");
    }
    assert_eq!(flaw(&Bare::Done(()), |()| Some("of the end".into())), Some("of the end".into()));
}
