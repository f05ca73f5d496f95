//! The plugin contract: the C ABI, its Rust mirror and safe traits.
