//! Whether the recogniser in force is the one that people are enrolled with, and how far a change has come.

use domain::model_change::Phase;
use store::Store;

use super::{Case, Check, Status, ask};
use crate::api::chain;

pub(super) fn check(case: &Case) -> Vec<Check> {
    vec![roles(case)]
}

fn roles(case: &Case) -> Check {
    let offered = case.offered().as_deref().unwrap_or_default();
    let asked = ask(
        "model_change.roles",
        "templates of one recogniser are of no use to another: people would not be known",
        "name the recogniser in plugins.recognition or plugins.recognition_shadow; see docs/model-change.md",
    );
    if !case.settings().recognition.enabled || offered.is_empty() {
        return asked.found(Status::Skip, "no recogniser runs");
    }
    let Some(store) = case.opened() else {
        return asked.found(Status::Skip, "the database does not open");
    };
    match told(store, offered) {
        Ok((true, what)) => asked.found(Status::Ok, what),
        Ok((false, what)) => asked.found(Status::Fail, what),
        Err(what) => asked.found(Status::Warn, what),
    }
}

/// Whether the appliance can start, and what runs; an error where something of a change is missing.
fn told(store: &Store, offered: &[u32]) -> Result<(bool, String), String> {
    let Some(row) = store.model_roles().map_err(|error| chain(&error))? else {
        return Ok((true, format!("{} names people from the first start on", offered[0])));
    };
    let roles = row.roles;
    let templates = store.face_count(roles.active).map_err(|error| chain(&error))?;
    let found = format!("{}: {} names people, {templates} templates", roles.phase, roles.active);
    let is_free = templates == 0 && matches!(roles.phase, Phase::Idle | Phase::Settled);
    if !offered.contains(&roles.active) && !is_free {
        return Ok((false, format!("{found}, and the settings do not offer it")));
    }
    match roles.beside() {
        Some(other) if !offered.contains(&other) => {
            Err(format!("{found}; {other} is to run beside, and the settings do not offer it"))
        }
        Some(other) => Ok((true, format!("{found}; {other} runs beside"))),
        None => Ok((true, found)),
    }
}
