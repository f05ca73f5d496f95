//! Refusals, and answers that prove nothing: what is repeated, how often, and how it ends.

use super::*;

fn sale() -> Request {
    request(Op::Sale, 1250, &card())
}

#[test]
fn a_refusal_has_a_stable_code() {
    for (happens, expected) in [
        (error(402, "card_error", "card_declined", "insufficient_funds"), "insufficient_funds"),
        (error(402, "card_error", "expired_card", ""), "expired_card"),
        (error(402, "card_error", "", ""), "card_declined"),
        (error(402, "card_error", "card_declined", "Do-Not Honor"), "do_not_honor"),
        (error(402, "card_error", "card_declined", &"x".repeat(99)), &"x".repeat(64)),
        (error(402, "invalid_request_error", "card_declined", ""), "card_declined"),
        (error(400, "card_error", "incorrect_cvc", ""), "incorrect_cvc"),
        (error(400, "invalid_request_error", "parameter_missing", ""), "parameter_missing"),
        (error(400, "invalid_request_error", "", ""), "invalid_request"),
        (error(404, "invalid_request_error", "resource_missing", ""), "resource_missing"),
        (error(401, "invalid_request_error", "", ""), "provider_credentials"),
        (error(401, "authentication_error", "", ""), "provider_credentials"),
        (error(403, "invalid_request_error", "some_code", ""), "provider_credentials"),
        (error(400, "idempotency_error", "", ""), "idempotency_mismatch"),
    ] {
        let ended = play(&sale(), &[happens]);
        assert_eq!(ended.said, format!("declined {expected}"));
        assert_eq!(ended.did.len(), 1, "a refusal is not asked for again");
    }
    let error = json!({ "error": { "type": "card_error", "code": "card_declined",
                                   "payment_intent": { "id": "pi_1", "status": "requires_payment_method" } } });
    assert_eq!(play(&sale(), &[answer(402, &error)]).provider_ref, "pi_1");
}

#[test]
fn what_proves_nothing_is_sent_again_as_the_same_bytes_and_ends_unknown() {
    let huge = format!("{{\"object\":\"payment_intent\",\"x\":\"{}\"}}", "x".repeat(1 << 20));
    let truncated = Event::HttpResponse(HttpResponse {
        status: 200,
        body: intent("succeeded").to_string().into_bytes(),
        truncated: true,
        ..HttpResponse::default()
    });
    let changed = |field: &str, value: Value| {
        let mut intent = intent("succeeded");
        intent[field] = value;
        answer(200, &intent)
    };
    for happens in [
        lost(),
        Event::Timeout { sent: true },
        truncated,
        text(200, ""),
        text(200, "{\"object\":\"payment_intent\",\"id\":\"pi_1\",\"sta"),
        text(200, "[]"),
        text(200, &huge),
        text(200, &"[".repeat(100_000)),
        answer(200, &json!({ "object": "payment_intent", "id": "pi_1" })),
        answer(200, &refund("re_1", "a1", 1250, "succeeded")),
        answer(200, &original_intent("succeeded")),
        changed("amount", 1251.into()),
        changed("amount", 12.5.into()),
        changed("amount", (-1250).into()),
        changed("currency", "usd".into()),
        changed("metadata", Value::Null),
        changed("id", "pi_1/cancel".into()),
        changed("id", Value::Null),
        text(302, ""),
        text(402, "<h1>Payment Required</h1>"),
        text(404, "{\"error\":\"not found\"}"),
        text(408, ""),
        error(409, "idempotency_error", "idempotency_key_in_use", ""),
        error(409, "invalid_request_error", "lock_timeout", ""),
        error(400, "api_error", "", ""),
        error(500, "api_error", "", ""),
        text(502, "<h1>Bad Gateway</h1>"),
        text(503, ""),
    ] {
        let ended = play(&sale(), &vec![happens.clone(); 5]);
        assert_eq!(ended.said, "Unknown");
        let again = "POST /v1/payment_intents";
        assert_eq!(
            ended.did,
            [again, "sleep 200ms", again, "sleep 800ms", again, "sleep 2s", again, "sleep 4s", again]
        );
        let same = |a: &plugin_sdk::HttpRequest, b: &plugin_sdk::HttpRequest| {
            (&a.path, &a.headers, &a.body) == (&b.path, &b.headers, &b.body)
        };
        assert!(ended.requests.iter().all(|request| same(request, &ended.requests[0])));
        let ended = play(&sale(), &[happens, answer(200, &intent("succeeded"))]);
        assert_eq!(ended.said, "Approved");
    }
}

