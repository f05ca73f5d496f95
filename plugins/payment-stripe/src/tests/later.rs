//! SYNC and REVERSE: what became of an attempt, and how it is undone.

use super::*;

const LIST: &str = "GET /v1/payment_intents?limit=100&created[gte]=";

/// What SYNC or REVERSE says about an attempt to charge of this age, when this happens.
fn charge_later(op: Op, age_s: i64, happens: &[Event]) -> Ended {
    play(&request(op, 0, &about("sale", age_s)), happens)
}

#[test]
fn a_charge_is_asked_about_by_its_own_reference_or_by_its_id() {
    let ended = charge_later(Op::Sync, 60, &[list(&[original_intent("succeeded")], false)]);
    assert_eq!(ended.did, [format!("{LIST}{}", NOW_S - 360)]);
    assert_eq!((ended.said.as_str(), ended.provider_ref.as_str()), ("Approved", "pi_1"));
    let mut named = request(Op::Sync, 0, &about("sale", 60));
    named.provider_ref = Some("pi_1".to_owned());
    let ended = play(&named, &[answer(200, &original_intent("succeeded"))]);
    assert_eq!((ended.said.as_str(), ended.did[0].as_str()), ("Approved", "GET /v1/payment_intents/pi_1"));
    assert!(ended.requests[0].headers.iter().all(|(name, _)| name != "Idempotency-Key"));
    // A charge of another attempt under that id is not the one that is asked about.
    for (data, expected) in [(vec![original_intent("canceled")], "declined canceled"), (vec![], "Pending")] {
        let ended = play(&named, &[answer(200, &intent("succeeded")), list(&data, false)]);
        assert_eq!(ended.did[1], format!("{LIST}{}", NOW_S - 360));
        assert_eq!(ended.said, expected);
        assert_eq!(ended.provider_ref, if data.is_empty() { "" } else { "pi_1" });
    }
}

#[test]
fn the_state_of_a_charge_is_its_outcome() {
    let mut declined = original_intent("requires_payment_method");
    declined["last_payment_error"] = json!({ "code": "card_declined", "decline_code": "stolen_card" });
    for (kind, age_s, intent, expected) in [
        ("authorize", 5, original_intent("requires_capture"), "Approved"),
        ("authorize", 5, original_intent("succeeded"), "Approved"),
        ("sale", 5, original_intent("succeeded"), "Approved"),
        ("sale", 5, original_intent("requires_capture"), "Unknown"),
        ("sale", 5, original_intent("processing"), "Pending"),
        ("sale", 5, declined, "declined stolen_card"),
        ("sale", 5, original_intent("requires_payment_method"), "Pending"),
        ("sale", 121, original_intent("requires_payment_method"), "declined card_declined"),
        ("sale", 5, original_intent("requires_confirmation"), "Pending"),
        ("sale", 5, original_intent("canceled"), "declined canceled"),
    ] {
        let ended =
            play(&request(Op::Sync, 0, &about(kind, age_s)), &[list(std::slice::from_ref(&intent), false)]);
        assert_eq!(ended.said, expected, "{kind} {intent}");
    }
    for (age_s, status) in [(5, "requires_action"), (121, "requires_confirmation")] {
        let found = list(&[original_intent(status)], false);
        let ended = charge_later(Op::Sync, age_s, &[found, answer(200, &original_intent("canceled"))]);
        assert_eq!(ended.said, "declined authentication_required");
        let key = format!("{}-cancel", "0b".repeat(16));
        assert!(ended.requests[1].headers.contains(&("Idempotency-Key".to_owned(), key)));
    }
}

#[test]
fn what_is_not_there_is_pending_until_it_can_not_arrive_any_more() {
    for (op, age_s, expected) in [
        (Op::Sync, 0, "Pending"),
        (Op::Sync, -50, "Pending"),
        (Op::Sync, 120, "Pending"),
        (Op::Sync, 121, "NotSent"),
        (Op::Reverse, 120, "Unknown"),
        (Op::Reverse, 121, "Approved"),
    ] {
        for kind in ["authorize", "sale"] {
            let ended = play(&request(op, 0, &about(kind, age_s)), &[list(&[intent("succeeded")], false)]);
            assert_eq!(ended.said, expected, "{op:?} {kind} {age_s}");
            assert_eq!(ended.provider_ref, "");
        }
        for (kind, happens) in [
            ("capture", answer(200, &original_intent("requires_capture"))),
            ("void", answer(200, &original_intent("requires_capture"))),
            ("refund", list(&[refund("re_1", "cc", 5, "succeeded")], false)),
        ] {
            let ended = play(&request(op, 0, &about(kind, age_s)), &[happens]);
            assert_eq!(ended.said, expected, "{op:?} {kind} {age_s}");
        }
    }
}

