//! The units of `systemd/`: what systemd itself says of them.
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::command::root;

/// Highest exposure of the appliance, in tenths, as systemd-analyze counts it.
const APPLIANCE_MAX: u32 = 12;
/// Highest exposure of what carries updates out: root, who replaces files of the system.
const UPDATER_MAX: u32 = 27;
/// Highest exposure of a plugin's process.
const WORKER_MAX: u32 = 3;

/// What the sandbox of a plugin's process comes to, in systemd's words; see docs/plugin-isolation.md.
const WORKER: &str = include_str!("units/plugin-worker.service");

/// A folder of its own, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("facepay-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder can be made");
        Self(folder)
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file can be written");
        path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left behind is swept with the temporary folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What systemd-analyze says, or `None` where there is none, which is said.
fn analyze(words: &[&str], unit: &Path) -> Option<Output> {
    let ran = Command::new("systemd-analyze").args(words).arg("--no-pager").arg(unit).output();
    match ran {
        Ok(output) => Some(output),
        Err(_) => {
            println!("SKIP(no systemd-analyze)");
            None
        }
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn unit(name: &str) -> String {
    fs::read_to_string(root().join("systemd").join(name)).expect("the unit is there")
}

fn is_exposed_at_most(tenths: u32, name: &str, text: &str) {
    let scratch = Scratch::new(name);
    let path = scratch.put(name, text);
    let threshold = format!("--threshold={tenths}");
    let Some(output) = analyze(&["security", "--offline=true", &threshold], &path) else { return };
    let said = said(&output);
    println!("{}", said.lines().last().unwrap_or_default());
    assert!(output.status.success(), "{said}");
}

#[test]
fn the_appliance_is_exposed_to_no_more_than_it_needs() {
    is_exposed_at_most(APPLIANCE_MAX, "facepay.service", &unit("facepay.service"));
}

#[test]
fn a_backup_is_exposed_to_no_more_than_the_appliance() {
    is_exposed_at_most(APPLIANCE_MAX, "facepay-backup.service", &unit("facepay-backup.service"));
}

#[test]
fn an_update_is_exposed_to_no_more_than_dpkg_needs() {
    is_exposed_at_most(UPDATER_MAX, "facepay-update.service", &unit("facepay-update.service"));
}

#[test]
fn a_plugins_sandbox_leaves_next_to_nothing_exposed() {
    is_exposed_at_most(WORKER_MAX, "plugin-worker.service", WORKER);
}

#[test]
fn systemd_understands_every_line_of_the_units() {
    let scratch = Scratch::new("verify");
    let units = fs::read_dir(root().join("systemd")).expect("there are units");
    let names = units.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    for name in names.filter(|name| name.ends_with(".service") || name.ends_with(".timer")) {
        // The programs aren't installed where this is tested.
        let installed = unit(&name).replace("/usr/bin/facepay", "/usr/bin/true");
        let path = scratch.put(&name, &installed.replace("/var/lib/facepay-update/updater", "/usr/bin/true"));
        let Some(output) = analyze(&["verify", "--man=no"], &path) else { return };
        // It warns of a line that it doesn't know, and is content.
        assert!(output.status.success() && said(&output).trim().is_empty(), "{}", said(&output));
    }
}

#[test]
fn accounts_and_folders_are_what_the_unit_runs_as_and_writes_to() {
    let (service, users, folders) =
        (unit("facepay.service"), unit("sysusers.d/facepay.conf"), unit("tmpfiles.d/facepay.conf"));
    let value = |key: &str| {
        let line = service.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("the unit says no {key}")).to_owned()
    };
    assert!(users.contains(&format!("u {} ", value("User"))));
    for group in value("SupplementaryGroups").split(' ') {
        assert!(users.contains(&format!("g {group} ")), "{group}");
    }
    for (folder, mode) in [
        (format!("/var/lib/{}", value("StateDirectory")), value("StateDirectoryMode")),
        (format!("/var/cache/{}", value("CacheDirectory")), value("CacheDirectoryMode")),
    ] {
        let owner = format!("d {folder} {mode} {} {} -", value("User"), value("Group"));
        assert!(folders.lines().any(|line| line == owner), "{owner}");
    }
}
