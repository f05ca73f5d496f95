//! Backups that the running appliance makes when somebody asks it to, one at a time.

use std::time::Duration;

use domain::Timestamp;
use serde_json::json;
use store::{BackupAct, By};

use super::{Made, Occasion, create, recipients};
use crate::api::Problem;
use crate::app::doctor::Places;
use crate::app::errand::{Errand, Standing};
use crate::app::{App, StartError};
use crate::auth::Principal;

/// The backup that is being made, since when, and what came of the last one.
pub(crate) type Desk = Errand<Timestamp, Ended>;

/// What came of one.
pub(crate) struct Ended {
    /// When it was asked for.
    pub(crate) began: Timestamp,
    /// The file's name, or why there is none.
    pub(crate) made: Result<String, Why>,
}

/// Why there is none.
#[derive(Clone)]
pub(crate) struct Why {
    /// Whether nothing can be written where it is to lie.
    is_not_writable: bool,
    pub(crate) detail: String,
}

/// Makes a backup, and gives where that stands when it is made or `within` is over. It is made whoever hangs up.
pub(crate) async fn make(
    app: &App,
    by: &Principal,
    within: Duration,
) -> Result<Standing<Timestamp, Ended>, Problem> {
    let named = recipients(&app.settings().backup.recipients);
    let missing = "backup.recipients names nobody who could open a backup: make a key with `facepay backup key FILE` on another \
                   machine, and set what it prints";
    match named {
        Ok(named) if !named.is_empty() => {}
        Ok(_) => return Err(Problem::conflict("backup_recipients_missing", missing)),
        Err(why) => {
            return Err(Problem::conflict("backup_recipients_missing", format!("backup.recipients: {why}")));
        }
    }
    let began = app.now();
    if !app.backups().begin(began) {
        return Err(Problem::conflict(
            "backup_busy",
            "a backup is being made; look again when that has ended",
        ));
    }
    let (work, actor) = (app.clone(), by.actor());
    app.spawn_whole(async move {
        let made = one(&work, &actor, began).await;
        work.backups().end(Some(Ended { began, made }));
    });
    let standing = app.backups().settled(within).await;
    match standing.last.as_deref() {
        Some(Ended { made: Err(why), .. }) if standing.under_way.is_none() => Err(why.clone().into()),
        _ => Ok(standing),
    }
}

async fn one(app: &App, actor: &str, now: Timestamp) -> Result<String, Why> {
    let settings = app.settings().clone();
    let made = tokio::task::spawn_blocking(move || create(&settings, None, now, Occasion::ByHand)).await;
    let made = made.unwrap_or_else(|error| Err(StartError::Unavailable(error.to_string())));
    let told = told(app, made);
    let (act, subject, detail) = match &told {
        Ok((name, bytes, removed)) => {
            (BackupAct::Made, name.clone(), json!({ "bytes": bytes, "removed": removed }))
        }
        Err(why) => (BackupAct::Failed, "database".to_owned(), json!({ "reason": why.detail })),
    };
    let (actor, at) = (actor.to_owned(), app.now());
    let record = move |store: &store::Store| {
        store.record_backup_act(By { actor: &actor, at }, act, &subject, detail.to_string())
    };
    if let Err(error) = app.store(record).await {
        tracing::error!(%error, "a backup is not in the audit");
    }
    told.map(|(name, ..)| name)
}

/// The file's name, its size and how many went for it.
fn told(app: &App, made: Result<Made, StartError>) -> Result<(String, u64, usize), Why> {
    match made {
        Ok(Made { database, removed, .. }) => {
            let name = database.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = database.metadata().map_or(0, |metadata| metadata.len());
            tracing::info!(backup = name, bytes, "backup made");
            Ok((name, bytes, removed))
        }
        Err(error) => {
            tracing::error!(%error, "no backup was made");
            let detail = Places::of(app.settings()).hidden(&error.to_string());
            Err(Why { is_not_writable: matches!(error, StartError::Permission(_)), detail })
        }
    }
}

impl From<Why> for Problem {
    fn from(Why { is_not_writable, detail }: Why) -> Self {
        match is_not_writable {
            true => Self::new(http::StatusCode::INSUFFICIENT_STORAGE, "storage_not_writable", detail),
            false => Self::unavailable("backup_failed", detail),
        }
    }
}
