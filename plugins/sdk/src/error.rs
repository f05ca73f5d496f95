//! What went wrong in a call across the plugin boundary, and what the other side can do about it.

use std::fmt;

use crate::abi;

/// The result of a call across the plugin boundary.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call across the plugin boundary failed. Each kind is one `fp_status`; the text is one line for an operator and
/// holds no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The caller broke the contract.
    Invalid(String),
    /// Well-formed, but not offered: a pixel format, an operation, a model.
    Unsupported(String),
    /// The output does not fit; the needed size was reported.
    BufferTooSmall,
    /// The caller gave up.
    Cancelled,
    /// The deadline passed.
    Deadline,
    /// Try again later.
    Busy,
    /// An operator has to change the settings.
    Config(String),
    /// Reading or writing failed.
    Io(String),
    /// A panic poisoned the instance; it has to be created anew.
    Panic(String),
    /// A fault of the callee.
    Internal(String),
}

impl Error {
    /// The `fp_status` of this error.
    pub fn status(&self) -> abi::fp_status {
        match self {
            Self::Invalid(_) => abi::FP_E_INVALID,
            Self::Unsupported(_) => abi::FP_E_UNSUPPORTED,
            Self::BufferTooSmall => abi::FP_E_BUFFER_TOO_SMALL,
            Self::Cancelled => abi::FP_E_CANCELLED,
            Self::Deadline => abi::FP_E_DEADLINE,
            Self::Busy => abi::FP_E_BUSY,
            Self::Config(_) => abi::FP_E_CONFIG,
            Self::Io(_) => abi::FP_E_IO,
            Self::Panic(_) => abi::FP_E_PANIC,
            Self::Internal(_) => abi::FP_E_INTERNAL,
        }
    }

    /// The error that an `fp_status` stands for, with the reason that came with it; `None` for `FP_OK`.
    ///
    /// A status that this build does not know is [`Error::Internal`] and names the number.
    pub fn from_status(status: abi::fp_status, reason: String) -> Option<Self> {
        Some(match status {
            abi::FP_OK => return None,
            abi::FP_E_INVALID => Self::Invalid(reason),
            abi::FP_E_UNSUPPORTED => Self::Unsupported(reason),
            abi::FP_E_BUFFER_TOO_SMALL => Self::BufferTooSmall,
            abi::FP_E_CANCELLED => Self::Cancelled,
            abi::FP_E_DEADLINE => Self::Deadline,
            abi::FP_E_BUSY => Self::Busy,
            abi::FP_E_CONFIG => Self::Config(reason),
            abi::FP_E_IO => Self::Io(reason),
            abi::FP_E_PANIC => Self::Panic(reason),
            abi::FP_E_INTERNAL => Self::Internal(reason),
            other => Self::Internal(format!("unknown status {other}: {reason}")),
        })
    }

    /// The text that travels with the status, empty where the kind says everything.
    pub fn reason(&self) -> &str {
        match self {
            Self::Invalid(reason)
            | Self::Unsupported(reason)
            | Self::Config(reason)
            | Self::Io(reason)
            | Self::Panic(reason)
            | Self::Internal(reason) => reason,
            Self::BufferTooSmall | Self::Cancelled | Self::Deadline | Self::Busy => "",
        }
    }

    fn label(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid call",
            Self::Unsupported(_) => "not supported",
            Self::BufferTooSmall => "buffer too small",
            Self::Cancelled => "cancelled",
            Self::Deadline => "deadline passed",
            Self::Busy => "busy",
            Self::Config(_) => "settings refused",
            Self::Io(_) => "input/output failed",
            Self::Panic(_) => "panicked",
            Self::Internal(_) => "internal fault",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason() {
            "" => f.write_str(self.label()),
            reason => write!(f, "{}: {reason}", self.label()),
        }
    }
}

impl std::error::Error for Error {}
