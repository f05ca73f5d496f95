//! Updates to a version that is a migration ahead, and the ways back from them.
use super::{START_MAX, machine::Machine, updates};
use crate::{command::Failure, deb::AHEAD};

const DATABASE: &str = "/var/lib/facepay/facepay.db";
/// As the account that everything there belongs to.
const AS_APPLIANCE: &str = "cd /var/lib/facepay && runuser -u facepay --";

/// One that brought the tables up to date and then is not fit goes again, and with it what it did to the database.
pub(super) fn goes_back(machine: &Machine, unfit: &str, version: &str) -> Result<(), Failure> {
    let check = format!("facepay update check /root/{unfit}.fpu | grep 'migrations  1'");
    machine.must("an update brings a migration", &check)?;
    let aside = format!("{DATABASE}.after-update-*");
    let was_migrated = format!(
        "{AS_APPLIANCE} env FACEPAY__DATABASE__URL=sqlite:$(ls {aside} | grep -v -e -wal -e -shm) facepay migrate --check 2>&1; test $? = 3"
    );
    updates::goes_again(machine, unfit, version)?;
    machine.must("what it made of the database lies beside it", &format!("ls {aside}"))?;
    machine.must("and is too new for this version", &was_migrated)?;
    let check = format!("{AS_APPLIANCE} facepay migrate --check");
    machine.must("the database is that from before", &check)?;
    machine
        .must("no copy is left", &format!("rm {aside} && ! ls /var/lib/facepay/before-update.db 2>/dev/null"))
}

/// One that is fit stays, and what it did to the database.
pub(super) fn comes(machine: &Machine, version: &str) -> Result<(), Failure> {
    updates::applied(machine, version)?;
    machine.must("it knows a migration more", &format!("facepay migrate --list | grep {AHEAD}"))?;
    machine.must("and has done it", &format!("{AS_APPLIANCE} facepay migrate --check"))?;
    machine.must("no copy is left", "! ls /var/lib/facepay/before-update.db 2>/dev/null")
}

/// An older program is not let at the newer tables: a rollback says so and changes nothing, and one that is installed all the same refuses
/// them and changes nothing either. The backup from before the update is the way back.
pub(super) fn has_no_way_back_but_a_backup(machine: &Machine, older: &str) -> Result<(), Failure> {
    let add = "runuser -u facepay -- facepay users add 'Grace Hopper'";
    machine.must("somebody comes after the update", add)?;
    let pid = "systemctl show --property MainPID --value facepay";
    let refuse = format!(
        "before=$({pid}); facepay update rollback > /tmp/said 2>&1; test $? = 1 && test $before = $({pid}) && \
         grep --only-matching 'the way back is a backup from before the update' /tmp/said"
    );
    machine.must("a rollback is refused", &refuse)?;
    machine.must("an older package installs", &format!("dpkg --install /root/{older}.deb 2>&1"))?;
    let refused = "journalctl --unit facepay --no-pager --lines 40 | grep -i 'newer' && ! systemctl is-active --quiet facepay";
    machine.comes("its program refuses the newer tables", START_MAX, refused)?;
    let check = format!("{AS_APPLIANCE} facepay migrate --check 2>&1; test $? = 3");
    machine.must("and leaves them", &check)?;
    let away = "systemctl stop facepay; cd /var/lib/facepay && mkdir newer && mv facepay.db* appliance.key keys newer/";
    machine.must("they are moved away", away)?;
    let restore = format!(
        "install --owner facepay --mode 0400 /root/backup.key /tmp/backup.key && {AS_APPLIANCE} facepay backup restore \
         backups/*.facepay.age --keys backups/keys.age --identity /tmp/backup.key 2>&1"
    );
    machine.must("the backup from before is restored", &restore)?;
    machine.must("it starts with it", "rm -r /var/lib/facepay/newer && systemctl start facepay")?;
    let gone = "! runuser -u facepay -- facepay users list | grep 'Grace Hopper'";
    machine.must("what came after the backup is gone", gone)?;
    updates::is_ready(machine, older)
}
