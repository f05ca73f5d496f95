//! One amount shared among several payers: every part is above zero, and the parts are always the whole.
//!
//! Shares are rounded by largest remainder (Hamilton): each part gets its whole minor units, and what is left goes,
//! one unit each, to those that lost the most by rounding; of equals to the one that comes first.
#![deny(clippy::float_arithmetic)]
use crate::{Money, money::MoneyError};

/// The most payers of one amount.
pub const PAYERS_MAX: usize = 16;
/// The largest weight of one payer: an amount of money is a weight, too.
pub const WEIGHT_MAX: i64 = crate::money::MINOR_MAX;

/// How an amount is to be shared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Split {
    /// Alike.
    Equal {
        /// Among how many.
        payers: usize,
    },
    /// These parts, in minor units, which must be the whole.
    Amounts(Vec<i64>),
    /// In proportion to these weights.
    Shares(Vec<i64>),
}

/// Why an amount can't be shared like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// One payer is no group, and more than [`PAYERS_MAX`] don't fit before a camera.
    #[error("a group has 2 to {max} payers, not {0}", max = PAYERS_MAX)]
    Payers(usize),
    /// Somebody would pay nothing, or less.
    #[error("every payer pays at least one minor unit; number {0} would pay none")]
    NothingToPay(usize),
    /// A weight is zero, negative or beyond [`WEIGHT_MAX`].
    #[error("the share of payer number {0} must be a whole number above zero")]
    Weight(usize),
    /// The parts are not the whole.
    #[error("the parts add up to {parts} minor units, and {whole} are to be paid")]
    Sum {
        /// What they add up to.
        parts: i128,
        /// What is to be paid.
        whole: i64,
    },
    /// A part that is no amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Split {
    /// What each payer counts for when an amount is shared among them: the weights by which a rest is shared anew.
    #[must_use]
    pub fn weights(&self) -> Vec<i64> {
        match self {
            Self::Equal { payers } => vec![1; *payers],
            Self::Amounts(parts) => parts.clone(),
            Self::Shares(weights) => weights.clone(),
        }
    }

    /// The parts of `whole`, one for each payer, in their order.
    ///
    /// # Errors
    /// When there are too few or too many payers, somebody would pay nothing, or given amounts are not the whole.
    pub fn parts(&self, whole: Money) -> Result<Vec<Money>, SplitError> {
        let payers = match self {
            Self::Equal { payers } => *payers,
            Self::Amounts(parts) => parts.len(),
            Self::Shares(weights) => weights.len(),
        };
        if !(2..=PAYERS_MAX).contains(&payers) {
            return Err(SplitError::Payers(payers));
        }
        match self {
            Self::Amounts(parts) => amounts(whole, parts),
            Self::Equal { .. } | Self::Shares(_) => shares(whole, &self.weights()),
        }
    }
}

/// `parts` as money, if they are the whole.
///
/// # Errors
/// When one is not above zero, or they are more or less than `whole`.
pub fn amounts(whole: Money, parts: &[i64]) -> Result<Vec<Money>, SplitError> {
    if let Some(at) = parts.iter().position(|minor| *minor <= 0) {
        return Err(SplitError::NothingToPay(at + 1));
    }
    let sum: i128 = parts.iter().copied().map(i128::from).sum();
    if sum != i128::from(whole.minor()) {
        return Err(SplitError::Sum { parts: sum, whole: whole.minor() });
    }
    Ok(parts.iter().map(|minor| Money::new(*minor, whole.currency())).collect::<Result<_, _>>()?)
}

/// `whole` in proportion to `weights`, by largest remainder. One payer may be left of a group, and pays it all.
///
/// # Errors
/// When there is nobody or are too many, a weight is out of range, or somebody would pay nothing.
pub fn shares(whole: Money, weights: &[i64]) -> Result<Vec<Money>, SplitError> {
    if !(1..=PAYERS_MAX).contains(&weights.len()) {
        return Err(SplitError::Payers(weights.len()));
    }
    if let Some(at) = weights.iter().position(|weight| !(1..=WEIGHT_MAX).contains(weight)) {
        return Err(SplitError::Weight(at + 1));
    }
    // Sixteen weights and one amount of at most 10^12 each: 10^24 and less, far within 128 bits.
    let total: i128 = weights.iter().copied().map(i128::from).sum();
    let minor = i128::from(whole.minor());
    let mut parts: Vec<i128> = weights.iter().map(|weight| minor * i128::from(*weight) / total).collect();
    let lost = |at: &usize| minor * i128::from(weights[*at]) % total;
    let mut places: Vec<usize> = (0..weights.len()).collect();
    // Stable, so that of equals the first comes first.
    places.sort_by_key(|at| std::cmp::Reverse(lost(at)));
    let left = minor - parts.iter().sum::<i128>();
    for at in places.into_iter().take(usize::try_from(left).unwrap_or(0)) {
        parts[at] += 1;
    }
    if let Some(at) = parts.iter().position(|minor| *minor == 0) {
        return Err(SplitError::NothingToPay(at + 1));
    }
    let money = |minor: i128| Money::new(i64::try_from(minor).unwrap_or(i64::MAX), whole.currency());
    Ok(parts.into_iter().map(money).collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests;
