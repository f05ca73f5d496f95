//! Updates of the booted machine: refused, applied, rolled back, gone by themselves, taken up after an interruption.
use std::time::Duration;

use super::{START_MAX, machine::Machine};
use crate::command::Failure;

/// What the machine of the tests is to believe.
const POLICY: &str = "\
set -e
root=$(facepay plugin keygen /root/root.key 2>/dev/null)
house=$(facepay plugin keygen /root/house.key 2>/dev/null)
printf '[plugins]\\nroot_key = \"%s\"\\npolicy = \"/etc/facepay/policy.json\"\\n' $root > /etc/facepay/policy.toml
printf '{\"format\":1,\"counter\":1,\"keys\":[{\"id\":\"house\",\"public\":\"%s\",\"prefixes\":[\"org.facepay.appliance\"]}]}' \
  $house > /etc/facepay/policy.json
facepay plugin sign /etc/facepay/policy.json --key /root/root.key";

/// Before it is interrupted, an update has to be so far.
const TRYING: &str = "grep '\"phase\": \"try\"' /var/lib/facepay-update/journal.json";
const INTERRUPTED_WITHIN: Duration = Duration::from_secs(120);

/// Makes the operator's and the vendor's keys, and an update of each version.
pub(super) fn prepared(machine: &Machine, versions: &[&str]) -> Result<(), Failure> {
    machine.must("an operator says whom updates are believed of", POLICY)?;
    for (counter, version) in versions.iter().enumerate() {
        let sign = format!(
            "facepay update sign /root/{version}.deb --key /root/house.key --key-id house --not-after 2099-12-31 \
             --counter {counter} --out /root/{version}.fpu"
        );
        machine.must(&format!("{version} is signed"), &sign)?;
    }
    Ok(())
}

/// What is not to be believed, or not newer, changes nothing.
pub(super) fn refused(machine: &Machine, [old, new]: [&str; 2]) -> Result<(), Failure> {
    let tamper = format!(
        "head -c -4096 /root/{new}.fpu > /root/cut.fpu; LC_ALL=C sed 's/\"version\": \"0/\"version\": \"9/' /root/{new}.fpu > /root/changed.fpu"
    );
    machine.must("an update is cut short, and one changed", &tamper)?;
    let pid = "systemctl show --property MainPID --value facepay";
    for (name, file, reason) in [
        ("the version that is there", old, "same_version"),
        ("a changed update", "changed", "forged"),
        ("a truncated update", "cut", ""),
    ] {
        let refuse = format!(
            "before=$({pid}); facepay update apply --json /root/{file}.fpu > /tmp/said; test $? != 0 && \
             grep -o '\"reason\": \"{reason}.*\"' /tmp/said && test $before = $({pid})"
        );
        machine.must(&format!("{name} is refused"), &refuse)?;
    }
    is(machine, old)
}

/// Applies an update; the service is ready when the command ends.
pub(super) fn applied(machine: &Machine, version: &str) -> Result<(), Failure> {
    machine.must("an update is applied", &format!("facepay update apply /root/{version}.fpu 2>/dev/null"))?;
    is_ready(machine, version)
}

/// Goes back to `version`.
pub(super) fn rolled_back(machine: &Machine, version: &str) -> Result<(), Failure> {
    machine.must("it is rolled back", "facepay update rollback 2>/dev/null")?;
    is_ready(machine, version)
}

/// An update whose program does not start goes again by itself.
pub(super) fn goes_again(machine: &Machine, bad: &str, version: &str) -> Result<(), Failure> {
    let apply = format!(
        "facepay update apply /root/{bad}.fpu 2>/dev/null; test $? = 1 && facepay update status | grep 'went again'"
    );
    machine.must("one that is not fit goes again", &apply)?;
    is_ready(machine, version)
}

/// An update that is killed in the middle is finished by the next start of its unit, as at a start of the machine.
pub(super) fn taken_up(machine: &Machine, version: &str) -> Result<(), Failure> {
    let begin = format!("facepay update apply /root/{version}.fpu >/dev/null 2>&1 &");
    machine.must("an update is begun", &begin)?;
    machine.comes("it is at its trial", INTERRUPTED_WITHIN, TRYING)?;
    let kill = "systemctl kill --signal KILL facepay-update; sleep 1; ! systemctl is-active facepay-update";
    machine.must("it is killed", kill)?;
    let under_way = "facepay update apply /root/0.1.0-1.fpu 2>&1 | grep 'is under way'";
    machine.must("no other begins", under_way)?;
    machine.must(
        "its unit takes it up",
        "systemctl start facepay-update && facepay update status | sed -n 3p",
    )?;
    is_ready(machine, version)
}

/// What came of each is in the audit, written by the appliance.
pub(super) fn audited(machine: &Machine) -> Result<(), Failure> {
    for act in ["applied", "rolled_back", "refused"] {
        let found =
            format!("runuser -u facepay -- facepay audit export | grep --only-matching 'update[.]{act}'");
        machine.comes(&format!("{act} is in the audit"), START_MAX, &found)?;
    }
    Ok(())
}

pub(super) fn is_ready(machine: &Machine, version: &str) -> Result<(), Failure> {
    machine.must("it is ready", "facepay status --strict | head -n 1")?;
    is(machine, version)
}

fn is(machine: &Machine, version: &str) -> Result<(), Failure> {
    machine.must("the version is", &format!("dpkg-query --show facepay | grep {version}"))
}
