//! How a payment operation ended.

use std::fmt;

use crate::abi::{self, fp_bytes, fp_effect, fp_str};
use crate::error::{Error, Result};
use crate::machine::wire::{Ending, read_code};

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect.
    Approved,
    /// It was refused and has no effect.
    Declined {
        /// Why, in `[a-z0-9_]`.
        code: String,
    },
    /// Accepted, not yet final: ask again by SYNC.
    Pending,
    /// It provably never reached the provider.
    NotSent,
    /// Nobody knows: ask by SYNC, then undo by REVERSE.
    Unknown,
}

/// The end of an operation.
#[derive(Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub verdict: Verdict,
    /// The provider's own id, empty when it gave none.
    pub provider_ref: String,
    /// Details to keep, may be empty.
    pub result_json: Vec<u8>,
}

impl Outcome {
    /// An outcome without provider id or details.
    pub fn new(verdict: Verdict) -> Self {
        Self { verdict, provider_ref: String::new(), result_json: Vec::new() }
    }
}

// Details may hold tokens and card data: only the verdict is printed.
impl fmt::Debug for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outcome").field("verdict", &self.verdict).finish_non_exhaustive()
    }
}

impl Ending for Outcome {
    fn write(&self, _json: &[u8], raw: &mut fp_effect) {
        raw.provider_ref = fp_str::of(&self.provider_ref);
        raw.result_json = fp_bytes::of(&self.result_json);
        raw.outcome = match &self.verdict {
            Verdict::Approved => abi::FP_OUT_APPROVED,
            Verdict::Declined { code } => {
                raw.decline_code = fp_str::of(code);
                abi::FP_OUT_DECLINED
            }
            Verdict::Pending => abi::FP_OUT_PENDING,
            Verdict::NotSent => abi::FP_OUT_NOT_SENT,
            Verdict::Unknown => abi::FP_OUT_UNKNOWN,
        };
    }

    unsafe fn read(raw: &fp_effect) -> Result<Self> {
        // SAFETY: the trait's contract.
        let (code, provider_ref, result) =
            unsafe { (read_code(raw, "declined")?, raw.provider_ref.text()?, raw.result_json.slice()?) };
        let verdict = match raw.outcome {
            abi::FP_OUT_APPROVED => Verdict::Approved,
            abi::FP_OUT_DECLINED => Verdict::Declined { code },
            abi::FP_OUT_PENDING => Verdict::Pending,
            abi::FP_OUT_NOT_SENT => Verdict::NotSent,
            abi::FP_OUT_UNKNOWN => Verdict::Unknown,
            other => return Err(Error::Unsupported(format!("outcome {other}"))),
        };
        Ok(Self { verdict, provider_ref: provider_ref.to_owned(), result_json: result.to_vec() })
    }
}
