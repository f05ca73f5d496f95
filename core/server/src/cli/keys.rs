//! `facepay keys add|list|revoke`: API keys without a running appliance.

use clap::Subcommand;
use domain::KeyId;
use domain::role::Role;
use serde_json::json;
use store::{By, NewApiKey, Store};
use uuid::Uuid;

use super::offline::{Need, with_app};
use super::{Cli, Exit, Failure, given, terminal};
use crate::api::wire::money::moment;
use crate::auth::Principal;
use crate::auth::token::{self, Kind, TokenHash};

/// What to do with API keys.
#[derive(Subcommand)]
pub enum Keys {
    /// Mints a key; its secret is shown once.
    Add {
        /// What it is for, up to 120 characters.
        #[arg(value_parser = given::name)]
        name: String,
        /// admin, operator, integrator, auditor or kiosk.
        #[arg(long, default_value = "integrator")]
        role: Role,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// All keys, without their secrets.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Revokes a key at once.
    Revoke {
        /// The key's id; see `facepay keys list`.
        id: KeyId,
    },
}

pub(super) fn run(cli: &Cli, command: &Keys) -> Result<Exit, Failure> {
    match command {
        Keys::Add { name, role, json } => add(cli, name, *role, *json),
        Keys::List { json } => list(cli, *json),
        Keys::Revoke { id } => revoke(cli, *id),
    }
}

fn add(cli: &Cli, name: &str, role: Role, as_json: bool) -> Result<Exit, Failure> {
    let name = name.to_owned();
    with_app(cli, Need::Books, async |app| {
        let secret = token::mint(Kind::Key, &mut rand::rng());
        let id = KeyId(Uuid::now_v7());
        let sha256 = TokenHash::of(secret.expose()).0;
        let new = NewApiKey { id, name: name.clone(), role, sha256, expires_at: None };
        let (actor, at) = (Principal::SYSTEM.actor(), app.now());
        app.store(move |store| store.add_api_key(By { actor: &actor, at }, &new)).await?;
        let key = secret.expose();
        match as_json {
            true => terminal::json(
                &json!({ "id": id.to_string(), "name": name, "role": role.as_str(), "key": key }),
            ),
            false => {
                terminal::note(format!("{role} key {id}; it is not shown again:"));
                terminal::out(key);
            }
        }
        Ok(Exit::Ok)
    })
}

fn list(cli: &Cli, as_json: bool) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let keys = app.store(Store::api_keys).await?;
        if as_json {
            let keys = keys.iter().map(|key| {
                json!({
                    "id": key.id.to_string(),
                    "name": key.name,
                    "role": key.role.as_str(),
                    "created_at": moment(key.created_at),
                    "revoked_at": key.revoked_at.map(moment),
                })
            });
            terminal::json(&json!({ "keys": keys.collect::<Vec<_>>() }));
            return Ok(Exit::Ok);
        }
        let row = |key: &store::ApiKeyRow| {
            let state = if key.revoked_at.is_some() { "revoked" } else { "live" };
            vec![key.id.to_string(), key.role.to_string(), state.to_owned(), key.name.clone()]
        };
        terminal::table(&["ID", "ROLE", "STATE", "NAME"], &keys.iter().map(row).collect::<Vec<_>>());
        Ok(Exit::Ok)
    })
}

fn revoke(cli: &Cli, id: KeyId) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let (actor, at) = (Principal::SYSTEM.actor(), app.now());
        app.store(move |store| store.revoke_api_key(By { actor: &actor, at }, id)).await?;
        terminal::out(format!("revoked {id}"));
        Ok(Exit::Ok)
    })
}
