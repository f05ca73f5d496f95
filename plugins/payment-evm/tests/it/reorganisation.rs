//! Blocks that leave the chain again take their transactions with them.

use plugin_sdk::Op;
use serde_json::json;

use crate::host::{Appliance, Fate, method};
use crate::keys::{HOT, MERCHANT};
use crate::market::Market;

#[test]
fn a_transaction_that_left_the_chain_is_pending_until_it_is_on_it_again() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 3 }));
    market.chain.mine(4);
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    market.chain.mine(2);
    let hash = appliance.hash(1);
    assert!(market.chain.is_mined(&hash));
    market.chain.reorganise(2);
    assert!(!market.chain.is_mined(&hash), "its block is gone");
    market.chain.mine(3);
    assert_eq!(market.tokens(MERCHANT.0), 0);
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Pending", "it is broadcast again");
    for expected in ["Pending", "Pending", "Approved"] {
        market.chain.mine(1);
        assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), expected);
    }
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}

#[test]
fn a_block_that_leaves_between_two_questions_approves_nothing() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 2 }));
    market.chain.mine(4);
    let mut left = false;
    let ended = appliance.run_with(Op::Sale, 1, 1250, &mut |effect| {
        match method(effect).as_deref() {
            // The receipt was deep enough; then its block is another.
            Some("eth_getBlockByNumber") if !left => {
                market.chain.reorganise(2);
                assert_eq!(market.tokens(MERCHANT.0), 0, "the payment is off the chain");
                left = true;
            }
            None if matches!(effect, plugin_sdk::Effect::Sleep(_)) => market.chain.mine(1),
            _ => {}
        }
        Fate::Done
    });
    assert!(left);
    assert_eq!(ended, "Approved", "in its new block");
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}
