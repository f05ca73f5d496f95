//! One child process under a budget: its lines, its end, and what it said last when it crashed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use crate::child::Line;

/// Most bytes of standard output that are read.
const STDOUT_BYTES_MAX: u64 = 4 << 20;
/// Bytes of the end of standard error that are shown with a crash.
const STDERR_BYTES_MAX: i64 = 2048;
/// The longest wait for a process that has closed its output.
const END_MAX: Duration = Duration::from_secs(1);
/// The longest wait for a process that has said that it is done: its libraries' destructors run.
const EXIT_MAX: Duration = Duration::from_secs(20);

/// How a process ended.
pub(crate) enum Ended {
    /// It ended without a word.
    Crashed(String),
    /// It was ended: its time was up.
    OutOfTime { begun: bool },
}

/// A running child, in a process group of its own: what it started ends with it.
pub(crate) struct Process {
    child: Child,
    is_gone: bool,
    lines: Receiver<Line>,
    stderr: File,
}

impl Process {
    /// Starts it.
    pub(crate) fn start(mut command: Command) -> std::io::Result<Self> {
        let stderr = tempfile::tempfile()?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(stderr.try_clone()?).process_group(0);
        let mut child = command.spawn()?;
        let (sender, lines) = sync_channel(16);
        if let Some(stdout) = child.stdout.take() {
            std::thread::spawn(move || forward(stdout, &sender));
        }
        Ok(Self { child, is_gone: false, lines, stderr })
    }

    /// The next line within the time; what else happened otherwise.
    pub(crate) fn line(&mut self, within: Duration) -> Result<Line, RecvTimeoutError> {
        self.lines.recv_timeout(within)
    }

    /// Ends it and says how it ended, when it has said nothing.
    pub(crate) fn ended(mut self, why: RecvTimeoutError, begun: bool) -> Ended {
        if why == RecvTimeoutError::Timeout {
            self.kill();
            return Ended::OutOfTime { begun };
        }
        // Its output is closed, so it is ending; one that only closed its output is ended.
        let status = self.exit(END_MAX);
        Ended::Crashed(self.last_words(status))
    }

    /// What is wrong with the end of a process that has said that it is done.
    pub(crate) fn odd_end(mut self) -> Option<Ended> {
        match self.exit(EXIT_MAX) {
            None => Some(Ended::OutOfTime { begun: true }),
            Some(status) if status.success() => None,
            status => Some(Ended::Crashed(self.last_words(status))),
        }
    }

    /// Waits for it, then ends it and all that it started; its status when it ended by itself.
    fn exit(&mut self, within: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + within;
        // It stays until it is waited for, so its number and its group's are nobody else's yet.
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let pid = Pid::from_child(&self.child);
        let has_ended = || !matches!(waitid(WaitId::Pid(pid), look), Ok(None));
        let mut ended = has_ended();
        while !ended && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
            ended = has_ended();
        }
        self.kill();
        ended.then(|| self.child.wait().ok()).flatten()
    }

    fn kill(&mut self) {
        if std::mem::replace(&mut self.is_gone, true) {
            return;
        }
        // One that has ended already cannot be killed, and its status is known.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn last_words(&mut self, status: Option<ExitStatus>) -> String {
        let how = match status {
            None => "it closed its output and went on".to_owned(),
            Some(status) => match status.signal() {
                Some(signal) => signal_name(signal),
                None => format!("it ended the process with status {}", status.code().unwrap_or_default()),
            },
        };
        let end = self.stderr.seek(SeekFrom::End(0)).unwrap_or(0).min(STDERR_BYTES_MAX as u64);
        let mut said = Vec::new();
        let read =
            self.stderr.seek(SeekFrom::End(-(end as i64))).and_then(|_| self.stderr.read_to_end(&mut said));
        let said = String::from_utf8_lossy(&said);
        match (read, said.lines().rfind(|line| !line.trim().is_empty())) {
            (Ok(_), Some(line)) => format!("{how}: {}", line.trim()),
            _ => how,
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Sends the child's lines on until its output ends or is too long.
fn forward(stdout: ChildStdout, lines: &SyncSender<Line>) {
    for row in BufReader::new(stdout.take(STDOUT_BYTES_MAX)).split(b'\n').map_while(Result::ok) {
        let line = Line::read(&String::from_utf8_lossy(&row));
        if line.is_some_and(|line| lines.send(line).is_err()) {
            return;
        }
    }
}

fn signal_name(signal: i32) -> String {
    let name = match signal {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        31 => "SIGSYS",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a process runs; one that has ended and that nobody waits for does not.
    fn runs(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
    }

    #[test]
    fn what_a_child_started_ends_with_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for end in ["wait", "exit 0"] {
            let mut command = Command::new("sh");
            command.arg("-c").arg(format!("sleep 1000 & echo $! > {}; {end}", file.path().display()));
            let process = Process::start(command).unwrap();
            let pid = loop {
                let pid = std::fs::read_to_string(file.path()).unwrap();
                if pid.ends_with('\n') {
                    break pid;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            assert!(runs(&pid), "{end}");
            drop(process);
            let until = Instant::now() + Duration::from_secs(10);
            while runs(&pid) && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(1));
            }
            assert!(!runs(&pid), "{end}");
            std::fs::write(file.path(), "").unwrap();
        }
    }
}
