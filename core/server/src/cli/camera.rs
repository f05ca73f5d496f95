//! `facepay camera list|test URL`.

use std::sync::Arc;
use std::time::Duration;

use clap::Subcommand;
use pipeline::camera::{CameraError, Cameras};
use pipeline::devices::{Device, Mode};
use pipeline::source::SourceUrl;
use serde_json::{Value, json};
use store::{CameraRow, Store};

use super::offline::{self, Need};
use super::{Cli, Exit, Failure, terminal};
use crate::app::vision;
use crate::redaction::Redacted;
use crate::settings::{Decode, Settings};

/// What to do with cameras.
#[derive(Subcommand)]
pub enum Camera {
    /// The cameras of the settings and of the database, without credentials, and those that are plugged in here, with what
    /// they can deliver.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Opens a source once and reports what it delivers.
    Test {
        /// rtsp(s)://…, v4l2:///dev/videoN, v4l2:///dev/v4l/by-id/… or file:///…
        url: String,
        /// How long to wait for the first picture, in seconds.
        #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=60))]
        within: u64,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(cli: &Cli, command: &Camera) -> Result<Exit, Failure> {
    let settings = offline::settings(cli)?;
    match command {
        Camera::List { json } => list(settings, *json),
        Camera::Test { url, within, json } => test(&settings, url, Duration::from_secs(*within), *json),
    }
}

fn list(settings: Settings, as_json: bool) -> Result<Exit, Failure> {
    let listed: Vec<_> = settings.cameras.list.clone();
    let devices = pipeline::devices::list(settings.cameras.analysed_fps_max);
    offline::with_settings(settings, Need::Books, async |app| {
        let mut known: Vec<[String; 5]> = Vec::new();
        let decode = |key_frames| if key_frames { "key-frames" } else { "all" }.to_owned();
        for camera in &listed {
            let source = Redacted::url(&camera.source).into();
            let decoded = decode(camera.decode == Decode::KeyFrames);
            known.push([camera.id.clone(), "settings".to_owned(), source, camera.name.clone(), decoded]);
        }
        for CameraRow { id, name, source, key_frames } in app.store(Store::cameras).await? {
            let source = Redacted::url(&source).into();
            known.push([id.to_string(), "database".to_owned(), source, name, decode(key_frames)]);
        }
        if as_json {
            let cameras = known.iter().map(|[id, from, source, name, decode]| {
                json!({ "id": id, "from": from, "source": source, "name": name, "decode": decode })
            });
            let devices: Vec<_> = devices.iter().map(device).collect();
            terminal::json(&json!({ "cameras": cameras.collect::<Vec<_>>(), "devices": devices }));
        } else {
            let rows: Vec<Vec<String>> = known.into_iter().map(Vec::from).collect();
            terminal::table(&["ID", "FROM", "SOURCE", "NAME", "DECODED"], &rows);
            if !devices.is_empty() {
                let rows: Vec<_> = devices.iter().map(row).collect();
                terminal::table(&["PLUGGED IN", "SOURCE", "CHOSEN", "MODES"], &rows);
            }
        }
        Ok(Exit::Ok)
    })
}

fn device(device: &Device) -> Value {
    let mode = |mode: &Mode| json!({ "format": mode.coding.name(), "width": mode.width, "height": mode.height, "fps": mode.fps() });
    json!({
        "name": device.name,
        "path": device.path,
        "source": device.source,
        "chosen": device.chosen.as_ref().map(mode),
        "modes": device.modes.iter().map(mode).collect::<Vec<_>>(),
    })
}

fn row(device: &Device) -> Vec<String> {
    let chosen = device.chosen.map_or_else(|| "GStreamer's choice".to_owned(), |mode| mode.to_string());
    vec![device.name.clone(), device.source.clone(), chosen, device.modes.len().to_string()]
}

fn test(settings: &Settings, url: &str, within: Duration, as_json: bool) -> Result<Exit, Failure> {
    // Not while the command line is parsed: its errors repeat the value, which may hold a password.
    let source = SourceUrl::parse(url)
        .map_err(|error| Failure::new(Exit::Usage, format!("{}: {error}", error.code())))?;
    let options = vision::cameras(&settings.cameras)?;
    // Needs the runtime that the previews of cameras live on.
    let runtime = offline::runtime()?;
    let _inside = runtime.enter();
    let cameras = Cameras::new(options, Arc::new(drop));
    let report = cameras.test(&source, within).map_err(|error| failed(&error))?;
    let first_frame_ms = report.first_frame.as_millis() as u64;
    if as_json {
        terminal::json(&json!({
            "codec": report.codec,
            "width": report.width,
            "height": report.height,
            "fps": report.fps,
            "decoder": report.decoder,
            "first_frame_ms": first_frame_ms,
        }));
    } else {
        terminal::out(format!(
            "{} {}x{} at {:.1} fps, decoded by {}, first picture after {first_frame_ms} ms",
            report.codec, report.width, report.height, report.fps, report.decoder
        ));
    }
    Ok(Exit::Ok)
}

fn failed(error: &CameraError) -> Failure {
    let exit = match error {
        CameraError::Failed { .. } | CameraError::Machine(_) => Exit::Unavailable,
        _ => Exit::Failure,
    };
    Failure::new(exit, format!("{}: {error}", error.code()))
}
