//! How operations end when plugins and providers behave and when they do not.

use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use plugin_host::{Effect, HttpRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::outbound::Outbound;
use crate::secrets::Vault;

/// Secrets in a folder that is not there.
fn no_secrets() -> Arc<Vault> {
    Arc::new(Vault::new("/nowhere".into()))
}

/// Answers each event by the next of a list of effects; records what it saw.
struct Script {
    effects: std::vec::IntoIter<Result<Effect, String>>,
}

impl Steps for Script {
    type End = Outcome;

    fn step(&mut self, _: &Event, _: Duration) -> Result<Effect, String> {
        self.effects.next().unwrap_or(Ok(Effect::Sleep(Duration::ZERO)))
    }
}

/// Keeps what says so, and nothing else.
struct Shelf;

impl Journal for Shelf {
    async fn keep(&self, json: Vec<u8>) -> Result<(), String> {
        if json == b"{}" { Ok(()) } else { Err("full".into()) }
    }
}

fn done(verdict: Verdict) -> Result<Effect, String> {
    Ok(Effect::Done(Outcome::new(verdict)))
}

fn post() -> Result<Effect, String> {
    let request = HttpRequest {
        method: "POST".into(),
        path: "/pay".into(),
        timeout_ms: 2000,
        ..HttpRequest::default()
    };
    Ok(Effect::Http(request))
}

/// As [`Script`], of an identity plugin.
struct Vouching(std::vec::IntoIter<identity::Effect>);

impl Steps for Vouching {
    type End = Finding;

    fn step(&mut self, _: &Event, _: Duration) -> Result<identity::Effect, String> {
        self.0.next().ok_or_else(|| "no more effects".to_owned())
    }
}

async fn check(endpoint: Option<String>, effects: Vec<Result<Effect, String>>, expected: Verdict) {
    check_as(false, endpoint, effects, expected).await;
}

fn endpoints(bases: &[String], vault: Arc<Vault>) -> Endpoints {
    Endpoints::new([bases, &[]], 1024, Outbound::trusting_nobody(), vault).unwrap()
}

async fn check_as(
    asks: bool,
    endpoint: Option<String>,
    effects: Vec<Result<Effect, String>>,
    expected: Verdict,
) {
    let endpoints = endpoints(&endpoint.into_iter().collect::<Vec<_>>(), no_secrets());
    let bounds = Bounds { step_count_max: 8, deadline: Duration::from_secs(5), asks };
    let ending = drive(Box::new(Script { effects: effects.into_iter() }), &endpoints, &Shelf, bounds).await;
    assert_eq!(ending.outcome.verdict, expected, "{:?}", ending.fault);
}

/// A provider that reads one request and answers with `response`, or hangs up when it is empty.
async fn provider(response: &'static str) -> Option<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = [0_u8; 4096];
        let _ = socket.read(&mut request).await.unwrap();
        socket.write_all(response.as_bytes()).await.unwrap();
    });
    Some(format!("http://{address}"))
}

#[tokio::test]
async fn a_question_may_find_that_another_request_never_arrived() {
    let found = || vec![post(), done(Verdict::NotSent)];
    check_as(true, provider(FINE).await, found(), Verdict::NotSent).await;
    check_as(false, provider(FINE).await, found(), Verdict::Unknown).await;
}

#[tokio::test]
async fn what_cannot_be_kept_is_not_sent_either() {
    let keep = |json: &str| Ok(Effect::Keep(json.as_bytes().to_vec()));
    check(None, vec![keep("{}"), done(Verdict::Approved)], Verdict::Approved).await;
    check(None, vec![keep("{\"a\":1}"), done(Verdict::Approved)], Verdict::NotSent).await;
}

const FINE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn the_plugins_verdict_stands_when_nothing_went_wrong() {
    check(None, vec![done(Verdict::Approved)], Verdict::Approved).await;
    check(None, vec![Ok(Effect::Sleep(Duration::from_millis(1))), done(Verdict::Pending)], Verdict::Pending)
        .await;
    check(provider(FINE).await, vec![post(), done(Verdict::Approved)], Verdict::Approved).await;
}

#[tokio::test]
async fn a_failure_before_anything_left_is_not_sent() {
    check(None, vec![Err("broken".into())], Verdict::NotSent).await;
    check(None, vec![post(), Err("no endpoint".into())], Verdict::NotSent).await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    check(Some(format!("http://{closed}")), vec![post(), done(Verdict::NotSent)], Verdict::NotSent).await;
}

#[tokio::test]
async fn a_failure_after_something_may_have_left_is_unknown() {
    check(provider(FINE).await, vec![post(), Err("broken".into())], Verdict::Unknown).await;
    check(provider("").await, vec![post(), done(Verdict::NotSent)], Verdict::Unknown).await;
    check(provider("").await, vec![post(), done(Verdict::Unknown)], Verdict::Unknown).await;
}

#[tokio::test]
async fn a_plugin_that_never_ends_is_stopped() {
    check(None, vec![], Verdict::NotSent).await;
}

