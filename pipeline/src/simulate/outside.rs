//! Simulated cameras in a process of their own: what they cost is theirs, and they can be stopped or killed as a whole.
//!
//! The process tells the address of each camera, a line each, and an empty line. Then it takes a line for each switch: the
//! camera's number, the switch and its value. It ends with its standard input.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use super::encoder::broken;
use super::mount::Mount;
use super::{Clip, SimulateError};

/// A farm in another process, seen from this one. Dropping it ends the process.
pub struct OutsideFarm {
    process: Child,
    orders: Option<ChildStdin>,
    urls: Vec<String>,
}

impl OutsideFarm {
    /// Starts a process that [serves](serve) cameras, and waits until they are there.
    ///
    /// # Errors
    /// [`SimulateError::Broken`] when it does not start, or ends before it has told its cameras.
    pub fn start(command: &mut Command) -> Result<Self, SimulateError> {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().map_err(broken)?;
        let orders = process.stdin.take();
        let mut farm = Self { process, orders, urls: Vec::new() };
        let told = farm.process.stdout.take().into_iter().flat_map(|told| BufReader::new(told).lines());
        for line in told {
            let line = line.map_err(broken)?;
            match line.as_str() {
                "" if !farm.urls.is_empty() => return Ok(farm),
                url if url.starts_with("rtsp://") => farm.urls.push(line),
                // A test runner has something to say before.
                _ => {}
            }
        }
        Err(broken("the process of the simulated cameras ended"))
    }

    /// The addresses of its cameras, by their numbers.
    pub fn urls(&self) -> &[String] {
        &self.urls
    }

    /// The number of its process, to stop or to kill it.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Turns a switch of a camera: `stall`, `black`, `freeze`, `keys_only` with 0 or 1; `lag_ms`, `damage_permille`; `show`
    /// with the number of a clip, 0 for its own; `end`.
    ///
    /// # Errors
    /// [`SimulateError::Broken`] when the process has ended.
    pub fn turn(&mut self, camera: usize, switch: &str, value: u32) -> Result<(), SimulateError> {
        let orders = self.orders.as_mut().ok_or_else(|| broken("no orders are taken"))?;
        writeln!(orders, "{camera} {switch} {value}").and_then(|()| orders.flush()).map_err(broken)
    }
}

impl Drop for OutsideFarm {
    fn drop(&mut self) {
        drop(self.orders.take());
        // It may have been killed, or stopped and never continued.
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}

/// Tells the cameras on standard output and takes orders from standard input until it is closed. `clips` are what cameras
/// can show instead of their own.
///
/// # Errors
/// [`SimulateError::Broken`] for an order that is none.
pub fn serve(mounts: &[Mount], clips: &[Clip]) -> Result<(), SimulateError> {
    let mut out = std::io::stdout().lock();
    for mount in mounts {
        writeln!(out, "{}", mount.url()).map_err(broken)?;
    }
    writeln!(out).and_then(|()| out.flush()).map_err(broken)?;
    for order in std::io::stdin().lock().lines() {
        let order = order.map_err(broken)?;
        obey(mounts, clips, &order).ok_or_else(|| broken(format!("no such order: {order}")))?;
    }
    Ok(())
}

fn obey(mounts: &[Mount], clips: &[Clip], order: &str) -> Option<()> {
    let mut words = order.split_whitespace();
    let mount = mounts.get(words.next()?.parse::<usize>().ok()?)?;
    let (switch, value) = (words.next()?, words.next()?.parse::<u32>().ok()?);
    match switch {
        "stall" => mount.stall(value > 0),
        "black" => mount.black(value > 0),
        "freeze" => mount.freeze(value > 0),
        "keys_only" => mount.keys_only(value > 0),
        "lag_ms" => mount.lag(Duration::from_millis(value.into())),
        "damage_permille" => mount.damage(value),
        "show" if value == 0 => mount.show(None),
        "show" => mount.show(Some(clips.get(value as usize - 1)?.clone())),
        "end" => mount.end(),
        _ => return None,
    }
    Some(())
}
