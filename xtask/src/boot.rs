//! `cargo xtask boot`: the package in a machine of its own, from installation to purge. Debian's systemd is process 1 there.
use std::{fs, path::Path, time::Duration};

mod apt;
mod machine;
mod migration;
mod owner;
pub(crate) mod root;
mod updates;

use crate::{
    boot::machine::Machine,
    ci::Tally,
    command::{self, Failure, cargo, target_dir},
    containers,
    deb::{self, Profile},
    setup::{self, Need},
};

/// Lets through what a plugin's sandbox needs and systemd-nspawn refuses; Docker lets it through.
pub(crate) const SANDBOXED: [&str; 2] =
    ["--system-call-filter", "landlock_create_ruleset landlock_add_rule landlock_restrict_self"];

/// The version that the machine gets first and last, and the one in between.
const VERSIONS: [&str; 2] = ["0.0.9-1", "0.1.0-1"];
/// One whose program does not start.
const BAD: &str = "0.2.0-1";
/// Two with a migration more: the program of the first does not serve, once it has brought the tables up to date.
const AHEAD: [&str; 2] = ["0.3.0-1", "0.4.0-1"];
/// A start of a debug build on a busy machine, networks compiled for a software GPU.
const START_MAX: Duration = Duration::from_secs(300);
/// `WatchdogSec` and `RestartSec` of the unit.
const WATCHDOG: Duration = Duration::from_secs(30);
const RESTART: Duration = Duration::from_secs(2);

/// Builds the package and tries it; what can't be tried here is said.
pub(crate) fn run() -> Result<(), Failure> {
    setup::install(Need::Boot)?;
    command::run(&mut cargo(&["build", "--workspace", "--quiet"]))?;
    let package = deb::of(Profile::Debug)?;
    let mut tally = Tally::default();
    for reason in test(&package)?.into_iter().chain(containers::test(&package)?) {
        let skip = format!("SKIP({reason})");
        tally.hears(&skip);
        println!("{skip}");
    }
    println!("{}", tally.line());
    Ok(())
}

/// Tries the package, or says why it can't be tried here.
fn test(package: &Path) -> Result<Option<String>, Failure> {
    let folder = target_dir().join("boot");
    let root = match root::fresh(&folder) {
        Ok(root) => root,
        Err(reason) => return Ok(Some(reason.to_string())),
    };
    let [old, new] = VERSIONS;
    let [unfit, ahead] = AHEAD;
    for made in [
        deb::renumbered(package, old)?,
        deb::renumbered(package, new)?,
        deb::broken(package, BAD)?,
        deb::ahead(package, unfit, false)?,
        deb::ahead(package, ahead, true)?,
    ] {
        fs::copy(&made, root.join("root").join(made.file_name().unwrap_or_default()))?;
        fs::remove_file(made)?;
    }
    let machine = match Machine::boot(&root) {
        Ok(machine) => machine,
        Err(reason) => return Ok(Some(reason.to_string())),
    };
    let tried = try_out(&machine, &root);
    match tried {
        Ok(()) => println!("boot: {}", machine.sum()),
        Err(_) => {
            let units = "journalctl --no-pager --unit facepay --unit facepay-update --lines 80";
            eprintln!("{}", machine.told(units));
        }
    }
    tried.map(|()| None)
}

fn try_out(machine: &Machine, root: &Path) -> Result<(), Failure> {
    let [old, new] = VERSIONS;
    install(machine, old)?;
    is_hardened(machine)?;
    machine
        .must("an administrator adds a person", "runuser -u facepay -- facepay users add 'Ada Lovelace'")?;
    machine.must("and a setting", "echo '# as this branch wants it' >> /etc/facepay/facepay.toml")?;
    comes_back(machine)?;
    updates::prepared(machine, &[&VERSIONS[..], &[BAD], &AHEAD].concat())?;
    owner::is_root(machine, new)?;
    updates::refused(machine, VERSIONS)?;
    apt::is_in_the_way(machine, new)?;
    apt::is_waited_for(machine, new)?;
    keeps_what_it_has(machine)?;
    updates::rolled_back(machine, old)?;
    keeps_what_it_has(machine)?;
    updates::goes_again(machine, BAD, old)?;
    keeps_what_it_has(machine)?;
    updates::taken_up(machine, new)?;
    updates::audited(machine)?;
    is_backed_up(machine)?;
    migration::goes_back(machine, AHEAD[0], new)?;
    keeps_what_it_has(machine)?;
    migration::comes(machine, AHEAD[1])?;
    keeps_what_it_has(machine)?;
    migration::has_no_way_back_but_a_backup(machine, new)?;
    keeps_what_it_has(machine)?;
    // Without an update, as with apt.
    install(machine, old)?;
    keeps_what_it_has(machine)?;
    machine.must("the service reloads", "systemctl reload facepay && systemctl is-active facepay")?;
    let ended = "! journalctl --unit facepay --no-pager | grep 'was killed by SIGTERM'";
    machine.must("plugins go on until the service ends", ended)?;
    has_its_key_from_systemd(machine)?;
    purged(machine, root)
}

/// Installs a version over whatever is there; the service has to come up by itself, and answer.
fn install(machine: &Machine, version: &str) -> Result<(), Failure> {
    machine.must("the package installs", &format!("dpkg --install /root/{version}.deb 2>&1"))?;
    machine.comes("the service is ready", START_MAX, "systemctl is-active facepay")?;
    machine.must("it answers", "facepay status | head -n 1")?;
    let is_installed = format!("dpkg-query --show facepay | grep {version}");
    machine.must("the version is the one that was asked for", &is_installed)
}

