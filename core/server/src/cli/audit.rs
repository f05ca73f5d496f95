//! `facepay audit verify`: the audit chain and the ledger, checked without a server.

use clap::Subcommand;
use serde_json::json;
use store::{DatabaseUrl, Store, StoreError};

use super::offline::{self, Need};
use super::{Cli, Exit, Failure, terminal};

/// What to do with the audit chain.
#[derive(Subcommand)]
pub enum Audit {
    /// Recomputes every link of the chain and every balance of the ledger.
    Verify {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(cli: &Cli, command: &Audit) -> Result<Exit, Failure> {
    let Audit::Verify { json } = command;
    let settings = offline::settings(cli)?;
    if let Ok(DatabaseUrl::Sqlite(file)) = settings.database.url.parse()
        && !file.exists()
    {
        // Opening would make an empty one and call it sound.
        let text = format!("there is no database {}; check database.url", file.display());
        return Err(Failure::new(Exit::Unavailable, text));
    }
    offline::with_settings(settings, Need::Books, async |app| {
        let audit = app.store(readable(Store::audit_verify)).await?;
        let ledger = app.store(readable(Store::ledger_verify)).await?;
        let sound = audit.is_ok() && ledger.is_ok();
        if *json {
            terminal::json(&json!({
                "ok": sound,
                "audit": { "records": audit.as_ref().ok(), "fault": audit.as_ref().err() },
                "ledger": { "accounts": ledger.as_ref().ok(), "fault": ledger.as_ref().err() },
            }));
        } else {
            terminal::out(line("audit chain", "records", &audit));
            terminal::out(line("ledger", "accounts", &ledger));
        }
        Ok(if sound { Exit::Ok } else { Exit::Integrity })
    })
}

/// A value that cannot be read is a fault of what is verified, not of the verifier.
fn readable<N, F>(
    verify: impl FnOnce(&Store) -> Result<Result<N, F>, StoreError>,
) -> impl FnOnce(&Store) -> Result<Result<N, String>, StoreError>
where
    F: std::fmt::Display,
{
    move |store| match verify(store) {
        Ok(verified) => Ok(verified.map_err(|fault| fault.to_string())),
        Err(error @ (StoreError::Corrupt(_) | StoreError::Seal)) => Ok(Err(error.to_string())),
        Err(error) => Err(error),
    }
}

fn line<N: std::fmt::Display>(what: &str, counted: &str, verified: &Result<N, String>) -> String {
    match verified {
        Ok(count) => format!("{what}: sound, {count} {counted}"),
        Err(fault) => format!("{what}: BROKEN, {fault}"),
    }
}
