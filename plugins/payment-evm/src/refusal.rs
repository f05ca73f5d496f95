//! Why an operation is refused.

/// Why an operation is refused, with no effect on the chain that would matter to the payer. The code is stable and travels to
/// integrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The payer's wallet in the host's ledger is frozen.
    WalletFrozen,
    /// The wallet is closed.
    WalletClosed,
    /// The host did not say what the wallet's status is.
    WalletUnknown,
    /// The amount is not in the currency that the token stands for.
    CurrencyNotEnabled,
    /// The ledger holds no money for this operation.
    ReservationMissing,
    /// The ledger holds another amount or currency.
    ReservationMismatch,
    /// The ledger has moved the money already.
    AlreadyCaptured,
    /// The ledger has let the money go already.
    AlreadyVoided,
    /// More than was held.
    CaptureAboveReserved,
    /// Nothing was captured that could be given back.
    NothingToRefund,
    /// More than is left of what was captured.
    RefundAboveCaptured,
    /// The refund is of another currency than what was captured.
    CurrencyMismatch,
    /// The settings name no key for the merchant's address.
    RefundNotConfigured,
    /// The token has fewer decimals than the amount needs, or the amount is out of range.
    AmountNotRepresentable,
    /// The node is on another chain.
    WrongChain,
    /// The paying address has too few tokens.
    InsufficientToken,
    /// The paying address cannot pay for the gas.
    InsufficientGasFunds,
    /// The token's contract would refuse the transfer: paused, blocked, or not an ERC-20.
    TransferRefused,
    /// The chain asks for more than the settings allow.
    FeeAboveCap,
    /// The transaction was mined, and the transfer in it failed: only gas was spent.
    TransferReverted,
    /// The anchor's transaction was mined and failed.
    AnchorReverted,
    /// Another transaction took the nonce: this one can never be mined.
    Replaced,
    /// The transaction was mined, so that it cannot be undone.
    AlreadyMined,
}

impl Refusal {
    /// The decline code.
    pub fn code(self) -> &'static str {
        match self {
            Self::WalletFrozen => "wallet_frozen",
            Self::WalletClosed => "wallet_closed",
            Self::WalletUnknown => "wallet_unknown",
            Self::CurrencyNotEnabled => "currency_not_enabled",
            Self::ReservationMissing => "reservation_missing",
            Self::ReservationMismatch => "reservation_mismatch",
            Self::AlreadyCaptured => "already_captured",
            Self::AlreadyVoided => "already_voided",
            Self::CaptureAboveReserved => "capture_above_reserved",
            Self::NothingToRefund => "nothing_to_refund",
            Self::RefundAboveCaptured => "refund_above_captured",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::RefundNotConfigured => "refund_not_configured",
            Self::AmountNotRepresentable => "amount_not_representable",
            Self::WrongChain => "wrong_chain",
            Self::InsufficientToken => "insufficient_token",
            Self::InsufficientGasFunds => "insufficient_gas_funds",
            Self::TransferRefused => "transfer_refused",
            Self::FeeAboveCap => "fee_above_cap",
            Self::TransferReverted => "transfer_reverted",
            Self::AnchorReverted => "anchor_reverted",
            Self::Replaced => "replaced",
            Self::AlreadyMined => "already_mined",
        }
    }
}
