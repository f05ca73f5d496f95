//! Idempotency, states and amounts: what a careless client may not do.

use std::thread;

use serde_json::json;

use crate::client::{Answer, acquirer, book, charge, control, exchange, fail, post, until_taken_on};

fn code(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.body["error"]["code"].as_str().unwrap_or_default())
}

#[test]
fn the_same_key_with_the_same_request_is_one_charge_and_one_answer() {
    let acquirer = acquirer();
    let first = charge(&acquirer, "a1", "");
    assert_eq!((first.status, first.is_replay), (200, false));
    assert_eq!(first.body["status"], "succeeded");
    let second = charge(&acquirer, "a1", "");
    assert_eq!((second.is_replay, &second.body), (true, &first.body));
    assert_eq!(book(&acquirer), (1, 1250, 0, 0));
}

#[test]
fn the_same_key_with_another_request_is_refused() {
    let acquirer = acquirer();
    charge(&acquirer, "a1", "");
    let other = charge(&acquirer, "a1", "&capture_method=manual");
    assert_eq!(code(&other), (400, "idempotency_key_reused"));
    assert_eq!(other.body["error"]["type"], "idempotency_error");
    let elsewhere = post(&acquirer, "/v1/refunds", "a1", "payment_intent=pi_1");
    assert_eq!(code(&elsewhere), (400, "idempotency_key_reused"));
    assert_eq!(book(&acquirer), (1, 1250, 0, 0));
}

#[test]
fn a_key_in_flight_is_refused_until_its_request_is_answered() {
    let acquirer = acquirer();
    fail(&acquirer, "sale", "delay_ms:400");
    thread::scope(|scope| {
        let slow = scope.spawn(|| charge(&acquirer, "a1", ""));
        until_taken_on(&acquirer);
        assert_eq!(code(&charge(&acquirer, "a1", "")), (409, "idempotency_key_in_use"));
        let other = charge(&acquirer, "a1", "&capture_method=manual");
        assert_eq!(code(&other), (400, "idempotency_key_reused"));
        let slow = slow.join().expect("it ends");
        let again = charge(&acquirer, "a1", "");
        assert_eq!((slow.status, slow.is_replay, again.is_replay), (200, false, true));
        assert_eq!(slow.body, again.body);
    });
    assert_eq!(book(&acquirer), (1, 1250, 0, 0));
}

#[test]
fn two_keys_or_none_for_one_attempt_are_two_charges_and_the_book_says_so() {
    let acquirer = acquirer();
    let form = "amount=1&currency=eur&confirm=true&payment_method=pm_card_visa&metadata[facepay_attempt]=a1";
    for (count, key) in ["k1", "k2", "", ""].into_iter().enumerate() {
        assert_eq!(post(&acquirer, "/v1/payment_intents", key, form).status, 200);
        let made = count + 1;
        assert_eq!(book(&acquirer), (made, made as i64, 0, i64::from(made > 1)), "{key}");
    }
}

#[test]
fn two_refunds_of_one_attempt_are_double_and_a_refund_that_undoes_its_charge_is_not() {
    let acquirer = acquirer();
    let id = charge(&acquirer, "a1", "").body["id"].as_str().unwrap().to_owned();
    let form = format!("payment_intent={id}&amount=5&metadata[facepay_attempt]=a1");
    for (key, doubled) in [("r1", 0), ("r2", 1)] {
        assert_eq!(post(&acquirer, "/v1/refunds", key, &form).status, 200);
        assert_eq!(book(&acquirer).3, doubled);
    }
}

#[test]
fn a_refused_card_is_402_and_stays_so() {
    for (card, reason) in
        [("pm_card_chargeDeclined", "generic_decline"), ("pm_card_insufficientFunds", "insufficient_funds")]
    {
        let acquirer = acquirer();
        let form = format!("amount=5&currency=eur&confirm=true&payment_method={card}");
        let first = post(&acquirer, "/v1/payment_intents", "a1", &form);
        let error = &first.body["error"];
        assert_eq!((first.status, &error["code"]), (402, &"card_declined".into()));
        assert_eq!(error["decline_code"], reason);
        assert_eq!(error["payment_intent"]["status"], "requires_payment_method");
        assert_eq!(post(&acquirer, "/v1/payment_intents", "a1", &form).body, first.body);
        assert_eq!(book(&acquirer), (0, 0, 0, 0));
    }
}

#[test]
fn what_is_malformed_is_refused_and_leaves_its_key_free() {
    let rows = [
        ("amount=0&currency=eur&confirm=true&payment_method=pm_card_visa", "parameter_invalid_integer"),
        ("amount=-5&currency=eur&confirm=true&payment_method=pm_card_visa", "parameter_invalid_integer"),
        ("amount=+5&currency=eur&confirm=true&payment_method=pm_card_visa", "parameter_invalid_integer"),
        ("amount=5.0&currency=eur&confirm=true&payment_method=pm_card_visa", "parameter_invalid_integer"),
        (
            "amount=999999999&currency=eur&confirm=true&payment_method=pm_card_visa",
            "parameter_invalid_integer",
        ),
        ("currency=eur&confirm=true&payment_method=pm_card_visa", "parameter_missing"),
        ("amount=5&currency=EUR&confirm=true&payment_method=pm_card_visa", "parameter_invalid"),
        ("amount=5&currency=eur&payment_method=pm_card_visa", "parameter_missing"),
        ("amount=5&currency=eur&confirm=true&payment_method=pm_other", "resource_missing"),
        ("amount=5&currency=eur&confirm=true&payment_method=pm_card_visa&amuont=7", "parameter_unknown"),
        (
            "amount=5&currency=eur&confirm=true&payment_method=pm_card_visa&capture_method=x",
            "parameter_invalid",
        ),
    ];
    let acquirer = acquirer();
    for (form, expected) in rows {
        let answer = post(&acquirer, "/v1/payment_intents", "a1", form);
        assert_eq!(code(&answer), (400, expected), "{form}");
    }
    assert_eq!(book(&acquirer), (0, 0, 0, 0));
    assert_eq!(charge(&acquirer, "a1", "").status, 200);
}

