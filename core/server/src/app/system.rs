//! The machine and the program, as whoever looks after them wants to see them.

use std::path::Path;

use store::DatabaseUrl;

use super::vision::{InUse, Vision};
use super::{App, readiness};
use crate::api::wire::money::moment;
use crate::api::wire::system as wire;

/// What runs, on what, with how much room left.
pub(crate) async fn system(app: &App) -> wire::System {
    let told = readiness::readiness(app, true).await;
    let settings = app.settings();
    let model = |model: &InUse| wire::ModelInUse {
        name: model.entry.name.clone(),
        sha256: model.sha256.to_string(),
        model_tag: model.entry.model_tag,
    };
    let models = app.vision().map(Vision::models).unwrap_or_default().iter().map(model).collect();
    let folder = settings.data.folder.clone();
    let url = settings.database_url().ok();
    let measured =
        tokio::task::spawn_blocking(move || (disk(&folder), url.as_ref().and_then(database_bytes)));
    let (disk, database_bytes) = measured.await.unwrap_or_default();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    wire::System {
        version: env!("CARGO_PKG_VERSION"),
        branch: settings.policy.branch.clone(),
        profile: settings.profile.clone(),
        started_at: moment(app.started_at()),
        uptime_s: app.now().since(app.started_at()).as_secs(),
        device: told.compute,
        decoders: told.decoders,
        models,
        database: wire::DatabaseInUse {
            kind: if settings.database.url.starts_with("sqlite:") { "sqlite" } else { "postgresql" },
            bytes: database_bytes,
        },
        cache: if settings.redis.url.is_empty() { "in-process" } else { "redis" },
        disk,
        process: wire::Process {
            pid: std::process::id(),
            rss_bytes: counted(&status, "VmRSS:").map(|kib| kib * 1024),
            threads: counted(&status, "Threads:"),
        },
        ready: told.ready,
        checks: told.checks,
    }
}

/// A number of the kernel's table of a process.
fn counted(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The room on the disk of the data folder.
pub(super) fn disk(folder: &Path) -> Option<wire::Disk> {
    let found = rustix::fs::statvfs(folder).ok()?;
    Some(wire::Disk {
        // What is kept for root alone is not free.
        bytes_free: found.f_bavail.saturating_mul(found.f_frsize),
        bytes_total: found.f_blocks.saturating_mul(found.f_frsize),
    })
}

/// The files of SQLite; other databases are measured where they run.
fn database_bytes(url: &DatabaseUrl) -> Option<u64> {
    let DatabaseUrl::Sqlite(file) = url else { return None };
    let bytes = |suffix: &str| {
        let mut path = file.as_os_str().to_owned();
        path.push(suffix);
        std::fs::metadata(path).map_or(0, |file| file.len())
    };
    Some(bytes("") + bytes("-wal"))
}
