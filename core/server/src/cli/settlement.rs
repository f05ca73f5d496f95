//! `facepay settlement close|import|export|list`: business days, by the same use cases as the REST interface.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use domain::SettlementId;
use domain::settlement::Day;
use serde_json::json;
use store::SettlementRow;

use super::offline::{Need, with_app};
use super::{Cli, Exit, Failure, terminal};
use crate::api::settlements;
use crate::api::wire::settlement as wire;
use crate::app::{App, settlement};
use crate::auth::Principal;

/// What to do with business days.
#[derive(Subcommand)]
pub enum Settlement {
    /// Closes a provider's business day; what is in it is fixed then.
    Close {
        /// The payment plugin's id, such as payment-stripe.
        #[arg(long)]
        provider: String,
        /// The business day, such as 2026-01-31.
        #[arg(long)]
        date: Day,
    },
    /// Compares the provider's file, in CSV, with a closed day.
    Import {
        /// The closed day; see `facepay settlement list`.
        id: SettlementId,
        file: PathBuf,
    },
    /// Prints the statement of a closed day.
    Export {
        /// The closed day; see `facepay settlement list`.
        id: SettlementId,
        #[arg(long, value_enum, default_value_t = Format::Csv)]
        format: Format,
    },
    /// Closed days, newest first.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// The form of a statement.
#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    /// A table.
    Csv,
    /// ISO 20022 camt.053.001.08.
    Camt053,
}

/// Closed days read from the database at a time.
const PAGE: u32 = 200;

pub(super) fn run(cli: &Cli, command: &Settlement) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| match command {
        Settlement::Close { provider, date } => {
            let row = settlement::close(&app, &Principal::SYSTEM, Some(provider.clone()), *date).await?;
            told(row)
        }
        Settlement::Import { id, file } => {
            let text = std::fs::read_to_string(file).map_err(|error| Failure {
                text: format!("{}: {error}", file.display()),
                ..Failure::from(error)
            })?;
            told(settlement::import(&app, &Principal::SYSTEM, *id, text).await?)
        }
        Settlement::Export { id, format } => {
            let statement = settlement::statement(&app, *id).await?;
            let text = match format {
                Format::Csv => settlements::csv::statement(&statement),
                Format::Camt053 => settlements::camt053::statement(&statement)
                    .ok_or_else(|| Failure::failed("nothing ever moved; there is no statement of nothing"))?,
            };
            terminal::out(text.trim_end());
            Ok(Exit::Ok)
        }
        Settlement::List { json } => list(&app, *json).await,
    })
}

fn told(row: SettlementRow) -> Result<Exit, Failure> {
    terminal::json(&wire::Settlement::from(row));
    Ok(Exit::Ok)
}

async fn list(app: &App, as_json: bool) -> Result<Exit, Failure> {
    let mut rows = Vec::<SettlementRow>::new();
    loop {
        let last = rows.last().map(|row| row.id);
        let page = app.store(move |store| store.settlements(last, PAGE)).await?;
        if page.is_empty() {
            break;
        }
        rows.extend(page);
    }
    if as_json {
        let rows: Vec<wire::Settlement> = rows.into_iter().map(Into::into).collect();
        terminal::json(&json!({ "settlements": rows }));
        return Ok(Exit::Ok);
    }
    let cells = |row: &SettlementRow| {
        let breaks = row.breaks_left.to_string();
        vec![
            row.id.to_string(),
            row.day.to_string(),
            row.provider.clone(),
            row.state.to_string(),
            row.operation_count.to_string(),
            breaks,
        ]
    };
    let head = ["ID", "DATE", "PROVIDER", "STATE", "PAYMENTS", "BREAKS"];
    terminal::table(&head, &rows.iter().map(cells).collect::<Vec<_>>());
    Ok(Exit::Ok)
}
