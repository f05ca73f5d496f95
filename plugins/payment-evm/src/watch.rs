//! An operation after its signature: the same bytes again and again, until the chain has decided.
//!
//! What is concluded, is concluded from blocks that have the configured confirmations, and never from what a node says about a
//! broadcast: "already known", "nonce too low" and a lost answer are all the same here.

use alloy_primitives::{B256, U256};
use plugin_sdk::{Level, Outcome, Result, Verdict};
use serde_json::{Value, json};

use crate::draft::fee_question;
use crate::fee::Market;
use crate::kept::Kept;
use crate::next::{Next, declined, ending};
use crate::receipt::Receipt;
use crate::refusal::Refusal;
use crate::rpc::{Answer, Question, hexed, hexed_number, number, word};
use crate::setup::Setup;
use crate::token::Transfer;
use crate::transaction::Transaction;

/// Why the transaction is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    /// To have it mined.
    Submit,
    /// To say what has become of it. One look.
    Sync,
    /// To see to it that it has no effect.
    Reverse,
}

/// A signed transaction under observation.
#[derive(Debug)]
pub(crate) struct Watch {
    aim: Aim,
    kept: Kept,
    look: Look,
    /// The node is on the transaction's chain.
    on_chain: bool,
    /// The last round ended because a question had no usable answer.
    doubtful: bool,
}

/// The question that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Look {
    /// Whether it is the right chain.
    Chain,
    /// Broadcasting is the question whether the node takes it, of which the answer does not matter.
    Broadcast,
    /// Whether the transaction was mined.
    Receipt,
    /// How high the chain is, after the transaction was found.
    HeadOver(Receipt),
    /// Which block the chain has at that height, once it is deep enough.
    Canonical(Receipt),
    /// How high the chain is, after the transaction was not found.
    Head,
    /// How many transactions of the sender are as deep as it takes.
    Consumed(u64),
    /// Whether the transaction is really none of them: asked after their number is known.
    ReceiptAgain,
    /// What a cancellation has to offer.
    Fees,
}

impl Watch {
    /// A transaction that was signed just now, and is durable.
    pub(crate) fn fresh(kept: Kept) -> Self {
        Self { aim: Aim::Submit, kept, look: Look::Broadcast, on_chain: true, doubtful: false }
    }

    /// A transaction that was kept earlier.
    pub(crate) fn resumed(aim: Aim, kept: Kept) -> Self {
        Self { aim, kept, look: Look::Chain, on_chain: false, doubtful: false }
    }

    /// What was kept has become durable: on with it.
    pub(crate) fn kept(&mut self, kept: Kept) {
        self.kept = kept;
        self.look = Look::Broadcast;
    }

    /// The wait is over: look from the start.
    pub(crate) fn rested(&mut self) {
        self.look = if self.on_chain { Look::Receipt } else { Look::Chain };
    }

    /// The present question.
    pub(crate) fn question(&self, setup: &Setup) -> Question {
        let from = hexed(self.kept.from.as_slice());
        match &self.look {
            Look::Chain => Question::new("eth_chainId", json!([])),
            Look::Broadcast => {
                Question::new("eth_sendRawTransaction", json!([hexed(&self.kept.newest().raw)]))
            }
            Look::Receipt | Look::ReceiptAgain => {
                Question::new("eth_getTransactionReceipt", json!([hexed(self.hash().as_slice())]))
            }
            Look::HeadOver(_) | Look::Head => Question::new("eth_blockNumber", json!([])),
            Look::Canonical(receipt) => {
                Question::new("eth_getBlockByNumber", json!([hexed_number(receipt.block), false]))
            }
            Look::Consumed(head) => {
                let deep = (head + 1).saturating_sub(setup.settings.confirmations);
                Question::new("eth_getTransactionCount", json!([from, hexed_number(deep)]))
            }
            Look::Fees => fee_question(),
        }
    }

    /// What follows from the answer; `None` is none.
    pub(crate) fn answered(&mut self, setup: &Setup, answer: Option<Answer>) -> Result<Next> {
        if self.look == Look::Broadcast {
            return Ok(self.broadcast());
        }
        let next = match answer {
            Some(Answer::Result(result)) => self.told(setup, &result)?,
            _ => None,
        };
        if !matches!(next, Some(Next::Ask(_))) {
            self.doubtful = next.is_none();
        }
        Ok(next.unwrap_or_else(|| self.rest()))
    }

    /// What follows from a result; `None` when it is not one that the question has.
    fn told(&mut self, setup: &Setup, result: &Value) -> Result<Option<Next>> {
        let look = std::mem::replace(&mut self.look, Look::Receipt);
        Ok(match look {
            Look::Chain => number(result).map(|chain| self.on_chain(setup, chain)),
            Look::Receipt if result.is_null() => Some(self.missing(setup)),
            Look::ReceiptAgain if result.is_null() => Some(Next::End(self.gone())),
            Look::Receipt | Look::ReceiptAgain => {
                Receipt::read(result, self.hash()).map(|receipt| self.ask(setup, Look::HeadOver(receipt)))
            }
            Look::HeadOver(receipt) => number(result).map(|head| self.found(setup, receipt, head)),
            Look::Canonical(receipt) => block_hash(result, receipt.block).map(|hash| {
                if hash == receipt.block_hash { Next::End(self.mined(setup, &receipt)) } else { self.rest() }
            }),
            Look::Head => number(result).map(|head| match head.checked_add(1) {
                Some(height) if height >= setup.settings.confirmations => {
                    self.ask(setup, Look::Consumed(head))
                }
                _ => self.open(setup),
            }),
            Look::Consumed(_) => number(result).map(|count| match count > self.kept.transaction.nonce {
                true => self.ask(setup, Look::ReceiptAgain),
                false => self.open(setup),
            }),
            Look::Fees => match Market::read(result) {
                Some(market) => Some(self.cancel(setup, market)?),
                None => None,
            },
            Look::Broadcast => None,
        })
    }

