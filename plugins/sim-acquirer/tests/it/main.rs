//! The acquirer from outside: how strict it is, how it fails, and that its book says what happened.

mod client;
mod faults;
mod iso8583;
mod lists;
mod process;
mod strictness;
mod webhooks;
