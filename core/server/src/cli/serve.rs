//! `facepay serve`: settings, logs, the appliance, the socket, until a stop signal.

use super::{Cli, Exit};
use crate::api::chain;
use crate::app::{App, StartError};
use crate::settings::{Layers, Settings};
use crate::{serve, telemetry};

pub(super) fn run(cli: &Cli) -> Exit {
    let layers = Layers::of_this_machine(cli.profile.clone(), cli.config.clone());
    let settings = match Settings::load(&layers) {
        Ok(settings) => settings,
        Err(error) => return fail(&error, Exit::Configuration),
    };
    if let Err(error) = telemetry::start(&settings.log) {
        return fail(&error, Exit::Configuration);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error, Exit::Failure),
    };
    let exit = runtime.block_on(until_stopped(settings));
    // Threads stuck in a camera or database call must not hold up the end.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    exit
}

async fn until_stopped(settings: Settings) -> Exit {
    // The port first: two appliances on one data folder must not both start.
    let listener = match serve::bind(settings.server.listen).await {
        Ok(listener) => listener,
        Err(error) => return fail(&error, Exit::Unavailable),
    };
    let app = match App::start(settings).await {
        Ok(app) => app,
        Err(error) => {
            let exit = exit_of(&error);
            return fail(&error, exit);
        }
    };
    if let Some(code) = app.open_setup_when_new().await {
        announce_setup(&code);
    }
    match listener.local_addr() {
        Ok(address) => tracing::info!(%address, "listening"),
        Err(error) => tracing::warn!(%error, "listening, but where is unknown"),
    }
    serve::run(listener, app.clone(), stop_signal()).await;
    app.stop().await;
    tracing::info!("stopped");
    Exit::Ok
}

fn exit_of(error: &StartError) -> Exit {
    match error {
        StartError::Configuration(_) => Exit::Configuration,
        StartError::Unavailable(_) => Exit::Unavailable,
        StartError::Integrity(_) => Exit::Integrity,
        StartError::Permission(_) => Exit::Permission,
    }
}

#[allow(clippy::print_stderr, reason = "the code is for the person at the terminal, never for a log file")]
fn announce_setup(code: &str) {
    eprintln!("\n  This appliance is new. Its one-time set-up code is  {code}");
    eprintln!("  Mint the first admin key:  POST /setup {{\"code\": \"{code}\", \"name\": \"…\"}}\n");
}

#[allow(clippy::print_stderr, reason = "logging may not be up yet")]
fn fail(error: &dyn std::error::Error, exit: Exit) -> Exit {
    eprintln!("facepay: {}", chain(error));
    exit
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let term = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = term => {}
    }
}