    fn hash(&self) -> B256 {
        self.kept.signed.hash
    }

    fn ask(&mut self, setup: &Setup, look: Look) -> Next {
        self.look = look;
        Next::Ask(self.question(setup))
    }

    /// Another chain says nothing about this one, whatever its blocks hold.
    fn on_chain(&mut self, setup: &Setup, chain: u64) -> Next {
        self.on_chain = chain == self.kept.transaction.chain_id;
        match self.on_chain {
            true => self.ask(setup, Look::Receipt),
            false => Next::End(ending(Verdict::Unknown, &self.kept, None)),
        }
    }

    /// The transaction is in a block: deep enough, or to be waited for.
    fn found(&mut self, setup: &Setup, receipt: Receipt, head: u64) -> Next {
        let depth = head.checked_sub(receipt.block).map_or(0, |above| above.saturating_add(1));
        match depth >= setup.settings.confirmations {
            true => self.ask(setup, Look::Canonical(receipt)),
            false => self.rest(),
        }
    }

    /// The transaction is in no block. Who only wants it mined broadcasts it again; the others have to know whether it still
    /// can be.
    fn missing(&mut self, setup: &Setup) -> Next {
        match self.aim {
            Aim::Submit => self.ask(setup, Look::Broadcast),
            Aim::Sync | Aim::Reverse => self.ask(setup, Look::Head),
        }
    }

    /// The transaction is in no block, and can still come into one.
    fn open(&mut self, setup: &Setup) -> Next {
        match self.aim {
            Aim::Reverse if self.kept.cancel.is_none() => self.ask(setup, Look::Fees),
            Aim::Submit | Aim::Sync | Aim::Reverse => self.ask(setup, Look::Broadcast),
        }
    }

    fn broadcast(&mut self) -> Next {
        self.doubtful = false;
        self.rest()
    }

    /// Wait and look again; SYNC looks once.
    fn rest(&self) -> Next {
        match self.aim {
            Aim::Sync => Next::End(self.undecided()),
            Aim::Submit | Aim::Reverse => Next::Rest,
        }
    }

    /// A transaction of no value, to the sender, with the same nonce and a higher offer: only one of the two can be mined.
    fn cancel(&self, setup: &Setup, market: Market) -> Result<Next> {
        let about = &self.kept.transaction;
        let account = setup.account(self.kept.from);
        let fees = about.fees.raised(market, setup.cancel_fee_cap_wei());
        let (Some(account), Some(fees)) = (account, fees) else {
            return Ok(Next::End(ending(Verdict::Unknown, &self.kept, None)));
        };
        let empty =
            Transaction { fees, to: self.kept.from, value: U256::ZERO, data: Vec::new(), ..about.clone() };
        let cancel = account.sign(&setup.secrets, &empty)?;
        Ok(Next::Keep(Box::new(Kept { cancel: Some(cancel), ..self.kept.clone() })))
    }

    /// The transaction is in a block that is deep enough and on the chain.
    fn mined(&self, setup: &Setup, receipt: &Receipt) -> Outcome {
        let verdict = match (self.aim, receipt.succeeded) {
            (Aim::Reverse, true) => refused(Refusal::AlreadyMined),
            (Aim::Reverse, false) => Verdict::Approved,
            (Aim::Submit | Aim::Sync, false) => refused(match self.transfer() {
                Some(_) => Refusal::TransferReverted,
                None => Refusal::AnchorReverted,
            }),
            (Aim::Submit | Aim::Sync, true) => self.shown(setup, receipt),
        };
        ending(verdict, &self.kept, Some(receipt))
    }

    /// Whether a transaction that succeeded has done what it was to do. A token that moved something else than it was told
    /// is for a person to look at.
    fn shown(&self, setup: &Setup, receipt: &Receipt) -> Verdict {
        let (contract, from) = (self.kept.transaction.to, self.kept.from);
        match self.transfer() {
            Some(transfer) if !receipt.shows(contract, from, &transfer) => {
                let what = "a mined transfer does not show the payment that it was made for";
                setup.host.log(Level::Error, what);
                Verdict::Unknown
            }
            _ => Verdict::Approved,
        }
    }

    fn transfer(&self) -> Option<Transfer> {
        Transfer::read(&self.kept.transaction.data)
    }

    /// Another transaction took the nonce, deep enough: this one can never be mined.
    fn gone(&self) -> Outcome {
        let verdict = match self.aim {
            Aim::Reverse => Verdict::Approved,
            Aim::Submit | Aim::Sync => refused(Refusal::Replaced),
        };
        ending(verdict, &self.kept, None)
    }

    /// How it ends when the time is up: what is broadcast may still be mined.
    pub(crate) fn undecided(&self) -> Outcome {
        let verdict = match self.aim {
            Aim::Submit => Verdict::Pending,
            Aim::Sync | Aim::Reverse if self.doubtful => Verdict::Unknown,
            Aim::Sync | Aim::Reverse => Verdict::Pending,
        };
        ending(verdict, &self.kept, None)
    }
}

fn refused(refusal: Refusal) -> Verdict {
    declined(refusal).verdict
}

/// The hash of the block at `number`; `None` for anything else, as when there is none.
fn block_hash(block: &Value, height: u64) -> Option<B256> {
    (number(block.get("number")?)? == height).then_some(())?;
    word(block.get("hash")?)
}
