//! Before the signature: what is refused, what ends without effect, and in which order it is asked.

use std::time::Duration;

use alloy_primitives::{B256, U256};
use plugin_sdk::{Call, Error, Op, Payment, Request};
use serde_json::{Value, json};

use super::node::{Reply, Trial, evm, garbage};
use crate::kept::Kept;
use crate::keys::{HOT, MERCHANT, address};
use crate::token::Transfer;

const BEFORE: [&str; 6] =
    ["eth_chainId", "tokens", "rehearsal", "eth_feeHistory", "eth_getBalance", "eth_getTransactionCount"];
const AFTER: [&str; 6] = [
    "keep",
    "eth_sendRawTransaction",
    "sleep",
    "eth_getTransactionReceipt",
    "eth_blockNumber",
    "eth_getBlockByNumber",
];

#[test]
fn the_signed_bytes_are_kept_before_they_are_broadcast_and_not_signed_again() {
    let ran = Trial::new(Op::Sale).run();
    assert_eq!(
        (ran.code().as_str(), ran.did),
        ("Approved", [BEFORE, AFTER].concat().iter().map(ToString::to_string).collect())
    );
    let kept = ran.kept.unwrap();
    assert_eq!(ran.raws, [kept["raw"].as_str().unwrap()]);
    assert_eq!(ran.outcome.provider_ref, kept["hash"].as_str().unwrap());
}

#[test]
fn each_operation_pays_whom_it_should() {
    let rows = [
        (Op::Sale, HOT, MERCHANT, "12500000"),
        (Op::Capture, HOT, MERCHANT, "12500000"),
        (Op::Refund, MERCHANT, HOT, "12500000"),
    ];
    for (op, from, to, units) in rows {
        let kept = Kept::read(&Trial::new(op).run().kept.unwrap()).unwrap();
        let transfer = Transfer::read(&kept.transaction.data).unwrap();
        assert_eq!(kept.from.to_string().to_lowercase(), address(from.0), "{op:?}");
        assert_eq!(transfer.to.to_string().to_lowercase(), address(to.0), "{op:?}");
        assert_eq!(transfer.units.to_string(), units, "{op:?}");
        let transaction = kept.transaction;
        assert_eq!((transaction.chain_id, transaction.nonce, transaction.gas_limit), (31337, 5, 100_000));
        assert_eq!((transaction.fees.max_wei, transaction.fees.priority_wei), (15, 1));
        assert!(transaction.value.is_zero());
    }
}

#[test]
fn an_anchor_is_the_digest_to_oneself() {
    let ran = Trial::new(Op::Anchor).run();
    let kept = Kept::read(&ran.kept.clone().unwrap()).unwrap();
    assert_eq!((ran.code().as_str(), kept.transaction.to), ("Approved", kept.from));
    assert_eq!(kept.transaction.data, [0xab; 32]);
    let result: Value = serde_json::from_slice(&ran.outcome.result_json).unwrap();
    let expected = json!({ "tx": kept.signed.hash, "block": 16, "block_hash": B256::repeat_byte(0xbb) });
    assert_eq!(result, expected);
    assert!(!ran.did.contains(&"tokens".to_owned()), "{:?}", ran.did);
}

#[test]
fn garbage_before_the_signature_signs_nothing() {
    for method in BEFORE {
        for (index, reply) in garbage().into_iter().enumerate() {
            let ran = Trial::new(Op::Sale).but(method, reply).run();
            assert_eq!((ran.code().as_str(), ran.kept), ("NotSent", None), "{method}, answer {index}");
        }
    }
}

