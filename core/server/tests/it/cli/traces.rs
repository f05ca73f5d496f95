//! Traces at an OpenTelemetry collector.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use super::serve::{SETTINGS, started};
use super::{check, facepay};

/// What a collector was posted: the request's first line and its body.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1/traces", listener.local_addr().unwrap());
    let (told, heard) = mpsc::sync_channel(64);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let _ = told.send(taken(stream));
        }
    });
    (url, heard)
}

fn taken(mut stream: TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim_end().to_ascii_lowercase().split_once(": ") {
            Some(("content-length", value)) => length = value.parse().unwrap(),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    (first, body)
}

fn has(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn a_request_is_told_with_its_route_and_in_its_callers_trace() {
    let folder = tempfile::tempdir().unwrap();
    let (url, heard) = collector();
    std::fs::write(folder.path().join("x.toml"), format!("{SETTINGS}[traces]\nurl = \"{url}\"\n")).unwrap();
    let mut serving = facepay(folder.path());
    let mut serving = serving.args(["--config", "x.toml", "serve"]).stderr(Stdio::piped()).spawn().unwrap();
    let (address, _log) = started(&mut serving);
    let mut asking = TcpStream::connect(&address).unwrap();
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let asked = format!(
        "GET /users/some-name HTTP/1.1\r\nhost: {address}\r\ntraceparent: 00-{trace}-b7ad6b7169203331-01\r\nconnection: close\r\n\r\n"
    );
    asking.write_all(asked.as_bytes()).unwrap();
    asking.read_to_end(&mut Vec::new()).unwrap();
    // What was not told yet is told at the end.
    assert!(Command::new("kill").arg(serving.id().to_string()).status().unwrap().success());
    assert!(serving.wait().unwrap().success());
    let (first, body) = heard.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(first.starts_with("POST /v1/traces "), "{first}");
    for wanted in [&b"facepay"[..], b"request", b"/users/{id}", &hex::decode(trace).unwrap()] {
        assert!(has(&body, wanted), "{}", String::from_utf8_lossy(wanted));
    }
    assert!(!has(&body, b"some-name"), "a path may name a person; a route does not");
}

#[test]
fn a_collector_that_is_away_holds_nothing_up() {
    let folder = tempfile::tempdir().unwrap();
    let away = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", away.local_addr().unwrap());
    std::fs::write(folder.path().join("x.toml"), format!("{SETTINGS}[traces]\nurl = \"{url}\"\n")).unwrap();
    let mut serving = facepay(folder.path());
    let mut serving = serving.args(["--config", "x.toml", "serve"]).stderr(Stdio::piped()).spawn().unwrap();
    let (address, _log) = started(&mut serving);
    check(&folder, &["--config", "x.toml", "status", "--url", &format!("http://{address}")], 0, "ready");
    let asked = std::time::Instant::now();
    assert!(Command::new("kill").arg(serving.id().to_string()).status().unwrap().success());
    assert!(serving.wait().unwrap().success());
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
}