#[test]
fn a_request_without_a_key_to_the_api_is_refused() {
    let acquirer = acquirer();
    let headers = [("Authorization", "Bearer ")];
    let answer = exchange(&acquirer, "POST", "/v1/payment_intents", &headers, "");
    assert_eq!(code(&answer), (401, "api_key_missing"));
}

#[test]
fn a_capture_takes_once_and_no_more_than_is_held() {
    let acquirer = acquirer();
    let id = charge(&acquirer, "a1", "&capture_method=manual").body["id"].as_str().unwrap().to_owned();
    let path = format!("/v1/payment_intents/{id}/capture");
    assert_eq!(book(&acquirer), (1, 0, 0, 0));
    assert_eq!(code(&post(&acquirer, &path, "c1", "amount_to_capture=1251")), (400, "amount_too_large"));
    let taken = post(&acquirer, &path, "c2", "amount_to_capture=1000&metadata[facepay_capture]=c2");
    assert_eq!((taken.status, &taken.body["amount_received"]), (200, &1000.into()));
    assert_eq!(taken.body["metadata"]["facepay_capture"], "c2");
    assert_eq!(
        post(&acquirer, &path, "c2", "amount_to_capture=1000&metadata[facepay_capture]=c2").body,
        taken.body
    );
    assert_eq!(code(&post(&acquirer, &path, "c3", "")), (400, "payment_intent_unexpected_state"));
    assert_eq!(book(&acquirer), (1, 1000, 0, 0));
}

#[test]
fn what_is_captured_cannot_be_cancelled_nor_what_is_cancelled_captured() {
    let acquirer = acquirer();
    let taken = charge(&acquirer, "a1", "").body["id"].as_str().unwrap().to_owned();
    let held = charge(&acquirer, "a2", "&capture_method=manual").body["id"].as_str().unwrap().to_owned();
    let cancel = |id: &str, key: &str| post(&acquirer, &format!("/v1/payment_intents/{id}/cancel"), key, "");
    assert_eq!(code(&cancel(&taken, "v1")), (400, "payment_intent_unexpected_state"));
    assert_eq!(cancel(&held, "v2").body["status"], "canceled");
    assert_eq!(code(&cancel(&held, "v3")), (400, "payment_intent_unexpected_state"));
    let capture = post(&acquirer, &format!("/v1/payment_intents/{held}/capture"), "c1", "");
    assert_eq!(code(&capture), (400, "payment_intent_unexpected_state"));
    assert_eq!(code(&cancel("pi_none", "v4")), (404, "resource_missing"));
    assert_eq!(book(&acquirer), (1, 1250, 0, 0));
}

#[test]
fn refunds_come_to_no_more_than_was_taken() {
    let acquirer = acquirer();
    let id = charge(&acquirer, "a1", "").body["id"].as_str().unwrap().to_owned();
    let refund = |key: &str, amount: &str| {
        post(
            &acquirer,
            "/v1/refunds",
            key,
            &format!("payment_intent={id}{amount}&metadata[facepay_attempt]={key}"),
        )
    };
    assert_eq!(code(&refund("r1", "&amount=1251")), (400, "amount_too_large"));
    let half = refund("r2", "&amount=250");
    assert_eq!((half.status, &half.body["status"]), (200, &"succeeded".into()));
    assert_eq!(half.body["metadata"]["facepay_attempt"], "r2");
    assert_eq!(code(&refund("r3", "&amount=1001")), (400, "amount_too_large"));
    assert_eq!(refund("r4", "").body["amount"], 1000);
    assert_eq!(code(&refund("r5", "")), (400, "charge_already_refunded"));
    assert_eq!(book(&acquirer), (1, 1250, 1250, 0));
}

#[test]
fn eight_clients_that_repeat_until_answered_charge_each_attempt_once() {
    let acquirer = acquirer();
    let rates = json!({ "drop_request": 0.15, "drop_reply": 0.15, "half_body": 0.1, "duplicate": 0.1,
                        "http_500_after": 0.1, "delay_ms:5": 0.2 });
    control(&acquirer, "/_sim/faults", &json!({ "seed": 7, "rates": rates }));
    thread::scope(|scope| {
        for client in 0..8 {
            let acquirer = &acquirer;
            // Two clients share each attempt.
            scope.spawn(move || {
                for index in 0..40 {
                    let key = format!("{}-{index}", client / 2);
                    let is_answered = |answer: Answer| answer.status == 200 && !answer.body.is_null();
                    while !is_answered(charge(acquirer, &key, "")) {}
                }
            });
        }
    });
    assert_eq!(book(&acquirer), (160, 160 * 1250, 0, 0));
}
