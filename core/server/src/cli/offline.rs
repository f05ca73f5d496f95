//! The appliance's parts for one command: no socket, no cameras, no recovery.

use crate::app::App;
use crate::settings::{Layers, Settings};

use super::{Cli, Exit, Failure};

/// Which parts a command needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// The database and the appliance key.
    Books,
    /// Also the networks and the vision plugins.
    Eyes,
}

/// The settings by the command line's layers.
pub(super) fn settings(cli: &Cli) -> Result<Settings, Failure> {
    let layers = Layers::of_this_machine(cli.profile.clone(), cli.config.clone());
    Ok(Settings::load(&layers)?)
}

/// Runs `work` on the appliance's parts, next to an appliance that may be running.
pub(super) fn with_app<F>(cli: &Cli, need: Need, work: F) -> Result<Exit, Failure>
where
    F: AsyncFnOnce(App) -> Result<Exit, Failure>,
{
    with_settings(settings(cli)?, need, work)
}

/// As [`with_app`], with settings of the caller's own.
pub(super) fn with_settings<F>(mut settings: Settings, need: Need, work: F) -> Result<Exit, Failure>
where
    F: AsyncFnOnce(App) -> Result<Exit, Failure>,
{
    settings.recognition.enabled = need == Need::Eyes;
    settings.plugins.payment.clear();
    settings.plugins.payment_also.clear();
    // Sessions and their like are no business of a command.
    settings.redis.url.clear();
    runtime()?.block_on(async {
        let app = App::open(settings, crate::app::start::machine_clock()).await?;
        work(app).await
    })
}

/// Threads for a command's asynchronous work.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("no threads: {error}")))
}
