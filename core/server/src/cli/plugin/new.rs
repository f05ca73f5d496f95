//! `facepay plugin new`: writes the project of a plugin, which builds and passes `facepay plugin check` as it is.

use std::path::PathBuf;

use clap::Args;
use plugin_check::{Kind, Language, Project, ProjectError};

use crate::cli::{Exit, Failure, terminal};

/// What to write.
#[derive(Args)]
pub struct New {
    /// Name of its folder and library: lower-case letters, digits and hyphens.
    name: String,
    /// rust, c or cpp.
    #[arg(long, value_parser = |text: &str| text.parse::<Language>())]
    lang: Language,
    /// detection, liveness, recognition, payment or identity.
    #[arg(long, value_parser = |text: &str| text.parse::<Kind>())]
    kind: Kind,
    /// Its id, reverse DNS, which ends with the name [default: org.example.NAME].
    #[arg(long)]
    id: Option<String>,
    /// Who answers for it.
    #[arg(long, default_value = "Example")]
    vendor: String,
    /// Where the Rust SDK lies; without it the project gets a copy.
    #[arg(long, value_name = "FOLDER")]
    sdk: Option<PathBuf>,
    /// The folder to make the project's folder in.
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    into: PathBuf,
}

pub(super) fn run(arguments: &New) -> Result<Exit, Failure> {
    let name = arguments.name.clone();
    let project = Project {
        id: arguments.id.clone().unwrap_or_else(|| format!("org.example.{name}")),
        name,
        language: arguments.lang,
        kind: arguments.kind,
        vendor: arguments.vendor.clone(),
        sdk: arguments.sdk.clone(),
    };
    let root = project.write(&arguments.into).map_err(|error| match error {
        ProjectError::Unfit(why) => Failure::new(Exit::Usage, why),
        other => Failure::failed(other.to_string()),
    })?;
    let (folder, build, library) = (root.display(), project.build(), project.library());
    terminal::note(format!("{folder} is written. Next:"));
    terminal::out(format!("cd {folder}\n{build}\nfacepay plugin check {}", library.display()));
    Ok(Exit::Ok)
}
