//! Clock, limits, kernel, service manager.

use std::path::Path;
use std::process::Command;

use super::{Case, Check, Status, ask};

/// The clock was never right before this program was written: 2026-11-01.
const CLOCK_S_MIN: i64 = 1_793_491_200;
const OPEN_FILES_MIN: u64 = 4_096;

pub(super) fn checks(_: &Case) -> Vec<Check> {
    vec![clock(), time_zone(), open_files(), landlock(), seccomp(), systemd(), user()]
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

fn clock() -> Check {
    let asked = ask("machine.clock", "consents, limits and deadlines go by it", "timedatectl set-ntp true");
    let now = jiff::Timestamp::now();
    if now.as_second() < CLOCK_S_MIN {
        return asked.found(Status::Fail, format!("{now} is long past"));
    }
    let output = Command::new("timedatectl").args(["show", "--property=NTPSynchronized", "--value"]).output();
    let answer =
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
    match answer.as_str() {
        "yes" => asked.found(Status::Ok, format!("{now}, synchronised")),
        "no" => asked.found(Status::Warn, format!("{now}, not synchronised")),
        _ => asked.found(Status::Ok, format!("{now}; nobody here says whether it is synchronised")),
    }
}

fn time_zone() -> Check {
    let zone = jiff::tz::TimeZone::system();
    ask(
        "machine.time_zone",
        "days of limits and reports begin by it",
        "timedatectl set-timezone Europe/Berlin",
    )
    .should(match zone.iana_name() {
        Some(name) => Ok(name.to_owned()),
        None => Err("the system names no time zone; UTC is used".to_owned()),
    })
}

fn open_files() -> Check {
    let asked = ask(
        "machine.open_files",
        "each client and camera takes some",
        "ulimit -n 65536; LimitNOFILE=65536 in the unit",
    );
    let limits = read("/proc/self/limits");
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    match line.and_then(|rest| rest.split_whitespace().next()) {
        None => asked.found(Status::Skip, "this system does not say"),
        Some("unlimited") => asked.found(Status::Ok, "unlimited"),
        Some(text) => match text.parse::<u64>() {
            Ok(limit) if limit >= OPEN_FILES_MIN => asked.found(Status::Ok, format!("up to {limit}")),
            _ => asked.found(Status::Warn, format!("up to {text}, fewer than {OPEN_FILES_MIN}")),
        },
    }
}

fn landlock() -> Check {
    let asked = ask(
        "machine.landlock",
        "payment plugins and those of others are shut in by it, and do not start without",
        "boot a kernel with lsm=landlock,…",
    );
    asked.should(match plugin_host::landlock_abi() {
        0 => Err("the kernel has none, or the service's SystemCallFilter hides it".to_owned()),
        abi => Ok(format!("ABI {abi}")),
    })
}

fn seccomp() -> Check {
    let actions = read("/proc/sys/kernel/seccomp/actions_avail");
    ask("machine.seccomp", "plugins of others are shut in by it", "boot a kernel with CONFIG_SECCOMP_FILTER")
        .should(match actions.is_empty() {
            false => Ok("the kernel has it".to_owned()),
            true => Err("the kernel has no seccomp filters".to_owned()),
        })
}

fn systemd() -> Check {
    let asked = ask(
        "machine.systemd",
        "it starts the appliance and starts it again",
        "install the package, or supervise facepay otherwise",
    );
    match Path::new("/run/systemd/system").is_dir() {
        true => asked.found(Status::Ok, "runs this machine"),
        false => asked.found(Status::Skip, "does not run this machine"),
    }
}

fn user() -> Check {
    let status = read("/proc/self/status");
    let uid = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .and_then(|rest| rest.split_whitespace().nth(1));
    let asked = ask(
        "machine.user",
        "a fault in a camera's stream must not own the machine",
        "run as the package's user facepay",
    );
    match uid {
        Some("0") => asked.found(Status::Warn, "runs as root"),
        Some(uid) => asked.found(Status::Ok, format!("runs as user {uid}")),
        None => asked.found(Status::Skip, "this system does not say"),
    }
}
