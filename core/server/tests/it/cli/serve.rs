//! `facepay serve`: one appliance on a folder, and a key that must not be lost.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};

use super::{check, facepay};

pub(super) const SETTINGS: &str = "[server]\nlisten = \"127.0.0.1:0\"\n[recognition]\nenabled = false\n";

#[test]
fn a_folder_is_served_by_one_appliance_and_administered_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("x.toml"), SETTINGS).unwrap();
    let mut first = facepay(folder.path());
    first.args(["--config", "x.toml", "serve"]).stderr(Stdio::piped());
    let mut first = first.spawn().unwrap();
    let log = BufReader::new(first.stderr.take().unwrap());
    let listening = log.lines().map_while(Result::ok).find(|line| line.contains("listening"));
    assert!(listening.is_some(), "the appliance starts");
    check(&folder, &["--config", "x.toml", "serve"], 5, &format!("process {}", first.id()));
    check(&folder, &["--config", "x.toml", "users", "list"], 0, "NAME");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", first.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let core: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(core, ["0", "0"], "no core dump may hold faces or keys");
    first.kill().unwrap();
    first.wait().unwrap();
}

#[test]
fn a_lost_key_is_not_replaced_by_another() {
    let folder = tempfile::tempdir().unwrap();
    check(&folder, &["users", "add", "Ada Lovelace"], 0, "");
    let key = folder.path().join("facepay-data/appliance.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    for command in [&["users", "list"][..], &["audit", "verify"], &["serve"]] {
        check(&folder, command, 3, "restore the key");
    }
    assert!(!key.exists());
    std::fs::write(&key, kept).unwrap();
    check(&folder, &["users", "list"], 0, "Ada");
}

/// The address that an appliance logs when it listens, and what it logs after that.
pub(super) fn started(serving: &mut Child) -> (String, Lines<BufReader<ChildStderr>>) {
    let mut log = BufReader::new(serving.stderr.take().unwrap()).lines();
    let line = log.by_ref().map_while(Result::ok).find(|line| line.contains("listening")).unwrap();
    let address = line.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    (address, log)
}

#[test]
fn a_lab_of_ones_own_serves_tls_and_a_renewed_certificate_needs_no_restart() {
    let folder = tempfile::tempdir().unwrap();
    let lab = |out: &str| {
        let made =
            facepay(folder.path()).args(["certs", "lab", "--client", "shop", "--out", out]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).unwrap()
    };
    let tls = lab("lab");
    check(&folder, &["certs", "lab", "--out", "lab"], 2, "name a new one");
    std::fs::write(folder.path().join("x.toml"), format!("{SETTINGS}{tls}")).unwrap();
    let bound =
        ["--config", "x.toml", "keys", "add", "shop", "--certificate", "lab/client-shop.pem", "--days", "7"];
    check(&folder, &bound, 0, "fpk_");
    let mut serving = facepay(folder.path());
    serving.args(["--config", "x.toml", "serve"]).stderr(Stdio::piped());
    let mut serving = serving.spawn().unwrap();
    let (address, mut log) = started(&mut serving);
    let url = format!("https://{address}");
    check(&folder, &["--config", "x.toml", "status", "--url", &url], 0, "ready");
    // A machine that has neither the certificate nor the CA does not believe it.
    check(&folder, &["status", "--url", &url], 5, "does not answer");
    std::fs::write(folder.path().join("ca.toml"), "[tls]\ntrusted = \"lab/ca.pem\"\n").unwrap();
    check(&folder, &["--config", "ca.toml", "status", "--url", &url], 0, "ready");

    lab("renewed");
    for name in ["server.pem", "server.key"] {
        std::fs::rename(folder.path().join("renewed").join(name), folder.path().join("lab").join(name))
            .unwrap();
    }
    let hang_up = || Command::new("kill").args(["-HUP", &serving.id().to_string()]).status().unwrap();
    assert!(hang_up().success());
    assert!(log.by_ref().map_while(Result::ok).any(|line| line.contains("read anew")));
    check(&folder, &["--config", "ca.toml", "status", "--url", &url], 5, "does not answer");
    check(&folder, &["--config", "x.toml", "status", "--url", &url], 0, "ready");

    std::fs::write(folder.path().join("lab/server.key"), "no key").unwrap();
    assert!(hang_up().success());
    assert!(log.by_ref().map_while(Result::ok).any(|line| line.contains("stay in force")));
    std::fs::write(folder.path().join("ca.toml"), "[tls]\ntrusted = \"renewed/ca.pem\"\n").unwrap();
    check(&folder, &["--config", "ca.toml", "status", "--url", &url], 0, "ready");
    serving.kill().unwrap();
    serving.wait().unwrap();
}
