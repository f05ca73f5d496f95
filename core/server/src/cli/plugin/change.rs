//! `facepay plugin reload|enable|disable`: plugins of the running appliance, changed over its own interface.

use clap::Args;
use serde_json::{Value, json};

use super::super::status::connect;
use super::super::{Cli, Exit, Failure, offline, terminal};

/// A plugin of the running appliance.
#[derive(Args)]
pub struct Named {
    /// The plugin's id; see `facepay status`.
    id: String,
    #[command(flatten)]
    at: At,
}

/// A plugin that is taken out of use.
#[derive(Args)]
pub struct Disabled {
    /// The plugin's id; see `facepay status`.
    id: String,
    /// Why, for whoever finds it so.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    at: At,
}

/// Which appliance, and as whom.
#[derive(Args)]
struct At {
    /// The appliance's address; by default that of server.listen.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// An admin's API key. Arguments are seen by everybody on the machine: better set FACEPAY_KEY.
    #[arg(long, env = "FACEPAY_KEY", hide_env_values = true)]
    key: String,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn reload(cli: &Cli, Named { id, at }: &Named) -> Result<Exit, Failure> {
    change(cli, at, id, ("reload", "loaded anew"), &json!({}))
}

pub(super) fn enable(cli: &Cli, Named { id, at }: &Named) -> Result<Exit, Failure> {
    change(cli, at, id, ("enable", "in use"), &json!({}))
}

pub(super) fn disable(cli: &Cli, Disabled { id, reason, at }: &Disabled) -> Result<Exit, Failure> {
    change(cli, at, id, ("disable", "out of use"), &json!({ "reason": reason }))
}

fn change(cli: &Cli, at: &At, id: &str, (act, done): (&str, &str), body: &Value) -> Result<Exit, Failure> {
    let (client, _) = connect(cli, at.url.as_deref(), Some(at.key.clone()))?;
    let answer = offline::runtime()?.block_on(client.post(&format!("/plugins/{id}/{act}"), body))?;
    if at.json {
        terminal::json(&answer);
        return Ok(Exit::Ok);
    }
    for plugin in answer["items"].as_array().into_iter().flatten() {
        let word = |name: &str| plugin[name].as_str().unwrap_or_default().to_owned();
        let (id, version, generation) = (word("id"), word("version"), &plugin["generation"]);
        terminal::out(format!("{id} {version}: {done}, generation {generation}, {}", word("state")));
    }
    Ok(Exit::Ok)
}
