//! Events: signed, in another order and twice where asked for.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use sim_acquirer::Acquirer;

use crate::client::{acquirer, charge, control, get, post};

/// Takes one event: its signature and body. Answers with a status.
fn take(listener: &TcpListener, status: u16) -> (String, String) {
    let (mut stream, _) = listener.accept().expect("an event comes");
    let mut reader = BufReader::new(&stream);
    let (mut signature, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a head");
        match line.trim_end().split_once(": ") {
            Some(("Stripe-Signature", value)) => signature = value.to_owned(),
            Some(("Content-Length", value)) => length = value.parse().expect("a length"),
            None if line == "\r\n" => break,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n").expect("it listens");
    (signature, String::from_utf8(body).expect("JSON is UTF-8"))
}

fn kind(body: &str) -> String {
    let event: Value = serde_json::from_str(body).expect("JSON");
    event["type"].as_str().expect("a type").to_owned()
}

fn listen(acquirer: &Acquirer, reorder: bool, duplicate: bool) -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/in?x=1", listener.local_addr().expect("it is bound"));
    let target = json!({ "url": url, "secret": "whsec_1", "reorder": reorder, "duplicate": duplicate });
    control(acquirer, "/_sim/webhooks", &target);
    listener
}

#[test]
fn an_event_is_signed_and_comes_again_until_it_is_taken() {
    let acquirer = acquirer();
    let listener = listen(&acquirer, false, false);
    let made = charge(&acquirer, "a1", "").body;
    let (_, refused) = take(&listener, 500);
    let (signature, body) = take(&listener, 200);
    assert_eq!(refused, body);
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((&event["type"], &event["data"]["object"]), (&json!("payment_intent.succeeded"), &made));
    let (time, mac) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut expected = Hmac::<Sha256>::new_from_slice(b"whsec_1").unwrap();
    expected.update(format!("{time}.{body}").as_bytes());
    assert_eq!(mac, hex::encode(expected.finalize().into_bytes()));
    while get(&acquirer, "/_sim/webhooks") != json!({ "waiting": 0, "delivered": 1, "failed": 0 }) {
        std::thread::yield_now(); // until the answer has been read
    }
}

#[test]
fn events_come_in_another_order_and_twice_where_asked_for() {
    let acquirer = acquirer();
    let listener = listen(&acquirer, true, true);
    let id = charge(&acquirer, "a1", "&capture_method=manual").body["id"].as_str().unwrap().to_owned();
    post(&acquirer, &format!("/v1/payment_intents/{id}/capture"), "c1", "");
    post(&acquirer, "/v1/refunds", "r1", &format!("payment_intent={id}&amount=1"));
    charge(&acquirer, "a1", "&capture_method=manual"); // a replay is no event
    let kinds: Vec<String> = (0..6).map(|_| kind(&take(&listener, 200).1)).collect();
    let [refund, capture, hold] =
        ["refund.created", "payment_intent.succeeded", "payment_intent.amount_capturable_updated"];
    assert_eq!(kinds, [refund, refund, capture, capture, hold, hold]);
}
