//! Backups: which there are, and one more now. None is handed out here and none put back: the file and the key that opens it
//! meet at no appliance.

use std::time::Duration;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::role::Permission;
use http::StatusCode;

use super::extract::Json;
use super::problem::Problem;
use super::route::{Access, Routes, get, post};
use super::wire::backup as wire;
use super::wire::money::moment;
use crate::app::App;
use crate::app::backup::{self, AGE_MAX, Ended, Listed};
use crate::auth::Principal;

/// So long a backup is waited for; where requests have less time, half of theirs.
const WITHIN: Duration = Duration::from_secs(10);

pub(super) fn routes(routes: Routes) -> Routes {
    routes
        .add(
            get(
                "/system/backups",
                Access::Needs(Permission::SystemRead),
                "The backups that lie in the folder, the newest first, and whether one is being made",
            )
            .refuses(&[(503, &["backups_unreadable"])])
            .gives::<wire::Backups>(200),
            list,
        )
        .add(
            post(
                "/system/backups",
                Access::Needs(Permission::SettingsManage),
                "Make a backup now; 202 where it takes longer than the request may",
            )
            .takes::<super::wire::transaction::Empty>()
            .refuses(&[
                (409, &["backup_busy", "backup_recipients_missing"]),
                (503, &["backup_failed", "backups_unreadable"]),
            ])
            .may_wait_for::<wire::BackupMaking>()
            .gives::<wire::Backup>(201),
            make,
        )
}

async fn listed(app: &App) -> Result<Vec<Listed>, Problem> {
    let folder = backup::folder(app.settings());
    let listed = tokio::task::spawn_blocking(move || backup::listed(&folder)).await;
    let listed = listed.map_err(|error| Problem::internal(&error))?;
    listed.map_err(|error| {
        tracing::error!(%error, "backup.folder can't be read");
        Problem::unavailable(
            "backups_unreadable",
            "backup.folder can't be read by the appliance; its log has why",
        )
    })
}

async fn list(State(app): State<App>) -> Result<Json<wire::Backups>, Problem> {
    let (found, standing) = (listed(&app).await?, app.backups().standing());
    let is_young = |backup: &Listed| app.now().since(backup.made_at) <= AGE_MAX;
    let failure = standing.last.as_deref().and_then(|Ended { began, made }| {
        let why = made.as_ref().err()?;
        Some(wire::BackupFailure { at: moment(*began), detail: why.detail.clone() })
    });
    Ok(Json(wire::Backups {
        configured: !app.settings().backup.recipients.is_empty(),
        overdue: !found.iter().any(is_young),
        items: found.into_iter().map(wire::Backup::from).collect(),
        making: standing.under_way.map(|since| wire::BackupMaking { since: moment(since) }),
        failure,
    }))
}

async fn make(
    State(app): State<App>,
    principal: Principal,
    Json(_): Json<super::wire::transaction::Empty>,
) -> Result<Response, Problem> {
    let within = WITHIN.min(Duration::from_millis(app.settings().server.request_timeout_ms / 2));
    let standing = backup::make(&app, &principal, within).await?;
    if let Some(since) = standing.under_way {
        let making = wire::BackupMaking { since: moment(since) };
        return Ok((StatusCode::ACCEPTED, Json(making)).into_response());
    }
    let name = standing.last.as_deref().and_then(|ended| ended.made.as_ref().ok().cloned());
    let made = listed(&app).await?.into_iter().find(|backup| Some(&backup.name) == name.as_ref());
    let made =
        made.ok_or_else(|| Problem::unavailable("backup_failed", "it was removed at once by others"))?;
    Ok((StatusCode::CREATED, Json(wire::Backup::from(made))).into_response())
}
