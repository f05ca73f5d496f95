//! Crashes, lost answers, dropped transactions and taken nonces: at most one transfer, and the truth about it in the end.

use plugin_sdk::{Effect, Op};
use serde_json::json;

use crate::host::{Appliance, Fate, is_broadcast};
use crate::keys::{HOT, MERCHANT};
use crate::market::{FUNDS, Market};

#[test]
fn a_sale_that_is_not_mined_in_time_is_pending_and_sync_sees_it_mined() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 2 }));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Pending", "in no block");
    market.chain.mine(1);
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Pending", "in the newest block");
    market.chain.mine(1);
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Approved");
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}

#[test]
fn a_dropped_transaction_is_broadcast_again_with_the_same_bytes_and_pays_once() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    let (hash, kept) = (appliance.hash(1), appliance.kept(1).clone());
    market.chain.drop_transaction(&hash);
    market.chain.mine(2);
    assert!(!market.chain.is_mined(&hash));
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Pending");
    market.chain.mine(1);
    assert!(market.chain.is_mined(&hash), "SYNC broadcast it again");
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Approved");
    assert_eq!((appliance.kept(1), market.tokens(MERCHANT.0)), (&kept, 12_500_000));
}

#[test]
fn a_transaction_that_the_node_forgets_while_it_is_watched_is_broadcast_again() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    let (mut broadcasts, mut forgotten, mut hash) = (Vec::new(), false, String::new());
    let ended = appliance.run_with(Op::Sale, 1, 1250, &mut |effect| {
        match effect {
            Effect::Keep(json) => {
                let kept: serde_json::Value = serde_json::from_slice(json).unwrap();
                hash = kept["hash"].as_str().unwrap().to_owned();
            }
            Effect::Http(asked) if is_broadcast(effect) => {
                let question: serde_json::Value = serde_json::from_slice(&asked.body).unwrap();
                broadcasts.push(question["params"].clone());
            }
            Effect::Sleep(_) if !forgotten => {
                market.chain.drop_transaction(&hash);
                forgotten = true;
            }
            Effect::Sleep(_) => market.chain.mine(1),
            _ => {}
        }
        Fate::Done
    });
    assert_eq!(ended, "Approved");
    assert!(broadcasts.len() == 2 && broadcasts[0] == broadcasts[1], "{broadcasts:?}");
    assert_eq!(market.tokens(MERCHANT.0), 12_500_000);
}

#[test]
fn a_crash_before_anything_was_kept_has_signed_nothing() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    let at_keep =
        &mut |effect: &Effect| if matches!(effect, Effect::Keep(_)) { Fate::Crash } else { Fate::Done };
    assert_eq!(appliance.run_with(Op::Sale, 1, 1250, at_keep), "crashed");
    assert_eq!(appliance.run(Op::Sync, 1, 1250), "NotSent");
    assert_eq!(appliance.run(Op::Reverse, 1, 1250), "Approved");
    assert_eq!((market.tokens(HOT.0), market.nonce(HOT.0)), (FUNDS, 0));
}

#[test]
fn a_crash_between_keeping_and_broadcasting_is_made_good_by_sync() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    let at_broadcast = &mut |effect: &Effect| if is_broadcast(effect) { Fate::Crash } else { Fate::Done };
    assert_eq!(appliance.run_with(Op::Sale, 1, 1250, at_broadcast), "crashed");
    assert_eq!(market.tokens(MERCHANT.0), 0);
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Pending", "it is broadcast now");
    market.chain.mine(1);
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "Approved");
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}

#[test]
fn a_crash_after_the_broadcast_pays_once() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    let after =
        &mut |effect: &Effect| if matches!(effect, Effect::Sleep(_)) { Fate::Crash } else { Fate::Done };
    assert_eq!(appliance.run_with(Op::Sale, 1, 1250, after), "crashed");
    assert_eq!(appliance.run(Op::Sale, 1, 1250), "Approved", "the same attempt again");
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (12_500_000, 1));
}

#[test]
fn every_lost_answer_and_failed_connection_ends_in_one_transfer_or_none() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({}));
    let (mut paid, mut attempt) = (0, 0);
    for fault in [Fate::AnswerLost, Fate::NotReached] {
        for at in 0..16 {
            attempt += 1;
            let mut asked = 0;
            let ended = appliance.run_with(Op::Sale, attempt, 100, &mut |effect| {
                let hit = matches!(effect, Effect::Http(_)) && asked == at;
                asked += usize::from(matches!(effect, Effect::Http(_)));
                if matches!(effect, Effect::Sleep(_)) {
                    market.chain.mine(1);
                }
                if hit { fault } else { Fate::Done }
            });
            let known = match ended.as_str() {
                "NotSent" => appliance.run(Op::Sync, attempt, 100),
                _ => ended.clone(),
            };
            assert_eq!(known == "Approved", appliance.has_kept(attempt), "{ended}, then {known}");
            paid += u64::from(known == "Approved");
            assert_eq!(market.tokens(MERCHANT.0), paid * 1_000_000, "{ended}, then {known}");
        }
    }
    assert_eq!((paid, attempt), (20, 32), "six questions come before the signature");
    assert_eq!(market.nonce(HOT.0), paid);
}

#[test]
fn a_transaction_whose_nonce_was_taken_is_declined_once_that_is_deep_enough() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 3 }));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    market.chain.drop_transaction(&appliance.hash(1));
    // The node has forgotten it, so that the next sale gets the same nonce.
    assert_eq!(appliance.run(Op::Sale, 2, 400), "Approved");
    assert_eq!(appliance.kept(1)["nonce"], appliance.kept(2)["nonce"]);
    assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), "replaced");
    assert_eq!((market.tokens(MERCHANT.0), market.nonce(HOT.0)), (4_000_000, 1));
}

#[test]
fn a_taken_nonce_decides_nothing_before_it_is_deep_enough() {
    let Some(market) = Market::open() else { return };
    let mut appliance = Appliance::new(&market, &json!({ "confirmations": 3 }));
    assert_eq!(appliance.run_in_silence(Op::Sale, 1, 1250), "Pending");
    market.chain.drop_transaction(&appliance.hash(1));
    assert_eq!(appliance.run_in_silence(Op::Sale, 2, 400), "Pending");
    for expected in ["Pending", "Pending", "replaced"] {
        market.chain.mine(1);
        assert_eq!(appliance.run_in_silence(Op::Sync, 1, 1250), expected);
    }
}