#[test]
fn a_question_without_an_answer_is_unknown() {
    for op in [Op::Sync, Op::Reverse] {
        for happens in [
            vec![lost(); 5],
            vec![Event::ConnectFailed; 5],
            vec![error(429, "invalid_request_error", "rate_limit", ""); 5],
            vec![error(401, "invalid_request_error", "", "")],
            vec![error(403, "invalid_request_error", "", "")],
            vec![text(200, "{\"object\":\"list\",\"data\":[]}"); 5],
            vec![list(&[json!({ "object": "payment_intent", "id": "pi_1" })], false); 5],
            vec![list(&[refund("re_1", "0b", 5, "succeeded")], false); 5],
            vec![list(&[], true)],
        ] {
            assert_eq!(charge_later(op, 1000, &happens).said, "Unknown");
        }
        let mut named = request(op, 0, &about("sale", 1000));
        named.provider_ref = Some("pi_1".to_owned());
        let missing = error(404, "invalid_request_error", "resource_missing", "");
        assert_eq!(play(&named, &[missing]).said, "Unknown", "another account's key would say the same");
    }
}

#[test]
fn a_list_is_read_to_its_end_but_not_for_ever() {
    let page = list(&[intent("succeeded")], true);
    let pages = |count: usize| vec![page.clone(); count];
    let with = |last: Event| [pages(3), vec![last]].concat();
    let ended = charge_later(Op::Sync, 1000, &with(list(&[original_intent("succeeded")], true)));
    assert_eq!((ended.said.as_str(), ended.did.len()), ("Approved", 4));
    assert!(ended.did[1].ends_with("&starting_after=pi_1"));
    assert_eq!(charge_later(Op::Sync, 1000, &with(list(&[], false))).said, "NotSent");
    assert_eq!(charge_later(Op::Sync, 1000, &pages(20)).said, "Unknown");
    assert_eq!(charge_later(Op::Reverse, 1000, &pages(20)).said, "Unknown");
}

#[test]
fn with_clocks_that_differ_what_is_not_there_says_nothing() {
    let dated = |date: &str| {
        let Event::HttpResponse(response) = list(&[], false) else { unreachable!() };
        Event::HttpResponse(HttpResponse { headers: vec![("date".to_owned(), date.to_owned())], ..response })
    };
    for (date, sync, reverse) in [
        ("Fri, 15 Jan 2027 08:00:00 GMT", "NotSent", "Approved"), // NOW_S
        ("Fri, 15 Jan 2027 08:04:00 GMT", "NotSent", "Approved"),
        ("Fri, 15 Jan 2027 08:04:01 GMT", "Unknown", "Unknown"),
        ("Fri, 15 Jan 2027 07:55:59 GMT", "Unknown", "Unknown"),
        ("soon", "NotSent", "Approved"),
    ] {
        assert_eq!(charge_later(Op::Sync, 1000, &[dated(date)]).said, sync, "{date}");
        assert_eq!(charge_later(Op::Reverse, 1000, &[dated(date)]).said, reverse, "{date}");
    }
}

#[test]
fn a_capture_void_or_refund_is_asked_about_on_its_charge() {
    let refunds = |status: &str| list(&[refund("re_9", "0b", 400, status)], false);
    for (kind, happens, expected) in [
        ("capture", answer(200, &original_intent("succeeded")), "Approved"),
        ("capture", answer(200, &original_intent("processing")), "Pending"),
        ("capture", answer(200, &original_intent("canceled")), "declined already_voided"),
        ("void", answer(200, &original_intent("canceled")), "Approved"),
        ("void", answer(200, &original_intent("succeeded")), "declined already_captured"),
        ("void", answer(200, &original_intent("processing")), "declined already_captured"),
        ("refund", refunds("succeeded"), "Approved"),
        ("refund", refunds("pending"), "Pending"),
        ("refund", refunds("failed"), "declined refund_failed"),
    ] {
        let ended = play(&request(Op::Sync, 0, &about(kind, 1000)), &[happens]);
        assert_eq!(ended.said, expected, "{kind}");
        assert_eq!(ended.provider_ref, if kind == "refund" { "re_9" } else { "pi_1" });
    }
    // Taken, but not what this attempt was to take.
    let mut taken = original_intent("succeeded");
    taken["amount_received"] = 1250.into();
    for (asked, expected) in [(1250, "Approved"), (1000, "Unknown")] {
        let ended = play(&request(Op::Sync, asked, &about("capture", 1000)), &[answer(200, &taken)]);
        assert_eq!(ended.said, expected);
    }
    // The charge itself has to be found first.
    let mut lost_charge = about("refund", 1000);
    lost_charge["original"] = charge(None);
    let found = list(&[original_intent("succeeded")], false);
    let ended = play(&request(Op::Sync, 0, &lost_charge), &[found, refunds("succeeded")]);
    assert_eq!(ended.did[1], "GET /v1/refunds?payment_intent=pi_1&limit=100");
    assert_eq!(ended.said, "Approved");
    assert_eq!(play(&request(Op::Sync, 0, &lost_charge), &[list(&[], false)]).said, "Unknown");
}

