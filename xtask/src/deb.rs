//! `cargo xtask deb`: the Debian package of the appliance, made by cargo-deb of what cargo built.
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    command::{self, Failure, cache_dir, cargo, command, root, target_dir},
    setup::{self, Need},
};

/// The version of cargo-deb that is built, once, into the cache.
const CARGO_DEB: &str = "3.8.0";

/// Whose builds are packaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What tests run: quick to build, slow to recognise. For the boot test.
    Debug,
    /// What is delivered.
    Release,
}

impl Profile {
    fn folder(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// `cargo xtask deb [--release]`.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let profile = match words {
        [] => Profile::Debug,
        ["--release"] => Profile::Release,
        _ => return Err(format!("deb does not know {}", words.join(" ")).into()),
    };
    setup::install(Need::Test)?;
    let build: &[&str] = match profile {
        Profile::Debug => &["build", "--workspace", "--quiet"],
        Profile::Release => &["build", "--workspace", "--quiet", "--release"],
    };
    command::run(&mut cargo(build))?;
    let package = of(profile)?;
    println!("{} ({} MB)", package.display(), fs::metadata(&package)?.len() / 1_000_000);
    Ok(())
}

/// Makes the package of what cargo built for `profile`. cargo-deb takes nothing of a debug build, so it is given a folder in which
/// whatever was built lies as that of a release.
pub(crate) fn of(profile: Profile) -> Result<PathBuf, Failure> {
    let (built, folder) = (target_dir().join(profile.folder()), target_dir().join("package"));
    stage(&built, &folder.join("release"))?;
    let package = folder.join("facepay_current.deb");
    let mut make = command(&cargo_deb()?.to_string_lossy(), &["--package", "server", "--no-build"]);
    make.args(["--no-strip", "--quiet", "--output"]).arg(&package);
    if profile == Profile::Debug {
        // A package that is installed once and thrown away.
        make.arg("--fast");
    }
    command::run(make.env("CARGO_TARGET_DIR", &folder))?;
    Ok(package)
}

/// Puts the binaries into `release`, without symbols, and what they generate: manual and completions.
fn stage(built: &Path, release: &Path) -> Result<(), Failure> {
    if release.exists() {
        fs::remove_dir_all(release)?;
    }
    for folder in ["plugins", "completions"] {
        fs::create_dir_all(release.join(folder))?;
    }
    for program in ["facepay", "facepay-plugin-worker"] {
        stripped(&built.join(program), &release.join(program))?;
    }
    for plugin in plugins()? {
        stripped(&built.join(&plugin), &release.join("plugins").join(&plugin))?;
    }
    let facepay = release.join("facepay");
    command::run(Command::new(&facepay).args(["man", "--out"]).arg(release.join("man")))?;
    let migrations = Command::new(&facepay).args(["migrate", "--list"]).output()?;
    if !migrations.status.success() {
        return Err("the program does not name its migrations".into());
    }
    fs::write(release.join("migrations"), migrations.stdout)?;
    for shell in ["bash", "zsh", "fish"] {
        let script = Command::new(&facepay).args(["completions", shell]).output()?;
        if !script.status.success() {
            return Err(format!("no completions for {shell}").into());
        }
        fs::write(release.join("completions").join(format!("facepay.{shell}")), script.stdout)?;
    }
    Ok(())
}

/// The same package under another version.
pub(crate) fn renumbered(package: &Path, version: &str) -> Result<PathBuf, Failure> {
    changed(package, version, |_| Ok(()))
}

/// The package under another version, with a program that says that the settings are wrong.
pub(crate) fn broken(package: &Path, version: &str) -> Result<PathBuf, Failure> {
    changed(package, version, |files| Ok(fs::write(files.join("usr/bin/facepay"), "#!/bin/sh\nexit 4\n")?))
}

/// The migration that a version brings which is ahead, as diesel names it.
pub(crate) const AHEAD: &str = "29991231000000";
/// What it does, and how it is taken back.
const AHEAD_UP: &str = "CREATE TABLE ahead (id TEXT PRIMARY KEY)";
const AHEAD_DOWN: &str = "DROP TABLE ahead";
/// Its program is this one, told where the migration is, which only a debug build can be.
const AHEAD_PROGRAM: &str = "#!/bin/sh\nexport FACEPAY_MIGRATIONS_FURTHER=/usr/share/facepay/further\n";

