//! What the chain says about a mined transaction.

use alloy_primitives::{Address, B256, U256};
use serde_json::Value;

use crate::rpc::{address, bytes, number, word};
use crate::token::{self, TRANSFER_TOPIC, Transfer};

/// A mined transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// It did what it was to do; otherwise it only cost gas.
    pub succeeded: bool,
    /// Number of its block.
    pub block: u64,
    /// Hash of its block.
    pub block_hash: B256,
    logs: Vec<Log>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Log {
    contract: Address,
    topics: Vec<B256>,
    data: Vec<u8>,
}

impl Receipt {
    /// The receipt of `hash`; `None` when it is malformed or that of another transaction.
    pub fn read(receipt: &Value, hash: B256) -> Option<Self> {
        let field = |name: &str| receipt.get(name);
        (word(field("transactionHash")?)? == hash).then_some(())?;
        let succeeded = match number(field("status")?)? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let logs = field("logs")?.as_array()?.iter().map(Log::read).collect::<Option<_>>()?;
        let (block, block_hash) = (number(field("blockNumber")?)?, word(field("blockHash")?)?);
        Some(Self { succeeded, block, block_hash, logs })
    }

    /// Whether the token's contract said that exactly this was paid, once.
    pub fn shows(&self, contract: Address, from: Address, transfer: &Transfer) -> bool {
        let mut paid = self.logs.iter().filter_map(|log| log.transfer(contract));
        paid.next() == Some((from, *transfer)) && paid.next().is_none()
    }
}

impl Log {
    fn read(log: &Value) -> Option<Self> {
        Some(Self {
            contract: address(log.get("address")?)?,
            topics: log.get("topics")?.as_array()?.iter().map(word).collect::<Option<_>>()?,
            data: bytes(log.get("data")?)?,
        })
    }

    fn transfer(&self, contract: Address) -> Option<(Address, Transfer)> {
        let [TRANSFER_TOPIC, from, to] = self.topics[..] else { return None };
        (self.contract == contract && self.data.len() == 32).then_some(())?;
        let units = U256::from_be_slice(&self.data);
        Some((token::address(from)?, Transfer { to: token::address(to)?, units }))
    }
}

#[cfg(test)]
mod tests;
