//! `facepay keys add|list|revoke`: API keys without a running appliance.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use domain::role::{Permission, Role};
use domain::{CameraId, KeyId};
use serde_json::json;
use store::{By, KeyBounds, Store};

use super::offline::{Need, with_app};
use super::{Cli, Exit, Failure, given, terminal};
use crate::api::wire::money::moment;
use crate::auth::Principal;
use crate::auth::key::KeyWanted;
use crate::tls;

const DAY: Duration = Duration::from_secs(86_400);

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
        /// What it may do of what its role may, such as payments.take; may be given several times. All of it when absent.
        #[arg(long = "scope", value_name = "PERMISSION")]
        scopes: Vec<Permission>,
        /// The one camera that it is for.
        #[arg(long, value_name = "ID")]
        camera: Option<CameraId>,
        /// A client's certificate (PEM) without which the key opens nothing.
        #[arg(long, value_name = "FILE")]
        certificate: Option<PathBuf>,
        /// Days after which it ends.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
        days: Option<u16>,
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
        Keys::Add { role, .. } if !role.is_for_keys() => Err(Failure::new(
            Exit::Usage,
            format!("the role {role} is for payers' own devices, not for keys"),
        )),
        Keys::Add { name, role, scopes, camera, certificate, days, json } => {
            let bounds = KeyBounds {
                scopes: (!scopes.is_empty()).then(|| scopes.iter().copied().collect()),
                camera: camera.clone(),
                certificate_sha256: certificate.as_deref().map(fingerprint).transpose()?,
            };
            add(cli, (name.clone(), *role, bounds), *days, *json)
        }
        Keys::List { json } => list(cli, *json),
        Keys::Revoke { id } => revoke(cli, *id),
    }
}

/// That of the first certificate of a PEM file.
fn fingerprint(path: &Path) -> Result<[u8; 32], Failure> {
    let read = tls::certificates("--certificate", path);
    let read = read.map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    Ok(read.first().map(|leaf| tls::fingerprint(leaf).0).unwrap_or_default())
}

fn add(
    cli: &Cli,
    (name, role, bounds): (String, Role, KeyBounds),
    days: Option<u16>,
    as_json: bool,
) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let ends = days.map(|days| app.now().plus(DAY * u32::from(days)));
        let wanted = KeyWanted { name: name.clone(), role, bounds: bounds.clone(), expires_at: ends };
        let (secret, new) = wanted.minted();
        let id = new.id;
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
        let now = app.now();
        let row = |key: &store::ApiKeyRow| {
            let state = match key.revoked_at {
                Some(_) => "revoked",
                None if key.is_live(now) => "live",
                None => "expired",
            };
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
