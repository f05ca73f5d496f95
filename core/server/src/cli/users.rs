//! `facepay users list|add|enrol|reviews|erase`: people, by the same use cases as the REST interface.

use std::path::PathBuf;

use bytes::Bytes;
use clap::{Args, Subcommand};
use domain::UserId;
use domain::enrolment::FaceKind;
use domain::user::Status;
use serde_json::json;
use store::{By, FaceRow, NewUser, Profile, UserRow};
use uuid::Uuid;

use super::offline::{Need, with_app};
use super::{Cli, Exit, Failure, given, terminal};
use crate::api::picture::Given;
use crate::api::wire::face::RefusedPicture;
use crate::api::wire::money::moment;
use crate::api::wire::quality::QualityFault;
use crate::app::{App, consent, enrol, erase};
use crate::auth::Principal;

mod reviews;

/// What to do with people.
#[derive(Subcommand)]
pub enum Users {
    /// Everybody who can pay.
    List {
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// Adds a person.
    Add {
        /// 1 to 120 characters.
        #[arg(value_parser = given::name)]
        name: String,
        #[arg(long, value_parser = given::email)]
        email: Option<String>,
    },
    /// Enrols a person by the best of several pictures and says of each what became of it.
    Enrol(Enrol),
    /// Enrolments of faces that are enrolled for somebody else; another member of staff decides.
    #[command(subcommand)]
    Reviews(reviews::Reviews),
    /// Erases a person: the key of their data is destroyed. Prints the signed certificate.
    Erase {
        /// The person's id; see `facepay users list`.
        id: UserId,
        /// Without it nothing is erased.
        #[arg(long)]
        yes: bool,
    },
}

/// Whom to enrol, by what, on which consent.
#[derive(Args)]
pub struct Enrol {
    /// The person's id; see `facepay users list`.
    id: UserId,
    /// JPEG or PNG; may be given several times.
    #[arg(long = "image", required = true, value_name = "FILE")]
    images: Vec<PathBuf>,
    /// The text that the person agreed to; records a consent. Without it one must be live already.
    #[arg(long, value_name = "FILE", requires = "consent_version")]
    consent: Option<PathBuf>,
    /// The version of that text, such as 2026-01.
    #[arg(long, value_name = "VERSION", requires = "consent")]
    consent_version: Option<String>,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// People read from the database at a time.
const PAGE: u32 = 200;

pub(super) fn run(cli: &Cli, command: &Users) -> Result<Exit, Failure> {
    match command {
        Users::List { json } => list(cli, *json),
        Users::Add { name, email } => add(cli, name, email.as_deref()),
        Users::Enrol(arguments) => enrol(cli, arguments),
        Users::Reviews(command) => reviews::run(cli, command),
        Users::Erase { id, yes } => erase(cli, *id, *yes),
    }
}

fn status(row: &UserRow) -> &'static str {
    match row.status {
        Status::Active => "active",
        Status::Blocked => "blocked",
    }
}

fn list(cli: &Cli, as_json: bool) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let people = everybody(&app).await?;
        if as_json {
            let people = people.iter().map(|(row, faces)| {
                json!({
                    "id": row.id.to_string(),
                    "name": row.profile.name,
                    "email": row.profile.email,
                    "status": status(row),
                    "faces": faces,
                    "created_at": moment(row.created_at),
                })
            });
            terminal::json(&json!({ "users": people.collect::<Vec<_>>() }));
            return Ok(Exit::Ok);
        }
        let row = |(row, faces): &(UserRow, usize)| {
            vec![row.id.to_string(), status(row).to_owned(), faces.to_string(), row.profile.name.clone()]
        };
        terminal::table(&["ID", "STATUS", "FACES", "NAME"], &people.iter().map(row).collect::<Vec<_>>());
        Ok(Exit::Ok)
    })
}

async fn everybody(app: &App) -> Result<Vec<(UserRow, usize)>, Failure> {
    let load = |store: &store::Store| {
        let mut people: Vec<(UserRow, usize)> = Vec::new();
        loop {
            let page = store.users(people.last().map(|(row, _)| row.id), PAGE)?;
            if page.is_empty() {
                return Ok(people);
            }
            for row in page {
                let members = |face: &&FaceRow| face.kind == FaceKind::Member;
                let faces = store.faces(row.id)?.iter().filter(members).count();
                people.push((row, faces));
            }
        }
    };
    Ok(app.store(load).await?)
}

