//! `facepay users reviews list|approve|reject`: faces that are enrolled for somebody else; another person decides.

use clap::{Args, Subcommand};
use domain::EnrolmentId;
use domain::enrolment::State;
use domain::role::Permission;
use serde_json::json;
use store::EnrolmentRow;

use crate::api::enrolments::answer;
use crate::api::wire::enrolment::EnrolmentReview;
use crate::app::{App, enrolment};
use crate::auth::{Credential, Principal, forbidden};
use crate::cli::offline::{Need, with_app};
use crate::cli::{Cli, Exit, Failure, terminal};

/// What to do with enrolments that wait for another member of staff.
#[derive(Subcommand)]
pub enum Reviews {
    /// Those that wait, newest first, with the people whom the face looks like.
    List {
        /// review, approved, rejected or expired.
        #[arg(long, default_value = "review")]
        state: State,
        /// One object instead of text.
        #[arg(long)]
        json: bool,
    },
    /// They are two people, such as twins: enrols the face.
    Approve(Decision),
    /// It is the same person again, or nobody knows: nothing is left of the face.
    Reject(Decision),
}

/// What is decided, and by whom.
#[derive(Args)]
pub struct Decision {
    /// The enrolment's id; see `facepay users reviews list`.
    id: EnrolmentId,
    /// The API key of whoever decides, who is not the one who enrolled. Arguments are seen by everybody on the machine:
    /// better set FACEPAY_KEY.
    #[arg(long, env = "FACEPAY_KEY", hide_env_values = true)]
    key: String,
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

/// Enrolments read from the database at a time.
const PAGE: u32 = 200;

pub(super) fn run(cli: &Cli, command: &Reviews) -> Result<Exit, Failure> {
    match command {
        Reviews::List { state, json } => list(cli, *state, *json),
        Reviews::Approve(decision) => approve(cli, decision),
        Reviews::Reject(decision) => reject(cli, decision),
    }
}

fn list(cli: &Cli, state: State, as_json: bool) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let mut rows = Vec::<EnrolmentRow>::new();
        loop {
            let before = rows.last().map(|row| row.id);
            let page = enrolment::list(&app, &Principal::SYSTEM, Some(state), (before, PAGE)).await?;
            if page.is_empty() {
                break;
            }
            rows.extend(page);
        }
        let now = app.now();
        let reviews: Vec<EnrolmentReview> = rows.into_iter().map(|row| answer(row, now)).collect();
        match as_json {
            true => terminal::json(&json!({ "enrolments": reviews })),
            false => {
                let head = ["ID", "STATE", "PERSON", "ENROLLED BY", "UNTIL", "LOOKS LIKE"];
                terminal::table(&head, &reviews.iter().map(cells).collect::<Vec<_>>());
            }
        }
        Ok(Exit::Ok)
    })
}

fn cells(review: &EnrolmentReview) -> Vec<String> {
    let EnrolmentReview { id, state, user_id, requested_by, expires_at, .. } = review;
    let alike = review.duplicates.iter().map(|one| format!("{} ({:.2})", one.user_id, one.similarity));
    let alike = alike.collect::<Vec<_>>().join(", ");
    vec![id.clone(), (*state).to_owned(), user_id.clone(), requested_by.clone(), expires_at.clone(), alike]
}

fn approve(cli: &Cli, decision: &Decision) -> Result<Exit, Failure> {
    with_app(cli, Need::Eyes, async |app| {
        let by = second_person(&app, &decision.key).await?;
        let (row, faces) = enrolment::approve(&app, &by, decision.id).await?;
        let said = format!("approved {}: {} faces of {} are enrolled", row.id, faces.len(), row.user);
        tell(&app, decision, row, &said);
        Ok(Exit::Ok)
    })
}

fn reject(cli: &Cli, decision: &Decision) -> Result<Exit, Failure> {
    with_app(cli, Need::Books, async |app| {
        let by = second_person(&app, &decision.key).await?;
        let row = enrolment::reject(&app, &by, decision.id).await?;
        let said = format!("rejected {}: nothing is left of the face", row.id);
        tell(&app, decision, row, &said);
        Ok(Exit::Ok)
    })
}

fn tell(app: &App, decision: &Decision, row: EnrolmentRow, said: &str) {
    match decision.json {
        true => terminal::json(&answer(row, app.now())),
        false => terminal::out(said),
    }
}

/// Whose key it is. Whoever sits at the machine acts for the appliance otherwise, and four eyes are two people.
async fn second_person(app: &App, key: &str) -> Result<Principal, Failure> {
    let unknown = || Failure::new(Exit::Permission, "this key is unknown, revoked or over");
    let principal = app.principal(&Credential::typed(key)).await?.ok_or_else(unknown)?;
    match principal.may(Permission::EnrolmentsReview) {
        true => Ok(principal),
        false => Err(forbidden(&principal, Permission::EnrolmentsReview).into()),
    }
}
