//! Whose the files are that say what root does, and what the appliance runs.
use super::machine::Machine;
use crate::command::Failure;

/// Settings, the policy and its signature, packages, programs, units.
const FILES: &str = "/etc/facepay /var/lib/facepay-update /usr/bin/facepay /usr/lib/facepay /usr/share/facepay \
                     $(dpkg-query --listfiles facepay | grep systemd/) /etc/systemd/system";

/// All of it is root's, and the appliance's account can change none; settings that it could are not believed.
pub(super) fn is_root(machine: &Machine, update: &str) -> Result<(), Failure> {
    let policy = "ls /etc/facepay/facepay.toml /etc/facepay/policy.toml /etc/facepay/policy.json /etc/facepay/policy.sig";
    machine.must("there are settings and a policy", policy)?;
    let others = format!("! find {FILES} ! -user root | grep .");
    machine.must("they are root's", &others)?;
    let writable = format!("! runuser -u facepay -- find {FILES} ! -type l -writable | grep .");
    machine.must("the appliance's account can write none", &writable)?;
    for (claim, script) in [
        ("it can't add to the settings", "echo x >> /etc/facepay/facepay.toml"),
        (
            "nor have a policy of its own",
            "echo x > /tmp/policy.json && mv --force /tmp/policy.json /etc/facepay/",
        ),
        ("nor write an update down", "echo x > /var/lib/facepay-update/journal.json"),
        ("nor start one", "systemctl start facepay-update"),
    ] {
        machine.must(claim, &format!("runuser -u facepay -- sh -c '{script}' 2>&1 | grep -i denied"))?;
    }
    let given_away = format!(
        "chown facepay /etc/facepay/policy.toml; facepay update check /root/{update}.fpu 2>&1; ended=$?; \
         chown root /etc/facepay/policy.toml; test $ended = 7 && facepay update check /root/{update}.fpu"
    );
    machine.must("settings of its own are not believed", &given_away)
}
