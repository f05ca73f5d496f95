//! The Debian packages that building, running and testing need.
use std::process::Command;

use crate::command::{Failure, run};

/// What the packages are wanted for; each includes the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    /// Compiling.
    Build,
    /// Cameras, decoders and a software GPU.
    Demo,
    /// The databases and payment counterparts that the tests start.
    Test,
    /// Networks and clocks of a fleet's own.
    Fleet,
    /// A Debian that the package is installed in.
    Boot,
}

const PACKAGES: &[(Need, &str, &str)] = &[
    (Need::Build, "gcc", "compiles SQLite and the plugin header's layout test"),
    (Need::Build, "g++", "compiles the plugin header as C++"),
    (Need::Build, "pkg-config", "finds GStreamer"),
    (Need::Build, "libgstreamer1.0-dev", "GStreamer"),
    (Need::Build, "libgstreamer-plugins-base1.0-dev", "GStreamer's app and video libraries"),
    (Need::Build, "libgstrtspserver-1.0-dev", "the demo's cameras are RTSP servers"),
    (Need::Build, "libpq-dev", "PostgreSQL's client library"),
    (Need::Demo, "gstreamer1.0-plugins-base", "sources and converters"),
    (Need::Demo, "gstreamer1.0-plugins-good", "RTSP, V4L2, JPEG"),
    (Need::Demo, "gstreamer1.0-plugins-bad", "H.264 and H.265 parsers"),
    (Need::Demo, "gstreamer1.0-plugins-ugly", "encodes the demo's clips (x264)"),
    (Need::Demo, "gstreamer1.0-libav", "H.264 and H.265 decoders"),
    (Need::Demo, "glib-networking", "TLS for rtsps"),
    (Need::Demo, "libvulkan1", "finds the GPU"),
    (Need::Demo, "mesa-vulkan-drivers", "GPU drivers, and software Vulkan for the tests"),
    (Need::Test, "postgresql", "the store's tests start their own server"),
    (Need::Test, "redis-server", "the cache's tests start their own server"),
    (Need::Test, "age", "opens a backup without us"),
    (Need::Test, "python3-venv", "the stand-in for Stripe and the ISO 8583 codec of the payment tests"),
    (Need::Test, "npm", "fetches the chain of the payment tests"),
    (Need::Test, "dpkg-dev", "finds what the package depends on"),
    (Need::Test, "systemd", "weighs what the units are exposed to"),
    (Need::Fleet, "iproute2", "networks of a fleet's own"),
    (Need::Fleet, "libfaketime", "clocks that are wrong"),
    (Need::Boot, "mmdebstrap", "makes the Debian that the package is installed in"),
    (Need::Boot, "systemd-container", "boots it"),
];

/// Packages whose program also comes from elsewhere, in versions that Debian's package would conflict with.
const OR_ELSEWHERE: &[&str] = &["npm"];

/// Installs what `need` asks for and is missing.
pub(crate) fn install(need: Need) -> Result<(), Failure> {
    let missing = missing(need)?;
    if missing.is_empty() {
        return Ok(());
    }
    eprintln!("These Debian packages are missing and will be installed:");
    for (_, package, purpose) in &missing {
        eprintln!("  {package:34} {purpose}");
    }
    let by = By::this_user()?;
    run(&mut by.apt(&["update", "--quiet=2"]))?;
    let mut install = by.apt(&["install", "--yes", "--quiet=2", "--no-install-recommends"]);
    install.args(missing.iter().map(|(_, package, _)| package));
    run(&mut install)
}

/// Reports what is there and what is missing.
pub(crate) fn check() -> Result<(), Failure> {
    let missing = missing(Need::Boot)?;
    for entry @ (need, package, purpose) in PACKAGES {
        let state = match (missing.contains(&entry), need) {
            (false, _) => "ok",
            (true, Need::Fleet) => "for fleet",
            (true, Need::Boot) => "for boot",
            (true, _) => "missing",
        };
        println!("{state:9} {package:34} {purpose}");
    }
    match missing.iter().filter(|(need, ..)| *need <= Need::Test).count() {
        0 => Ok(()),
        n => Err(format!("{n} packages are missing; `cargo xtask setup` installs them").into()),
    }
}

type Entry = (Need, &'static str, &'static str);

fn missing(need: Need) -> Result<Vec<&'static Entry>, Failure> {
    let names = PACKAGES.iter().map(|(_, package, _)| package);
    let query = Command::new("dpkg-query")
        .args(["--show", "--showformat=${Package} ${db:Status-Abbrev}\n"])
        .args(names)
        .output()
        .map_err(|cause| format!("can't ask dpkg what is installed ({cause}); this needs Debian 12"))?;
    let listing = String::from_utf8_lossy(&query.stdout);
    let installed = |package: &str| {
        listing
            .lines()
            .any(|line| line.split_once(' ').is_some_and(|(p, s)| p == package && s.starts_with("ii")))
    };
    let elsewhere = |package: &str| OR_ELSEWHERE.contains(&package) && runs(package);
    let missing = |package: &str| !installed(package) && !elsewhere(package);
    Ok(PACKAGES.iter().filter(|(n, package, _)| *n <= need && missing(package)).collect())
}

fn runs(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|ran| ran.status.success())
}

/// How packages can be installed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Root,
    Sudo,
}

impl By {
    fn this_user() -> Result<Self, Failure> {
        let user =
            Command::new("id").arg("-u").output().map_err(|cause| format!("can't run `id`: {cause}"))?;
        Self::of(user.stdout.trim_ascii(), runs("sudo"))
    }

    fn of(user: &[u8], sudo: bool) -> Result<Self, Failure> {
        match (user, sudo) {
            (b"0", _) => Ok(Self::Root),
            (_, true) => Ok(Self::Sudo),
            (_, false) => Err("installing packages needs root, and there is no sudo: run \
                               `cargo xtask setup` as root, or have the packages above installed"
                .into()),
        }
    }

    /// `apt-get` that asks nothing. Sudo drops the environment, so the setting goes after it.
    fn apt(self, args: &[&str]) -> Command {
        let line: &[&str] = match self {
            Self::Root => &["env"],
            Self::Sudo => &["sudo", "env"],
        };
        let mut command = Command::new(line[0]);
        command.args(&line[1..]).args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_installed_without_questions_by_root_or_through_sudo() {
        for (user, sudo, said) in [
            ("0", false, "env DEBIAN_FRONTEND=noninteractive apt-get update"),
            ("0", true, "env DEBIAN_FRONTEND=noninteractive apt-get update"),
            ("1000", true, "sudo env DEBIAN_FRONTEND=noninteractive apt-get update"),
        ] {
            let command = By::of(user.as_bytes(), sudo).unwrap().apt(&["update"]);
            assert_eq!(crate::command::said(&command), said);
        }
        let refused = By::of(b"1000", false).unwrap_err().to_string();
        assert!(refused.contains("as root"), "{refused}");
    }
}
