//! The plain ways of a payment.

use plugin_sdk::Op;
use serde_json::Value;

use crate::till::Till;

#[test]
fn what_is_authorised_is_captured_in_part_and_given_back_in_part() {
    let Some(till) = Till::open() else { return };
    let held = till.charge(Op::Authorize, 1, 1250, "pm_card_visa");
    assert_eq!(held.said, "Approved");
    let id = held.provider_ref.as_str();
    assert_eq!(till.stripe.intent(id)["status"], "requires_capture");
    assert_eq!(till.stripe.intent(id)["metadata"]["facepay_attempt"], hex::encode([1; 16]));

    let taken = till.follow(Op::Capture, 2, (1, Some(id)), Some(1000));
    assert_eq!((taken.said.as_str(), taken.provider_ref.as_str()), ("Approved", id));
    let intent = till.stripe.intent(id);
    assert_eq!((&intent["status"], &intent["amount"]), (&"succeeded".into(), &1250.into()));
    assert_eq!(intent["latest_charge"]["amount_refunded"], 250, "the rest of the hold was let go");

    let back = till.follow(Op::Refund, 3, (1, Some(id)), Some(400));
    assert_eq!(back.said, "Approved");
    assert!(back.provider_ref.starts_with("re_"));
    assert_eq!(till.stripe.intent(id)["latest_charge"]["amount_refunded"], 650);
    assert_eq!(back.kept, Value::Null, "nothing was learnt that a further request needed");
}

#[test]
fn a_sale_takes_at_once() {
    let Some(till) = Till::open() else { return };
    let sold = till.charge(Op::Sale, 1, 999, "pm_card_visa");
    assert_eq!(sold.said, "Approved");
    let intent = till.stripe.intent(&sold.provider_ref);
    assert_eq!((&intent["status"], &intent["amount"]), (&"succeeded".into(), &999.into()));
    assert_eq!(intent["currency"], "eur");
}

#[test]
fn what_is_voided_can_not_be_captured() {
    let Some(till) = Till::open() else { return };
    let held = till.charge(Op::Authorize, 1, 1250, "pm_card_visa");
    let id = held.provider_ref.as_str();
    assert_eq!(till.follow(Op::Void, 2, (1, Some(id)), None).said, "Approved");
    assert_eq!(till.stripe.intent(id)["status"], "canceled");
    let refused = till.later(Op::Sync, (Op::Capture, 3), Some(1), 10);
    assert_eq!(refused.said, "declined already_voided");
}

#[test]
fn a_declined_card_moves_nothing() {
    let Some(till) = Till::open() else { return };
    for (attempt, op) in [(1, Op::Sale), (2, Op::Authorize)] {
        assert_eq!(
            till.charge(op, attempt, 1250, "pm_card_chargeCustomerFail").said,
            "declined card_declined"
        );
        assert_eq!(till.later(Op::Sync, (op, attempt), None, 10).said, "declined card_declined");
    }
    let page = till.stripe.ask("GET", "/v1/charges", "");
    assert!(page["data"].as_array().unwrap().iter().all(|charge| charge["status"] == "failed"));
}

#[test]
fn a_payer_who_would_have_to_prove_who_he_is_is_declined_and_the_charge_cancelled() {
    let Some(till) = Till::open() else { return };
    let card = till.stripe.card("4000002500003155");
    let ended = till.charge(Op::Sale, 1, 1250, &card);
    assert_eq!(ended.said, "declined authentication_required");
    assert_eq!(
        ended.kept["payment_intent"], ended.provider_ref,
        "the id was durable before the second request"
    );
    assert_eq!(till.stripe.intent(&ended.provider_ref)["status"], "canceled");
    assert_eq!(till.stripe.count("charges"), 0);
}

#[test]
fn a_request_that_stripe_refuses_is_declined() {
    let Some(till) = Till::open() else { return };
    assert_eq!(till.charge(Op::Sale, 1, 1250, "pm_nobody").said, "declined invalid_request");
    let sold = till.charge(Op::Sale, 2, 1250, "pm_card_visa");
    let again = till.follow(Op::Capture, 3, (2, Some(&sold.provider_ref)), Some(1250));
    assert_eq!(again.said, "declined invalid_request");
    assert_eq!(till.stripe.count("charges"), 1);
}

#[test]
fn a_charge_is_found_by_its_own_reference_before_it_is_captured_voided_or_refunded() {
    let Some(till) = Till::open() else { return };
    let held = till.charge(Op::Authorize, 1, 1250, "pm_card_visa");
    let other = till.charge(Op::Authorize, 2, 700, "pm_card_visa");
    let taken = till.follow(Op::Capture, 3, (1, None), None);
    assert_eq!((taken.said.as_str(), &taken.provider_ref), ("Approved", &held.provider_ref));
    assert_eq!(taken.kept["payment_intent"], held.provider_ref);
    let voided = till.follow(Op::Void, 4, (2, None), None);
    assert_eq!((voided.said.as_str(), &voided.provider_ref), ("Approved", &other.provider_ref));
    let back = till.follow(Op::Refund, 5, (1, None), Some(1250));
    assert_eq!(back.said, "Approved");
    assert_eq!(back.kept["payment_intent"], held.provider_ref);
    assert_eq!(till.stripe.intent(&held.provider_ref)["latest_charge"]["amount_refunded"], 1250);
    assert_eq!(till.follow(Op::Refund, 6, (9, None), Some(1)).said, "declined charge_not_found");
}
