//! Debian's packages: what is installed, what a package says of itself, how one is installed, and how one is made of what is installed.

use std::cmp::Ordering;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::dpkg_lock::{DpkgLock, HELD};

/// The package's name.
pub(crate) const PACKAGE: &str = "facepay";
/// Somebody may work on dpkg's database without the lock that was taken: it is waited for so long.
const LOCKED_MAX: Duration = Duration::from_secs(2 * 60);
const LOCKED_WAIT: Duration = Duration::from_secs(3);

/// What dpkg says of the package.
pub(super) struct State {
    /// As it was unpacked last, whole or not.
    pub(super) version: String,
    /// It is installed whole.
    whole: bool,
}

/// The version that is installed.
///
/// # Errors
/// When the appliance was not installed as a package.
pub(crate) fn installed() -> Result<String, String> {
    match state()? {
        Some(state) => Ok(state.version),
        None => Err(format!("{PACKAGE} is not installed as a Debian package, which alone is updated")),
    }
}

/// What dpkg says of the package; `None` where it is not there, or only its settings are.
///
/// # Errors
/// When there is no dpkg.
pub(super) fn state() -> Result<Option<State>, String> {
    let mut show = Command::new("dpkg-query");
    show.args(["--show", "--showformat=${Status} ${Version}", PACKAGE]);
    let shown = show.output().map_err(|error| format!("dpkg-query: {error}"))?;
    match shown.status.code() {
        Some(0) => Ok(state_of(&String::from_utf8_lossy(&shown.stdout))),
        // It knows no such package.
        Some(1) => Ok(None),
        _ => Err(format!("dpkg-query: {}", String::from_utf8_lossy(&shown.stderr).trim())),
    }
}

fn state_of(shown: &str) -> Option<State> {
    let words: Vec<&str> = shown.split_whitespace().collect();
    match words[..] {
        [_, flag, state, version] if !["not-installed", "config-files"].contains(&state) => {
            Some(State { version: version.to_owned(), whole: (flag, state) == ("ok", "installed") })
        }
        _ => None,
    }
}

/// Whether this version is installed, and whole.
///
/// # Errors
/// When there is no dpkg.
pub(super) fn is_whole(version: &str) -> Result<bool, String> {
    Ok(state()?.is_some_and(|state| state.whole && state.version == version))
}

/// What this machine's packages are for, such as `amd64`.
///
/// # Errors
/// When there is no dpkg.
pub(crate) fn architecture() -> Result<String, String> {
    said(Command::new("dpkg").arg("--print-architecture"))
}

