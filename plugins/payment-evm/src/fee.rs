//! What a transaction offers for its gas: enough to be mined soon, within the operator's cap.

use serde_json::Value;

use crate::rpc::quantity;

/// What a transaction offers for one gas, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fees {
    /// Most, base fee and tip together.
    pub max_wei: u128,
    /// The tip.
    pub priority_wei: u128,
}

/// What the chain asks for one gas at the moment, in wei.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Market {
    /// Base fee of the next block.
    pub base_wei: u128,
    /// What others tip, and at least 1: nodes turn down less.
    pub priority_wei: u128,
}

impl Market {
    /// What `eth_feeHistory` says; `None` when it says no base fee, or one out of range.
    pub fn read(history: &Value) -> Option<Self> {
        let wei = |value: &Value| quantity(value).and_then(|wei| u128::try_from(wei).ok());
        let base_wei = wei(history.get("baseFeePerGas")?.as_array()?.last()?)?;
        let blocks = history.get("reward").and_then(Value::as_array);
        let mut tips: Vec<u128> =
            blocks.into_iter().flatten().map(|block| wei(block.get(0)?)).collect::<Option<_>>()?;
        tips.sort_unstable();
        let priority_wei = tips.get(tips.len() / 2).copied().unwrap_or(0).max(1);
        Some(Self { base_wei, priority_wei })
    }

    /// Room for the base fee to double, which takes six full blocks.
    fn comfortable_wei(self) -> u128 {
        self.base_wei.saturating_mul(2).saturating_add(self.priority_wei)
    }
}

impl Fees {
    /// What to offer; `None` when the next block already asks for more than the cap.
    pub fn for_now(market: Market, cap_wei: u128) -> Option<Self> {
        let needed = market.base_wei.checked_add(market.priority_wei)?;
        (needed <= cap_wei).then(|| Self {
            max_wei: market.comfortable_wei().min(cap_wei),
            priority_wei: market.priority_wei,
        })
    }

    /// What to offer in place of this, so that nodes take the replacement: a quarter more of both, where they ask for a tenth
    /// or an eighth. `None` when that is above the cap.
    pub fn raised(self, market: Market, cap_wei: u128) -> Option<Self> {
        let raise = |wei: u128| (wei / 4).checked_add(1).and_then(|more| wei.checked_add(more));
        let (least, least_tip) = (raise(self.max_wei)?, raise(self.priority_wei)?);
        let max_wei = market.comfortable_wei().min(cap_wei).max(least);
        let priority_wei = market.priority_wei.max(least_tip).min(max_wei);
        (max_wei <= cap_wei).then_some(Self { max_wei, priority_wei })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_market_is_the_next_base_fee_and_the_middle_tip() {
        let history =
            json!({ "baseFeePerGas": ["0x1", "0x2", "0x7"], "reward": [["0x9"], ["0x1"], ["0x3"]] });
        assert_eq!(Market::read(&history), Some(Market { base_wei: 7, priority_wei: 3 }));
        let quiet = json!({ "baseFeePerGas": ["0x7"] });
        assert_eq!(Market::read(&quiet), Some(Market { base_wei: 7, priority_wei: 1 }));
    }

    #[test]
    fn a_history_that_says_nothing_usable_is_none() {
        let huge = format!("0x1{}", "0".repeat(32));
        for history in [
            json!(null),
            json!({}),
            json!([]),
            json!({ "baseFeePerGas": [] }),
            json!({ "baseFeePerGas": [7] }),
            json!({ "baseFeePerGas": ["7"] }),
            json!({ "baseFeePerGas": [huge] }),
            json!({ "baseFeePerGas": ["0x7"], "reward": [["0x1"], []] }),
            json!({ "baseFeePerGas": ["0x7"], "reward": [[huge]] }),
        ] {
            assert_eq!(Market::read(&history), None, "{history}");
        }
    }

    #[test]
    fn an_offer_stays_within_the_cap_or_is_not_made() {
        let rows = [
            ((10, 1), 100, Some((21, 1))),
            ((10, 1), 21, Some((21, 1))),
            ((10, 1), 20, Some((20, 1))),
            ((10, 1), 11, Some((11, 1))),
            ((10, 1), 10, None),
            ((u128::MAX, 1), u128::MAX, None),
            ((u128::MAX, 0), u128::MAX, Some((u128::MAX, 0))),
        ];
        for ((base_wei, priority_wei), cap, expected) in rows {
            let offer = Fees::for_now(Market { base_wei, priority_wei }, cap);
            assert_eq!(offer.map(|offer| (offer.max_wei, offer.priority_wei)), expected, "{base_wei} {cap}");
        }
    }

    #[test]
    fn a_raised_offer_beats_the_old_one_by_a_quarter_or_is_not_made() {
        let rows = [
            ((100, 8), (10, 1), 1000, Some((126, 11))),
            ((100, 8), (300, 50), 1000, Some((650, 50))),
            ((100, 8), (300, 50), 600, Some((600, 50))),
            ((100, 8), (10, 900), 1000, Some((920, 900))),
            ((100, 8), (10, 900), 126, Some((126, 126))),
            ((100, 8), (10, 1), 125, None),
            ((u128::MAX, 8), (10, 1), u128::MAX, None),
            ((0, 0), (0, 0), 1, Some((1, 1))),
        ];
        for ((max_wei, priority_wei), (base, tip), cap, expected) in rows {
            let market = Market { base_wei: base, priority_wei: tip };
            let offer = Fees { max_wei, priority_wei }.raised(market, cap);
            assert_eq!(offer.map(|offer| (offer.max_wei, offer.priority_wei)), expected, "{max_wei} {cap}");
        }
    }
}
