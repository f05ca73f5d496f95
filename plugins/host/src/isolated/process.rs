//! A worker's process: started by a thread that outlives it, awaited by its descriptor, and how it ended in words.

use std::io::{self, Error};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Condvar, LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::faults::Failure;

/// A worker's process.
pub(crate) struct Process {
    pid: libc::pid_t,
    pidfd: OwnedFd,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Why this process killed it.
    doom: Option<(Failure, String)>,
    /// How it ended.
    end: Option<End>,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) failure: Failure,
    /// For example `was killed by SIGSEGV`.
    pub(crate) how: String,
}

struct Order {
    program: PathBuf,
    control: OwnedFd,
    answer: SyncSender<io::Result<(libc::pid_t, OwnedFd)>>,
}

/// Starts every worker. The kernel kills a worker when the thread that started it ends, so that no worker outlives the
/// appliance; other threads come and go.
static SPAWNER: LazyLock<SyncSender<Order>> = LazyLock::new(|| {
    let (orders, taken) = sync_channel::<Order>(1);
    let work = move || {
        for order in taken {
            // Nobody waits for the answer any more: the worker sees its socket closed and ends.
            let _ = order.answer.send(spawn(&order.program, order.control));
        }
    };
    std::thread::Builder::new().name("plugin-spawner".into()).spawn(work).map(|_| orders).unwrap_or_else(
        |error| {
            tracing::error!(%error, "the thread that starts plugin workers could not be started");
            sync_channel(0).0 // every order is refused
        },
    )
});

fn spawn(program: &Path, control: OwnedFd) -> io::Result<(libc::pid_t, OwnedFd)> {
    // Without `pre_exec`, so that nothing of this process is copied: its end of the socket is the standard input, and what
    // else the worker may have inherited it closes first of all.
    let child = Command::new(program)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(control))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let pid = child.id().cast_signed();
    // SAFETY: opens a descriptor of our own child, which nobody has waited for yet.
    let pidfd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) };
    match i32::try_from(pidfd) {
        // SAFETY: just opened, and nobody else's.
        Ok(fd) if fd >= 0 => Ok((pid, unsafe { OwnedFd::from_raw_fd(fd) })),
        _ => Err(Error::last_os_error()),
    }
}

impl Process {
    /// Memory that it really has, in bytes; `None` when it has ended.
    pub(super) fn resident_bytes(&self) -> Option<u64> {
        let sizes = std::fs::read_to_string(format!("/proc/{}/statm", self.pid)).ok()?;
        let pages: u64 = sizes.split_whitespace().nth(1)?.parse().ok()?;
        // SAFETY: only reads a constant of the system.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        Some(pages * u64::try_from(page).ok()?)
    }

    /// Starts `program` with `control` as its standard input, and nothing else of this process.
    pub(crate) fn start(program: &Path, control: OwnedFd) -> io::Result<Self> {
        let (answer, answered) = sync_channel(1);
        let order = Order { program: program.to_owned(), control, answer };
        let gone = |_| Error::other("the thread that starts workers has ended");
        SPAWNER.send(order).map_err(|_| gone(()))?;
        let (pid, pidfd) = answered.recv().map_err(|_| gone(()))??;
        Ok(Self { pid, pidfd, state: Mutex::default(), changed: Condvar::new() })
    }

    /// Readable once the process has ended.
    pub(crate) fn pidfd(&self) -> BorrowedFd<'_> {
        self.pidfd.as_fd()
    }

    /// Kills the process; `why` is what its end is then called.
    pub(crate) fn kill(&self, failure: Failure, why: &str) {
        self.lock().doom.get_or_insert_with(|| (failure, why.to_owned()));
        let (fd, no_info) = (self.pidfd.as_raw_fd(), std::ptr::null::<libc::siginfo_t>());
        // SAFETY: the descriptor names our own child, also when that has ended.
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, fd, libc::SIGKILL, no_info, 0) };
    }

    /// Waits for the end and says how it came about. Called once, by the thread that attends to the process.
    pub(crate) fn reap(&self, memory_bytes_max: u64) -> End {
        let mut status = 0;
        // SAFETY: all-zero is a valid rusage.
        let mut used: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: waits for our own child, which nobody else waits for; both places are writable.
        while unsafe { libc::wait4(self.pid, &raw mut status, 0, &raw mut used) } < 0 {
            if Error::last_os_error().kind() != io::ErrorKind::Interrupted {
                return End { failure: Failure::Crash, how: "ended unseen".into() };
            }
        }
        if let Some((failure, how)) = self.lock().doom.clone() {
            return End { failure, how };
        }
        let most_bytes = u64::try_from(used.ru_maxrss).unwrap_or(0) << 10;
        End { failure: Failure::Crash, how: words(status, most_bytes, memory_bytes_max) }
    }

    /// Makes the end known to those who wait for it.
    pub(crate) fn publish(&self, end: End) {
        self.lock().end = Some(end);
        self.changed.notify_all();
    }

    /// How the process ended, once it has.
    pub(crate) fn end(&self) -> Option<End> {
        self.lock().end.clone()
    }

    /// As [`Self::end`], waiting for it no longer than `time`.
    pub(crate) fn end_within(&self, time: Duration) -> Option<End> {
        let until = Instant::now() + time;
        let mut state = self.lock();
        while state.end.is_none() {
            let left = until.checked_duration_since(Instant::now())?;
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        state.end.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exit status in words; a death with memory near its limit is put down to that.
fn words(status: i32, most_bytes: u64, memory_bytes_max: u64) -> String {
    if !libc::WIFSIGNALED(status) {
        return format!("exited with {}", libc::WEXITSTATUS(status));
    }
    let signal = libc::WTERMSIG(status);
    let name = match signal {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGILL => "SIGILL",
        libc::SIGKILL => "SIGKILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGXCPU => "SIGXCPU",
        _ => return format!("was killed by signal {signal}"),
    };
    // Stacks and freed pieces count too, so the limit is met before everything is used.
    let near = most_bytes > memory_bytes_max / 2;
    match signal {
        libc::SIGXCPU => "was killed by SIGXCPU: its processor time was used up".to_owned(),
        _ if near => format!(
            "was killed by {name} with {} of {} MiB of memory used",
            most_bytes >> 20,
            memory_bytes_max >> 20
        ),
        _ => format!("was killed by {name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_end_has_its_words() {
        let rows = [
            (0, 0, "exited with 0"),
            (3 << 8, 0, "exited with 3"),
            (libc::SIGSEGV, 0, "was killed by SIGSEGV"),
            (libc::SIGABRT, 99 << 20, "was killed by SIGABRT with 99 of 100 MiB of memory used"),
            (libc::SIGXCPU, 0, "was killed by SIGXCPU: its processor time was used up"),
            (libc::SIGUSR1, 0, "was killed by signal 10"),
        ];
        for (status, most_bytes, expected) in rows {
            assert_eq!(words(status, most_bytes, 100 << 20), expected);
        }
    }
}