#[test]
fn numbers_at_the_edges_are_refused_or_harmless() {
    let word = |value: U256| Reply::Result(json!(B256::from(value)));
    let hex = |text: &str| Reply::Result(json!(text));
    let most = format!("0x{}", "f".repeat(64));
    let rows = [
        ("eth_chainId", hex("0x1"), "wrong_chain"),
        ("eth_chainId", hex(&most), "NotSent"),
        ("tokens", word(U256::from(12_499_999)), "insufficient_token"),
        ("tokens", word(U256::ZERO), "insufficient_token"),
        ("tokens", word(U256::MAX), "Approved"),
        ("tokens", hex("0x"), "NotSent"),
        ("rehearsal", hex("0x"), "Approved"),
        ("rehearsal", word(U256::ZERO), "transfer_refused"),
        ("rehearsal", word(U256::MAX), "transfer_refused"),
        (
            "rehearsal",
            Reply::Body(r#"{"id":ID,"error":{"code":3,"message":"paused"}}"#.into()),
            "transfer_refused",
        ),
        ("eth_feeHistory", Reply::Result(json!({ "baseFeePerGas": ["0x3e7"] })), "Approved"),
        ("eth_feeHistory", Reply::Result(json!({ "baseFeePerGas": ["0x3e8"] })), "fee_above_cap"),
        ("eth_feeHistory", Reply::Result(json!({ "baseFeePerGas": [most] })), "NotSent"),
        ("eth_getBalance", hex("0x16e35f"), "insufficient_gas_funds"),
        ("eth_getBalance", hex("0x16e360"), "Approved"),
        ("eth_getBalance", hex(&most), "Approved"),
        ("eth_getTransactionCount", hex("0xffffffffffffffff"), "Approved"),
        ("eth_getTransactionCount", hex("0x10000000000000000"), "NotSent"),
    ];
    for (method, reply, expected) in rows {
        let ran = Trial::new(Op::Sale).but(method, reply).run();
        assert_eq!((ran.code().as_str(), ran.kept.is_some()), (expected, expected == "Approved"), "{method}");
    }
}

#[test]
fn the_books_are_read_before_the_chain_is_asked() {
    let state = |state: &str| json!(state);
    let rows = [
        (Op::Sale, "/wallet/status", state("frozen"), "wallet_frozen"),
        (Op::Sale, "/wallet/status", state("closed"), "wallet_closed"),
        (Op::Sale, "/wallet", json!({}), "wallet_unknown"),
        (Op::Authorize, "/wallet", json!({}), "wallet_unknown"),
        (Op::Sale, "/reservation", json!({}), "reservation_missing"),
        (Op::Sale, "/reservation/state", state("posted"), "already_captured"),
        (Op::Sale, "/reservation/state", state("voided"), "already_voided"),
        (Op::Sale, "/reservation/amount", json!(1251), "reservation_mismatch"),
        (Op::Sale, "/reservation/currency", json!("EUR"), "reservation_mismatch"),
        (Op::Authorize, "/reservation/amount", json!(1249), "reservation_mismatch"),
        (Op::Capture, "/reservation/amount", json!(1249), "capture_above_reserved"),
        (Op::Capture, "/reservation/currency", json!("EUR"), "reservation_mismatch"),
        (Op::Capture, "/reservation/state", state("voided"), "already_voided"),
        (Op::Refund, "/captured", json!(null), "nothing_to_refund"),
        (Op::Refund, "/captured/refunded", json!(1), "refund_above_captured"),
        (Op::Refund, "/captured/refunded", json!(-1), "refund_above_captured"),
        (Op::Refund, "/captured/refunded", json!(i64::MAX), "refund_above_captured"),
        (Op::Refund, "/captured/currency", json!("EUR"), "currency_mismatch"),
        (Op::Refund, "/reservation/amount", json!(1), "reservation_mismatch"),
        (Op::Void, "/reservation/state", state("pending"), "Approved"),
        (Op::Void, "/reservation/state", state("voided"), "Approved"),
        (Op::Void, "/reservation/state", state("posted"), "already_captured"),
        (Op::Void, "/reservation", json!({}), "reservation_missing"),
    ];
    for (op, place, value, expected) in rows {
        let ran = Trial::new(op).with(place, value).run();
        assert_eq!((ran.code().as_str(), ran.did.len()), (expected, 0), "{op:?} {place}");
    }
}

#[test]
fn settings_refuse_what_they_do_not_cover() {
    let rows = [
        (Op::Sale, json!({ "currency": "EUR" }), "currency_not_enabled"),
        (Op::Sale, json!({ "token_decimals": 0 }), "amount_not_representable"),
        (Op::Refund, json!({ "merchant_key": null }), "refund_not_configured"),
    ];
    for (op, settings, expected) in rows {
        let ran = Trial { settings, ..Trial::new(op) }.run();
        assert_eq!((ran.code().as_str(), ran.did.len()), (expected, 0));
    }
}

#[test]
fn an_authorisation_asks_for_the_balance_and_keeps_nothing() {
    let ran = Trial::new(Op::Authorize).run();
    assert_eq!((ran.code().as_str(), ran.did), ("Approved", vec!["eth_chainId".into(), "tokens".into()]));
    assert_eq!(ran.kept, None);
}

#[test]
fn an_attempt_that_kept_nothing_was_never_sent() {
    for (op, expected) in [(Op::Sync, "NotSent"), (Op::Reverse, "Approved")] {
        let ran = Trial::new(op).run();
        assert_eq!((ran.code().as_str(), ran.did.len()), (expected, 0), "{op:?}");
    }
}

#[test]
fn with_no_time_left_nothing_is_signed() {
    let ran = Trial { left: Some(Duration::from_millis(400)), ..Trial::new(Op::Sale) }.run();
    assert_eq!((ran.code().as_str(), ran.did.len(), ran.kept), ("NotSent", 0, None));
    let ran = Trial { left: Some(Duration::from_secs(2)), ..Trial::new(Op::Sale) }.run();
    assert!(ran.timeouts_ms.iter().all(|timeout| (1..=1700).contains(timeout)), "{:?}", ran.timeouts_ms);
}

#[test]
fn a_request_that_lacks_something_is_an_error() {
    let begun = |request: &Request| evm(&json!({})).unwrap().begin(&Call::unbounded(), request).map(|_| ());
    let rows = [
        Request { money: None, ..Trial::new(Op::Sale).request() },
        Request { money: None, ..Trial::new(Op::Refund).request() },
        Request { original_ref: None, ..Trial::new(Op::Capture).request() },
        Request { original_ref: None, ..Trial::new(Op::Sync).request() },
        Request { payload_json: b"[".to_vec(), ..Trial::new(Op::Sale).request() },
        Request {
            payload_json: br#"{"reservation":{"state":"held"}}"#.to_vec(),
            ..Trial::new(Op::Sale).request()
        },
        Trial::new(Op::Anchor).with("/sha256", json!("ab")).request(),
        Trial::new(Op::Anchor).with("/sha256", json!(null)).request(),
        Trial::new(Op::Anchor).with("/sha256", json!("zz".repeat(32))).request(),
    ];
    for (index, request) in rows.iter().enumerate() {
        assert!(matches!(begun(request), Err(Error::Invalid(_))), "row {index}");
    }
    assert!(matches!(begun(&Trial::new(Op::Webhook).request()), Err(Error::Unsupported(_))));
}
