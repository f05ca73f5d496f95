//! Claims about the decoder against recorded outputs of the original networks.

mod parity;
mod recorded;
