//! Changes of plugins at work: loaded anew, gone back, taken out of use, put back. A new generation is tried beside the one at
//! work and takes its place only when nothing is wrong with it; calls and operations under way end where they began.

use std::sync::Arc;
use std::time::Duration;

use plugin_host::{Plugin, PluginState, Retired};
use serde_json::{Value, json};
use store::{By, DisabledPlugin, PluginAct, StoreError};

use super::golden;
use crate::api::wire::system as wire;
use crate::api::{Problem, chain};
use crate::app::App;
use crate::auth::Principal;
use crate::plugins::{Place, Version, described};

/// Beyond the longest operation, before a process that holds one is ended.
const GRACE: Duration = Duration::from_secs(5);
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// How a plugin is loaded anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// The version in force, with its settings as they are in the files now.
    Reload,
    /// The version before, which is in force from here on.
    RollBack,
    /// The version in force, also where the plugin is disabled or out of use.
    Enable,
}

impl Change {
    fn name(self) -> &'static str {
        match self {
            Self::Reload => "reload",
            Self::RollBack => "rollback",
            Self::Enable => "enable",
        }
    }

    /// The metric's word for one that was made.
    fn made(self) -> &'static str {
        match self {
            Self::Reload => "reloaded",
            Self::RollBack => "rolled_back",
            Self::Enable => "enabled",
        }
    }

    fn version(self) -> Version {
        match self {
            Self::Reload | Self::Enable => Version::InForce,
            Self::RollBack => Version::Previous,
        }
    }
}

/// A generation that may take its place.
type Next = (Arc<Place>, Arc<Plugin>);

/// Loads the plugin anew, everywhere it is at work, tries it, and puts it in the place of the one at work. Whatever goes wrong
/// leaves that one there.
pub(crate) async fn renew(
    app: &App,
    by: &Principal,
    id: &str,
    change: Change,
) -> Result<Vec<wire::Plugin>, Problem> {
    let _turn = app.plugins().turn().lock().await;
    let places = known(app, id)?;
    let id = places[0].id();
    if change != Change::Enable
        && places.iter().any(|place| matches!(place.mount().state(), PluginState::Disabled { .. }))
    {
        let detail = format!("{id} is disabled: enable it, which loads it anew");
        return Err(Problem::conflict("plugin_disabled", detail));
    }
    let tried = {
        let (app, places) = (app.clone(), places.clone());
        tokio::task::spawn_blocking(move || tried(&app, &places, change)).await
    };
    let next = match tried.map_err(|error| Problem::internal(&error))? {
        Ok(next) => next,
        Err(why) => return Err(refused(app, by, &id, change, why).await),
    };
    if change == Change::RollBack {
        roll_back(app, by, &id).await?;
    }
    if let Err(error) = record(app, by, &id, change, &next).await {
        if change == Change::RollBack
            && let Err(error) = in_store(app, &id).await
        {
            tracing::error!(plugin = id, %error, "the version before stays in force, and nothing records that");
        }
        return Err(error.into());
    }
    let mut retired = Vec::new();
    for (place, plugin) in next {
        let exchanged = place.mount().exchange(plugin);
        retired.push(exchanged.map_err(|error| Problem::conflict("plugin_refused", error.to_string()))?);
    }
    app.metrics().plugins.changed(&id, change.made());
    tracing::info!(plugin = id, change = change.name(), "plugin changed");
    drain(app, id, retired);
    Ok(places.iter().map(|place| described(place.mount())).collect())
}

/// Takes the plugin out of use until it is enabled, also after a restart.
pub(crate) async fn disable(
    app: &App,
    by: &Principal,
    id: &str,
    reason: String,
) -> Result<Vec<wire::Plugin>, Problem> {
    let reason = reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX || reason.chars().any(char::is_control)
    {
        let detail = format!("the reason is a line of 1 to {REASON_CHARS_MAX} characters");
        return Err(Problem::unprocessable("reason_invalid", detail));
    }
    let _turn = app.plugins().turn().lock().await;
    let places = known(app, id)?;
    let id = places[0].id();
    // First of all: what cannot be written down is out of use all the same.
    let retired = places.iter().map(|place| place.mount().close(&reason)).collect();
    drain(app, id.clone(), retired);
    app.metrics().plugins.changed(&id, "disabled");
    tracing::warn!(plugin = id, reason, "plugin disabled");
    let (actor, at, branch) = (by.actor(), app.now(), app.settings().policy.branch.clone());
    let disabled = DisabledPlugin { id, reason };
    app.store(move |store| store.disable_plugin(By { actor: &actor, at }, &branch, &disabled)).await?;
    Ok(places.iter().map(|place| described(place.mount())).collect())
}

