//! The Debian that is booted: made once by mmdebstrap of this machine's own package sources, and copied for each run.
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

use crate::command::{self, Failure, cache_dir};

const SUITE: &str = "bookworm";

/// A system that boots, and what the package depends on, so that `dpkg` alone installs it.
const PACKAGES: [&str; 16] = [
    "ca-certificates",
    "dbus",
    "gstreamer1.0-libav",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "libglib2.0-0",
    "libgstreamer-plugins-base1.0-0",
    "libgstreamer1.0-0",
    "libgstrtspserver-1.0-0",
    "libpq5",
    "libvulkan1",
    "mesa-vulkan-drivers",
    "systemd",
    "systemd-sysv",
    "udev",
];

/// A copy of the Debian in `folder`, as fresh as from its installation.
///
/// # Errors
/// Why there can be none here.
pub(crate) fn fresh(folder: &Path) -> Result<PathBuf, Failure> {
    let user = Command::new("id").arg("-u").output()?;
    if user.stdout.trim_ascii() != b"0" {
        return Err("the boot test needs root".into());
    }
    let (base, root) = (base()?, folder.join("root"));
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    fs::create_dir_all(folder)?;
    command::run(Command::new("cp").args(["--archive", "--reflink=auto"]).args([&base, &root]))?;
    Ok(root)
}

/// The Debian that copies are made of; another list of packages is another one.
fn base() -> Result<PathBuf, Failure> {
    let digest = hex::encode(Sha256::digest(PACKAGES.join(" ")));
    let folder = cache_dir()?.join("boot");
    let base = folder.join(format!("{SUITE}-{}", &digest[..12]));
    if base.exists() {
        return Ok(base);
    }
    fs::create_dir_all(&folder)?;
    let begun = folder.join("begun");
    if begun.exists() {
        fs::remove_dir_all(&begun)?;
    }
    let mut make = Command::new("mmdebstrap");
    make.args(["--quiet", "--variant=minbase", "--dpkgopt=force-unsafe-io"])
        .arg("--aptopt=APT::Install-Recommends \"false\"")
        .arg(format!("--include={}", PACKAGES.join(",")))
        .arg(SUITE)
        .arg(&begun);
    command::run(&mut make).map_err(|_| "mmdebstrap makes no Debian here")?;
    // Only a whole one gets the name that is looked for.
    fs::rename(&begun, &base)?;
    Ok(base)
}