fn keeps_what_it_has(machine: &Machine) -> Result<(), Failure> {
    for (claim, script) in [
        ("the person is still there", "runuser -u facepay -- facepay users list | grep 'Ada Lovelace'"),
        ("the books and the chain are sound", "runuser -u facepay -- facepay audit verify"),
        ("the setting is still there", "grep 'as this branch wants it' /etc/facepay/facepay.toml"),
    ] {
        machine.must(claim, script)?;
    }
    Ok(())
}

/// The timer of docs/operations.md, and what it would do at night.
fn is_backed_up(machine: &Machine) -> Result<(), Failure> {
    let recipients = "printf '[backup]\\nrecipients = [\"%s\"]\\n' $(facepay backup key /root/backup.key 2>/dev/null) \
                      > /etc/facepay/backup.toml";
    machine.must("somebody can open backups", recipients)?;
    machine.must(
        "the timer is on",
        "systemctl enable --now facepay-backup.timer 2>&1 && systemctl list-timers --no-pager | grep facepay-backup",
    )?;
    machine.must("a backup is made", "systemctl start facepay-backup && ls /var/lib/facepay/backups")?;
    let verify = "cd /var/lib/facepay/backups && facepay backup verify *.facepay.age --keys keys.age --identity /root/backup.key";
    machine.must("and is sound", verify)
}

/// What the kernel says of the service, not what the unit asks for.
fn is_hardened(machine: &Machine) -> Result<(), Failure> {
    let pid = "$(systemctl show --property MainPID --value facepay)";
    let is = |line: &str| format!("grep -P '{line}' /proc/{pid}/status");
    let inside = |script: &str| format!("nsenter --target {pid} --mount -- sh -c '{script}'");
    for (claim, script) in [
        ("no capability", is(r"^CapBnd:\t0+$")),
        ("no new privileges", is(r"^NoNewPrivs:\t1$")),
        ("system calls are filtered", is(r"^Seccomp:\t2$")),
        ("it is nobody else", format!("test $(stat --format %U /proc/{pid}) = facepay && echo facepay")),
        ("programs can't be written", inside("touch /usr/x 2>&1 | grep Read-only")),
        ("settings can't be written", inside("touch /etc/facepay/x 2>&1 | grep Read-only")),
        ("homes can't be seen", inside("ls -A /root | wc -l | grep ^0$")),
        ("there are no disks", inside("ls /dev | wc -l; ! ls /dev/sd* /dev/vd* /dev/nvme* 2>/dev/null")),
        ("no core dump", format!("grep -P '^Max core file size +0 +0' /proc/{pid}/limits")),
        ("the watchdog waits", "systemctl show --property WatchdogUSec facepay | grep =30s".to_owned()),
        (
            "systemd-analyze is content",
            "systemd-analyze security --no-pager --threshold=12 facepay".to_owned(),
        ),
        ("with the updater", "systemd-analyze security --no-pager --threshold=27 facepay-update".to_owned()),
        ("with backups", "systemd-analyze security --no-pager --threshold=12 facepay-backup".to_owned()),
    ] {
        machine.must(claim, &script)?;
    }
    Ok(())
}

/// A service that moves no more is ended by systemd and is back by itself.
fn comes_back(machine: &Machine) -> Result<(), Failure> {
    machine.must("it stops moving", "systemctl kill --signal STOP facepay")?;
    let ended = "journalctl --unit facepay --no-pager | grep 'Watchdog timeout'";
    machine.comes("systemd ends it", WATCHDOG + RESTART, ended)?;
    machine.comes("it is back", START_MAX, "systemctl is-active facepay")?;
    machine.must("once", "test $(systemctl show --property NRestarts --value facepay) = 1 && echo 1 restart")
}

/// The way of docs/privacy.md: the key is sealed by the machine's own, and no file of the data folder has it.
fn has_its_key_from_systemd(machine: &Machine) -> Result<(), Failure> {
    let seal = "systemd-creds encrypt --with-key=host --name=appliance-key /var/lib/facepay/appliance.key \
                /etc/facepay/appliance-key.cred 2>&1 && rm /var/lib/facepay/appliance.key";
    machine.must("the key is sealed", seal)?;
    let hand_over = "mkdir /etc/systemd/system/facepay.service.d && printf \
                     '[Service]\\nLoadCredentialEncrypted=appliance-key:/etc/facepay/appliance-key.cred\\n' \
                     > /etc/systemd/system/facepay.service.d/key.conf && systemctl daemon-reload";
    machine.must("the unit hands it over", hand_over)?;
    machine.must("it starts with it", "systemctl restart facepay && facepay status | head -n 1")?;
    machine.must("and makes none", "! ls /var/lib/facepay/appliance.key 2>/dev/null")
}

fn purged(machine: &Machine, root: &Path) -> Result<(), Failure> {
    machine.must("it is removed", "dpkg --remove facepay 2>&1")?;
    machine.must("the books stay", "ls /var/lib/facepay/facepay.db")?;
    machine.must("it is purged", "dpkg --purge facepay 2>&1")?;
    machine.must("no account", "! getent passwd facepay && ! getent group facepay")?;
    machine.must("no unit", "! systemctl cat facepay 2>/dev/null")?;
    let left = machine.told(
        "find / -xdev \\( -path /proc -o -path /sys -o -path /root -o -path /tmp \\) -prune -o -name '*facepay*' -print",
    );
    match left.trim().is_empty() {
        true => Ok(()),
        false => Err(format!("purged, and yet there is in {}:\n{left}", root.display()).into()),
    }
}
