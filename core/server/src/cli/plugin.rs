//! `facepay plugin`: the plugins that the settings name, loaded as the appliance loads them; packages of other vendors; and the
//! tools of those who write plugins.

mod bench;
mod change;
mod check;
mod fuzz;
mod kept;
mod new;
mod package;
mod sign;
mod subject;

use clap::Subcommand;
use serde_json::json;

use super::{Cli, Exit, Failure, offline, terminal};
use crate::app::tried::{Loaded, Tried};
use crate::settings::Settings;

pub(super) use package::failure as not_believed;
pub(super) use sign::{not_signed, unusable};

/// What to do with plugins.
#[derive(Subcommand)]
pub enum Plugin {
    /// The plugins of the settings, with what they say about themselves.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Makes a key that vouches for packages or policies.
    Keygen(sign::Keygen),
    /// Signs a package's folder, or a policy.
    Sign(sign::Sign),
    /// Says whether this appliance would install a package, and if not why.
    Verify(package::Given),
    /// Verifies a package and has it in force from the next start on.
    Install(package::Given),
    /// Has the version before in force again.
    Rollback(package::Installed),
    /// Has the running appliance load a plugin anew; calls and payments under way end with the one that they began with.
    Reload(change::Named),
    /// Has the running appliance load a plugin anew that is disabled or out of use.
    Enable(change::Named),
    /// Has the running appliance take a plugin out of use until it is enabled, also after a restart.
    Disable(change::Disabled),
    /// Writes the project of a new plugin, which builds and passes `check` as it is.
    New(new::New),
    /// Says whether a plugin keeps the contract. Each test runs in a process of its own.
    Check(check::Check),
    /// Times the calls of a plugin, in this process and in a sandboxed one.
    Bench(bench::Bench),
    /// Calls a plugin at random, each case in a process of its own, and names the seed of each that finds something.
    Fuzz(fuzz::Fuzz),
    /// Does one job with a plugin; `check`, `bench` and `fuzz` start it.
    #[command(hide = true)]
    CheckOne {
        /// The work and the plugin.
        job: String,
    },
}

pub(super) fn run(cli: &Cli, command: &Plugin) -> Result<Exit, Failure> {
    match command {
        Plugin::List { json } => list(&offline::settings(cli)?, *json),
        Plugin::Keygen(arguments) => sign::keygen(arguments),
        Plugin::Sign(arguments) => sign::sign(arguments),
        Plugin::Verify(given) => package::verify(cli, given),
        Plugin::Install(given) => package::install(cli, given),
        Plugin::Rollback(installed) => package::rollback(cli, installed),
        Plugin::Reload(named) => change::reload(cli, named),
        Plugin::Enable(named) => change::enable(cli, named),
        Plugin::Disable(disabled) => change::disable(cli, disabled),
        Plugin::New(arguments) => new::run(arguments),
        Plugin::Check(arguments) => check::run(cli, arguments),
        Plugin::Bench(arguments) => bench::run(cli, arguments),
        Plugin::Fuzz(arguments) => fuzz::run(cli, arguments),
        Plugin::CheckOne { job } => subject::one(cli, job),
    }
}

fn list(settings: &Settings, as_json: bool) -> Result<Exit, Failure> {
    let (plugins, installed) = (Tried::by(settings).plugins, kept::kept(settings)?);
    let all_loaded = plugins.iter().all(|plugin| plugin.result.is_ok());
    let allow_unsigned = settings.plugins.allow_unsigned;
    if as_json {
        let plugins = plugins.iter().map(|Loaded { role, name, result, .. }| match result {
            Ok(plugin) => json!({ "role": role, "name": name, "plugin": plugin }),
            Err(fault) => json!({ "role": role, "name": name, "fault": fault }),
        });
        terminal::json(&json!({
            "plugins": plugins.collect::<Vec<_>>(), "installed": installed, "allow_unsigned": allow_unsigned,
        }));
    } else {
        terminal::table(
            &["ROLE", "ID", "VERSION", "LICENCE", "TRUST", "MODE", "STATE"],
            &plugins.iter().map(row).collect::<Vec<_>>(),
        );
        kept::show(&installed);
    }
    if allow_unsigned {
        terminal::note("WARNING: plugins.allow_unsigned is set: packages that nobody vouches for are loaded");
    }
    Ok(if all_loaded { Exit::Ok } else { Exit::Failure })
}

fn row(Loaded { role, name, result, .. }: &Loaded) -> Vec<String> {
    let Ok(plugin) = result else {
        let fault = result.as_ref().err().cloned().unwrap_or_default();
        return [role, name.as_str(), "", "", "", "", &fault].map(str::to_owned).to_vec();
    };
    let trust = match &plugin.key_id {
        Some(key_id) => format!("signed by {key_id}"),
        None if plugin.trust == "unsigned" => "UNSIGNED".to_owned(),
        None => plugin.trust.to_owned(),
    };
    let (id, version, licence) = (plugin.id.clone(), plugin.version.clone(), plugin.licence.clone());
    vec![role.to_string(), id, version, licence, trust, plugin.mode.to_owned(), plugin.state.clone()]
}
