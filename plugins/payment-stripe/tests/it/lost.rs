//! What is lost on the way: repeated, asked about, undone; never charged twice.

use plugin_sdk::Op;
use serde_json::json;

use crate::proxy::Fault;
use crate::till::{Till, now_s, request};

#[test]
fn a_lost_answer_is_asked_for_again_and_charges_once() {
    let Some(till) = Till::open() else { return };
    for (attempt, faults) in [
        (1, vec![Fault::DropReply]),
        (2, vec![Fault::HalfReply]),
        (3, vec![Fault::CutReply]),
        (4, vec![Fault::DropRequest]),
        (5, vec![Fault::Status(503)]),
        (6, vec![Fault::Status(409), Fault::DropReply, Fault::Status(429)]),
    ] {
        till.proxy.script(&faults);
        let sold = till.charge(Op::Sale, attempt, 1250, "pm_card_visa");
        assert_eq!(sold.said, "Approved", "attempt {attempt}");
        assert_eq!(till.stripe.count("charges"), u64::from(attempt), "one charge for each attempt");
        let key = hex::encode([attempt; 16]);
        let expected = vec![format!("POST /v1/payment_intents {key}"); faults.len() + 1];
        assert_eq!(till.proxy.came(), expected);
    }
}

#[test]
fn a_lost_capture_or_refund_is_repeated_and_done_once() {
    let Some(till) = Till::open() else { return };
    let held = till.charge(Op::Authorize, 1, 1250, "pm_card_visa");
    let id = held.provider_ref.as_str();
    for (op, minor) in [(Op::Capture, 1250), (Op::Refund, 400)] {
        till.proxy.script(&[Fault::DropReply, Fault::CutReply]);
        assert_eq!(till.follow(op, op.code() as u8 + 8, (1, Some(id)), Some(minor)).said, "Approved");
    }
    assert_eq!(till.stripe.intent(id)["latest_charge"]["amount_refunded"], 400);
    assert_eq!((till.stripe.count("charges"), till.stripe.count("refunds")), (1, 1));
}

#[test]
fn what_stays_lost_is_unknown_and_found_later_by_its_own_reference() {
    let Some(till) = Till::open() else { return };
    till.proxy.script(&[Fault::DropReply; 5]);
    assert_eq!(till.charge(Op::Sale, 1, 1250, "pm_card_visa").said, "Unknown");
    let found = till.later(Op::Sync, (Op::Sale, 1), None, 10);
    assert_eq!(found.said, "Approved");
    assert_eq!(till.stripe.intent(&found.provider_ref)["status"], "succeeded");

    till.proxy.script(&[Fault::DropRequest; 5]);
    assert_eq!(till.charge(Op::Sale, 2, 1250, "pm_card_visa").said, "Unknown");
    assert_eq!(till.later(Op::Sync, (Op::Sale, 2), None, 120).said, "Pending");
    assert_eq!(till.later(Op::Sync, (Op::Sale, 2), None, 121).said, "NotSent");
    assert_eq!(till.stripe.count("charges"), 1);
}

#[test]
fn a_lost_capture_or_refund_is_found_later() {
    let Some(till) = Till::open() else { return };
    let held = till.charge(Op::Authorize, 1, 1250, "pm_card_visa");
    let id = held.provider_ref.as_str();
    assert_eq!(till.later(Op::Sync, (Op::Capture, 2), Some(1), 10).said, "Pending");
    assert_eq!(till.later(Op::Sync, (Op::Capture, 2), Some(1), 121).said, "NotSent");
    till.proxy.script(&[Fault::DropReply; 5]);
    assert_eq!(till.follow(Op::Capture, 2, (1, Some(id)), None).said, "Unknown");
    assert_eq!(till.later(Op::Sync, (Op::Capture, 2), Some(1), 10).said, "Approved");

    assert_eq!(till.later(Op::Sync, (Op::Refund, 3), Some(1), 121).said, "NotSent");
    till.proxy.script(&[Fault::DropReply; 5]);
    assert_eq!(till.follow(Op::Refund, 3, (1, Some(id)), Some(300)).said, "Unknown");
    let found = till.later(Op::Sync, (Op::Refund, 3), Some(1), 10);
    assert_eq!(found.said, "Approved");
    assert!(found.provider_ref.starts_with("re_"));
}

