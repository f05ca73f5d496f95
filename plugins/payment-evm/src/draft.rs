//! An operation before anything of it is signed: questions that change nothing, each of which may end it without effect.

use alloy_primitives::{Address, U256};
use plugin_sdk::{Outcome, Result, Verdict};
use serde_json::json;

use crate::account::Account;
use crate::fee::{Fees, Market};
use crate::kept::Kept;
use crate::next::{Next, declined};
use crate::refusal::Refusal;
use crate::rpc::{Answer, Question, bytes, hexed, number, quantity};
use crate::setup::Setup;
use crate::token::{self, Transfer};
use crate::transaction::Transaction;

/// What the operation is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Only see whether the hot wallet has this many of the token's smallest units.
    Check(U256),
    /// Pay.
    Pay(Transfer),
    /// Write a digest down on the chain.
    Anchor([u8; 32]),
}

/// An operation on the way to its signature.
#[derive(Debug)]
pub(crate) struct Draft {
    purpose: Purpose,
    account: Account,
    stage: Stage,
    fees: Fees,
}

/// The question that is asked, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Chain,
    Tokens,
    Rehearsal,
    Fees,
    Gas,
    Nonce,
}

impl Draft {
    pub(crate) fn new(purpose: Purpose, account: Account) -> Self {
        Self { purpose, account, stage: Stage::Chain, fees: Fees { max_wei: 0, priority_wei: 0 } }
    }

    /// The question of the present stage.
    pub(crate) fn question(&self, setup: &Setup) -> Question {
        let from = hexed(self.account.address.as_slice());
        let call = |call: serde_json::Value| Question::new("eth_call", json!([call, "latest"]));
        let token = hexed(setup.addresses.token.as_slice());
        match self.stage {
            Stage::Chain => Question::new("eth_chainId", json!([])),
            Stage::Tokens => {
                let data = hexed(&token::balance_call(self.account.address));
                call(json!({ "to": token, "data": data }))
            }
            Stage::Rehearsal => {
                call(json!({ "from": from, "to": token, "data": hexed(&self.purpose.calldata()) }))
            }
            Stage::Fees => fee_question(),
            Stage::Gas => Question::new("eth_getBalance", json!([from, "latest"])),
            Stage::Nonce => Question::new("eth_getTransactionCount", json!([from, "pending"])),
        }
    }

    /// What follows from the answer. An answer that is none ends the operation: nothing was signed.
    pub(crate) fn answered(&mut self, setup: &Setup, answer: Option<Answer>) -> Result<Next> {
        let result = match answer {
            Some(Answer::Result(result)) => result,
            Some(Answer::Error { reverted: true, .. }) if self.stage == Stage::Rehearsal => {
                return Ok(Refusal::TransferRefused.into());
            }
            _ => return Ok(Next::End(unsigned())),
        };
        let next = match self.stage {
            Stage::Chain => number(&result).map(|chain| self.on_chain(setup, chain)),
            Stage::Tokens => {
                bytes(&result).and_then(|word| token::balance(&word)).map(|tokens| self.with_tokens(tokens))
            }
            Stage::Rehearsal => bytes(&result).map(|returned| match token::agreed(&returned) {
                true => Ok(Stage::Fees),
                false => Err(declined(Refusal::TransferRefused)),
            }),
            Stage::Fees => Market::read(&result).map(|market| self.at_market(setup, market)),
            Stage::Gas => quantity(&result).map(|wei| self.with_gas_funds(setup, wei)),
            Stage::Nonce => match number(&result) {
                Some(nonce) => return Ok(Next::Keep(Box::new(self.sign(setup, nonce)?))),
                None => None,
            },
        };
        Ok(match next.unwrap_or_else(|| Err(unsigned())) {
            Ok(stage) => {
                self.stage = stage;
                Next::Ask(self.question(setup))
            }
            Err(outcome) => Next::End(outcome),
        })
    }

    fn on_chain(&self, setup: &Setup, chain: u64) -> Result<Stage, Outcome> {
        match &self.purpose {
            _ if chain != setup.settings.chain_id => Err(declined(Refusal::WrongChain)),
            Purpose::Anchor(_) => Ok(Stage::Fees),
            Purpose::Check(_) | Purpose::Pay(_) => Ok(Stage::Tokens),
        }
    }

    fn with_tokens(&self, tokens: U256) -> Result<Stage, Outcome> {
        match &self.purpose {
            Purpose::Check(units) | Purpose::Pay(Transfer { units, .. }) if tokens < *units => {
                Err(declined(Refusal::InsufficientToken))
            }
            Purpose::Check(_) => Err(Outcome::new(Verdict::Approved)),
            Purpose::Pay(_) | Purpose::Anchor(_) => Ok(Stage::Rehearsal),
        }
    }

    fn at_market(&mut self, setup: &Setup, market: Market) -> Result<Stage, Outcome> {
        self.fees =
            Fees::for_now(market, setup.fee_cap_wei()).ok_or_else(|| declined(Refusal::FeeAboveCap))?;
        Ok(Stage::Gas)
    }

    fn with_gas_funds(&self, setup: &Setup, wei: U256) -> Result<Stage, Outcome> {
        let needed = U256::from(self.fees.max_wei) * U256::from(setup.settings.gas_limit);
        if wei < needed { Err(declined(Refusal::InsufficientGasFunds)) } else { Ok(Stage::Nonce) }
    }

    fn sign(&self, setup: &Setup, nonce: u64) -> Result<Kept> {
        let transaction = Transaction {
            chain_id: setup.settings.chain_id,
            nonce,
            fees: self.fees,
            gas_limit: setup.settings.gas_limit,
            to: self.purpose.receiver(setup, self.account.address),
            value: U256::ZERO,
            data: self.purpose.calldata(),
        };
        let signed = self.account.sign(&setup.secrets, &transaction)?;
        Ok(Kept { signed, transaction, from: self.account.address, cancel: None })
    }
}

impl Purpose {
    fn calldata(&self) -> Vec<u8> {
        match self {
            Self::Check(_) => Vec::new(),
            Self::Pay(transfer) => transfer.calldata(),
            Self::Anchor(digest) => digest.to_vec(),
        }
    }

    /// The contract, or for an anchor the sender.
    fn receiver(&self, setup: &Setup, sender: Address) -> Address {
        match self {
            Self::Check(_) | Self::Pay(_) => setup.addresses.token,
            Self::Anchor(_) => sender,
        }
    }
}

/// The question what gas costs: the last five blocks and the middle tip in each.
pub(crate) fn fee_question() -> Question {
    Question::new("eth_feeHistory", json!(["0x5", "latest", [50]]))
}

/// The end of an operation of which nothing was ever signed.
pub(crate) fn unsigned() -> Outcome {
    Outcome::new(Verdict::NotSent)
}
