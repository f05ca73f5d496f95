//! `facepay evaluate detection`: how many faces the configured detector finds in pictures, and how long it takes.

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use pipeline::Still;
use pipeline::still::{StillLimits, decode};
use plugin_host::{CallContext, Detector, Face, FourCc, Frame, FrameDesc, InferenceError, Plane};
use serde_json::{Map, Value, json};

use super::{Cli, Exit, Failure, offline, terminal, told};
use crate::api::chain;
use crate::evaluate::faces::Chain;
use crate::evaluate::presentations::{self, Kind};

/// Pictures to find faces in.
#[derive(Args)]
pub struct Detection {
    /// The folder with the pictures (jpg, png), which may lie in folders of their own.
    #[arg(long, value_name = "DIR")]
    images: PathBuf,
    /// Faces whose mesh is less surely a face are not counted, 0 to 1.
    #[arg(long, default_value_t = 0.5)]
    quality_min: f32,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// What became of one picture.
struct Looked {
    name: String,
    faces: usize,
    ms: f64,
}

pub(super) fn run(cli: &Cli, arguments: &Detection) -> Result<Exit, Failure> {
    let listed = presentations::list(&arguments.images);
    let (files, _) = listed.map_err(|error| told("read", &arguments.images, error))?;
    let pictures: Vec<_> = files.into_iter().filter(|file| file.kind == Kind::Still).collect();
    if pictures.is_empty() {
        return Err(Failure::failed(format!("there is no picture in {}", arguments.images.display())));
    }
    let runtime = offline::runtime()?;
    let _inside = runtime.enter();
    let evaluated = Chain::start(&offline::settings(cli)?, None)?;
    let detector = &evaluated.pipeline().steps().detector;
    let mut looked = Vec::with_capacity(pictures.len());
    // One after the other: together they would take each other's time.
    for picture in &pictures {
        let name = picture.path.strip_prefix(&arguments.images).unwrap_or(&picture.path);
        let seen = look(detector, &picture.path, arguments.quality_min);
        let (faces, ms) =
            seen.map_err(|why| Failure::failed(format!("cannot look at {}: {why}", picture.path.display())))?;
        looked.push(Looked { name: name.display().to_string(), faces, ms });
    }
    let mut report = report(&looked);
    report.insert("device".to_owned(), json!(evaluated.device()));
    report.insert("models".to_owned(), json!(evaluated.models()));
    match arguments.json {
        true => terminal::json(&report),
        false => show(&looked, &report),
    }
    Ok(Exit::Ok)
}

/// Good faces in a picture, and the milliseconds that the detector took.
fn look(detector: &Detector, path: &Path, quality_min: f32) -> Result<(usize, f64), String> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let still = decode(&bytes, &StillLimits::default()).map_err(|error| error.to_string())?;
    let frame = frame(&still).map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let faces = detector.detect(&CallContext::default(), &[frame]).map_err(|error| chain(&error))?;
    let ms = begun.elapsed().as_secs_f64() * 1e3;
    let good = |face: &&Face| face.quality >= quality_min;
    Ok((faces.iter().filter(good).count(), ms))
}

fn frame(still: &Still) -> Result<Frame<'_>, InferenceError> {
    let desc = FrameDesc {
        width: still.width(),
        height: still.height(),
        fourcc: FourCc::RGB24,
        pts_ns: 0,
        seq: 0,
        stream_id: 0,
        colour_matrix: Default::default(),
        colour_range: Default::default(),
    };
    Frame::new(&desc, &[Plane { data: still.rgb(), pitch: 3 * still.width(), rows: still.height() }])
}

fn report(looked: &[Looked]) -> Map<String, Value> {
    let mut ms: Vec<f64> = looked.iter().map(|picture| picture.ms).collect();
    ms.sort_by(f64::total_cmp);
    let at = |share: f64| ms.get(((ms.len() - 1) as f64 * share).round() as usize).copied();
    let without: Vec<&str> =
        looked.iter().filter(|picture| picture.faces == 0).map(|picture| picture.name.as_str()).collect();
    let by_picture = looked.iter().map(|picture| (picture.name.clone(), json!(picture.faces)));
    let mut report = Map::new();
    report.insert("pictures".to_owned(), json!(looked.len()));
    report.insert("faces".to_owned(), json!(looked.iter().map(|picture| picture.faces).sum::<usize>()));
    report.insert("without".to_owned(), json!(without));
    report.insert("faces_by_picture".to_owned(), Value::Object(by_picture.collect()));
    report.insert("ms".to_owned(), json!({ "median": at(0.5), "p95": at(0.95), "max": at(1.0) }));
    report
}

fn show(looked: &[Looked], report: &Map<String, Value>) {
    let row = |picture: &Looked| {
        vec![picture.name.clone(), picture.faces.to_string(), format!("{:.1}", picture.ms)]
    };
    terminal::table(&["PICTURE", "FACES", "MS"], &looked.iter().map(row).collect::<Vec<_>>());
    let without = report["without"].as_array().map_or(0, Vec::len);
    let [median, p95] = ["median", "p95"].map(|of| report["ms"][of].as_f64().unwrap_or_default());
    let (pictures, faces) = (&report["pictures"], &report["faces"]);
    terminal::out(format!(
        "{faces} faces in {pictures} pictures, none in {without}; {median:.1} ms, 95 % below {p95:.1} ms"
    ));
}
