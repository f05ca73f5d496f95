//! `facepay demo`: the appliance with simulated cameras, and one payment from look to receipt.

use std::net::SocketAddr;
use std::time::Instant;

use clap::Args;
use domain::role::Role;
use serde_json::json;

use super::appliance::{Appliance, alone_in};
use super::signals::StopSignal;
use super::{Cli, Exit, Failure, offline, terminal};
use crate::app::App;
use crate::client::Client;
use crate::demo::{Cameras, Payer, Steps, Till};
use crate::settings::{Layers, Settings};
use crate::telemetry;

/// How the demo is run.
#[derive(Args)]
pub struct Demo {
    /// Opens no browser.
    #[arg(long)]
    headless: bool,
    /// Ends after the payment: with 0 only if it was captured and the stranger was not charged.
    #[arg(long)]
    exit_after_payment: bool,
    /// One JSON object a line instead of text.
    #[arg(long)]
    json: bool,
    /// Where to listen; by default a free port of the loopback interface.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
}

/// 12.50 EUR.
const PRICE: i64 = 1_250;

pub(super) fn run(cli: &Cli, arguments: &Demo) -> Result<Exit, Failure> {
    let steps = Steps::new(Instant::now(), arguments.json);
    let runtime = offline::runtime()?;
    // Before there is anything to leave behind: a signal ends the demo, it does not kill it.
    let stop = runtime.block_on(async { StopSignal::catch() })?;
    let folder = tempfile::Builder::new().prefix("facepay-demo-").tempdir()?;
    let settings = settings(cli, arguments, folder.path())?;
    let _telemetry = telemetry::start(&settings, runtime.handle())?;
    let liveness_min = settings.recognition.liveness_min;
    steps.say(
        "start",
        json!({ "liveness_min": liveness_min }),
        "a demo in a folder of its own, gone afterwards",
    );
    let cameras = Cameras::start().map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))?;
    let exit = runtime.block_on(show(&steps, settings, &cameras, arguments, stop));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    exit
}

/// The settings of the demo, on data of its own whatever the other layers say.
fn settings(cli: &Cli, arguments: &Demo, folder: &std::path::Path) -> Result<Settings, Failure> {
    let mut settings = Settings::load(&Layers::of_this_machine(Some("demo".to_owned()), cli.config.clone()))?;
    alone_in(&mut settings, folder);
    settings.server.listen = arguments.listen;
    settings.recognition.enabled = true;
    Ok(settings)
}

async fn show(
    steps: &Steps,
    settings: Settings,
    cameras: &Cameras,
    arguments: &Demo,
    mut stop: StopSignal,
) -> Result<Exit, Failure> {
    let appliance = Appliance::start(settings).await?;
    let played = tokio::select! {
        played = play(steps, &appliance, cameras) => played,
        () = stop.came() => Err(Failure::failed("stopped before the demo was over")),
    };
    if let (Ok((_, key)), false) = (&played, arguments.exit_after_payment) {
        invite(&appliance.base(), key, arguments);
        stop.came().await;
    }
    appliance.stop().await;
    played.map(|(exit, _)| exit)
}

/// Set-up, people, cameras, two checkouts.
async fn play(steps: &Steps, appliance: &Appliance, cameras: &Cameras) -> Result<(Exit, String), Failure> {
    let (app, base) = (appliance.app(), appliance.base());
    let device = app.vision()?.compute();
    let words = format!("listening on {base}, networks on {} ({})", device.adapter, device.backend);
    steps.say("listening", json!({ "url": base, "device": device }), words);

    let key = appliance.set_up("demo").await?;
    steps.say("key", json!({ "key": key, "role": Role::Admin.as_str() }), format!("API key {key}"));
    let client = Client::new(&base, Some(key.clone()));

    let payer = Payer::enrol(&client, steps).await?;
    for (id, source, shows) in cameras.list() {
        client.post("/cameras", &json!({ "id": id, "source": source, "name": shows })).await?;
    }
    let [till, other] = Till::both(&client, steps, cameras);
    if !(till.camera_live().await? && other.camera_live().await?) {
        return Err(Failure::new(Exit::Unavailable, "a simulated camera did not become live"));
    }
    let before = payer.available(&client).await?;
    let (sale, refused) =
        tokio::join!(till.sell(PRICE), other.refuse(PRICE, &payer, || looks(app, "till-2")));
    let (sale, refused) = (sale?, refused?);
    // What the wallet lost is the one price that its owner agreed to.
    let spent = before - payer.available(&client).await?;
    let unpaid = !refused.captured && refused.state != "paid" && refused.looks > 0;
    let proved = sale.captured && sale.state == "paid" && unpaid && spent == PRICE;
    let words = if proved {
        "paid by face; the stranger was not charged"
    } else {
        "the demo did not end as it should"
    };
    steps.say("end", json!({ "ok": proved, "spent": spent }), words);
    Ok((if proved { Exit::Ok } else { Exit::Failure }, key))
}

/// How many confirmed looks of somebody unknown there were at a camera.
fn looks(app: &App, camera: &str) -> usize {
    let kept = app.hub().subscribe(Some(0)).missed;
    let parsed = kept.iter().filter_map(|event| serde_json::from_str::<serde_json::Value>(&event.text).ok());
    parsed.filter(|e| e["type"] == "sighting" && e["camera"] == camera && e["known"] == false).count()
}

/// Says what to try while the demo keeps running.
fn invite(base: &str, key: &str, arguments: &Demo) {
    if !arguments.headless
        && (std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some())
    {
        // Without a browser the address is enough.
        let _ = std::process::Command::new("xdg-open").arg(base).spawn();
    }
    terminal::note(format!(
        "\n  console   {base}\n  API       {base}/docs\n  try       curl -H 'Authorization: Bearer {key}' {base}/transactions\n  \
         events    {}/ws/events?token={key}\n  Ctrl-C ends the demo\n",
        base.replacen("http", "ws", 1)
    ));
}
