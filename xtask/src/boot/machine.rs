//! A machine in systemd-nspawn: booted, asked from outside, powered off at the end.
use std::{
    cell::Cell,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::SANDBOXED;
use crate::command::Failure;

const BOOT_MAX: Duration = Duration::from_secs(90);
const POWER_OFF_MAX: Duration = Duration::from_secs(30);
/// What is waited for is looked at so often.
const EVERY: Duration = Duration::from_millis(250);

/// A booted Debian.
pub(super) struct Machine {
    nspawn: Child,
    /// Its process 1, by the number that it has here.
    first: u32,
    booted: Instant,
    /// How many claims held.
    held: Cell<u32>,
}

impl Machine {
    /// Boots what lies in `root`, without a network.
    ///
    /// # Errors
    /// Why it does not boot here.
    pub(super) fn boot(root: &Path) -> Result<Self, Failure> {
        let console = console(root);
        let log = File::create(&console)?;
        let nspawn = Command::new("systemd-nspawn")
            .args(["--quiet", "--boot", "--private-network", "--register=no", "--keep-unit"])
            .args(SANDBOXED)
            .args(["--console=pipe", "--directory"])
            .arg(root)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .map_err(|error| format!("systemd-nspawn: {error}"))?;
        let mut machine = Self { nspawn, first: 0, booted: Instant::now(), held: Cell::new(0) };
        while machine.booted.elapsed() < BOOT_MAX {
            if machine.nspawn.try_wait()?.is_some() {
                break;
            }
            machine.first = child_of(machine.nspawn.id()).unwrap_or_default();
            if machine.first != 0 && machine.is_up() {
                println!("boot: a Debian is up after {:.1} s", machine.booted.elapsed().as_secs_f64());
                return Ok(machine);
            }
            thread::sleep(EVERY);
        }
        let said = fs::read_to_string(&console).unwrap_or_default();
        Err(format!("systemd-nspawn boots nothing here: {}", said.lines().last().unwrap_or_default()).into())
    }

    /// Degraded by what a machine in a container has no use for is up as well.
    fn is_up(&self) -> bool {
        let state = self.told("systemctl is-system-running");
        ["running", "degraded"].contains(&state.trim())
    }

    fn run(&self, script: &str) -> Result<Output, Failure> {
        let mut enter = Command::new("nsenter");
        enter
            .args(["--all", "--target", &self.first.to_string(), "--"])
            .args(["sh", "-c", script])
            .env_clear()
            .envs([("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("HOME", "/root"), ("LC_ALL", "C.UTF-8")])
            .stdin(Stdio::null());
        Ok(enter.output()?)
    }

    /// What a script says in there, both ways.
    pub(super) fn told(&self, script: &str) -> String {
        self.run(script).map_or_else(|error| error.to_string(), |output| said(&output))
    }

    /// Prints what `script` says, for it has to succeed.
    ///
    /// # Errors
    /// When it doesn't.
    pub(super) fn must(&self, claim: &str, script: &str) -> Result<(), Failure> {
        let output = self.run(script)?;
        if output.status.success() {
            self.print(claim, &output);
            return Ok(());
        }
        Err(format!("{claim}: `{script}` ended with {} and said:\n{}", output.status, said(&output)).into())
    }

    /// Waits until `script` succeeds.
    ///
    /// # Errors
    /// When it does not in time.
    pub(super) fn comes(&self, claim: &str, within: Duration, script: &str) -> Result<(), Failure> {
        let begun = Instant::now();
        loop {
            let output = self.run(script)?;
            if output.status.success() {
                self.print(&format!("{claim} after {:.1} s", begun.elapsed().as_secs_f64()), &output);
                return Ok(());
            }
            if begun.elapsed() > within {
                return Err(format!("{claim}: not within {} s: {}", within.as_secs(), said(&output)).into());
            }
            thread::sleep(EVERY);
        }
    }

    /// How many claims held, and since when it has been up.
    pub(super) fn sum(&self) -> String {
        format!("{} claims held in {} s", self.held.get(), self.booted.elapsed().as_secs())
    }

    fn print(&self, claim: &str, output: &Output) {
        let at = self.booted.elapsed().as_secs_f64();
        let said = said(output);
        self.held.set(self.held.get() + 1);
        println!("boot: {at:6.1} s  {claim}: {}", said.trim().lines().last().unwrap_or_default());
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // SIGRTMIN+4 is systemd's word for powering off; what does not hear it is ended. Process 0 would be this one's group.
        if self.first != 0 {
            let _ = Command::new("kill").args(["-s", "RTMIN+4", &self.first.to_string()]).status();
        }
        let begun = Instant::now();
        while begun.elapsed() < POWER_OFF_MAX {
            if !matches!(self.nspawn.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(EVERY);
        }
        let _ = self.nspawn.kill();
        let _ = self.nspawn.wait();
    }
}

/// Beside the machine's files, not among them.
fn console(root: &Path) -> PathBuf {
    root.with_extension("console")
}

fn child_of(process: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
