//! Undoing what was signed, as long as it is in no block.

use plugin_sdk::{Effect, Op};
use serde_json::json;

use crate::host::{Appliance, Fate, is_broadcast};
use crate::keys::{HOT, MERCHANT};
use crate::market::{FUNDS, Market};

#[test]
fn a_transaction_in_no_block_is_replaced_by_one_that_pays_nobody() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 2 }));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    assert_eq!(appliance.run(Op::Reverse, 1, 1250), "Approved");
    assert!(!market.chain.is_mined(&appliance.hash(1)));
    assert!(market.chain.is_mined(appliance.kept(1)["cancel"]["hash"].as_str().unwrap()));
    assert_eq!(appliance.run(Op::Sync, 1, 1250), "replaced");
    assert_eq!(appliance.run(Op::Reverse, 1, 1250), "Approved", "again");
    let (hot, paid) = (market.tokens(HOT.0), market.tokens(MERCHANT.0));
    assert_eq!((hot, paid, market.nonce(HOT.0)), (FUNDS, 0, 1));
}

#[test]
fn a_cancellation_is_approved_only_once_it_is_deep_enough() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 2 }));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    assert_eq!(appliance.run_in_silence(Op::Reverse, 1, 1250), "Pending");
    market.chain.mine(1);
    assert_eq!(appliance.run_in_silence(Op::Reverse, 1, 1250), "Pending");
    market.chain.mine(1);
    assert_eq!(appliance.run_in_silence(Op::Reverse, 1, 1250), "Approved");
}

#[test]
fn a_crash_before_the_broadcast_of_a_cancellation_is_made_good_by_the_next_question() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    let at_broadcast = &mut |effect: &Effect| if is_broadcast(effect) { Fate::Crash } else { Fate::Done };
    assert_eq!(appliance.run_with(Op::Reverse, 1, 1250, at_broadcast), "crashed");
    let cancel = appliance.kept(1)["cancel"].clone();
    assert!(cancel.is_object(), "the cancellation is durable");
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Pending", "the cancellation is broadcast");
    market.chain.mine(1);
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "replaced");
    assert_eq!(appliance.kept(1)["cancel"], cancel, "one was signed");
    assert_eq!((market.tokens(HOT.0), market.nonce(HOT.0)), (FUNDS, 1));
}

#[test]
fn a_transaction_that_was_faster_than_its_cancellation_stays_paid() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    // It is mined while the cancellation is signed.
    let ended = appliance.run_with(Op::Reverse, 1, 1250, &mut |effect| {
        if matches!(effect, Effect::Keep(_)) {
            market.chain.mine(1);
        }
        Fate::Done
    });
    assert_eq!(ended, "already_mined");
    assert_eq!(appliance.run(Op::Sync, 1, 1250), "Approved");
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}

#[test]
fn a_mined_transaction_is_not_undone() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    assert_eq!(appliance.run(Op::Sale, 1, 1250), "Approved");
    assert_eq!(appliance.run(Op::Reverse, 1, 1250), "already_mined");
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}

#[test]
fn what_another_chain_says_decides_nothing() {
    let (Some(market), Some(other)) = (Market::open(), Market::open()) else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    other.chain.call("anvil_setChainId", &json!([1]));
    appliance.market = &other;
    for op in [Op::Sync, Op::Reverse, Op::Sale] {
        assert_eq!(appliance.run(op, 1, 1250), "Unknown", "{op:?}");
    }
}
