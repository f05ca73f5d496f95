//! After the signature: nothing is concluded from garbage, and nothing is signed twice.

use std::time::Duration;

use alloy_primitives::B256;
use plugin_sdk::{Event, Op};
use serde_json::{Value, json};

use super::node::{Reply, Trial, garbage, receipt};
use crate::kept::Kept;

/// What a sale keeps.
fn kept() -> Value {
    Trial::new(Op::Sale).run().kept.unwrap()
}

/// An operation about a sale that was kept and that no node knows.
fn about(op: Op, kept: &Value) -> Trial {
    Trial { kept: Some(kept.clone()), ..Trial::new(op) }
        .but("eth_getTransactionReceipt", Reply::Result(Value::Null))
}

fn result(value: Value) -> Reply {
    Reply::Result(value)
}

#[test]
fn garbage_after_the_signature_concludes_nothing() {
    for method in ["eth_getTransactionReceipt", "eth_blockNumber", "eth_getBlockByNumber"] {
        for (index, reply) in garbage().into_iter().enumerate() {
            let sale = Trial::new(Op::Sale).but(method, reply.clone()).run();
            assert_eq!(sale.code(), "Pending", "{method}, answer {index}");
            assert_eq!(sale.did.iter().filter(|did| *did == "keep").count(), 1);
            for op in [Op::Sync, Op::Reverse] {
                let trial = Trial { kept: sale.kept.clone(), ..Trial::new(op) };
                let asked = trial.but(method, reply.clone()).run();
                assert_eq!(asked.code(), "Unknown", "{op:?} {method}, answer {index}");
                assert_eq!(asked.kept, sale.kept, "nothing is signed on a doubt");
            }
        }
    }
}

#[test]
fn garbage_about_the_nonce_or_the_chain_concludes_nothing() {
    let kept = kept();
    for method in ["eth_chainId", "eth_blockNumber", "eth_getTransactionCount"] {
        for (index, reply) in garbage().into_iter().enumerate() {
            for op in [Op::Sync, Op::Reverse] {
                let asked = about(op, &kept).but(method, reply.clone()).run();
                assert_eq!(asked.code(), "Unknown", "{op:?} {method}, answer {index}");
                assert_eq!(asked.kept.as_ref(), Some(&kept), "nothing is signed on a doubt");
            }
        }
    }
}

