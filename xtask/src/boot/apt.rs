//! Somebody else who installs packages while an update is asked for, such as unattended-upgrades at night.
use std::time::Duration;

use super::{START_MAX, machine::Machine, updates};
use crate::command::Failure;

/// A package whose installation takes as long as somebody likes.
const OTHER: &str = "\
set -e
mkdir -p /root/other/DEBIAN
cd /root/other/DEBIAN
printf 'Package: other\\nVersion: 1\\nArchitecture: all\\nMaintainer: x\\nDescription: x\\n' > control
printf '#!/bin/sh\\ntouch /run/installing\\nwhile [ -e /run/goes-on ]; do sleep 0.2; done\\n' > postinst
chmod 0755 postinst
dpkg-deb --root-owner-group --build /root/other /root/other.deb
touch /run/goes-on
apt-get install --yes /root/other.deb > /root/other.log 2>&1 &";
const BEGINS_WITHIN: Duration = Duration::from_secs(60);

/// The appliance's process, and whether nothing of an update is begun.
const PID: &str = "systemctl show --property MainPID --value facepay";
const UNTOUCHED: &str = "test ! -e /var/lib/facepay-update/journal.json && systemctl is-active facepay";

/// It is named, and nothing is begun or stopped.
pub(super) fn is_in_the_way(machine: &Machine, version: &str) -> Result<(), Failure> {
    machine.must("somebody else begins to install", OTHER)?;
    machine.comes("and is at it", BEGINS_WITHIN, "ls /run/installing")?;
    let refuse = format!(
        "before=$({PID}); facepay update apply --wait 3 /root/{version}.fpu > /tmp/said 2>&1; test $? = 5 && \
         test $before = $({PID}) && test ! -e /var/lib/facepay-update/{version}.deb && {UNTOUCHED} && \
         grep --only-matching 'in use by apt-get (process [0-9]*), and was for 3 s; nothing was changed' /tmp/said"
    );
    machine.must("an update names it and begins nothing", &refuse)
}

/// It is waited for while the appliance works on; then the update is applied.
pub(super) fn is_waited_for(machine: &Machine, version: &str) -> Result<(), Failure> {
    let begin = format!(
        "{PID} > /tmp/before; (facepay update apply /root/{version}.fpu; echo ended with $?) > /tmp/said 2>&1 &"
    );
    machine.must("an update is begun while it goes on", &begin)?;
    let waits = "grep --only-matching 'apt-get (process [0-9]*): waiting for up to 120 s' /tmp/said";
    machine.comes("it waits", BEGINS_WITHIN, waits)?;
    machine.must("nothing is stopped", &format!("test $(cat /tmp/before) = $({PID}) && {UNTOUCHED}"))?;
    machine.must("the other ends", "rm /run/goes-on")?;
    machine.comes("the update is applied", START_MAX, "grep 'ended with 0' /tmp/said")?;
    machine.must("the other's is installed as well", "dpkg-query --show other && dpkg --purge other")?;
    updates::is_ready(machine, version)
}
