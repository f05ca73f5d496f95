//! Another recogniser takes over without enrolling anybody anew: the steps of the change, and what is known of the
//! candidate. What each recogniser does is in the database, so that a restart keeps it and every appliance of the
//! database follows.

mod crops;
mod shadow;
mod template;

use std::time::{Duration, Instant};

use domain::model_change::{Gate, Missing, Refusal, Report, Roles, Rules};
use pipeline::AnalysedFace;
use serde::{Deserialize, Serialize};
use store::{By, FaceRow, RolesRow, Store, StoreError, Visits};

use super::App;
use super::vision::Vision;
use crate::api::{Problem, chain};
use crate::auth::Principal;

pub(super) use crops::forget_where_not_kept;
pub(crate) use crops::retemplate;

/// Templates of a recogniser that is no longer wanted are deleted for so long at a time.
const DELETED_FOR: Duration = Duration::from_secs(1);

/// A step of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Step {
    Start,
    CutOver,
    RollBack,
    Settle,
}

/// Where a change stands.
pub(crate) struct Standing {
    pub(crate) row: RolesRow,
    /// The tags of the recognisers that the settings offer.
    pub(crate) offered: Vec<u32>,
    pub(crate) rules: Rules,
    /// What is known of the other recogniser, where there is one.
    pub(crate) report: Option<Report>,
    /// The people who came to the visits.
    pub(crate) visitors: u64,
}

impl Standing {
    /// Whether the candidate may take over; `None` where there is no candidate.
    pub(crate) fn gate(&self) -> Option<Gate> {
        self.row.roles.candidate().and(self.report).map(|report| report.gate(&self.rules))
    }
}

/// Where the change stands.
pub(crate) async fn standing(app: &App) -> Result<Standing, Problem> {
    let vision = app.vision()?;
    let now = app.now();
    let read = move |store: &Store| {
        let row = store.model_roles()?.ok_or(StoreError::NotFound("model roles"))?;
        let Some(other) = row.roles.other else { return Ok((row, None, Visits::default())) };
        let coverage = store.model_coverage(row.roles.active, other, now)?;
        Ok((row, Some((other, coverage)), store.shadow_visits()?))
    };
    let (row, found, visits) = app.store(read).await?;
    let report = found.map(|(other, (people, covered))| Report {
        people,
        covered,
        compared: visits.compared,
        agreed: visits.agreed,
        named_others: visits.named_others,
        has_impostors: app.tails().impostors(Some(other)).are_own(),
    });
    let offered = vision.spaces().iter().map(|space| space.model_tag()).collect();
    Ok(Standing { row, offered, rules: rules(app), report, visitors: visits.people })
}

fn rules(app: &App) -> Rules {
    let settings = &app.settings().model_change;
    Rules {
        coverage_min: settings.coverage_min,
        comparisons_min: settings.comparisons_min,
        agreement_min: settings.agreement_min,
    }
}

/// Takes a step, and says where the change stands then.
pub(crate) async fn take(app: &App, by: &Principal, step: Step) -> Result<Standing, Problem> {
    let vision = app.vision()?;
    let before = standing(app).await?;
    let from = before.row.roles;
    let to = match step {
        Step::Start => from.start(candidate(vision, from)?),
        Step::CutOver => from.cut_over(before.gate().unwrap_or(Gate::Missing(Vec::new()))),
        Step::RollBack => from.roll_back(),
        Step::Settle => from.settle().map(|(to, _)| to),
    };
    let to = to.map_err(refused)?;
    if vision.space(to.active).is_none() {
        return Err(not_offered(to.active));
    }
    let (actor, at) = (by.actor(), app.now());
    app.store(move |store| store.step_model_change(By { actor: &actor, at }, from, to)).await?;
    tracing::info!(phase = %to.phase, active = to.active, "the model change went on");
    follow(app).await;
    delete_leaving(app).await?;
    standing(app).await
}

/// The recogniser of the settings that is not in force.
fn candidate(vision: &Vision, roles: Roles) -> Result<u32, Problem> {
    let mut tags = vision.spaces().iter().map(|space| space.model_tag());
    let other = tags.find(|tag| *tag != roles.active);
    other.ok_or_else(|| {
        let detail = "the settings offer no other recogniser; name one in plugins.recognition_shadow";
        Problem::conflict("recogniser_not_offered", detail)
    })
}

fn not_offered(tag: u32) -> Problem {
    let detail =
        format!("the settings offer no recogniser of model tag {tag}; name it in plugins.recognition_shadow");
    Problem::conflict("recogniser_not_offered", detail)
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::NotReady(missing) => {
            let reasons = missing.iter().map(Missing::to_string).collect();
            let detail = "the candidate may not take over yet; `reasons` says what is missing";
            Problem::conflict("model_change_not_ready", detail).with_reasons(reasons)
        }
        other => Problem::conflict("model_change_order", other.to_string()),
    }
}

/// Takes up what the database says of the recognisers, whoever changed it.
pub(super) async fn follow(app: &App) {
    let Ok(vision) = app.vision() else { return };
    // One at a time, so that what was read last is what stays.
    let _turn = vision.turn().lock().await;
    let roles = match app.store(Store::model_roles).await {
        Ok(Some(row)) => row.roles,
        Ok(None) => return,
        Err(error) => {
            tracing::error!(
                error = chain(&error),
                "the recognisers' roles cannot be read; upkeep tries again"
            );
            return;
        }
    };
    if *vision.roles().borrow() == roles {
        return;
    }
    if !vision.take_up(roles) {
        let active = roles.active;
        tracing::error!(active, "the settings do not offer the recogniser in force; nobody is recognised");
    }
    if roles.other.is_none() {
        for space in vision.spaces().iter().filter(|space| space.model_tag() != roles.active) {
            space.gallery().clear();
        }
    }
}

/// Deletes templates of a recogniser that was settled away, for a while at the most: they need not go in one piece, and
/// payments need not wait.
pub(super) async fn delete_leaving(app: &App) -> Result<(), StoreError> {
    let until = Instant::now() + DELETED_FOR;
    let mut deleted = 0;
    loop {
        let page = app.store(Store::delete_leaving).await?;
        deleted += page;
        if page == 0 || Instant::now() >= until {
            break;
        }
    }
    if deleted > 0 {
        tracing::info!(templates = deleted, "templates of the recogniser that was settled away are deleted");
    }
    Ok(())
}

/// What follows when a face was enrolled.
pub(crate) async fn enrolled(app: &App, row: &FaceRow, face: &AnalysedFace) {
    crops::keep(app, row, face).await;
    template::enrolled(app, row, face).await;
}

/// Shows people to the candidate, whenever there is one, until the appliance stops.
pub(super) fn watch(app: &App) {
    app.spawn(shadow::run(app.clone()));
}
