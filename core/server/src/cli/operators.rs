//! `facepay operators add|list`: staff accounts without a running appliance.

use std::io::BufRead;

use clap::Subcommand;
use domain::Secret;
use domain::role::Role;
use serde_json::json;
use store::{OperatorRow, Store};

use super::offline::{Need, with_app};
use super::{Cli, Exit, Failure, terminal};
use crate::auth::Principal;

/// What to do with staff accounts.
#[derive(Subcommand)]
pub enum Operators {
    /// Adds a member of staff; the password is read from standard input, one line.
    Add {
        /// The name to sign in with.
        name: String,
        /// admin, operator, integrator, auditor or kiosk.
        #[arg(long, default_value = "operator")]
        role: Role,
    },
    /// All members of staff.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(cli: &Cli, command: &Operators) -> Result<Exit, Failure> {
    match command {
        Operators::Add { name, role } => add(cli, name, *role),
        Operators::List { json } => list(cli, *json),
    }
}

fn add(cli: &Cli, name: &str, role: Role) -> Result<Exit, Failure> {
    let mut password = String::new();
    // Arguments are seen by everybody on the machine; standard input is not.
    terminal::note("password (10 to 256 characters):");
    std::io::stdin().lock().read_line(&mut password)?;
    let password = Secret::new(password.trim_end_matches(['\r', '\n']).to_owned());
    with_app(cli, Need::Books, async |app| {
        let id = app.add_operator(&Principal::SYSTEM, name, password, role).await?;
        terminal::out(format!("{role} {name} added: {id}"));
        Ok(Exit::Ok)
    })
}

fn list(cli: &Cli, as_json: bool) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let operators = app.store(Store::operators).await?;
        let state =
            |operator: &OperatorRow| if operator.disabled_at.is_some() { "disabled" } else { "active" };
        if as_json {
            let all = operators.iter().map(|o| {
                json!({ "id": o.id.to_string(), "name": o.name, "role": o.role.as_str(), "state": state(o) })
            });
            terminal::json(&json!({ "operators": all.collect::<Vec<_>>() }));
            return Ok(Exit::Ok);
        }
        let row =
            |o: &OperatorRow| vec![o.id.to_string(), o.role.to_string(), state(o).to_owned(), o.name.clone()];
        terminal::table(&["ID", "ROLE", "STATE", "NAME"], &operators.iter().map(row).collect::<Vec<_>>());
        Ok(Exit::Ok)
    })
}
