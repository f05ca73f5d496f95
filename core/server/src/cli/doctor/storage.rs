//! Folder, key, database.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use store::{DatabaseUrl, Store, VectorSupport};

use super::{Check, Status, ask};
use crate::api::chain;
use crate::app::appliance_key::Source;
use crate::app::backup;
use crate::settings::{Settings, keys_folder};

const FREE_MB_WARN: u64 = 2_048;
const FREE_MB_FAIL: u64 = 256;

pub(super) fn checks(settings: &Settings) -> Vec<Check> {
    let folder = &settings.data.folder;
    let mut checks = vec![writable(folder), free_space(folder), key(&Source::of(settings))];
    checks.extend(database(settings));
    checks.push(look_up(settings));
    checks.push(backup(settings));
    checks
}

/// The folder, or the nearest one above it that is there.
fn existing(folder: &Path) -> PathBuf {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/")).to_owned()
}

fn writable(folder: &Path) -> Check {
    let place = existing(folder);
    let mend = format!("install -d -m 0700 {}; or set data.folder", folder.display());
    let probe = tempfile::Builder::new().prefix(".facepay-doctor-").tempfile_in(&place);
    ask("storage.data_folder", "keys, database and receipts are written there", mend).must(match probe {
        Ok(_) if place.ends_with(folder) || place == *folder => {
            Ok(format!("{} is writable", folder.display()))
        }
        Ok(_) => Ok(format!("{} will be made at the first start", folder.display())),
        Err(error) => Err(format!("{} is not writable: {error}", place.display())),
    })
}

fn free_space(folder: &Path) -> Check {
    let asked = ask(
        "storage.disk_space",
        "a payment that cannot be recorded is refused",
        "df -h; make room or set data.folder",
    );
    let output = Command::new("df").args(["-Pk", "--"]).arg(existing(folder)).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let kib = text
        .lines()
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3))
        .and_then(|cell| cell.parse::<u64>().ok());
    let Some(free_mb) = kib.map(|kib| kib / 1024) else {
        return asked.found(Status::Skip, "df does not say how much is free");
    };
    let what = format!("{free_mb} MB are free");
    asked.found(
        match free_mb {
            ..FREE_MB_FAIL => Status::Fail,
            FREE_MB_FAIL..FREE_MB_WARN => Status::Warn,
            _ => Status::Ok,
        },
        what,
    )
}

fn key(source: &Source) -> Check {
    let path = source.path();
    let mend = match source {
        Source::Credential(_) => "systemctl edit facepay; see docs/privacy.md".to_owned(),
        Source::File(_) => format!(
            "chmod 600 {}, or restore it; hand it over as a credential, see docs/privacy.md",
            path.display()
        ),
    };
    let asked = ask("storage.appliance_key", "it opens every sealed template; nobody else may read it", mend);
    let Ok(metadata) = path.metadata() else {
        return asked.found(Status::Skip, "there is none yet; it is made at the first start");
    };
    let mode = metadata.permissions().mode() & 0o777;
    match (source.read(), source, mode & 0o077) {
        (Err(error), ..) => asked.must(Err(error.to_string())),
        (Ok(_), Source::Credential(_), _) => {
            asked.must(Ok(format!("{} comes from the service manager", path.display())))
        }
        (Ok(_), Source::File(_), 0) => {
            let what = format!("{} is a file, mode {mode:03o}: who takes the disk has it", path.display());
            asked.found(Status::Warn, what)
        }
        (Ok(_), Source::File(_), _) => {
            asked.must(Err(format!("{} can be read by others, mode {mode:03o}", path.display())))
        }
    }
}

/// A night may be missed; two are a backup that is not made.
const BACKUP_AGE_MAX: Duration = Duration::from_secs(50 * 3_600);

fn backup(settings: &Settings) -> Check {
    let folder = backup::folder(settings);
    let mend = match settings.backup.recipients.is_empty() {
        true => {
            "facepay backup key FILE, on another machine; set backup.recipients; systemctl enable --now facepay-backup.timer"
        }
        false => "systemctl enable --now facepay-backup.timer; journalctl -u facepay-backup",
    };
    let asked =
        ask("storage.backup", "what is lost with this machine is what the last backup does not have", mend);
    asked.should(match backup::newest_age(&folder) {
        Some(age) if age <= BACKUP_AGE_MAX => {
            Ok(format!("the newest is {} hours old", age.as_secs() / 3_600))
        }
        Some(age) => Err(format!("the newest is {} hours old", age.as_secs() / 3_600)),
        None => Err(format!("there is none in {}", folder.display())),
    })
}