#[test]
fn what_did_not_leave_is_not_sent_and_what_was_turned_away_is_declined() {
    let unsent =
        [Event::ConnectFailed, Event::Timeout { sent: false }, Event::ConnectionLost { sent: false }];
    for happens in unsent {
        assert_eq!(play(&sale(), &vec![happens.clone(); 5]).said, "NotSent");
        let ended = play(&sale(), &[happens, answer(200, &intent("succeeded"))]);
        assert_eq!(ended.said, "Approved");
    }
    let limited = error(429, "invalid_request_error", "rate_limit", "");
    assert_eq!(play(&sale(), &vec![limited.clone(); 5]).said, "declined rate_limited");
    let mut mixed = vec![Event::ConnectFailed; 5];
    mixed[2] = limited.clone();
    assert_eq!(play(&sale(), &mixed).said, "declined rate_limited");
    mixed[0] = lost();
    assert_eq!(play(&sale(), &mixed).said, "Unknown");
}

#[test]
fn a_refused_repetition_says_nothing_about_the_sending_before_it() {
    for refusal in [
        error(401, "invalid_request_error", "", ""),
        error(400, "invalid_request_error", "resource_missing", ""),
        error(400, "idempotency_error", "", ""),
    ] {
        let ended = play(&sale(), &[lost(), refusal.clone()]);
        assert_eq!((ended.said.as_str(), ended.did.len()), ("Unknown", 3), "it is not asked a third time");
        let ended = play(&sale(), &[Event::ConnectFailed, refusal]);
        assert!(ended.said.starts_with("declined"));
    }
    // Stripe repeats what it answered to the key: the card was declined the first time.
    let declined = error(402, "card_error", "card_declined", "lost_card");
    assert_eq!(play(&sale(), &[lost(), declined]).said, "declined lost_card");
}

#[test]
fn repetitions_and_timeouts_stay_within_the_operations_time() {
    for (left_ms, did) in [(900, 1), (1500, 3), (2500, 5)] {
        let call = Call::unbounded().with_deadline_ns(monotonic_ns() + left_ms * 1_000_000);
        let ended = play_within(&call, &sale(), &[]);
        assert_eq!((ended.said.as_str(), ended.did.len()), ("Unknown", did), "{:?}", ended.did);
        assert!(ended.requests.iter().all(|request| i64::from(request.timeout_ms) <= left_ms));
    }
    let ended = play(&sale(), &[answer(200, &intent("succeeded"))]);
    assert_eq!(ended.requests[0].timeout_ms, 8000);
    let past = Call::unbounded().with_deadline_ns(1);
    assert_eq!(play_within(&past, &sale(), &[lost()]).requests[0].timeout_ms, 1);
}

#[test]
fn looking_for_a_charge_in_vain_moves_nothing() {
    let payload = json!({ "original": charge(None) });
    for op in [Op::Capture, Op::Void, Op::Refund] {
        let ended = |happens: &[Event]| play(&request(op, 5, &payload), happens).said;
        assert_eq!(ended(&vec![Event::ConnectFailed; 5]), "NotSent");
        assert_eq!(ended(&vec![lost(); 5]), "declined provider_unavailable");
        assert_eq!(ended(&[error(401, "invalid_request_error", "", "")]), "declined provider_credentials");
        let found = list(&[original_intent("requires_capture")], false);
        let mut then = vec![Event::ConnectFailed; 6];
        then[0] = found.clone();
        assert_eq!(ended(&then), "declined provider_unavailable", "the second request never left");
        then[5] = lost();
        assert_eq!(ended(&then), "Unknown");
    }
}

#[test]
fn an_event_that_nothing_asked_for_is_an_error() {
    for (events, last) in [
        (vec![], Event::Slept),
        (vec![], Event::Kept),
        (vec![], lost()),
        (vec![Event::Start], Event::Start),
        (vec![Event::Start], Event::Kept),
        (vec![Event::Start], Event::PromptAnswer { json: Vec::new() }),
    ] {
        let (stripe, call) = (stripe(), Call::unbounded());
        let mut task = stripe.begin(&call, &sale()).unwrap();
        for event in events {
            stripe.step(&call, &mut task, &event).unwrap();
        }
        assert!(matches!(stripe.step(&call, &mut task, &last), Err(Error::Invalid(_))));
    }
}
