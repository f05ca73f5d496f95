//! A digest on the chain.

use plugin_sdk::{Effect, Op, Verdict};
use serde_json::{Value, json};

use crate::host::{Appliance, DIGEST, Fate, is_broadcast};
use crate::keys::{HOT, address};
use crate::market::{FUNDS, Market};

#[test]
fn an_anchored_digest_is_read_back_from_the_block_that_the_result_names() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 2 }));
    let mine = &mut |effect: &Effect| {
        if matches!(effect, Effect::Sleep(_)) {
            market.chain.mine(1);
        }
        Fate::Done
    };
    let outcome = appliance.outcome(Op::Anchor, 1, 0, mine).unwrap();
    assert_eq!(outcome.verdict, Verdict::Approved);
    let result: Value = serde_json::from_slice(&outcome.result_json).unwrap();
    let found = market.chain.call("eth_getTransactionByHash", &json!([result["tx"]]));
    let hot = address(HOT.0);
    assert_eq!(
        (found["input"].as_str(), found["value"].as_str()),
        (Some(&*format!("0x{DIGEST}")), Some("0x0"))
    );
    assert_eq!((found["from"].as_str(), found["to"].as_str()), (Some(&*hot), Some(&*hot)));
    assert_eq!((&found["blockHash"], &found["hash"]), (&result["block_hash"], &result["tx"]));
    assert_eq!(found["blockNumber"], json!(format!("{:#x}", result["block"].as_u64().unwrap())));
    assert_eq!(market.tokens(HOT.0), FUNDS);
    assert_eq!(appliance.run(Op::Sync, 1, 0), "Approved");
}

#[test]
fn an_anchor_that_a_crash_held_back_is_broadcast_by_sync() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    let at_broadcast = &mut |effect: &Effect| if is_broadcast(effect) { Fate::Crash } else { Fate::Done };
    assert_eq!(appliance.run_with(Op::Anchor, 1, 0, at_broadcast), "crashed");
    assert_eq!(appliance.run(Op::Sync, 1, 0), "Pending");
    market.chain.mine(1);
    assert_eq!(appliance.run(Op::Sync, 1, 0), "Approved");
    assert_eq!(appliance.run(Op::Anchor, 1, 0), "Approved");
    assert_eq!(market.nonce(HOT.0), 1);
}
