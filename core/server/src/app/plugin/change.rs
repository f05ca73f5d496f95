//! Changes of plugins at work: loaded anew, gone back, taken out of use, put back. A new generation is tried beside the one at
//! work and takes its place only when nothing is wrong with it; calls and operations under way end where they began.

use std::sync::Arc;
use std::time::{Duration, Instant};

use plugin_host::{Plugin, PluginState, Retired};
use plugin_package::Digest;
use serde::{Deserialize, Serialize};
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
/// A new generation is loaded and tried within this time, or not taken.
pub(super) const TRIED_WITHIN: Duration = Duration::from_secs(120);
/// Longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

/// How a plugin is loaded anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
struct Next {
    place: Arc<Place>,
    plugin: Arc<Plugin>,
    /// How often the place had been closed when this began.
    closings: u64,
}

/// Loads the plugin anew, everywhere it is at work, tries it, and puts it in the place of the one at work. Whatever goes wrong
/// leaves that one there. Goes on to its end also when whoever asked has hung up.
pub(crate) async fn renew(
    app: &App,
    by: &Principal,
    id: &str,
    change: Change,
) -> Result<Vec<wire::Plugin>, Problem> {
    let (own, by, id) = (app.clone(), by.clone(), id.to_owned());
    app.finish(async move { renewed(&own, &by, &id, change).await }).await
}

async fn renewed(app: &App, by: &Principal, id: &str, change: Change) -> Result<Vec<wire::Plugin>, Problem> {
    let _turn = app.plugins().turn().lock().await;
    let places = known(app, id)?;
    let id = places[0].id();
    if change != Change::Enable
        && places.iter().any(|place| matches!(place.mount().state(), PluginState::Disabled { .. }))
    {
        let detail = format!("{id} is disabled: enable it, which loads it anew");
        return Err(Problem::conflict("plugin_disabled", detail));
    }
    let trying = {
        let (app, places) = (app.clone(), places.clone());
        tokio::task::spawn_blocking(move || tried(&app, &places, change))
    };
    // One that hangs keeps its thread, but neither the turn nor the place.
    let tried = tokio::time::timeout(TRIED_WITHIN, trying).await;
    let tried = tried.unwrap_or_else(|_| Ok(Err(format!("it did not come up within {TRIED_WITHIN:?}"))));
    let next = match tried.map_err(|error| Problem::internal(&error))? {
        Ok(next) => next,
        Err(why) => return Err(refused(app, by, &id, change, why).await),
    };
    if let Err(problem) = put_in_force(app, by, &id, change, &next).await {
        // The end of a process takes a moment.
        app.spawn_whole(async move { drop(tokio::task::spawn_blocking(move || drop(next)).await) });
        return Err(problem);
    }
    let exchanged =
        next.into_iter().map(|Next { place, plugin, closings }| place.mount().exchange(plugin, closings));
    let (retired, left): (Vec<_>, Vec<_>) = exchanged.partition(Result::is_ok);
    drain(app, id.clone(), retired.into_iter().flatten().collect());
    if let Some(Err(closed)) = left.into_iter().next() {
        return Err(Problem::conflict("plugin_disabled", closed.to_string()));
    }
    app.metrics().plugins.changed(&id, change.made());
    tracing::info!(plugin = id, change = change.name(), "plugin changed");
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
    let places = known(app, id)?;
    let id = places[0].id();
    // First of all: it waits for no other change, and what cannot be written down is out of use all the same.
    let retired = places.iter().map(|place| place.mount().close(&reason)).collect();
    drain(app, id.clone(), retired);
    app.metrics().plugins.changed(&id, "disabled");
    tracing::warn!(plugin = id, reason, "plugin disabled");
    let (own, actor) = (app.clone(), by.actor());
    app.finish(async move {
        let _turn = own.plugins().turn().lock().await;
        let (at, branch) = (own.now(), own.settings().policy.branch.clone());
        let disabled = DisabledPlugin { id, reason };
        own.store(move |store| store.disable_plugin(By { actor: &actor, at }, &branch, &disabled)).await?;
        Ok(places.iter().map(|place| described(place.mount())).collect())
    })
    .await
}