/// Two versions in Debian's order; `None` where either is no version to dpkg.
pub(crate) fn compare(one: &str, other: &str) -> Option<Ordering> {
    let holds = |words: &[&str]| {
        Command::new("dpkg").args(words).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    if ![one, other].iter().all(|version| holds(&["--validate-version", version])) {
        return None;
    }
    let relations = [("lt", Ordering::Less), ("eq", Ordering::Equal), ("gt", Ordering::Greater)];
    let found = relations.into_iter().find(|(is, _)| holds(&["--compare-versions", one, is, other]));
    found.map(|(_, ordering)| ordering)
}

/// A field of a package's control file.
///
/// # Errors
/// When it is no package.
pub(crate) fn field(package: &Path, name: &str) -> Result<String, String> {
    said(Command::new("dpkg-deb").arg("--field").arg(package).arg(name))
}

/// A file in a package.
///
/// # Errors
/// When it is no package or has no such file.
pub(crate) fn file_in(package: &Path, name: &str) -> Result<String, String> {
    let work = tempfile::tempdir().map_err(|error| error.to_string())?;
    run(Command::new("dpkg-deb").arg("--extract").arg(package).arg(work.path()))?;
    fs::read_to_string(work.path().join(name))
        .map_err(|error| format!("{name} in {}: {error}", package.display()))
}

/// Installs the package, whatever version is there, for who holds dpkg's lock. Settings that were changed stay as they are.
///
/// # Errors
/// What dpkg said last.
pub(super) fn install(package: &Path, _held: &DpkgLock) -> Result<(), String> {
    let begun = Instant::now();
    loop {
        let mut install = Command::new("dpkg");
        install.args(["--install", "--force-confdef", "--force-confold"]).arg(package);
        install.envs([("DEBIAN_FRONTEND", "noninteractive"), ("LC_ALL", "C.UTF-8"), HELD]);
        match run(&mut install) {
            Err(why) if is_locked(&why) && begun.elapsed() < LOCKED_MAX => thread::sleep(LOCKED_WAIT),
            done => return done.map(drop),
        }
    }
}

/// Whether dpkg was refused what somebody else works on.
fn is_locked(why: &str) -> bool {
    why.contains("was locked by another process")
}

/// Makes a package of what is installed, for there is none of a version that came by another way. Settings are not in it: dpkg takes
/// what a package has for what was delivered, and an administrator's are not.
///
/// # Errors
/// When something of it can't be read, or the disk is full.
pub(crate) fn repack(to: &Path, work: &Path) -> Result<(), String> {
    let work = tempfile::tempdir_in(work).map_err(|error| error.to_string())?;
    let tree = work.path().join("tree");
    let control = tree.join("DEBIAN");
    fs::create_dir_all(&control).map_err(|error| error.to_string())?;
    let query = |words: &[&str]| said(Command::new("dpkg-query").args(words));
    let conffiles = query(&["--control-show", PACKAGE, "conffiles"]).unwrap_or_default();
    let conffiles: Vec<&str> = conffiles.lines().collect();
    for path in query(&["--listfiles", PACKAGE])?.lines().filter(|path| !conffiles.contains(path)) {
        copied(Path::new(path), &tree).map_err(|error| format!("{path}: {error}"))?;
    }
    for name in query(&["--control-list", PACKAGE])?.lines() {
        if !["conffiles", "control", "list"].contains(&name) {
            let script = said_as_is(Command::new("dpkg-query").args(["--control-show", PACKAGE, name]))?;
            let file = control.join(name);
            let mode = if name.starts_with("md5sums") { 0o644 } else { 0o755 };
            let put = fs::write(&file, script)
                .and_then(|()| fs::set_permissions(&file, fs::Permissions::from_mode(mode)));
            put.map_err(|error| format!("{name}: {error}"))?;
        }
    }
    let fields = fields(&query(&["--status", PACKAGE])?);
    fs::write(control.join("control"), fields).map_err(|error| error.to_string())?;
    let unfinished = work.path().join("made.deb");
    let mut build = Command::new("dpkg-deb");
    run(build.args(["--root-owner-group", "-Znone", "--build"]).args([&tree, &unfinished]))?;
    let moved = fs::File::open(&unfinished)
        .and_then(|file| file.sync_all())
        .and_then(|()| fs::rename(&unfinished, to));
    moved.map_err(|error| format!("{}: {error}", to.display()))
}

/// The control file in what dpkg says of a package: without its state and its settings' digests.
fn fields(status: &str) -> String {
    let mut kept = String::new();
    let mut skipped = false;
    for line in status.lines() {
        if !line.starts_with(' ') {
            skipped =
                ["Status:", "Conffiles:", "Config-Version:"].iter().any(|field| line.starts_with(field));
        }
        if !skipped {
            kept += line;
            kept.push('\n');
        }
    }
    kept
}

/// Copies a file of the system to the same place in `tree`. One that is not there was left out at its installation.
fn copied(path: &Path, tree: &Path) -> io::Result<()> {
    let Ok(metadata) = path.symlink_metadata() else { return Ok(()) };
    let to: PathBuf = tree.join(path.strip_prefix("/").unwrap_or(path));
    if metadata.is_dir() {
        return fs::create_dir_all(&to);
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    match metadata.is_symlink() {
        true => symlink(fs::read_link(path)?, &to),
        false => fs::copy(path, &to).map(drop),
    }
}

/// What a program prints, without the end of its line.
fn said(command: &mut Command) -> Result<String, String> {
    Ok(said_as_is(command)?.trim_end().to_owned())
}

fn said_as_is(command: &mut Command) -> Result<String, String> {
    let output = run(command)?;
    String::from_utf8(output.stdout).map_err(|error| error.to_string())
}

/// Runs a program; what it complained of is the error.
pub(super) fn run(command: &mut Command) -> Result<Output, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name}: {error}"))?;
    match output.status.success() {
        true => Ok(output),
        false => {
            let text = String::from_utf8_lossy(&output.stderr);
            let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            let last = lines[lines.len().saturating_sub(3)..].join("; ");
            Err(format!("{name} ended with {}: {last}", output.status))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_half_installed_is_there_but_not_whole_and_settings_alone_are_nothing() {
        let found = |shown: &str| state_of(shown).map(|state| (state.version, state.whole));
        for (shown, expected) in [
            ("install ok installed 1-1", Some(("1-1", true))),
            ("hold ok installed 1-1", Some(("1-1", true))),
            ("install reinstreq half-installed 1-1", Some(("1-1", false))),
            ("install ok half-configured 1-1", Some(("1-1", false))),
            ("install reinstreq installed 1-1", Some(("1-1", false))),
            ("deinstall ok config-files 1-1", None),
            ("unknown ok not-installed ", None),
        ] {
            let expected = expected.map(|(version, whole)| (version.to_owned(), whole));
            assert_eq!(found(shown), expected, "{shown}");
        }
    }

    #[test]
    fn only_a_lock_is_waited_for() {
        for (why, expected) in [
            ("dpkg: error: dpkg database lock was locked by another process with pid 7", true),
            ("cannot copy extracted data: no space left on block device", false),
            ("unable to access the dpkg database: permission denied", false),
        ] {
            assert_eq!(is_locked(why), expected, "{why}");
        }
    }

    #[test]
    fn a_control_file_has_no_state_of_this_machine() {
        let status = "Package: facepay\nStatus: install ok installed\nVersion: 1\nConffiles:\n /etc/a 0123\n /etc/b 4567 \
                      obsolete\nDescription: pays\n by face\n";
        assert_eq!(fields(status), "Package: facepay\nVersion: 1\nDescription: pays\n by face\n");
    }
}
