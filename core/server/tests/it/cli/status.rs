//! `facepay status`.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;

use serde_json::Value;

use super::{check, facepay};

/// Answers `requests` requests as an appliance that is not ready, then is gone.
fn appliance(requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for _ in 0..requests {
            let (mut socket, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(socket.try_clone().unwrap()).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.find(String::is_empty);
            let body = match first.split(' ').nth(1).unwrap_or_default() {
                "/health" => r#"{"version":"1","status":"not_ready"}"#,
                "/readyz?verbose" => r#"{"ready":false,"checks":[]}"#,
                "/metrics" => "facepay_outbox_lag_seconds 0.5\nfacepay_ws_clients 3\n",
                _ => r#"{"items":[{"id":"p-1","state":"captured","created_at":"2026-01-01"}]}"#,
            };
            let head =
                format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
            socket.write_all((head + body).as_bytes()).unwrap();
        }
    });
    url
}

/// What one look asks.
const REQUESTS: usize = 6;

#[test]
fn queues_and_last_payments_are_shown_and_only_strict_minds_a_degraded_appliance() {
    let folder = tempfile::tempdir().unwrap();
    check(&folder, &["status", "--url", &appliance(REQUESTS)], 0, "outbox_lag_seconds");
    check(&folder, &["status", "--url", &appliance(REQUESTS)], 0, "last payments: 1");
    check(&folder, &["status", "--strict", "--url", &appliance(REQUESTS)], 6, "not_ready");
}

#[test]
fn a_watch_goes_on_when_a_look_fails_and_prints_one_object_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let mut watch = facepay(folder.path());
    watch.args(["status", "--watch", "--json", "--url", &appliance(REQUESTS)]);
    let mut watch = watch.stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(watch.stdout.take().unwrap()).lines();
    let looks: Vec<Value> = lines.take(3).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    assert_eq!(looks[0]["queues"]["facepay_ws_clients"], 3.0);
    assert!(looks[1..].iter().all(|look| look["error"].is_string()), "{looks:?}");
    watch.kill().unwrap();
    watch.wait().unwrap();
}
