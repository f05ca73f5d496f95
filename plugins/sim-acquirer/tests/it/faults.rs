//! What each fault does to the answer and to the book.

use std::io::Write;
use std::net::TcpStream;

use serde_json::json;

use crate::client::{acquirer, book, charge, control, fail, get, until_taken_on};

#[test]
fn each_fault_shows_the_client_what_it_shall_and_has_the_effect_that_it_shall() {
    // fault, status that the client sees, whether it sees a body, charges after it, status of the same request again
    let rows = [
        ("drop_request", 0, false, 0, 200),
        ("drop_reply", 0, false, 1, 200),
        ("half_body", 200, false, 1, 200),
        ("http_500", 500, true, 0, 500),
        ("http_500_after", 500, true, 1, 200),
        ("duplicate", 200, true, 1, 200),
        ("delay_ms:50", 200, true, 1, 200),
    ];
    for (fault, status, has_body, charges, again) in rows {
        let acquirer = acquirer();
        fail(&acquirer, "sale", fault);
        let first = charge(&acquirer, "a1", "");
        assert_eq!((first.status, !first.body.is_null()), (status, has_body), "{fault}");
        assert_eq!(book(&acquirer), (charges, 1250 * charges as i64, 0, 0), "{fault}");
        assert_eq!(charge(&acquirer, "a1", "").status, again, "{fault}");
        assert_eq!(get(&acquirer, "/_sim/faults"), json!({ "used": 1, "script_left": 0, "in_flight": 0 }));
    }
}

#[test]
fn a_late_success_comes_after_the_client_has_gone() {
    let acquirer = acquirer();
    fail(&acquirer, "sale", "late_success_ms:150");
    let body = "amount=7&currency=eur&confirm=true&payment_method=pm_card_visa";
    let mut stream = TcpStream::connect(acquirer.http()).unwrap();
    let head = "POST /v1/payment_intents HTTP/1.1\r\nAuthorization: Bearer x\r\nIdempotency-Key: a1";
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
    drop(stream);
    assert_eq!(book(&acquirer), (0, 0, 0, 0));
    while book(&acquirer) != (1, 7, 0, 0) {
        std::thread::yield_now(); // until the effect is there
    }
}

#[test]
fn a_reset_outruns_a_late_effect() {
    let acquirer = acquirer();
    fail(&acquirer, "sale", "delay_ms:200");
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| charge(&acquirer, "a1", ""));
        until_taken_on(&acquirer);
        control(&acquirer, "/_sim/reset", &json!({}));
        assert_eq!(slow.join().unwrap().status, 503);
    });
    assert_eq!(book(&acquirer), (0, 0, 0, 0));
}

#[test]
fn without_a_key_a_duplicate_is_two_charges() {
    let acquirer = acquirer();
    fail(&acquirer, "sale", "duplicate");
    let form = "amount=7&currency=eur&confirm=true&payment_method=pm_card_visa&metadata[facepay_attempt]=x";
    crate::client::post(&acquirer, "/v1/payment_intents", "", form);
    assert_eq!(book(&acquirer), (2, 14, 0, 1));
}

#[test]
fn chance_is_the_same_for_the_same_seed() {
    let run = || {
        let acquirer = acquirer();
        let rates = json!({ "drop_request": 0.2, "drop_reply": 0.2, "http_500": 0.2 });
        control(&acquirer, "/_sim/faults", &json!({ "seed": 7, "rates": rates }));
        (0..40).map(|index| charge(&acquirer, &format!("a{index}"), "").status).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    assert!([0, 200, 500].iter().all(|status| first.contains(status)), "{first:?}");
}