/// Closes the plugins that were taken out of use before the start.
pub(in crate::app) async fn leave_disabled(app: &App) -> Result<(), StoreError> {
    let branch = app.settings().policy.branch.clone();
    for DisabledPlugin { id, reason } in app.store(move |store| store.disabled_plugins(&branch)).await? {
        tracing::warn!(plugin = id, reason, "plugin is disabled");
        for place in app.plugins().places_of(&id) {
            place.mount().close(&reason).drain(Duration::ZERO);
        }
    }
    Ok(())
}

fn known(app: &App, id: &str) -> Result<Vec<Arc<Place>>, Problem> {
    let places = app.plugins().places_of(id);
    if places.is_empty() { Err(Problem::not_found("plugin")) } else { Ok(places) }
}

/// A new generation for each place, loaded and tried; or why not. Blocks.
fn tried(app: &App, places: &[Arc<Place>], change: Change) -> Result<Vec<Next>, String> {
    let portrait = golden::Portrait::new().map_err(|error| chain(&error))?;
    let golden = portrait.golden().map_err(|error| error.to_string())?;
    let next = |place: &Arc<Place>| {
        let plugin = app.plugins().load_anew(place.recipe(), change.version());
        let plugin = plugin.map_err(|error| error.to_string())?;
        let mount = place.mount();
        mount.may_exchange(&plugin).map_err(|error| error.to_string())?;
        let before = (mount.state() == PluginState::Active).then(|| mount.plugin());
        plugin.self_test(&golden, before.as_ref()).map_err(|error| chain(&error))?;
        Ok((Arc::clone(place), plugin))
    };
    places.iter().map(next).collect()
}

/// What was tried is not put to work.
async fn refused(app: &App, by: &Principal, id: &str, change: Change, why: String) -> Problem {
    tracing::error!(plugin = id, change = change.name(), why, "plugin refused; the one at work stays");
    app.metrics().plugins.changed(id, "refused");
    let detail = json!({ "act": change.name(), "reason": why });
    match act(app, by, PluginAct::Refused, id, &detail).await {
        Ok(()) => Problem::conflict("plugin_refused", format!("{why}; the plugin at work is as it was")),
        Err(error) => error.into(),
    }
}

async fn roll_back(app: &App, by: &Principal, id: &str) -> Result<(), Problem> {
    match in_store(app, id).await {
        Ok(()) => Ok(()),
        Err(why) => Err(refused(app, by, id, Change::RollBack, why).await),
    }
}

/// Exchanges the package in force and the one before.
async fn in_store(app: &App, id: &str) -> Result<(), String> {
    let (app, id) = (app.clone(), id.to_owned());
    let done = tokio::task::spawn_blocking(move || app.plugins().roll_back(&id)).await;
    done.map_err(|error| error.to_string())?.map_err(|error| chain(&error))
}

/// Makes the change durable before it is made.
async fn record(
    app: &App,
    by: &Principal,
    id: &str,
    change: Change,
    next: &[Next],
) -> Result<(), StoreError> {
    let manifest = next[0].1.manifest();
    let detail = json!({
        "version": manifest.version,
        "sha256": hex::encode(manifest.sha256),
        "generation": next[0].0.mount().generation() + 1,
    });
    match change {
        Change::Reload => act(app, by, PluginAct::Reloaded, id, &detail).await,
        Change::RollBack => act(app, by, PluginAct::RolledBack, id, &detail).await,
        Change::Enable => {
            let (actor, at, branch) = (by.actor(), app.now(), app.settings().policy.branch.clone());
            let (id, detail) = (id.to_owned(), detail.to_string());
            app.store(move |store| store.enable_plugin(By { actor: &actor, at }, &branch, &id, detail)).await
        }
    }
}

async fn act(app: &App, by: &Principal, act: PluginAct, id: &str, detail: &Value) -> Result<(), StoreError> {
    let (actor, at) = (by.actor(), app.now());
    let (id, detail) = (id.to_owned(), detail.to_string());
    app.store(move |store| store.record_plugin_act(By { actor: &actor, at }, act, &id, detail)).await
}

/// Lets what began with the generations before end, and then ends them. Operations that have not ended by then are as unknown
/// as after a crash: recovery asks after them, in the new generation.
fn drain(app: &App, id: String, retired: Vec<Retired>) {
    let within = Duration::from_millis(app.settings().payment.deadline_ms_max) + GRACE;
    app.spawn_whole(async move {
        let all = move || retired.into_iter().map(|retired| retired.drain(within)).filter(|all| !all).count();
        match tokio::task::spawn_blocking(all).await {
            Ok(0) => tracing::info!(plugin = id, "the generation before has ended"),
            _ => tracing::error!(plugin = id, "the generation before was ended with work under way"),
        }
    });
}
