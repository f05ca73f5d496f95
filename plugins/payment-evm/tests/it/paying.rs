//! Sales, captures, refunds and voids when nothing goes wrong, and refusals before anything is signed.

use plugin_sdk::{Op, Verdict};
use serde_json::{Value, json};

use crate::host::{Appliance, Fate, is_broadcast};
use crate::keys::{HOT, MERCHANT};
use crate::market::{FUNDS, Market};

#[test]
fn a_sale_pays_the_merchant_once_it_is_confirmed() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 3 }));
    let before = market.chain.height();
    let mut broadcasts = 0;
    let outcome = appliance
        .outcome(Op::Sale, 1, 1250, &mut |effect| {
            broadcasts += usize::from(is_broadcast(effect));
            if matches!(effect, plugin_sdk::Effect::Sleep(_)) {
                market.chain.mine(1);
            }
            Fate::Done
        })
        .unwrap();
    assert_eq!(outcome.verdict, Verdict::Approved);
    assert_eq!(outcome.provider_ref, appliance.hash(1));
    let result: Value = serde_json::from_slice(&outcome.result_json).unwrap();
    let block = market.chain.call("eth_getBlockByNumber", &json!([format!("{:#x}", before + 1), false]));
    assert_eq!((&result["block"], &result["block_hash"]), (&json!(before + 1), &block["hash"]));
    assert!(market.chain.height() >= before + 3, "three blocks agree");
    assert_eq!(broadcasts, 1);
    assert_eq!(market.tokens(MERCHANT.0), 12_500_000);
    assert_eq!(market.tokens(HOT.0), FUNDS - 12_500_000);
    assert_eq!(appliance.run(Op::Sync, 1, 1250), "Approved");
}

#[test]
fn the_same_sale_again_pays_nothing_more() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    for _ in 0..3 {
        assert_eq!(appliance.run(Op::Sale, 1, 1250), "Approved");
    }
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}

#[test]
fn an_authorisation_touches_nothing_and_its_capture_pays() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    assert_eq!(appliance.run(Op::Authorize, 1, 1250), "Approved");
    assert_eq!(appliance.run(Op::Authorize, 2, 100_001), "insufficient_token");
    assert_eq!(appliance.run(Op::Void, 3, 1250), "Approved");
    assert_eq!((market.tokens(HOT.0), market.nonce(HOT.0)), (FUNDS, 0));
    assert!(!appliance.has_kept(1) && !appliance.has_kept(3));
    assert_eq!(appliance.run(Op::Capture, 4, 1250), "Approved");
    assert_eq!(market.tokens(MERCHANT.0), 12_500_000);
}

#[test]
fn a_refund_sends_the_money_back_when_the_merchants_key_is_configured() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    assert_eq!(appliance.run(Op::Sale, 1, 1250), "Approved");
    assert_eq!(appliance.run(Op::Refund, 2, 250), "Approved");
    assert_eq!((market.tokens(MERCHANT.0), market.tokens(HOT.0)), (10_000_000, FUNDS - 10_000_000));
    assert_eq!((market.nonce(MERCHANT.0), appliance.run(Op::Sync, 2, 250)), (1, "Approved".into()));
    assert_eq!(appliance.run(Op::Refund, 3, 1001), "insufficient_token");

    let mut keyless = Appliance::new(&market, &json!({ "merchant_key": null }));
    assert_eq!(keyless.run(Op::Refund, 4, 250), "refund_not_configured");
    assert_eq!(market.nonce(MERCHANT.0), 1);
}

#[test]
fn what_cannot_be_paid_is_refused_before_anything_is_signed() {
    let Some(market) = Market::open() else { return };
    let refused = |settings: Value, cents: i64, expected: &str| {
        let mut appliance = Appliance::new(&market, &settings);
        assert_eq!(appliance.run(Op::Sale, 1, cents), expected);
        assert!(!appliance.has_kept(1), "{expected}");
    };
    refused(json!({}), 100_001, "insufficient_token");
    refused(json!({ "chain_id": 1 }), 1250, "wrong_chain");
    refused(json!({ "max_fee_per_gas_max_wei": 1 }), 1250, "fee_above_cap");
    refused(json!({ "token_decimals": 1 }), 1255, "amount_not_representable");
    refused(json!({ "token": "0x00000000000000000000000000000000000000aa" }), 1250, "NotSent");
    market.pause();
    refused(json!({}), 1250, "transfer_refused");
    market.chain.call("anvil_setBalance", &json!([crate::keys::address(HOT.0), "0x1"]));
    market.tell(&format!("{}{:064x}", &alloy_primitives::keccak256("pause(bool)").to_string()[2..10], 0));
    refused(json!({}), 1250, "insufficient_gas_funds");
    assert_eq!((market.tokens(HOT.0), market.nonce(HOT.0)), (FUNDS, 0));
}

#[test]
fn a_transfer_that_fails_in_its_block_is_declined_and_moves_nothing() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    // The token is paused between the rehearsal and the block.
    let ended = appliance.run_with(Op::Sale, 1, 1250, &mut |effect| {
        if matches!(effect, plugin_sdk::Effect::Keep(_)) {
            market.pause();
        }
        if matches!(effect, plugin_sdk::Effect::Sleep(_)) {
            market.chain.mine(1);
        }
        Fate::Done
    });
    assert_eq!(ended, "transfer_reverted");
    assert_eq!(appliance.run(Op::Sync, 1, 1250), "transfer_reverted");
    assert_eq!(appliance.run(Op::Reverse, 1, 1250), "Approved", "it has no effect");
    assert_eq!((market.tokens(HOT.0), market.tokens(MERCHANT.0)), (FUNDS, 0));
}

#[test]
fn a_token_that_keeps_a_part_back_is_never_called_paid() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    market.keep_back(10);
    assert_eq!(appliance.run(Op::Sale, 1, 1000), "Unknown");
    assert_eq!(appliance.run(Op::Sync, 1, 1000), "Unknown");
    assert_eq!(market.tokens(MERCHANT.0), 9_900_000);
}
