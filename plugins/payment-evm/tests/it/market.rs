//! A chain with the token on it, money in the hot wallet and gas for both addresses.

use serde_json::{Value, json};

use crate::anvil::{Anvil, CHAIN_ID};
use crate::keys::{HOT, MERCHANT, address};

/// What the hot wallet has at first: 1000 tokens of six decimals.
pub(crate) const FUNDS: u64 = 1_000_000_000;

/// A chain to pay on.
pub(crate) struct Market {
    pub(crate) chain: Anvil,
    pub(crate) token: String,
    bank: String,
}

impl Market {
    /// Opens one; `None` when there is no anvil.
    pub(crate) fn open() -> Option<Self> {
        let chain = Anvil::start()?;
        let bank = chain.bank();
        let creation = format!("0x{}{:064x}", include_str!("token.hex").trim(), 10 * FUNDS);
        let deployed = chain.send(json!({ "from": bank, "data": creation }));
        let token = deployed["contractAddress"].as_str().unwrap().to_owned();
        let market = Self { chain, token, bank };
        market.tell(&format!("a9059cbb{}{FUNDS:064x}", word(&address(HOT.0))));
        for (handle, _) in [HOT, MERCHANT] {
            let ether = "0x8ac7230489e80000"; // ten
            market.chain.call("anvil_setBalance", &json!([address(handle), ether]));
        }
        Some(market)
    }

    /// Calls the token from the bank.
    pub(crate) fn tell(&self, data: &str) {
        self.chain.send(json!({ "from": self.bank, "to": self.token, "data": format!("0x{data}") }));
    }

    /// Makes the token keep back a part of each transfer, in thousandths.
    pub(crate) fn keep_back(&self, per_mille: u64) {
        self.tell(&format!("{}{per_mille:064x}", selector("keepBack(uint256)")));
    }

    /// Makes the token refuse transfers.
    pub(crate) fn pause(&self) {
        self.tell(&format!("{}{:064x}", selector("pause(bool)"), 1));
    }

    /// How many of the token's smallest units `handle`'s address has.
    pub(crate) fn tokens(&self, handle: &str) -> u64 {
        let data = format!("0x70a08231{}", word(&address(handle)));
        self.chain.number("eth_call", &json!([{ "to": self.token, "data": data }, "latest"]))
    }

    /// How many transactions of `handle`'s address are mined.
    pub(crate) fn nonce(&self, handle: &str) -> u64 {
        self.chain.number("eth_getTransactionCount", &json!([address(handle), "latest"]))
    }

    /// Settings for this chain; `more` replaces some.
    pub(crate) fn settings(&self, more: &Value) -> Value {
        let mut settings = json!({
            "chain_id": CHAIN_ID, "token": self.token, "token_decimals": 6, "currency": "USD",
            "merchant": address(MERCHANT.0), "key": HOT.0, "merchant_key": MERCHANT.0, "confirmations": 1,
            "max_fee_per_gas_max_wei": 100_000_000_000_u64, "poll_ms": 1,
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            settings[name] = value.clone();
        }
        settings
    }
}

fn word(address: &str) -> String {
    format!("{:0>64}", address.trim_start_matches("0x"))
}

fn selector(signature: &str) -> String {
    alloy_primitives::hex::encode(&alloy_primitives::keccak256(signature)[..4])
}
