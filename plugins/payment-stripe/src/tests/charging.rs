//! AUTHORIZE and SALE, CAPTURE, VOID and REFUND: what is sent and what the answers mean.

use super::*;

#[test]
fn a_charge_is_one_request_with_the_attempt_as_its_key() {
    for (op, method) in [(Op::Authorize, "manual"), (Op::Sale, "automatic")] {
        let status = if op == Op::Sale { "succeeded" } else { "requires_capture" };
        let ended = play(&request(op, 1250, &card()), &[answer(200, &intent(status))]);
        assert_eq!((ended.said.as_str(), ended.provider_ref.as_str()), ("Approved", "pi_1"));
        let [sent] = ended.requests.as_slice() else { panic!("{:?}", ended.did) };
        let attempt = "a1".repeat(16);
        let form = format!(
            "amount=1250&currency=eur&confirm=true&payment_method=pm_1&payment_method_types[]=card\
             &capture_method={method}&metadata[facepay_attempt]={attempt}"
        );
        assert_eq!(String::from_utf8(sent.body.clone()).unwrap(), form);
        assert_eq!((sent.method.as_str(), sent.path.as_str()), ("POST", "/v1/payment_intents"));
        assert!(sent.repeatable && sent.sensitive);
        for (name, value) in [
            ("Authorization", "Bearer ${secret:stripe.key}"),
            ("Stripe-Version", "2024-06-20"),
            ("Idempotency-Key", attempt.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ] {
            assert!(sent.headers.contains(&(name.to_owned(), value.to_owned())), "{name}");
        }
    }
}

#[test]
fn a_saved_card_is_charged_with_its_customer_and_nothing_else_is_taken_for_a_card() {
    let token = |token: &str| json!({ "instrument": { "token": token } });
    let ended = play(&request(Op::Sale, 1250, &token("cus_7/pm_1")), &[answer(200, &intent("succeeded"))]);
    assert!(
        String::from_utf8_lossy(&ended.requests[0].body).contains("&payment_method=pm_1&customer=cus_7&")
    );
    for (payload, expected) in [
        (json!({}), "declined instrument_missing"),
        (json!({ "instrument": null }), "declined instrument_missing"),
        (token(""), "declined instrument_invalid"),
        (token("tok_1"), "declined instrument_invalid"),
        (token("pm_"), "declined instrument_invalid"),
        (token("pm_1&amount=1"), "declined instrument_invalid"),
        (token("pm_1/pm_2"), "declined instrument_invalid"),
        (token("cus_7/"), "declined instrument_invalid"),
        (token(&format!("pm_{}", "x".repeat(300))), "declined instrument_invalid"),
    ] {
        let ended = play(&request(Op::Sale, 1250, &payload), &[]);
        assert_eq!((ended.said.as_str(), ended.did.len()), (expected, 0), "{payload}");
    }
}

#[test]
fn the_state_of_the_answer_decides() {
    let failed = json!({ "type": "card_error", "code": "card_declined", "decline_code": "expired_card" });
    let mut declined = intent("requires_payment_method");
    declined["last_payment_error"] = failed;
    for (op, intent, expected) in [
        (Op::Authorize, intent("requires_capture"), "Approved"),
        (Op::Authorize, intent("succeeded"), "Approved"),
        (Op::Sale, intent("succeeded"), "Approved"),
        (Op::Sale, intent("requires_capture"), "Unknown"),
        (Op::Sale, intent("processing"), "Pending"),
        (Op::Authorize, intent("processing"), "Pending"),
        (Op::Sale, intent("requires_payment_method"), "declined card_declined"),
        (Op::Sale, declined, "declined expired_card"),
        (Op::Sale, intent("canceled"), "declined canceled"),
        (Op::Sale, intent("a_state_of_next_year"), "Unknown"),
    ] {
        let ended = play(&request(op, 1250, &card()), &[answer(200, &intent)]);
        assert_eq!((ended.said.as_str(), ended.provider_ref.as_str()), (expected, "pi_1"), "{op:?} {intent}");
    }
}

#[test]
fn a_payer_who_would_have_to_prove_who_he_is_gets_no_second_chance_at_a_till() {
    for status in ["requires_action", "requires_confirmation"] {
        let first = answer(200, &intent(status));
        let did = [
            "POST /v1/payment_intents",
            "keep {\"payment_intent\":\"pi_1\"}",
            "POST /v1/payment_intents/pi_1/cancel",
        ];
        let rows: [(&[Event], &str); 5] = [
            (&[answer(200, &intent("canceled"))], "declined authentication_required"),
            (&[answer(200, &intent("succeeded"))], "Unknown"),
            (&[error(400, "invalid_request_error", "payment_intent_unexpected_state", "")], "Unknown"),
            (&[lost(), answer(200, &intent("canceled"))], "declined authentication_required"),
            (&[lost(), lost(), lost(), lost(), Event::ConnectFailed], "Unknown"),
        ];
        for (then, expected) in rows {
            let happens = [std::slice::from_ref(&first), then].concat();
            let ended = play(&request(Op::Authorize, 1250, &card()), &happens);
            assert_eq!(ended.did[..3], did);
            assert_eq!((ended.said.as_str(), ended.provider_ref.as_str()), (expected, "pi_1"));
            let key = format!("{}-cancel", "a1".repeat(16));
            assert!(ended.requests[1].headers.contains(&("Idempotency-Key".to_owned(), key)));
        }
    }
}

#[test]
fn a_capture_void_or_refund_is_one_request_on_a_charge_that_is_known() {
    let payload = json!({ "original": charge(Some("pi_1")) });
    for (op, minor, path, form, done) in [
        (
            Op::Capture,
            1000,
            "/v1/payment_intents/pi_1/capture",
            "amount_to_capture=1000",
            intent("succeeded"),
        ),
        (Op::Capture, 0, "/v1/payment_intents/pi_1/capture", "", intent("succeeded")),
        (Op::Void, 0, "/v1/payment_intents/pi_1/cancel", "", intent("canceled")),
        (
            Op::Refund,
            400,
            "/v1/refunds",
            "payment_intent=pi_1&amount=400&metadata[facepay_attempt]=a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
            refund("re_1", "a1", 400, "succeeded"),
        ),
    ] {
        let ended = play(&request(op, minor, &payload), &[answer(200, &done)]);
        assert_eq!(ended.said, "Approved");
        assert_eq!(ended.did, [format!("POST {path}")]);
        assert_eq!(String::from_utf8_lossy(&ended.requests[0].body), form);
        assert_eq!(ended.provider_ref, if op == Op::Refund { "re_1" } else { "pi_1" });
        assert!(ended.requests[0].headers.contains(&("Idempotency-Key".to_owned(), "a1".repeat(16))));
    }
}

#[test]
fn a_charge_is_known_by_the_host_by_what_was_kept_or_by_its_own_answer() {
    let kept = json!({ "payment_intent": "pi_1" });
    let mut named = request(Op::Void, 0, &json!({}));
    named.provider_ref = Some("pi_1".to_owned());
    let rows = [
        named,
        request(Op::Void, 0, &json!({ "kept": kept })),
        request(Op::Void, 0, &json!({ "original": charge(Some("pi_1")) })),
        request(Op::Void, 0, &json!({ "original": { "kept": kept, "provider_ref": "pi_1/../../x" } })),
    ];
    for request in rows {
        let ended = play(&request, &[answer(200, &intent("canceled"))]);
        assert_eq!((ended.said.as_str(), ended.did.len()), ("Approved", 1));
    }
    // An id that would lead to another path is no id.
    let begin = stripe().begin(
        &Call::unbounded(),
        &request(Op::Void, 0, &json!({ "original": { "provider_ref": "pi_1/../../x" } })),
    );
    assert!(matches!(begin, Err(Error::Invalid(_))));
}

#[test]
fn a_charge_that_is_not_known_is_found_and_its_id_kept_first() {
    let payload = json!({ "original": charge(None) });
    let mut foreign = original_intent("succeeded");
    foreign["metadata"] = Value::Null;
    let first = "GET /v1/payment_intents?limit=100&created[gte]=1799999650".to_owned();
    let found = list(&[foreign.clone(), original_intent("requires_capture")], false);
    let ended = play(&request(Op::Void, 0, &payload), &[found, answer(200, &intent("canceled"))]);
    let keep = "keep {\"payment_intent\":\"pi_1\"}".to_owned();
    assert_eq!(ended.did, [first.clone(), keep, "POST /v1/payment_intents/pi_1/cancel".to_owned()]);
    assert_eq!(ended.said, "Approved");

    let ended =
        play(&request(Op::Capture, 5, &payload), &[list(&[foreign.clone()], true), list(&[foreign], false)]);
    assert_eq!(ended.did, [first.clone(), format!("{first}&starting_after=pi_1")]);
    assert_eq!(ended.said, "declined charge_not_found");
}

#[test]
fn the_state_after_a_capture_void_or_refund_decides() {
    let payload = json!({ "original": charge(Some("pi_1")) });
    let taken = |amount: i64| {
        let mut intent = intent("succeeded");
        intent["amount_received"] = amount.into();
        intent
    };
    for (op, answered, expected) in [
        (Op::Capture, taken(400), "Approved"),
        (Op::Capture, taken(401), "Unknown"),
        (Op::Capture, intent("processing"), "Pending"),
        (Op::Capture, intent("requires_capture"), "Unknown"),
        (Op::Capture, intent("canceled"), "declined already_voided"),
        (Op::Void, intent("succeeded"), "Unknown"),
        (Op::Refund, refund("re_1", "a1", 400, "pending"), "Pending"),
        (Op::Refund, refund("re_1", "a1", 400, "requires_action"), "Pending"),
        (Op::Refund, refund("re_1", "a1", 400, "failed"), "declined refund_failed"),
        (Op::Refund, refund("re_1", "a1", 400, "canceled"), "declined refund_failed"),
        (Op::Refund, refund("re_1", "a1", 400, "a_state_of_next_year"), "Unknown"),
    ] {
        let ended = play(&request(op, 400, &payload), &[answer(200, &answered)]);
        assert_eq!(ended.said, expected, "{op:?} {answered}");
    }
}

#[test]
fn voiding_what_is_voided_is_no_error_and_voiding_what_is_taken_is_declined() {
    let payload = json!({ "original": charge(Some("pi_1")) });
    for (status, expected) in
        [("canceled", "Approved"), ("succeeded", "declined payment_intent_unexpected_state")]
    {
        let error = json!({ "error": { "type": "invalid_request_error", "code": "payment_intent_unexpected_state",
                                       "payment_intent": { "id": "pi_1", "status": status } } });
        let ended = play(&request(Op::Void, 0, &payload), &[answer(400, &error)]);
        assert_eq!((ended.said.as_str(), ended.provider_ref.as_str()), (expected, "pi_1"));
    }
}

#[test]
fn an_amount_that_is_not_the_charges_is_not_sent() {
    let money = |minor, currency, digits| Some(Money::new(minor, currency, digits).unwrap());
    for (op, amount, expected) in [
        (Op::Sale, money(5, "ISK", 0), "declined currency_not_supported"),
        (Op::Sale, money(1251, "KWD", 3), "declined amount_not_representable"),
        (Op::Capture, money(5, "USD", 2), "declined currency_mismatch"),
        (Op::Refund, money(5, "JPY", 0), "declined currency_mismatch"),
        (Op::Refund, money(5, "EUR", 0), "declined currency_not_supported"),
    ] {
        let payload = json!({ "original": charge(Some("pi_1")), "instrument": { "token": "pm_1" } });
        let request = Request { money: amount, ..request(op, 0, &payload) };
        let ended = play(&request, &[]);
        assert_eq!((ended.said.as_str(), ended.did.len()), (expected, 0), "{op:?}");
    }
}

#[test]
fn an_operation_without_what_it_needs_is_an_error() {
    let known = json!({ "original": charge(Some("pi_1")) });
    let without = |op, payload: &Value| Request { original_ref: None, ..request(op, 0, payload) };
    for request in [
        request(Op::Sale, 0, &card()),
        request(Op::Void, 0, &json!({})),
        request(Op::Capture, 0, &json!({ "original": { "attempt": "0b" } })),
        request(Op::Sync, 0, &json!({ "now_s": 1, "begun_at_s": 1 })),
        request(Op::Sync, 0, &json!({ "kind": "sale", "now_s": 1 })),
        request(Op::Reverse, 0, &json!({ "kind": "sale", "begun_at_s": 1 })),
        request(Op::Sync, 0, &json!({ "kind": "refund", "begun_at_s": 1, "now_s": 1 })),
        request(Op::Sync, 0, &json!({ "kind": "gift", "begun_at_s": 1, "now_s": 1 })),
        without(Op::Sync, &about("sale", 1)),
        without(Op::Reverse, &about("sale", 1)),
        without(Op::Capture, &json!({})),
        Request { payload_json: b"[1".to_vec(), ..request(Op::Void, 0, &known) },
    ] {
        let begun = stripe().begin(&Call::unbounded(), &request);
        assert!(matches!(begun, Err(Error::Invalid(_))), "{:?}", request.op);
    }
    for op in [Op::Settlement, Op::Anchor] {
        let begun = stripe().begin(&Call::unbounded(), &request(op, 0, &json!({})));
        assert!(matches!(begun, Err(Error::Unsupported(_))));
    }
}
