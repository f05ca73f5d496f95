//! What came of updates, for the audit: root carries them out and has no key to the database, so the appliance reads what root wrote down.

use std::time::SystemTime;

use store::{By, StoreError, UpdateAct};

use super::App;
use crate::auth::Principal;
use crate::update::journal::{Entry, Place};
use crate::update::plan::Outcome;

/// The history as it was when it was recorded last.
#[derive(Default)]
pub(super) struct Recorded(Option<SystemTime>);

/// Records what isn't yet.
///
/// # Errors
/// When the database doesn't answer; the next round tries again.
pub(super) async fn record(app: &App, recorded: &mut Recorded) -> Result<(), StoreError> {
    let folder = app.settings().update.folder.clone();
    let changed = folder.join("history.json").metadata().and_then(|metadata| metadata.modified()).ok();
    if changed.is_none() || changed == recorded.0 {
        return Ok(());
    }
    let history = match Place::new(&folder).history() {
        Ok(history) => history,
        Err(error) => {
            tracing::warn!(%error, "what came of updates can't be read, and isn't in the audit");
            return Ok(());
        }
    };
    let (actor, at) = (Principal::SYSTEM.actor(), app.now());
    app.store(move |store| {
        for entry in &history {
            store.record_update_act(
                By { actor: &actor, at },
                act(entry.outcome),
                &entry.id,
                detail(entry),
            )?;
        }
        Ok(())
    })
    .await?;
    recorded.0 = changed;
    Ok(())
}

fn detail(entry: &Entry) -> String {
    let Entry { at, from, to, why, .. } = entry;
    serde_json::json!({ "at": at, "from": from, "to": to, "why": why }).to_string()
}

fn act(outcome: Outcome) -> UpdateAct {
    match outcome {
        Outcome::Applied => UpdateAct::Applied,
        Outcome::Abandoned => UpdateAct::Abandoned,
        Outcome::RolledBack => UpdateAct::RolledBack,
        Outcome::NotReady => UpdateAct::NotReady,
        Outcome::Stuck => UpdateAct::Stuck,
        Outcome::Superseded => UpdateAct::Superseded,
        Outcome::Refused => UpdateAct::Refused,
    }
}
