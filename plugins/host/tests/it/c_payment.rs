//! A payment provider written in C: what crosses the boundary, and what is refused there.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use plugin_host::{
    CallContext, CallError, Effect, Event, HttpResponse, Isolation, Money, Op, Outcome, PluginState, Request,
    Verdict,
};

use crate::fixture::{both, frame, load, load_in};

fn sale() -> Request {
    Request {
        op: Op::Sale,
        attempt_ref: [5; 16],
        original_ref: None,
        provider_ref: None,
        money: Some(Money::new(100, "EUR", 2).unwrap()),
        payload_json: Vec::new(),
    }
}

/// The outcome of a sale whose request is answered with `status`.
fn pay(isolation: Isolation, fault: &str, status: u16) -> Result<Outcome, CallError> {
    let provider = load_in(isolation, fault).unwrap().payment().unwrap();
    let context = CallContext::default();
    let mut task = provider.begin(&context, &sale())?;
    match task.step(&context, &Event::Start)? {
        Effect::Http(asked) => {
            assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/pay"));
            assert_eq!((asked.endpoint, asked.timeout_ms), (1, 1000));
            assert_eq!((&asked.headers[..], &asked.body[..]), (&[("a".into(), "b".into())][..], &b"{}"[..]));
            assert!(asked.repeatable && !asked.sensitive);
        }
        other => panic!("{fault}: {other:?}"),
    }
    let (headers, body) = (Vec::new(), Vec::new());
    let answered = Event::HttpResponse(HttpResponse { status, headers, body, truncated: false });
    match task.step(&context, &answered)? {
        Effect::Done(outcome) => Ok(outcome),
        other => panic!("{fault}: {other:?}"),
    }
}

#[test]
fn a_sale_crosses_both_ways() {
    for isolation in both() {
        let approved = pay(isolation.clone(), "SOUND", 200).unwrap();
        assert_eq!((approved.verdict, approved.provider_ref.as_str()), (Verdict::Approved, "c-1"));
        let declined = pay(isolation, "SOUND", 500).unwrap();
        assert_eq!(declined.verdict, Verdict::Declined { code: "no_answer".into() });
    }
}

#[test]
fn each_malformed_answer_of_a_provider_is_refused_and_named() {
    let rows = [
        ("NO_TASK", "no task for an operation that it took on"),
        ("BAD_EFFECT", "an effect: not supported: effect kind 77"),
        ("STRAY_CODE", "a decline code belongs to a declined outcome, and to no other"),
        ("NO_CODE", "a decline code belongs to a declined outcome, and to no other"),
        ("NULL_BODY", "null pointer to 2 bytes"),
    ];
    for (isolation, (fault, expected)) in rows.into_iter().flat_map(|row| both().map(|place| (place, row))) {
        match pay(isolation, fault, 200) {
            Err(CallError::Malformed { what, .. }) => assert!(what.contains(expected), "{fault}: {what}"),
            Err(other) => panic!("{fault}: {other}"),
            Ok(outcome) => panic!("{fault}: accepted {:?}", outcome.verdict),
        }
    }
}

#[test]
fn an_operation_is_ended_once_it_is_dropped() {
    for isolation in both() {
        let plugin = load_in(isolation, "ENDS").unwrap();
        let task = plugin.payment().unwrap().begin(&CallContext::default(), &sale()).unwrap();
        assert_eq!(plugin.health().detail, "");
        drop(task);
        assert_eq!(plugin.health().detail, "ended");
    }
}

#[test]
fn dropping_an_operation_does_not_wait_for_a_plugin_that_is_stuck() {
    let plugin = load("BUSY").unwrap(); // lets one call in at a time
    let task = plugin.payment().unwrap().begin(&CallContext::default(), &sale()).unwrap();
    let cancel = Arc::new(AtomicU32::new(0));
    std::thread::scope(|scope| {
        let stuck = CallContext { cancel: Some(Arc::clone(&cancel)), ..CallContext::default() };
        let detector = plugin.detector().unwrap();
        scope.spawn(move || detector.detect(&stuck, &[frame()]).unwrap_err());
        while plugin.health().detail != "inside" {
            std::thread::yield_now();
        }
        let (dropped, returned) = std::sync::mpsc::sync_channel(1);
        scope.spawn(move || {
            drop(task);
            let _ = dropped.send(Instant::now());
        });
        let in_time = returned.recv_timeout(Duration::from_secs(30));
        let detail = plugin.health().detail;
        cancel.store(1, Ordering::Release); // lets all go before anything is asserted
        assert!(in_time.is_ok(), "the drop waits for the plugin");
        assert_eq!(detail, "inside", "the operation was ended beside a running call");
    });
    assert_eq!(plugin.state(), PluginState::Active);
}