/// Closes the plugins that were taken out of use before the start.
pub(in crate::app) async fn leave_disabled(app: &App) -> Result<(), StoreError> {
    let branch = app.settings().policy.branch.clone();
    for DisabledPlugin { id, reason } in app.store(move |store| store.disabled_plugins(&branch)).await? {
        tracing::warn!(plugin = id, reason, "plugin is disabled");
        let retired = app.plugins().places_of(&id).into_iter().map(|place| place.mount().close(&reason));
        drain(app, id, retired.collect());
    }
    Ok(())
}

pub(super) fn known(app: &App, id: &str) -> Result<Vec<Arc<Place>>, Problem> {
    let places = app.plugins().places_of(id);
    if places.is_empty() { Err(Problem::not_found("plugin")) } else { Ok(places) }
}

/// A new generation for each place, loaded and tried; or why not. Blocks.
fn tried(app: &App, places: &[Arc<Place>], change: Change) -> Result<Vec<Next>, String> {
    let portrait = golden::Portrait::new().map_err(|error| chain(&error))?;
    let golden = portrait.golden().map_err(|error| error.to_string())?;
    let next = |place: &Arc<Place>| {
        let mount = place.mount();
        let (closings, before) = (mount.closings(), mount.plugin());
        if change == Change::RollBack && !app.plugins().is_in_force(&before) {
            return Err("another package than the one at work is in force: reload it first".to_owned());
        }
        let plugin = app.plugins().load_anew(place.recipe(), change.version());
        let plugin = plugin.map_err(|error| error.to_string())?;
        mount.may_exchange(&plugin).map_err(|error| error.to_string())?;
        // A process that was ended, or is out of use, cannot be compared with.
        let answers =
            mount.state() == PluginState::Active || before.sandbox().is_none() && !before.is_out_of_use();
        plugin.self_test(&golden, answers.then_some(&before)).map_err(|error| chain(&error))?;
        Ok(Next { place: Arc::clone(place), plugin, closings })
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

/// Makes the change durable before it is made.
async fn put_in_force(
    app: &App,
    by: &Principal,
    id: &str,
    change: Change,
    next: &[Next],
) -> Result<(), Problem> {
    let package = |plugin: &Plugin| plugin.manifest().package.as_ref().map(|package| package.digest);
    let Next { place, plugin, .. } = &next[0];
    let (before, after) = (package(&place.mount().plugin()), package(plugin));
    if change == Change::RollBack
        && let Err(why) = in_store(app, id, after).await
    {
        return Err(refused(app, by, id, change, why).await);
    }
    let recorded = record(app, by, id, change, &next[0]).await;
    if recorded.is_err()
        && change == Change::RollBack
        && let Err(error) = in_store(app, id, before).await
    {
        tracing::error!(plugin = id, %error, "the version before stays in force, and nothing records that");
    }
    Ok(recorded?)
}

/// Has the package before in force, which has to be `expected`.
async fn in_store(app: &App, id: &str, expected: Option<Digest>) -> Result<(), String> {
    let (app, id) = (app.clone(), id.to_owned());
    let done = tokio::task::spawn_blocking(move || app.plugins().roll_back(&id, expected)).await;
    done.map_err(|error| error.to_string())?.map_err(|error| chain(&error))
}

async fn record(
    app: &App,
    by: &Principal,
    id: &str,
    change: Change,
    Next { place, plugin, .. }: &Next,
) -> Result<(), StoreError> {
    let manifest = plugin.manifest();
    let detail = json!({
        "version": manifest.version,
        "library_sha256": hex::encode(manifest.sha256),
        "sha256": manifest.package.as_ref().map(|package| package.digest.to_string()),
        "generation": place.mount().generation() + 1,
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
    let until = Instant::now() + Duration::from_millis(app.settings().payment.deadline_ms_max) + GRACE;
    app.spawn_whole(async move {
        let drain = move |retired: Retired| retired.drain(until.saturating_duration_since(Instant::now()));
        let all = move || retired.into_iter().map(drain).filter(|ended| !ended).count();
        match tokio::task::spawn_blocking(all).await {
            Ok(0) => tracing::info!(plugin = id, "the generation before has ended"),
            _ => tracing::error!(
                plugin = id,
                "the generation before still had work under way when its time was over"
            ),
        }
    });
}
