//! Folder, key, database.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use store::{DatabaseUrl, Store, VectorSupport};

use super::{Asked, Case, Check, Status, ask};
use crate::api::chain;
use crate::api::wire::money::moment;
use crate::app::appliance_key::Source;
use crate::app::{backup, system};
use crate::settings::{Settings, keys_folder};

const FREE_MB_WARN: u64 = 2_048;
const FREE_MB_FAIL: u64 = 256;

/// The data folder, the room it has and the key in it.
pub(super) fn folder(case: &Case) -> Vec<Check> {
    let folder = &case.settings().data.folder;
    vec![writable(folder), free_space(folder), key(&Source::of(case.settings()))]
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
    let Some(free_mb) = system::disk(&existing(folder)).map(|disk| disk.bytes_free >> 20) else {
        return asked.found(Status::Skip, "this system does not say how much is free");
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

/// How old the newest backup is.
pub(super) fn backup(case: &Case) -> Vec<Check> {
    let settings = case.settings();
    let folder = backup::folder(settings);
    let mend = match settings.backup.recipients.is_empty() {
        true => {
            "facepay backup key FILE, on another machine; set backup.recipients; systemctl enable --now facepay-backup.timer"
        }
        false => "systemctl enable --now facepay-backup.timer; journalctl -u facepay-backup",
    };
    let asked =
        ask("storage.backup", "what is lost with this machine is what the last backup does not have", mend);
    vec![asked.should(match backup::newest_age(&folder) {
        Some(age) if age <= backup::AGE_MAX => {
            Ok(format!("the newest is {} hours old", age.as_secs() / 3_600))
        }
        Some(age) => Err(format!("the newest is {} hours old", age.as_secs() / 3_600)),
        None => Err(format!("there is none in {}", folder.display())),
    })]
}

/// The store as it is; `None` where there is none yet. A diagnosis changes nothing: pending migrations are a finding.
///
/// # Errors
/// Why it does not open.
pub(crate) fn opened(settings: &Settings) -> Result<Option<Store>, String> {
    let url = settings.database_url().map_err(|error| error.to_string())?;
    let missing = matches!(&url, DatabaseUrl::Sqlite(file) if !file.exists());
    let key = Source::of(settings).read().ok().flatten();
    let (Some(key), false) = (key, missing) else { return Ok(None) };
    let opened = Store::open_as_is(&url, key, &keys_folder(&settings.data.folder));
    opened.map(Some).map_err(|error| chain(&error))
}

/// Whether it opens, and whether what is in it is whole.
pub(super) fn database(case: &Case) -> Vec<Check> {
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
    let url = match case.settings().database_url() {
        Ok(url) => url,
        Err(error) => return vec![opens.must(Err(error.to_string()))],
    };
    let local = local.must(on_local_disk(&url));
    let skipped = |why: &str, asked: Asked| asked.found(Status::Skip, why);
    match case.store() {
        Err(why) => {
            let without = "the database does not open";
            vec![opens.must(Err(why.clone())), skipped(without, chained), skipped(without, books), local]
        }
        Ok(None) => {
            let later = "made at the first start";
            vec![skipped(later, opens), skipped(later, chained), skipped(later, books), local]
        }
        Ok(Some(store)) => vec![
            opens.must(store.ping().map_err(|error| chain(&error)).map(|()| match case.is_running() {
                true => format!("{url} answers"),
                false => format!("{url} opens, its tables are up to date"),
            })),
            chained.must(audited(case, store)),
            books.must(added(case, store)),
            local,
        ],
    }
}

/// Whether people can be looked up, where the settings want it.
pub(super) fn look_up(case: &Case) -> Vec<Check> {
    let settings = case.settings();
    let asked = ask(
        "storage.look_up",
        "followers ask it who somebody is whom they don't know",
        "install PostgreSQL's package pgvector (postgresql-NN-pgvector), or set sync.look_up = false",
    );
    if !settings.sync.look_up {
        return vec![asked.found(Status::Skip, "sync.look_up is off")];
    }
    let support = settings
        .database_url()
        .map_err(|error| error.to_string())
        .and_then(|url| Store::vector_support_at(&url).map_err(|error| chain(&error)));
    vec![asked.should(support.and_then(|support| match (support.problem(), support) {
        (None, VectorSupport::Ready(version)) => Ok(format!("PostgreSQL has the extension vector {version}")),
        (problem, _) => Err(problem.unwrap_or_default()),
    }))]
}

/// Walks through the audit; a running appliance does so every hour and when it is asked to, and tells what it found.
fn audited(case: &Case, store: &Store) -> Result<String, String> {
    let told = |records: i64| format!("{records} records, each linked to the one before");
    let Some(app) = case.app() else {
        let walked = store.audit_verify().map_err(|error| chain(&error))?;
        return walked.map(told).map_err(|fault| fault.to_string());
    };
    let last = app.verification().standing().last.ok_or("nobody has walked through it yet")?;
    match &last.found {
        Ok(found) => Ok(format!("{}, at {}", told(found.records), moment(last.at))),
        Err(fault) => Err(fault.to_string()),
    }
}

/// Adds the books up; of a running appliance what they came to last.
fn added(case: &Case, store: &Store) -> Result<String, String> {
    let told = |accounts: usize| format!("{accounts} accounts hold what their transfers say");
    let Some(app) = case.app() else {
        let added = store.ledger_verify().map_err(|error| chain(&error))?;
        return added.map(told).map_err(|fault| fault.to_string());
    };
    let last = app.verification().books().ok_or("nobody has added them up yet")?;
    last.found.map(|accounts| format!("{}, at {}", told(accounts), moment(last.at)))
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
