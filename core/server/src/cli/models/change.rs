//! `facepay models change status|start|cut-over|roll-back|settle`: another recogniser takes over, by the same use cases as
//! the REST interface. A running appliance follows at once.

use clap::{Args, Subcommand};
use serde_json::json;

use crate::api::wire::model_change::ModelChange;
use crate::app::model_change::{self, Step};
use crate::auth::Principal;
use crate::cli::offline::{Need, with_app};
use crate::cli::{Cli, Exit, Failure, terminal};

/// What to do with the change of the recogniser.
#[derive(Subcommand)]
pub enum Change {
    /// Which recogniser does what, and what a candidate still lacks.
    Status(Form),
    /// Runs the recogniser of plugins.recognition_shadow beside the one in force.
    Start(Form),
    /// The candidate takes over, if nothing is missing.
    CutOver(Form),
    /// The recogniser before is in force again.
    RollBack(Form),
    /// Ends the change; the templates of the other recogniser are deleted.
    Settle(Form),
}

/// How it is told.
#[derive(Args, Clone, Copy)]
pub struct Form {
    /// One object instead of text.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(cli: &Cli, command: &Change) -> Result<Exit, Failure> {
    let (step, form) = match command {
        Change::Status(form) => (None, *form),
        Change::Start(form) => (Some(Step::Start), *form),
        Change::CutOver(form) => (Some(Step::CutOver), *form),
        Change::RollBack(form) => (Some(Step::RollBack), *form),
        Change::Settle(form) => (Some(Step::Settle), *form),
    };
    with_app(cli, Need::Eyes, async |app| {
        let standing = match step {
            None => model_change::standing(&app).await?,
            Some(step) => model_change::take(&app, &Principal::SYSTEM, step).await?,
        };
        let told = ModelChange::from(standing);
        match form.json {
            true => terminal::json(&told),
            false => show(&told),
        }
        Ok(Exit::Ok)
    })
}

/// Makes templates of the faces that are kept.
pub(super) fn retemplate(cli: &Cli, as_json: bool) -> Result<Exit, Failure> {
    with_app(cli, Need::Eyes, async |app| {
        let done = model_change::retemplate(&app).await?;
        match as_json {
            true => terminal::json(&json!({ "made": done.made, "left_out": done.left_out })),
            false => terminal::out(format!("{} templates made, {} faces left out", done.made, done.left_out)),
        }
        Ok(Exit::Ok)
    })
}

fn show(change: &ModelChange) {
    terminal::out(format!("{} since {}", change.phase, change.since));
    terminal::out(format!("in force:  {}", change.active_tag));
    for (name, tag) in [
        ("candidate", change.candidate_tag),
        ("previous ", change.previous_tag),
        ("leaving  ", change.leaving_tag),
    ] {
        if let Some(tag) = tag {
            terminal::out(format!("{name}: {tag}"));
        }
    }
    if let Some(coverage) = &change.coverage {
        let share = coverage.share * 1e2;
        terminal::out(format!(
            "coverage:  {} of {} people ({share:.1} %)",
            coverage.covered, coverage.people
        ));
    }
    if let Some(agreement) = &change.agreement {
        let interval = agreement.ci95.map(|[low, high]| format!(" (95 %: {low:.4} to {high:.4})"));
        terminal::out(format!(
            "agreement: {} of {} visits of {} people{}; {} named others",
            agreement.agreed,
            agreement.visits,
            agreement.visitors,
            interval.unwrap_or_default(),
            agreement.named_others,
        ));
    }
    for missing in &change.missing {
        terminal::out(format!("missing:   {}", missing.detail));
    }
    if change.ready {
        terminal::out("ready:     facepay models change cut-over");
    }
}
