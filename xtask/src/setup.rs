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
    /// The databases that the tests start.
    Test,
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
];

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
    run(&mut apt(&["update", "--quiet=2"]))?;
    let mut install = apt(&["install", "--yes", "--quiet=2", "--no-install-recommends"]);
    install.args(missing.iter().map(|(_, package, _)| package));
    run(&mut install)
}

/// Reports what is there and what is missing.
pub(crate) fn check() -> Result<(), Failure> {
    let missing = missing(Need::Test)?;
    for entry @ (_, package, purpose) in PACKAGES {
        let state = if missing.contains(&entry) { "missing" } else { "ok" };
        println!("{state:8} {package:34} {purpose}");
    }
    match missing.len() {
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
    Ok(PACKAGES.iter().filter(|(n, package, _)| *n <= need && !installed(package)).collect())
}

fn apt(args: &[&str]) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let mut command = Command::new(if root { "apt-get" } else { "sudo" });
    if !root {
        command.arg("apt-get");
    }
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    command
}