/// The package under another version, with a migration more. One that is not `fit` brings the tables up to date, and then does not serve.
pub(crate) fn ahead(package: &Path, version: &str, fit: bool) -> Result<PathBuf, Failure> {
    changed(package, version, |files| {
        let further = files.join("usr/share/facepay/further/2999-12-31-000000_ahead");
        fs::create_dir_all(&further)?;
        fs::write(further.join("up.sql"), AHEAD_UP)?;
        fs::write(further.join("down.sql"), AHEAD_DOWN)?;
        let list = files.join("usr/share/facepay/migrations");
        fs::write(&list, fs::read_to_string(&list)? + AHEAD + "\n")?;
        let program = files.join("usr/bin/facepay");
        fs::rename(&program, files.join("usr/bin/facepay-ahead"))?;
        let unfit = "[ \"$1\" != serve ] || { facepay-ahead migrate; exit 4; }\n";
        let script = [AHEAD_PROGRAM, if fit { "" } else { unfit }, "exec facepay-ahead \"$@\"\n"].concat();
        fs::write(&program, script)?;
        Ok(fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?)
    })
}

/// The package under another version, in whose files `change` was made.
fn changed(
    package: &Path,
    version: &str,
    change: impl FnOnce(&Path) -> Result<(), Failure>,
) -> Result<PathBuf, Failure> {
    let (files, other) = (package.with_extension("files"), package.with_file_name(format!("{version}.deb")));
    if files.exists() {
        fs::remove_dir_all(&files)?;
    }
    command::run(Command::new("dpkg-deb").arg("--raw-extract").args([package, &files]))?;
    let control = files.join("DEBIAN/control");
    let text = fs::read_to_string(&control)?;
    let said = |line: &str| match line.starts_with("Version: ") {
        true => format!("Version: {version}\n"),
        false => format!("{line}\n"),
    };
    fs::write(&control, text.lines().map(said).collect::<String>())?;
    change(&files)?;
    command::run(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zgzip", "-z1", "--build"])
            .args([&files, &other])
            .stdout(Stdio::null()),
    )?;
    Ok(other)
}

/// The files of the plugins that this workspace builds.
fn plugins() -> Result<Vec<String>, Failure> {
    let folders = fs::read_dir(root().join("plugins"))?.filter_map(|entry| Some(entry.ok()?.path()));
    let is_plugin = |folder: &PathBuf| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        let kinds = manifest.parse::<toml::Table>().ok();
        let kinds = kinds.as_ref().and_then(|manifest| manifest.get("lib")?.get("crate-type")?.as_array());
        kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind.as_str() == Some("cdylib")))
    };
    let name = |folder: PathBuf| Some(folder.file_name()?.to_string_lossy().replace('-', "_"));
    Ok(folders.filter(is_plugin).filter_map(name).map(|name| format!("lib{name}.so")).collect())
}

fn stripped(from: &Path, to: &Path) -> Result<(), Failure> {
    let strip = Command::new("strip").args(["--strip-unneeded", "-o"]).arg(to).arg(from).output()?;
    match strip.status.success() {
        true => Ok(()),
        false => Err(format!("{}: {}", from.display(), String::from_utf8_lossy(&strip.stderr).trim()).into()),
    }
}

/// cargo-deb, built when the cache has none.
fn cargo_deb() -> Result<PathBuf, Failure> {
    let tools = cache_dir()?.join("tools");
    let program = tools.join("bin/cargo-deb");
    let found = Command::new(&program).arg("--version").output();
    if !found.is_ok_and(|found| String::from_utf8_lossy(&found.stdout).trim().ends_with(CARGO_DEB)) {
        let mut install = cargo(&["install", "cargo-deb", "--version", CARGO_DEB, "--locked", "--quiet"]);
        install.args(["--no-default-features", "--features", "lzma", "--root"]).arg(&tools);
        command::run(install.env("CARGO_TARGET_DIR", target_dir().join("tools")))?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::plugins;

    #[test]
    fn plugins_are_found_by_what_their_crates_build() {
        let found = plugins().unwrap();
        assert!(found.iter().any(|name| name == "libpayment_wallet.so"), "{found:?}");
        assert!(!found.iter().any(|name| name.contains("sdk") || name.contains("host")), "{found:?}");
    }
}