#[test]
fn a_lost_charge_is_undone_and_stays_undone() {
    let Some(till) = Till::open() else { return };
    for (attempt, op, faults, expected) in [
        (1, Op::Authorize, [Fault::DropReply; 5], "canceled"),
        (2, Op::Sale, [Fault::DropReply; 5], "succeeded"),
    ] {
        till.proxy.script(&faults);
        assert_eq!(till.charge(op, attempt, 1250, "pm_card_visa").said, "Unknown");
        // The reversal's own answer is lost as well, and it is asked for again.
        till.proxy.script(&[Fault::None, Fault::DropReply]);
        for _ in 0..2 {
            assert_eq!(till.later(Op::Reverse, (op, attempt), None, 10).said, "Approved");
        }
        let found = till.later(Op::Sync, (op, attempt), None, 10);
        let intent = till.stripe.intent(&found.provider_ref);
        assert_eq!(intent["status"], expected);
        if op == Op::Sale {
            assert_eq!(intent["latest_charge"]["amount_refunded"], 1250);
            assert_eq!(till.stripe.count("refunds"), 1);
        }
    }
}

#[test]
fn what_never_arrived_is_undone_only_once_it_can_not_arrive_any_more() {
    let Some(till) = Till::open() else { return };
    assert_eq!(till.later(Op::Reverse, (Op::Sale, 1), None, 120).said, "Unknown");
    assert_eq!(till.later(Op::Reverse, (Op::Sale, 1), None, 121).said, "Approved");
}

#[test]
fn a_partly_refunded_sale_is_undone_by_the_rest() {
    let Some(till) = Till::open() else { return };
    let sold = till.charge(Op::Sale, 1, 1250, "pm_card_visa");
    assert_eq!(till.follow(Op::Refund, 2, (1, Some(&sold.provider_ref)), Some(250)).said, "Approved");
    assert_eq!(till.later(Op::Reverse, (Op::Sale, 1), None, 10).said, "Approved");
    assert_eq!(till.stripe.intent(&sold.provider_ref)["latest_charge"]["amount_refunded"], 1250);
}

#[test]
fn the_same_key_with_another_amount_is_refused() {
    let Some(till) = Till::open() else { return };
    assert_eq!(till.charge(Op::Sale, 1, 1250, "pm_card_visa").said, "Approved");
    assert_eq!(till.charge(Op::Sale, 1, 1251, "pm_card_visa").said, "declined idempotency_mismatch");
    assert_eq!(till.stripe.count("charges"), 1);
}

#[test]
fn a_charge_is_found_on_a_later_page() {
    let Some(till) = Till::open() else { return };
    let sold = till.charge(Op::Sale, 1, 1250, "pm_card_visa");
    for _ in 0..205 {
        till.stripe.ask("POST", "/v1/payment_intents", "amount=1&currency=eur");
    }
    till.proxy.came();
    let found = till.later(Op::Sync, (Op::Sale, 1), None, 10);
    assert_eq!((found.said.as_str(), &found.provider_ref), ("Approved", &sold.provider_ref));
    assert_eq!(till.proxy.came().len(), 3);
    assert_eq!(till.later(Op::Sync, (Op::Sale, 2), None, 121).said, "NotSent");
}

#[test]
fn a_charge_that_can_not_be_looked_for_is_not_refunded() {
    let Some(till) = Till::open() else { return };
    assert_eq!(till.charge(Op::Sale, 1, 1250, "pm_card_visa").said, "Approved");
    till.proxy.script(&[Fault::DropReply; 5]);
    assert_eq!(till.follow(Op::Refund, 3, (1, None), Some(300)).said, "declined provider_unavailable");
    assert_eq!(till.stripe.count("refunds"), 0);
}

#[test]
fn with_a_wrong_clock_only_what_was_kept_is_believed() {
    let Some(till) = Till::open() else { return };
    let sold = till.charge(Op::Sale, 1, 1250, "pm_card_visa");
    // The appliance lives in the day after tomorrow: the charge is not among those made since then.
    let later_s = now_s() + 2 * 24 * 3600;
    let kept = json!({ "payment_intent": sold.provider_ref });
    for (op, kept, expected) in [
        (Op::Sync, kept, "Approved"),
        (Op::Sync, json!(null), "Unknown"),
        (Op::Reverse, json!(null), "Unknown"),
    ] {
        let payload = json!({ "kind": "sale", "begun_at_s": later_s, "now_s": later_s + 200, "kept": kept });
        assert_eq!(till.run(&request(op, 9, Some(1), None, payload)).said, expected);
    }
}
