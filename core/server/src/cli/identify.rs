//! `facepay identify --image FILE`: who is in a picture, by the plugins and rules of a camera.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::offline::{Need, with_app};
use super::{Cli, Exit, Failure, terminal, users};
use crate::api::picture::Given;
use crate::api::wire::face::IdentifiedFace;
use crate::app::identify;

/// What to look at.
#[derive(Args)]
pub struct Identify {
    /// JPEG or PNG.
    #[arg(long, value_name = "FILE")]
    image: PathBuf,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(cli: &Cli, arguments: &Identify) -> Result<Exit, Failure> {
    let file = users::read(&arguments.image)?;
    // A bad picture is named before networks are started for it.
    let limits = pipeline::still::StillLimits::default();
    pipeline::still::decode(&file, &limits).map_err(|error| {
        Failure::failed(format!("{}: {}: {error}", error.code(), arguments.image.display()))
    })?;
    with_app(cli, Need::Eyes, async |app| {
        let picture = identify::one_picture(&app, Given::Files(vec![file])).await?;
        let faces = identify::identify(&app, picture).await?;
        match arguments.json {
            true => terminal::json(&json!({ "faces": faces })),
            false if faces.is_empty() => terminal::out("no face"),
            false => faces.iter().for_each(show),
        }
        Ok(Exit::Ok)
    })
}

fn show(face: &IdentifiedFace) {
    terminal::out(line(face));
    face.faults.iter().for_each(users::tell);
}

fn line(face: &IdentifiedFace) -> String {
    let [x, y, width, height] = face.r#box;
    let place = format!("face at {x:.0},{y:.0} {width:.0}x{height:.0}, quality {:.2}", face.quality);
    let figures = [("liveness", face.liveness), ("similarity", face.similarity), ("margin", face.margin)];
    let figures = figures.iter().filter_map(|(name, value)| Some(format!(", {name} {:.3}", (*value)?)));
    let verdict = match (&face.user, &face.reason) {
        (Some(user), _) => format!(": {user}"),
        (None, Some(reason)) => format!(": nobody ({reason})"),
        (None, None) => ": nobody".to_owned(),
    };
    place + &figures.collect::<String>() + &verdict
}
