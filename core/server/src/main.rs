//! The facepay binary.
fn main() {}