/// The store as it is, where there is one that opens.
pub(in crate::cli) fn opened(settings: &Settings) -> Option<Store> {
    let url = settings.database_url().ok()?;
    let key = Source::of(settings).read().ok()??;
    Store::open_as_is(&url, key, &keys_folder(&settings.data.folder)).ok()
}

fn database(settings: &Settings) -> Vec<Check> {
    let opens = ask(
        "storage.database",
        "people, payments and the audit chain live in it",
        "check database.url and that the server runs",
    );
    let chained =
        ask("storage.audit_chain", "a broken chain means that records were changed", "facepay audit verify");
    let books = ask("storage.ledger", "balances must be what the transfers say", "facepay audit verify");
    let local = ask(
        "storage.database_local",
        "SQLite loses data on network folders",
        "move the file to a local disk, or use PostgreSQL",
    );
    let url = match settings.database_url() {
        Ok(url) => url,
        Err(error) => return vec![opens.must(Err(error.to_string()))],
    };
    let local = local.must(on_local_disk(&url));
    let key = Source::of(settings).read().ok().flatten();
    let missing = matches!(&url, DatabaseUrl::Sqlite(file) if !file.exists());
    let (Some(key), false) = (key, missing) else {
        let later = "made at the first start";
        let skipped = [opens, chained, books].map(|asked| asked.found(Status::Skip, later));
        return skipped.into_iter().chain([local]).collect();
    };
    // A diagnosis changes nothing: pending migrations are a finding.
    match Store::open_as_is(&url, key, &keys_folder(&settings.data.folder)) {
        Err(error) => {
            let skipped =
                [chained, books].map(|asked| asked.found(Status::Skip, "the database does not open"));
            [opens.must(Err(chain(&error)))].into_iter().chain(skipped).chain([local]).collect()
        }
        Ok(store) => {
            let audit = match store.audit_verify() {
                Ok(Ok(records)) => Ok(format!("{records} records, each linked to the one before")),
                Ok(Err(fault)) => Err(fault.to_string()),
                Err(error) => Err(chain(&error)),
            };
            let ledger = match store.ledger_verify() {
                Ok(Ok(accounts)) => Ok(format!("{accounts} accounts hold what their transfers say")),
                Ok(Err(fault)) => Err(fault.to_string()),
                Err(error) => Err(chain(&error)),
            };
            vec![
                opens.must(Ok(format!("{url} opens, its tables are up to date"))),
                chained.must(audit),
                books.must(ledger),
                local,
            ]
        }
    }
}

/// Whether people can be looked up, where the settings want it.
fn look_up(settings: &Settings) -> Check {
    let asked = ask(
        "storage.look_up",
        "followers ask it who somebody is whom they don't know",
        "install PostgreSQL's package pgvector (postgresql-NN-pgvector), or set sync.look_up = false",
    );
    if !settings.sync.look_up {
        return asked.found(Status::Skip, "sync.look_up is off");
    }
    let support = settings
        .database_url()
        .map_err(|error| error.to_string())
        .and_then(|url| Store::vector_support_at(&url).map_err(|error| chain(&error)));
    asked.should(support.and_then(|support| match (support.problem(), support) {
        (None, VectorSupport::Ready(version)) => Ok(format!("PostgreSQL has the extension vector {version}")),
        (problem, _) => Err(problem.unwrap_or_default()),
    }))
}

/// The file system with the longest mount point above the file.
fn on_local_disk(url: &DatabaseUrl) -> Result<String, String> {
    const REMOTE: [&str; 8] = ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "ceph", "glusterfs"];
    let DatabaseUrl::Sqlite(file) = url else { return Ok(format!("{url} is a server")) };
    let folder = existing(file.parent().unwrap_or(Path::new(".")));
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let under = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (point, kind) = (words.next()?, words.next()?);
        folder.starts_with(point).then_some((point, kind))
    });
    match under.max_by_key(|(point, _)| point.len()) {
        Some((point, kind)) if REMOTE.contains(&kind) => {
            Err(format!("{} lies on {kind} at {point}", file.display()))
        }
        Some((_, kind)) => Ok(format!("{} lies on {kind}", file.display())),
        None => Ok(format!("{} lies on an unknown file system", file.display())),
    }
}
