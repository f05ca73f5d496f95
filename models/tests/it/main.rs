//! The networks against the originals, and weight files that are not what they should be.

mod evaldata;
mod files;
mod npz;
mod parity;
