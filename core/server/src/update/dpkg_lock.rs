//! dpkg's lock, which whoever installs packages holds. An update takes it before it touches anything and keeps it to its end, so that
//! nobody is in its way, least of all on its way back.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, fcntl_lock};
use rustix::io::Errno;
use rustix::process::{Flock, FlockType, Pid, fcntl_getlk};

/// Where dpkg has its database, where the environment doesn't say otherwise, to dpkg as well.
const FOLDER: &str = "/var/lib/dpkg";
/// What apt and dpkg take first.
const FRONTEND: &str = "lock-frontend";
/// Tells dpkg that who starts it holds that.
pub(super) const HELD: (&str, &str) = ("DPKG_FRONTEND_LOCKED", "true");
/// One that is held by somebody else is looked at so often.
const EVERY: Duration = Duration::from_secs(1);

/// Held as long as this lives.
#[derive(Debug)]
pub(crate) struct DpkgLock {
    _file: File,
}

impl DpkgLock {
    /// Takes it. Somebody else who holds it is named to `tell` and waited for as long as `within`.
    ///
    /// # Errors
    /// Who still holds it then, or why it can't be had at all.
    pub(crate) fn take(within: Duration, tell: impl Fn(&str)) -> Result<Self, String> {
        let folder = std::env::var_os("DPKG_ADMINDIR").map_or_else(|| PathBuf::from(FOLDER), PathBuf::from);
        Self::take_in(&folder, within, tell)
    }

    fn take_in(folder: &Path, within: Duration, tell: impl Fn(&str)) -> Result<Self, String> {
        let path = folder.join(FRONTEND);
        let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o640);
        let file = options.open(&path).map_err(|error| failed(&error))?;
        let begun = Instant::now();
        let mut told = None;
        loop {
            match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { _file: file }),
                Err(Errno::AGAIN | Errno::ACCESS) => {}
                Err(error) => return Err(failed(&error)),
            }
            let holder = holder(&file);
            if begun.elapsed() >= within {
                return Err(format!("dpkg is in use by {holder}, and was for {} s", within.as_secs()));
            }
            if told.as_ref() != Some(&holder) {
                tell(&format!("dpkg is in use by {holder}: waiting for up to {} s", within.as_secs()));
                told = Some(holder);
            }
            thread::sleep(EVERY);
        }
    }
}

/// Who holds it, by name where this process may see that.
fn holder(file: &File) -> String {
    let wanted = Flock::from(FlockType::WriteLock);
    let held = fcntl_getlk(file, &wanted).ok().flatten().and_then(|lock| lock.pid);
    let Some(process) = held.map(Pid::as_raw_nonzero) else {
        return "another process".to_owned();
    };
    match std::fs::read_to_string(format!("/proc/{process}/comm")) {
        Ok(name) => format!("{} (process {process})", name.trim_end()),
        Err(_) => format!("process {process}"),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};

    use super::*;

    /// Locks as apt does, and says so.
    const HOLDS: &str = "use Fcntl; open(F, '+>', $ARGV[0]) or die; $lock = pack('s s x4 q q i x4', F_WRLCK, 0, 0, 0, 0); \
        fcntl(F, F_SETLK, $lock) or die; $| = 1; print qq(held\n); sleep $ARGV[1]";

    /// Somebody who holds the lock in `folder` for so many seconds.
    fn somebody(folder: &Path, seconds: u32) -> Option<Child> {
        let mut perl = Command::new("perl");
        perl.args(["-e", HOLDS]).arg(folder.join(FRONTEND)).arg(seconds.to_string());
        let Ok(mut child) = perl.stdout(Stdio::piped()).spawn() else {
            println!("SKIP(no perl)");
            return None;
        };
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "held\n");
        Some(child)
    }

    #[test]
    fn who_holds_it_is_named_and_waited_for_but_not_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let Some(mut child) = somebody(folder.path(), 60) else { return };
        let told = RefCell::new(Vec::new());
        let take = |within| {
            DpkgLock::take_in(folder.path(), Duration::from_secs(within), |text| {
                told.borrow_mut().push(text.to_owned());
            })
        };
        let name = format!("perl (process {})", child.id());
        assert_eq!(take(0).unwrap_err(), format!("dpkg is in use by {name}, and was for 0 s"));
        assert!(told.borrow().is_empty());
        assert_eq!(take(1).unwrap_err(), format!("dpkg is in use by {name}, and was for 1 s"));
        assert_eq!(*told.borrow(), [format!("dpkg is in use by {name}: waiting for up to 1 s")]);
        child.kill().unwrap();
        child.wait().unwrap();
        take(0).unwrap();
        // It lets go meanwhile.
        let Some(mut child) = somebody(folder.path(), 2) else { return };
        take(30).unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn where_there_is_no_dpkg_there_is_no_lock() {
        let why = DpkgLock::take_in(Path::new("/nowhere"), Duration::ZERO, |_| {}).unwrap_err();
        assert!(why.starts_with("/nowhere/lock-frontend: "), "{why}");
    }
}