fn add(cli: &Cli, name: &str, email: Option<&str>) -> Result<Exit, Failure> {
    let (name, email) = (name.to_owned(), email.map(str::to_owned));
    with_app(cli, Need::Books, async |app| {
        let (actor, at) = (Principal::SYSTEM.actor(), app.now());
        let new = NewUser { id: UserId(Uuid::now_v7()), profile: Profile { name, email } };
        let row = app.store(move |store| store.add_user(By { actor: &actor, at }, &new)).await?;
        terminal::out(row.id);
        Ok(Exit::Ok)
    })
}

fn enrol(cli: &Cli, arguments: &Enrol) -> Result<Exit, Failure> {
    let user = arguments.id;
    let files = arguments.images.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let text = arguments.consent.as_ref().map(std::fs::read_to_string).transpose()?;
    let consent = text.zip(arguments.consent_version.clone());
    with_app(cli, Need::Eyes, async |app| {
        if let Some((text, version)) = consent {
            let given = consent::Given { version, text, language: None, channel: None, expires_at: None };
            consent::give(&app, &Principal::SYSTEM, user, given).await?;
        }
        match enrol::enrol(&app, &Principal::SYSTEM, user, Given::Files(files)).await {
            Ok(enrolled) => {
                report(arguments, &enrolled.faces, &enrolled.refused, None);
                Ok(Exit::Ok)
            }
            // What is wrong with the pictures is said of each of them.
            Err(problem) if !problem.pictures().is_empty() => {
                report(arguments, &[], problem.pictures(), problem.enrolment());
                Ok(Exit::Failure)
            }
            Err(problem) => Err(problem.into()),
        }
    })
}

/// The bytes of a picture's file; naming the file in the error.
pub(super) fn read(path: &PathBuf) -> Result<Bytes, Failure> {
    let bytes = std::fs::read(path);
    bytes.map(Bytes::from).map_err(|error| {
        let failure = Failure::from(error);
        Failure::new(failure.exit, format!("cannot read {}: {}", path.display(), failure.text))
    })
}

/// Says of each picture what became of it, and which enrolment waits for another person, if one does.
fn report(arguments: &Enrol, faces: &[(usize, FaceRow)], refused: &[RefusedPicture], review: Option<&str>) {
    let name = |index: usize| arguments.images.get(index).map(|path| path.display().to_string());
    if arguments.json {
        let faces = faces.iter().map(|(index, face)| {
            json!({ "image": name(*index), "id": face.id.to_string(), "quality": face.quality })
        });
        let refused = refused.iter().map(|picture| {
            let RefusedPicture { index, code, detail, reasons, faults } = picture;
            json!({ "image": name(*index), "code": code, "detail": detail, "reasons": reasons, "faults": faults })
        });
        let (faces, refused): (Vec<_>, Vec<_>) = (faces.collect(), refused.collect());
        terminal::json(&json!({ "faces": faces, "refused": refused, "enrolment_id": review }));
        return;
    }
    for (index, face) in faces {
        let name = name(*index).unwrap_or_default();
        terminal::out(format!("enrolled {name} as {} (quality {:.2})", face.id, face.quality));
    }
    for RefusedPicture { index, code, detail, reasons, faults } in refused {
        let name = name(*index).unwrap_or_default();
        terminal::out(
            format!("refused {name}: {code}: {detail} {}", reasons.join(", ")).trim_end().to_owned(),
        );
        faults.iter().for_each(tell);
    }
    if let Some(id) = review {
        terminal::out(format!("nothing is enrolled; enrolment {id} waits for another member of staff"));
    }
}

/// One figure of a face that is not good enough, and what the person can do.
pub(super) fn tell(fault: &QualityFault) {
    let QualityFault { reason, component, allowed, bound, unit, advice, .. } = fault;
    let measured = fault.measured.map_or_else(|| "no number".to_owned(), |figure| format!("{figure:.2}"));
    let bound = bound.replace('_', " ");
    terminal::out(format!(
        "  {reason}: {component} is {measured} {unit}, {bound} {allowed} is asked. {advice}"
    ));
}

fn erase(cli: &Cli, user: UserId, yes: bool) -> Result<Exit, Failure> {
    if !yes {
        let text = format!("erasing {user} cannot be undone; repeat with --yes");
        return Err(Failure::new(Exit::Usage, text));
    }
    with_app(cli, Need::Books, async |app| {
        let certificate = erase::erase(&app, &Principal::SYSTEM, user).await?;
        terminal::json(&certificate);
        Ok(Exit::Ok)
    })
}