#[test]
fn a_hold_is_reversed_by_cancelling_it() {
    for status in ["requires_capture", "requires_action", "requires_payment_method", "requires_confirmation"]
    {
        let found = list(&[original_intent(status)], false);
        for (then, expected) in [
            (vec![answer(200, &original_intent("canceled"))], "Approved"),
            (vec![answer(200, &original_intent("succeeded"))], "Unknown"),
            (vec![error(400, "invalid_request_error", "payment_intent_unexpected_state", "")], "Unknown"),
            (vec![lost(); 5], "Unknown"),
            (vec![lost(), answer(200, &original_intent("canceled"))], "Approved"),
        ] {
            let ended = charge_later(Op::Reverse, 5, &[vec![found.clone()], then].concat());
            assert_eq!(ended.said, expected, "{status}");
            assert_eq!(ended.did[1], "POST /v1/payment_intents/pi_1/cancel");
            let key = format!("{}-reverse-cancel", "a1".repeat(16));
            assert!(ended.requests[1].headers.contains(&("Idempotency-Key".to_owned(), key)));
        }
    }
    for (status, expected) in
        [("canceled", "Approved"), ("processing", "Unknown"), ("a_new_state", "Unknown")]
    {
        assert_eq!(charge_later(Op::Reverse, 5, &[list(&[original_intent(status)], false)]).said, expected);
    }
}

#[test]
fn what_was_taken_is_reversed_by_giving_back_what_is_left() {
    let found = list(&[original_intent("succeeded")], false);
    let back = |amount: i64, status: &str| refund("re_9", "0b", amount, status);
    for (refunds, amount, then, expected) in [
        (vec![], 1250, vec![answer(200, &back(1250, "succeeded"))], "Approved"),
        (vec![], 1250, vec![answer(200, &back(1250, "pending"))], "Unknown"),
        (vec![], 1250, vec![answer(200, &back(1250, "failed"))], "declined refund_failed"),
        (vec![], 1250, vec![error(400, "invalid_request_error", "charge_already_refunded", "")], "Unknown"),
        (vec![], 1250, vec![lost(), answer(200, &back(1250, "succeeded"))], "Approved"),
        (vec![back(250, "succeeded")], 1000, vec![answer(200, &back(1000, "succeeded"))], "Approved"),
        (vec![back(250, "failed")], 1250, vec![answer(200, &back(1250, "succeeded"))], "Approved"),
        (vec![back(1250, "succeeded")], 0, vec![], "Approved"),
        (vec![back(1000, "succeeded"), back(250, "succeeded")], 0, vec![], "Approved"),
        (vec![back(1000, "succeeded"), back(250, "pending")], 0, vec![], "Unknown"),
        (vec![back(i64::MAX, "succeeded"), back(i64::MAX, "pending")], 0, vec![], "Approved"),
    ] {
        let happens = [vec![found.clone(), list(&refunds, false)], then].concat();
        let ended = charge_later(Op::Reverse, 5, &happens);
        assert_eq!(ended.said, expected, "{refunds:?}");
        if amount > 0 {
            let form =
                format!("payment_intent=pi_1&amount={amount}&metadata[facepay_attempt]={}", "0b".repeat(16));
            assert_eq!(String::from_utf8_lossy(&ended.requests[2].body), form);
            let key = format!("{}-reverse", "a1".repeat(16));
            assert!(ended.requests[2].headers.contains(&("Idempotency-Key".to_owned(), key)));
        }
    }
    // Pages of refunds count together.
    let pages = [found, list(&[back(1000, "succeeded")], true), list(&[back(250, "succeeded")], false)];
    assert_eq!(charge_later(Op::Reverse, 5, &pages).said, "Approved");
}

#[test]
fn a_capture_void_or_refund_is_reversed_as_far_as_it_can_be() {
    let refunds = |status: &str| list(&[refund("re_9", "0b", 400, status)], false);
    let given_back = list(&[refund("re_9", "0b", 1250, "succeeded")], false);
    for (kind, happens, expected) in [
        ("capture", vec![answer(200, &original_intent("canceled"))], "Approved"),
        ("capture", vec![answer(200, &original_intent("succeeded")), given_back], "Approved"),
        ("void", vec![answer(200, &original_intent("canceled"))], "declined already_voided"),
        ("void", vec![answer(200, &original_intent("succeeded"))], "Approved"),
        ("refund", vec![refunds("succeeded")], "declined already_refunded"),
        ("refund", vec![refunds("pending")], "Unknown"),
        ("refund", vec![refunds("failed")], "Approved"),
    ] {
        assert_eq!(play(&request(Op::Reverse, 0, &about(kind, 5)), &happens).said, expected, "{kind}");
    }
}
