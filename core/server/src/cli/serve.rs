//! `facepay serve`: settings, logs, the appliance, the socket, until a stop signal.

use std::time::Duration;

use super::signals::{ReloadSignal, StopSignal};
use super::{Cli, Exit, Failure, offline};
use crate::api::chain;
use crate::app::App;
use crate::memory;
use crate::serve::{self, ServeError};
use crate::service;
use crate::settings::Settings;
use crate::telemetry::{self, TelemetryError};
use crate::tls::Tls;

pub(super) fn run(cli: &Cli) -> Result<Exit, Failure> {
    let settings = offline::settings(cli)?;
    let runtime = offline::runtime()?;
    let telemetry = telemetry::start(&settings, runtime.handle())?;
    memory::keep_private();
    let exit = runtime.block_on(until_stopped(settings));
    // What is not told yet needs the runtime.
    drop(telemetry);
    // Threads stuck in a camera or database call must not hold up the end.
    runtime.shutdown_timeout(Duration::from_secs(2));
    exit
}

async fn until_stopped(settings: Settings) -> Result<Exit, Failure> {
    let (mut stop, mut reload) = (StopSignal::catch()?, ReloadSignal::catch()?);
    // The port first: a taken one is the commonest mistake and costs nothing to find.
    let listener = serve::bind(settings.server.listen).await?;
    let app = App::start(settings).await?;
    if let Some(code) = app.open_setup_when_new().await {
        announce_setup(&code);
    }
    match listener.local_addr() {
        Ok(address) => tracing::info!(%address, "listening"),
        Err(error) => tracing::warn!(%error, "listening, but where is unknown"),
    }
    let reloading = async {
        loop {
            reload.came().await;
            service::is_reloading();
            reload_certificates(&app);
            service::is_ready();
        }
    };
    let stopping = async {
        stop.came().await;
        service::is_stopping();
    };
    // The port is open, so whoever comes now is answered.
    service::is_ready();
    tokio::select! {
        () = serve::run(listener, app.clone(), stopping) => {}
        () = reloading => {}
        () = service::keep_alive(&app) => {}
    }
    app.stop().await;
    tracing::info!("stopped");
    Ok(Exit::Ok)
}

fn reload_certificates(app: &App) {
    match app.tls().map(Tls::reload) {
        None => tracing::info!("nothing to read anew: connections are not encrypted"),
        Some(Ok(())) => tracing::info!("certificates were read anew"),
        Some(Err(error)) => {
            tracing::error!(
                error = chain(&error),
                "certificates were not read anew; the old ones stay in force"
            );
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        Self::new(Exit::Unavailable, chain(&error))
    }
}

impl From<TelemetryError> for Failure {
    fn from(error: TelemetryError) -> Self {
        Self::new(Exit::Configuration, chain(&error))
    }
}

#[allow(clippy::print_stderr, reason = "the code is for the person at the terminal, never for a log file")]
fn announce_setup(code: &str) {
    eprintln!("\n  This appliance is new. Its one-time set-up code is  {code}");
    eprintln!("  Mint the first admin key:  POST /setup {{\"code\": \"{code}\", \"name\": \"…\"}}\n");
}