#[test]
fn only_allow_listed_places_are_reached() {
    let bases = ["http://127.0.0.1:9/api".to_owned(), "tcp://127.0.0.1:9".to_owned()];
    let endpoints = endpoints(&bases, no_secrets());
    for (endpoint, path, header, allowed) in [
        (0, "/pay", ("x-a", "1"), true),
        (1, "/pay", ("x-a", "1"), false),
        (2, "/pay", ("x-a", "1"), false),
        (0, "@evil.example/", ("x-a", "1"), false),
        (0, "pay", ("x-a", "1"), false),
        (0, "/pay", ("host", "evil.example"), false),
        (0, "/pay", ("x-a", "a\r\nb: c"), false),
    ] {
        let headers = vec![(header.0.to_owned(), header.1.to_owned())];
        let path = path.to_owned();
        let asked = HttpRequest { endpoint, method: "GET".into(), path, headers, ..HttpRequest::default() };
        let request = endpoints.request(&asked);
        assert_eq!(request.is_ok(), allowed, "{endpoint} {header:?}");
        if let Ok((place, request)) = request {
            assert_eq!((place.path.as_str(), request.uri().path()), ("/api", "/api/pay"));
            assert_eq!(request.uri().host(), None, "where it goes is the place's to say");
        }
    }
}

/// A folder with a secret `a`, and the endpoint `base` for a plugin whose settings name `a` and `gone`.
fn with_secret(base: &str, content: &str) -> (tempfile::TempDir, Endpoints) {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let vault = Arc::new(Vault::new(folder.path().to_owned()));
    let handles = ["a".to_owned(), "gone".to_owned()].into();
    (folder, endpoints(&[base.to_owned()], vault).with_secrets(&handles))
}

#[tokio::test]
async fn a_secret_is_in_its_places_when_the_request_leaves() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let received = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"body") {
            assert_ne!(socket.read_buf(&mut request).await.unwrap(), 0);
        }
        socket.write_all(FINE.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    let (_folder, endpoints) = with_secret(&base, "s/3 cret${secret:b}\n");
    let asked = HttpRequest {
        method: "POST".into(),
        path: "/pay?key=${secret:a}&x=1".into(),
        headers: vec![("authorization".into(), "Bearer ${secret:a}".into())],
        body: b"${secret:a}|${secret:a}|body".to_vec(),
        timeout_ms: 2000,
        ..HttpRequest::default()
    };
    let event = endpoints.exchange(&asked, Instant::now() + Duration::from_secs(5)).await;
    assert!(matches!(event, Event::HttpResponse(_)));
    let request = received.await.unwrap();
    let secret = "s/3 cret${secret:b}"; // what a secret holds is not looked at again
    assert!(request.starts_with("POST /pay?key=s%2F3%20cret%24%7Bsecret%3Ab%7D&x=1 "), "{request}");
    assert!(request.contains(&format!("authorization: Bearer {secret}\r\n")), "{request}");
    assert!(request.ends_with(&format!("{secret}|{secret}|body")), "{request}");
}

#[tokio::test]
async fn the_place_of_a_secret_that_is_not_the_plugins_is_sent_nowhere() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (_folder, endpoints) = with_secret(&base, "hunter2");
    let plain = HttpRequest { method: "POST".into(), path: "/pay".into(), ..HttpRequest::default() };
    let header = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
    for asked in [
        HttpRequest { path: "/pay?key=${secret:b}".into(), ..plain.clone() },
        HttpRequest { headers: header("x-a", "Bearer ${secret:gone}"), ..plain.clone() },
        HttpRequest { headers: header("${secret:a}", "x"), ..plain.clone() },
        HttpRequest { body: br#"{"key":"${secret:../b}"}"#.to_vec(), ..plain.clone() },
        HttpRequest { body: b"${secret:a".to_vec(), ..plain.clone() },
    ] {
        let event = endpoints.exchange(&asked, Instant::now() + Duration::from_secs(5)).await;
        assert!(matches!(event, Event::ConnectFailed));
        let fault = endpoints.filled(&asked).await.err().unwrap();
        assert!(!fault.contains("hunter2"), "{fault}");
    }
    // Nobody ever connected.
    assert!(futures_util::FutureExt::now_or_never(listener.accept()).is_none());
    let allowed = HttpRequest { headers: header("x-a", "${secret:a}"), ..plain };
    let filled = endpoints.filled(&allowed).await.unwrap();
    let (_, request) = endpoints.request(&filled).unwrap();
    assert!(!format!("{request:?}").contains("hunter2"));
    let (_folder, broken) = with_secret(&base, "two\nlines");
    assert!(broken.request(&broken.filled(&allowed).await.unwrap()).is_err());
}

#[tokio::test]
async fn an_identity_plugin_does_not_claim_either_that_what_left_was_not_sent() {
    let endpoints = endpoints(
        &provider("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.into_iter().collect::<Vec<_>>(),
        no_secrets(),
    );
    let bounds = Bounds { step_count_max: 8, deadline: Duration::from_secs(5), asks: false };
    let found = async |effects: Vec<identity::Effect>| {
        drive(Box::new(Vouching(effects.into_iter())), &endpoints, &Shelf, bounds).await.outcome.verdict
    };
    let not_sent = || identity::Effect::Done(Finding::new(identity::Verdict::NotSent));
    let Ok(Effect::Http(request)) = post() else { unreachable!("it is a request") };
    assert_eq!(found(vec![not_sent()]).await, identity::Verdict::NotSent);
    assert_eq!(found(vec![]).await, identity::Verdict::NotSent);
    assert_eq!(found(vec![identity::Effect::Http(request), not_sent()]).await, identity::Verdict::Unknown);
}
