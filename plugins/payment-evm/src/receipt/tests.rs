//! Receipts that show a payment, show another, or are none.

use alloy_primitives::{address, b256};
use serde_json::json;

use super::*;

const HASH: B256 = b256!("00000000000000000000000000000000000000000000000000000000000000a1");
const TOKEN: Address = address!("00000000000000000000000000000000000000cc");
const FROM: Address = address!("00000000000000000000000000000000000000f1");
const TO: Address = address!("00000000000000000000000000000000000000d2");

fn log() -> Value {
    json!({
        "address": TOKEN, "topics": [TRANSFER_TOPIC, FROM.into_word(), TO.into_word()],
        "data": B256::with_last_byte(77),
    })
}

fn receipt(logs: &Value) -> Value {
    json!({
        "transactionHash": HASH, "status": "0x1", "blockNumber": "0x10", "blockHash": B256::with_last_byte(9),
        "logs": logs,
    })
}

fn check(logs: &Value, expected: bool) {
    let read = Receipt::read(&receipt(logs), HASH).unwrap();
    let transfer = Transfer { to: TO, units: U256::from(77) };
    assert_eq!(read.shows(TOKEN, FROM, &transfer), expected, "{logs}");
}

#[test]
fn a_receipt_shows_exactly_one_payment_of_exactly_this() {
    check(&json!([log()]), true);
    let anonymous = json!({ "address": TOKEN, "topics": [], "data": "0x" });
    let mut elsewhere = log();
    elsewhere["address"] = json!(TO);
    check(&json!([anonymous, elsewhere, log()]), true);
    check(&json!([]), false);
    check(&json!([log(), log()]), false);
    check(&json!([elsewhere]), false);
    for (place, value) in [
        ("/topics/0", json!(B256::with_last_byte(1))),
        ("/topics/1", json!(TO.into_word())),
        ("/topics/2", json!(FROM.into_word())),
        ("/topics/2", json!(B256::repeat_byte(0xff))),
        ("/topics", json!([TRANSFER_TOPIC, FROM.into_word()])),
        ("/topics", json!([TRANSFER_TOPIC, FROM.into_word(), TO.into_word(), TO.into_word()])),
        ("/data", json!(B256::with_last_byte(76))),
        ("/data", json!("0x")),
        ("/data", json!(format!("{}00", B256::with_last_byte(77)))),
    ] {
        let mut other = log();
        *other.pointer_mut(place).unwrap() = value;
        check(&json!([other]), false);
    }
}

#[test]
fn a_malformed_receipt_or_that_of_another_transaction_is_none() {
    assert!(Receipt::read(&receipt(&json!([log()])), HASH).is_some());
    let huge = json!(format!("0x{}", "f".repeat(64)));
    for (place, value) in [
        ("/transactionHash", json!(B256::with_last_byte(2))),
        ("/transactionHash", json!("0xa1")),
        ("/status", json!("0x2")),
        ("/status", json!(1)),
        ("/status", json!(null)),
        ("/status", huge.clone()),
        ("/blockNumber", json!(null)),
        ("/blockNumber", huge),
        ("/blockHash", json!("0x")),
        ("/logs", json!(null)),
        ("/logs", json!({})),
        ("/logs", json!([5])),
        ("/logs/0/topics", json!("0x")),
        ("/logs/0/topics/0", json!("0x")),
        ("/logs/0/data", json!("77")),
        ("/logs/0/address", json!("0x")),
    ] {
        let mut other = receipt(&json!([log()]));
        *other.pointer_mut(place).unwrap() = value;
        assert_eq!(Receipt::read(&other, HASH), None, "{place}: {other}");
    }
    for other in [json!(null), json!([]), json!("0x1"), json!({})] {
        assert_eq!(Receipt::read(&other, HASH), None, "{other}");
    }
}
