//! `facepay ledger verify`: the ledger checked without a server.

use clap::Subcommand;
use serde_json::json;
use store::Store;

use super::audit::{line, readable, with_database};
use super::{Cli, Exit, Failure, terminal};

/// What to do with the ledger.
#[derive(Subcommand)]
pub enum Ledger {
    /// Adds up every account, every request and every payment.
    Verify {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(cli: &Cli, command: &Ledger) -> Result<Exit, Failure> {
    let Ledger::Verify { json } = command;
    with_database(cli, async |app| {
        let ledger = app.store(|store| Ok(readable(Store::ledger_verify(store)))).await??;
        match json {
            true => terminal::json(&json!({
                "ok": ledger.is_ok(),
                "accounts": ledger.as_ref().ok(),
                "fault": ledger.as_ref().err(),
            })),
            false => terminal::out(line("ledger", "accounts", &ledger)),
        }
        Ok(if ledger.is_ok() { Exit::Ok } else { Exit::Integrity })
    })
}
