//! A disk that is full: named in the answer, nothing half-written, taken up again as soon as there is room.
#![allow(clippy::print_stdout, reason = "a test that cannot run says why")]

use std::path::Path;
use std::process::Command;

use serde_json::json;
use store::Store;
use tempfile::TempDir;

use crate::client::post;
use crate::harness::{Appliance, eur};

/// A disk of a few megabytes in memory.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// Needs the right to mount; the reason where there is none.
    fn mount() -> Result<Self, String> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"])
            .arg(folder.path())
            .output()
            .map_err(|error| format!("mount: {error}"))?;
        match mount.status.success() {
            true => Ok(Self(folder)),
            false => Err(String::from_utf8_lossy(&mount.stderr).trim().to_owned()),
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn filler(&self) -> std::path::PathBuf {
        self.path().join("filler")
    }

    /// Takes all the room that is left.
    fn fill(&self) {
        let full = std::fs::write(self.filler(), vec![0; 4 << 20]);
        assert!(full.is_err(), "4 MiB fit on a disk that holds something already");
    }

    fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // A disk that is still mounted goes with the machine.
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_is_named_and_loses_nothing() {
    let disk = match SmallDisk::mount() {
        Ok(disk) => disk,
        Err(reason) => return println!("SKIP(no small disk: {reason})"),
    };
    let url = format!("\"sqlite:{}/facepay.db\"", disk.path().display());
    let appliance = Appliance::start_with(&[("database.url", &url)]).await;
    let user = appliance.payer("Ada", 5000).await;
    let credit = |key: usize| {
        post(format!("/users/{user}/credits"), &json!({ "amount": eur(100) })).once(&key.to_string())
    };
    disk.fill();
    let mut credits = 0;
    let refused = loop {
        let reply = appliance.admin(credit(credits)).await;
        if reply.status != 201 {
            break reply;
        }
        credits += 1;
        assert!(credits < 1_000, "the disk should be full by now");
    };
    refused.refused(507, "storage_not_writable");
    let held = 5000 + 100 * i64::try_from(credits).unwrap();
    assert_eq!(appliance.wallet(&user).await, (held, held, 0));

    disk.make_room();
    appliance.admin(credit(credits)).await.ok(201);
    assert_eq!(appliance.wallet(&user).await, (held + 100, held + 100, 0));
    let verify = |store: &Store| Ok((store.ledger_verify()?.is_ok(), store.audit_verify()?.is_ok()));
    assert_eq!(appliance.app.store(verify).await.unwrap(), (true, true));
}
