//! What localstripe sends on its own, signed as Stripe signs.

use std::io::Write;
use std::net::TcpListener;

use plugin_sdk::Op;
use serde_json::{Value, json};

use crate::message::{Message, PATIENCE};
use crate::till::{Till, WEBHOOK_SECRET, now_s, request};

fn delivered(till: &Till, secret: &str, attempt: u8) -> (Value, String) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    till.stripe.ask("POST", "/_config/webhooks/facepay", &format!("url={url}&secret={secret}"));
    let sold = till.charge(Op::Sale, attempt, 1250, "pm_card_visa");
    let (mut stream, _) = listener.accept().unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let message = Message::read(&mut stream).unwrap();
    stream.write_all(&Message::new("HTTP/1.1 200 OK", &[], b"").bytes()).unwrap();
    let body = String::from_utf8(message.body.clone()).unwrap();
    (json!({ "headers": message.headers, "body": body, "now_s": now_s() }), sold.provider_ref)
}

#[test]
fn a_webhook_that_localstripe_signed_is_authentic_and_one_that_was_changed_is_not() {
    let Some(till) = Till::open() else { return };
    let (payload, intent) = delivered(&till, WEBHOOK_SECRET, 7);
    let hook = |payload: Value| till.run(&request(Op::Webhook, 0xee, None, None, payload));
    let ended = hook(payload.clone());
    assert_eq!((ended.said.as_str(), &ended.provider_ref), ("Approved", &intent));
    assert_eq!(ended.result["attempt"], hex::encode([7; 16]));
    assert!(ended.result["event_id"].as_str().unwrap().starts_with("evt_"));

    let mut changed = payload.clone();
    changed["body"] = payload["body"].as_str().unwrap().replace("1250", "1251").into();
    assert_eq!(hook(changed).said, "declined signature_invalid");
    let mut late = payload;
    late["now_s"] = (now_s() + 400).into();
    assert_eq!(hook(late).said, "declined too_old");

    let (foreign, _) = delivered(&till, "whsec_of_somebody_else", 8);
    assert_eq!(hook(foreign).said, "declined signature_invalid");
}
