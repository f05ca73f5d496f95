//! Double entry with two-phase transfers: money is first set aside, then moved or given free.
#![deny(clippy::float_arithmetic)]
use crate::{Money, money::MoneyError, name::named};

named! {
    /// What an account is for.
    AccountKind("kind of account") {
        /// A payer's stored value. May never go below zero.
        Wallet = "wallet",
        /// What a merchant is owed. Refunds may take from it only what it holds.
        Merchant = "merchant",
        /// Where stored value comes from and goes to: the other side of every top-up. Runs below zero
        /// by as much as is in circulation.
        Issuing = "issuing",
        /// What a provider owes us: the other side of payments with money that is not in our wallets. Runs
        /// below zero by as much as the provider has yet to settle.
        Clearing = "clearing",
        /// What providers kept for their work.
        Fees = "fees",
        /// What a settlement file and our books disagree about, until somebody resolves it.
        Suspense = "suspense",
    }
}

impl AccountKind {
    /// Whether debits may exceed what the account holds.
    #[must_use]
    pub fn may_overdraw(self) -> bool {
        !matches!(self, Self::Wallet | Self::Merchant)
    }
}

named! {
    /// Where a transfer stands.
    TransferState("transfer state") {
        /// Set aside: the debited account can't spend it, the credited one doesn't have it yet.
        Pending = "pending",
        /// Moved.
        Posted = "posted",
        /// Given free again.
        Voided = "voided",
        /// Given free because nobody took it in time.
        Expired = "expired",
    }
}

/// What one account holds, in minor units of its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Balance {
    /// Credits less debits that were posted.
    pub posted: i64,
    /// Debits that are set aside.
    pub pending_debits: i64,
    /// Credits that are on their way.
    pub pending_credits: i64,
}

/// Why a ledger step was refused; both accounts stay as they were.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The debited account holds too little.
    #[error("{available} minor units are available and {asked} are needed")]
    InsufficientFunds {
        /// What could be set aside.
        available: i64,
        /// What was asked for.
        asked: i64,
    },
    /// More was to be posted or voided than is pending.
    #[error("{pending} minor units are pending and {asked} were to be settled")]
    NotPending {
        /// What is set aside.
        pending: i64,
        /// What was to be settled.
        asked: i64,
    },
    /// The sum does not fit.
    #[error("an account balance would leave the range of a 64-bit integer")]
    OutOfRange,
    /// The amount itself is wrong.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Balance {
    /// What can be set aside now.
    #[must_use]
    pub fn available(self) -> i64 {
        self.posted.saturating_sub(self.pending_debits)
    }
}

/// A transfer's two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// The account that pays.
    pub debit: Balance,
    /// The account that receives.
    pub credit: Balance,
}

impl Sides {
    /// Sets `amount` aside on the debit side of an account of `kind`.
    ///
    /// # Errors
    /// When the account may not overdraw and holds too little.
    pub fn reserve(self, kind: AccountKind, amount: Money) -> Result<Self, LedgerError> {
        let asked = amount.minor();
        let available = self.debit.available();
        if available < asked && !kind.may_overdraw() {
            return Err(LedgerError::InsufficientFunds { available, asked });
        }
        Ok(Self {
            debit: Balance { pending_debits: sum(self.debit.pending_debits, asked)?, ..self.debit },
            credit: Balance { pending_credits: sum(self.credit.pending_credits, asked)?, ..self.credit },
        })
    }

    /// Moves `part` of `reserved`, which was set aside, and gives the rest of it free.
    ///
    /// # Errors
    /// When less is pending on either side, or `part` is more than `reserved`.
    pub fn post(self, reserved: Money, part: Money) -> Result<Self, LedgerError> {
        let freed = self.void(reserved)?;
        let minor = part.minor();
        if minor > reserved.minor() {
            return Err(LedgerError::NotPending { pending: reserved.minor(), asked: minor });
        }
        Ok(Self {
            debit: Balance { posted: sum(freed.debit.posted, -minor)?, ..freed.debit },
            credit: Balance { posted: sum(freed.credit.posted, minor)?, ..freed.credit },
        })
    }

    /// Gives `amount` free that was set aside.
    ///
    /// # Errors
    /// When less is pending on either side.
    pub fn void(self, amount: Money) -> Result<Self, LedgerError> {
        let asked = amount.minor();
        let pending = self.debit.pending_debits.min(self.credit.pending_credits);
        if pending < asked {
            return Err(LedgerError::NotPending { pending, asked });
        }
        Ok(Self {
            debit: Balance { pending_debits: self.debit.pending_debits - asked, ..self.debit },
            credit: Balance { pending_credits: self.credit.pending_credits - asked, ..self.credit },
        })
    }
}

fn sum(a: i64, b: i64) -> Result<i64, LedgerError> {
    a.checked_add(b).ok_or(LedgerError::OutOfRange)
}

#[cfg(test)]
mod tests;
