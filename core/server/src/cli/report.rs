//! `facepay report commissioning|verify`: what this appliance does, measured on the very machine, in figures that carry their number of
//! samples, and signed, so that nobody polishes them afterwards.

mod claims;
mod device;
mod machine;
mod measurement;
mod page;
mod plan;
mod rates;
mod seal;

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;
use store::{DeviceKey, PublicKey};

use super::offline::{self, Need};
use super::{Cli, Exit, Failure, terminal};
use crate::api::wire::money::moment;
use crate::settings::Settings;
use claims::{Claim, Verdict};
use device::Device;
use machine::Machine;
use measurement::Measurement;
use rates::Shown;

/// What to do with reports.
#[derive(Subcommand)]
pub enum Report {
    /// Measures this machine as a branch would use it, and writes a signed report, HTML and JSON. Ten minutes on two cores; whatever
    /// else runs here is in the figures.
    Commissioning(Commissioning),
    /// Checks that a report is as its appliance wrote it, and names what was changed.
    Verify {
        /// The report's folder.
        folder: PathBuf,
        /// The appliance's public key, as `facepay audit key` prints it. Without it the report's own key is taken.
        #[arg(long, value_name = "HEX")]
        key: Option<PublicKey>,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

/// What is measured, and how much of it.
#[derive(Args)]
pub struct Commissioning {
    /// A folder for the report; it is made when it isn't there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Cameras that the branch will have.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=64))]
    cameras: u16,
    /// Consoles and tills that are connected at once.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..=10_000))]
    clients: u16,
    /// People who will be enrolled.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    people: u32,
    /// Seconds for which everything at once is measured; whether memory grows shows in an hour, 3600.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(10..=86_400))]
    soak: u32,
    /// Simulated attempts of each species of attack on each of two people.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=1_000))]
    attempts: u16,
    /// Pictures of faces of the branch's own, for error rates of recognition; with --pairs.
    #[arg(long, value_name = "DIR", requires = "pairs")]
    images: Option<PathBuf>,
    /// Which of the pictures show one person and which two, as `facepay evaluate faces` reads it.
    #[arg(long, value_name = "FILE", requires = "images")]
    pairs: Option<PathBuf>,
    /// Pictures and recordings of living people before the branch's own cameras; with --attack.
    #[arg(long, value_name = "DIR", requires = "attack")]
    live: Option<PathBuf>,
    /// Pictures and recordings of attacks, each species in a folder of its own.
    #[arg(long, value_name = "DIR", requires = "live")]
    attack: Option<PathBuf>,
    /// Only these parts, by commas; the claims of the others stay unmeasured.
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    only: Vec<plan::Part>,
    /// Ends with 6 when a claim is missed or not measured, or the device is not what was asked for.
    #[arg(long)]
    strict: bool,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// What the report says it is.
const TYPE: &str = "facepay.commissioning/1";

/// The whole report, as its JSON has it.
#[derive(Serialize)]
struct Commissioned {
    r#type: &'static str,
    branch: String,
    made_at: String,
    facepay: &'static str,
    machine: Machine,
    device: Device,
    /// Whether an appliance served here meanwhile, which shares what is measured.
    appliance_served: bool,
    claims: Vec<Claim>,
    rates: Vec<Shown>,
    measurements: Vec<Measurement>,
}

pub(super) fn run(cli: &Cli, command: &Report) -> Result<Exit, Failure> {
    match command {
        Report::Commissioning(arguments) => commissioning(cli, arguments),
        Report::Verify { folder, key, json } => verify(folder, *key, *json),
    }
}

fn commissioning(cli: &Cli, arguments: &Commissioning) -> Result<Exit, Failure> {
    let settings = offline::settings(cli)?;
    seal::prepare(&arguments.out)?;
    // Before minutes are spent on figures that nobody could sign.
    let key = device_key(cli)?;
    let appliance_served = serves(&settings);
    let plan = plan::plan(arguments)?;
    let measured = |(number, step): (usize, &plan::Step)| {
        terminal::note(format!("{} of {}: {}", number + 1, plan.len(), step.shown()));
        measurement::take(cli, step, &arguments.out)
    };
    let measurements = plan.iter().enumerate().map(measured).collect::<Result<Vec<_>, _>>()?;
    let report = Commissioned {
        r#type: TYPE,
        branch: settings.policy.branch.clone(),
        made_at: moment(crate::app::start::machine_clock()()),
        facepay: env!("CARGO_PKG_VERSION"),
        machine: Machine::this(),
        device: device::judge(settings.compute.device, &measurements),
        appliance_served,
        claims: claims::claims(&measurements, arguments.clients, arguments.people),
        rates: rates::rates(&measurements),
        measurements,
    };
    let json = serde_json::to_string_pretty(&report).map_err(|error| Failure::failed(error.to_string()))?;
    let html = page::page(&report, &key.public()).html();
    seal::write(&arguments.out, &key, &[(seal::JSON, &json), (seal::HTML, &html)])?;
    match arguments.json {
        true => terminal::out(json),
        false => show(&report, &arguments.out),
    }
    let sound = report.device.as_asked && report.claims.iter().all(|claim| claim.verdict == Verdict::Met);
    Ok(if arguments.strict && !sound { Exit::Degraded } else { Exit::Ok })
}

fn device_key(cli: &Cli) -> Result<DeviceKey, Failure> {
    let mut key = None;
    offline::with_app(cli, Need::Books, async |app| {
        key = Some(app.store(|store| Ok(store.device_key())).await?);
        Ok(Exit::Ok)
    })?;
    key.ok_or_else(|| Failure::failed("the appliance has no key to sign with"))
}

/// Whether something listens where this appliance would.
fn serves(settings: &Settings) -> bool {
    let mut address = settings.server.listen;
    if address.ip().is_unspecified() {
        address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
    }
    TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok()
}

fn show(report: &Commissioned, folder: &Path) {
    let rows: Vec<Vec<String>> = report.claims.iter().map(Claim::row).collect();
    terminal::table(&claims::HEAD, &rows);
    terminal::out(format!("\n{}", report.device.said));
    let count = |verdict| report.claims.iter().filter(|claim| claim.verdict == verdict).count();
    terminal::out(format!(
        "{} met, {} missed, {} not measured; {}",
        count(Verdict::Met),
        count(Verdict::Missed),
        count(Verdict::NotMeasured),
        folder.join(seal::HTML).display()
    ));
}

fn verify(folder: &Path, key: Option<PublicKey>, json: bool) -> Result<Exit, Failure> {
    let verified = seal::verify(folder, key)?;
    let (exit, fault) = match &verified {
        Ok(_) => (Exit::Ok, None),
        Err(fault) => (Exit::Integrity, Some(fault)),
    };
    match (&verified, json) {
        (_, true) => terminal::json(&json!({
            "ok": fault.is_none(),
            "fault": fault,
            "key": verified.as_ref().ok().map(ToString::to_string),
        })),
        (Ok(key), false) => terminal::out(format!("sound: as the appliance with the key {key} wrote it")),
        (Err(fault), false) => terminal::out(format!("BROKEN: {fault}")),
    }
    if key.is_none() {
        terminal::note(
            "signed by the key that the report names; compare it with `facepay audit key`, or give --key",
        );
    }
    Ok(exit)
}