#[test]
fn whatever_a_node_says_to_a_broadcast_the_same_bytes_go_out_until_the_chain_decides() {
    let mut replies = garbage();
    for message in
        ["already known", "nonce too low", "replacement transaction underpriced", "insufficient funds"]
    {
        replies.push(Reply::Body(format!(r#"{{"id":ID,"error":{{"code":-32000,"message":"{message}"}}}}"#)));
    }
    replies.push(result(json!(B256::ZERO)));
    for reply in replies {
        let mined = Trial::new(Op::Sale).but("eth_sendRawTransaction", reply.clone()).run();
        assert_eq!(mined.code(), "Approved");
        let missing = Trial::new(Op::Sale)
            .but("eth_sendRawTransaction", reply)
            .but("eth_getTransactionReceipt", result(Value::Null))
            .run();
        let raw = missing.kept.as_ref().unwrap()["raw"].as_str().unwrap();
        assert_eq!(missing.code(), "Pending");
        assert!(missing.raws.len() > 10 && missing.raws.iter().all(|sent| sent == raw));
        assert!(missing.did.len() < 60, "within the host's 64 steps");
    }
}

#[test]
fn an_attempt_that_is_asked_for_again_signs_nothing_new() {
    let kept = kept();
    for op in [Op::Sale, Op::Capture, Op::Refund, Op::Anchor] {
        let ran = Trial { kept: Some(kept.clone()), ..Trial::new(op) }.run();
        assert_eq!((ran.code().as_str(), ran.kept.as_ref()), ("Approved", Some(&kept)), "{op:?}");
        assert!(!ran.did.contains(&"keep".to_owned()));
    }
}

#[test]
fn a_receipt_is_believed_only_deep_enough_and_on_the_chain() {
    let kept = kept();
    let other = |name: &str, value: Value| {
        let mut receipt = receipt(&kept);
        receipt[name] = value;
        result(receipt)
    };
    let block = |number: &str, hash: B256| result(json!({ "number": number, "hash": hash }));
    let rows = [
        (3, "eth_blockNumber", result(json!("0x12")), "Approved"),
        (3, "eth_blockNumber", result(json!("0x11")), "Pending"),
        (3, "eth_blockNumber", result(json!("0x0")), "Pending"),
        (1, "eth_blockNumber", result(json!("0xf")), "Pending"),
        (1, "eth_blockNumber", result(json!("0xffffffffffffffff")), "Approved"),
        (1, "eth_getBlockByNumber", block("0x10", B256::ZERO), "Pending"),
        (1, "eth_getBlockByNumber", block("0x11", B256::repeat_byte(0xbb)), "Unknown"),
        (1, "eth_getBlockByNumber", result(Value::Null), "Unknown"),
        (1, "eth_getTransactionReceipt", other("status", json!("0x0")), "transfer_reverted"),
        (1, "eth_getTransactionReceipt", other("logs", json!([])), "Unknown"),
        (1, "eth_getTransactionReceipt", other("transactionHash", json!(B256::ZERO)), "Unknown"),
        (1, "eth_getTransactionReceipt", other("blockNumber", Value::Null), "Unknown"),
    ];
    for (confirmations, method, reply, expected) in rows {
        let settings = json!({ "confirmations": confirmations });
        let trial = Trial { kept: Some(kept.clone()), settings, ..Trial::new(Op::Sync) };
        assert_eq!(trial.but(method, reply).run().code(), expected, "{confirmations} {method}");
    }
}

#[test]
fn a_nonce_is_taken_only_when_it_is_so_at_the_depth_that_counts() {
    let kept = kept();
    let rows = [
        (1, "0x10", "0x6", "replaced"),
        (1, "0x10", "0x5", "Pending"),
        (1, "0x10", "0x0", "Pending"),
        (17, "0x10", "0x6", "replaced"),
        (18, "0x10", "0x6", "Pending"),
        (1, "0xffffffffffffffff", "0x6", "Pending"),
    ];
    for (confirmations, head, count, expected) in rows {
        let settings = json!({ "confirmations": confirmations });
        let ran = Trial { settings, ..about(Op::Sync, &kept) }
            .but("eth_blockNumber", result(json!(head)))
            .but("eth_getTransactionCount", result(json!(count)))
            .run();
        assert_eq!(ran.code(), expected, "{confirmations} {head} {count}");
        assert_eq!(ran.raws.len(), usize::from(expected == "Pending"), "what is open is broadcast again");
    }
}

#[test]
fn the_receipt_is_asked_for_again_before_a_transaction_is_given_up() {
    let kept = kept();
    let ran = about(Op::Sync, &kept).but("eth_getTransactionCount", result(json!("0x6"))).run();
    let asked: Vec<&str> = ran.did.iter().map(String::as_str).collect();
    let receipt = "eth_getTransactionReceipt";
    assert_eq!(asked, ["eth_chainId", receipt, "eth_blockNumber", "eth_getTransactionCount", receipt]);
}

#[test]
fn a_cancellation_has_the_same_nonce_pays_nobody_and_offers_more() {
    let ran = about(Op::Reverse, &kept()).run();
    let kept = Kept::read(ran.kept.as_ref().unwrap()).unwrap();
    let cancel = crate::transaction::Transaction::read(&kept.cancel.as_ref().unwrap().raw).unwrap();
    assert_eq!((cancel.nonce, cancel.to, cancel.data.len()), (5, kept.from, 0));
    assert!(cancel.value.is_zero() && cancel.chain_id == 31337);
    assert_eq!((cancel.fees.max_wei, cancel.fees.priority_wei), (19, 2));
    assert_eq!(ran.code(), "Pending");
    let raw = ran.kept.as_ref().unwrap()["cancel"]["raw"].as_str().unwrap();
    assert!(ran.raws.len() > 5 && ran.raws.iter().all(|sent| sent == raw), "only the cancellation goes out");
    assert_eq!(ran.did.iter().filter(|did| *did == "keep").count(), 1, "one is signed");

    let sync = about(Op::Sync, ran.kept.as_ref().unwrap()).run();
    assert_eq!((sync.code().as_str(), sync.raws), ("Pending", vec![raw.to_owned()]));
    let gone = about(Op::Reverse, ran.kept.as_ref().unwrap());
    assert_eq!(gone.but("eth_getTransactionCount", result(json!("0x6"))).run().code(), "Approved");
}

#[test]
fn what_cannot_be_cancelled_is_unknown() {
    let kept = kept();
    let dear = result(json!({ "baseFeePerGas": ["0x7"], "reward": [] }));
    let capped = json!({ "max_fee_per_gas_max_wei": 9 }); // twice it is below a quarter more than 15
    let trial = Trial { settings: capped, ..about(Op::Reverse, &kept) };
    assert_eq!(trial.but("eth_feeHistory", dear).run().code(), "Unknown");
    let mut foreign = kept.clone();
    foreign["from"] = json!("0x00000000000000000000000000000000000000f1");
    assert_eq!(about(Op::Reverse, &foreign).run().code(), "Unknown", "the keys have changed");
}

#[test]
fn a_reversal_says_what_the_chain_says() {
    let kept = kept();
    let mut reverted = receipt(&kept);
    reverted["status"] = json!("0x0");
    let trial = || Trial { kept: Some(kept.clone()), ..Trial::new(Op::Reverse) };
    assert_eq!(trial().run().code(), "already_mined");
    assert_eq!(trial().but("eth_getTransactionReceipt", result(reverted)).run().code(), "Approved");
    let shallow = Trial { settings: json!({ "confirmations": 2 }), ..trial() }.run();
    assert_eq!((shallow.code().as_str(), shallow.raws.len()), ("Pending", 0), "it is waited for");
}

#[test]
fn what_was_kept_and_does_not_hold_together_is_unknown() {
    let kept = kept();
    for (place, value) in [
        ("/raw", json!("0x02c0")),
        ("/raw", json!(null)),
        ("/hash", json!(B256::ZERO)),
        ("/nonce", json!(6)),
        ("/nonce", json!("5")),
        ("/from", json!("0x")),
        ("/cancel", json!({})),
        ("/cancel", json!({ "raw": "0x", "hash": "0x" })),
    ] {
        let mut broken = kept.clone();
        *broken.pointer_mut(place).unwrap() = value;
        for op in [Op::Sync, Op::Reverse, Op::Sale] {
            let ran = about(op, &broken).run();
            assert_eq!((ran.code().as_str(), ran.did.len()), ("Unknown", 0), "{op:?} {place}");
        }
    }
}

#[test]
fn when_the_time_is_up_a_broadcast_sale_is_pending() {
    let mut trial = Trial::new(Op::Sale).but("eth_getTransactionReceipt", result(Value::Null));
    trial.kept = Some(kept());
    trial.left = Some(Duration::from_millis(400));
    let ran = trial.run();
    assert_eq!((ran.code().as_str(), ran.did.len()), ("Pending", 0));
    let lost = about(Op::Sync, &kept()).but("eth_chainId", Reply::Event(Event::Timeout { sent: true })).run();
    assert_eq!(lost.code(), "Unknown");
}
