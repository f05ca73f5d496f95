//! The thread beside each process: it serves the plugin's log lines, uses of keys, metrics and files, and sees the end.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use plugin_sdk::Error;

use super::area::Area;
use super::process::Process;
use super::shared::Shared;
use super::socket;
use super::wire::{self, HEAD_BYTES, Head, Reader, op};
use crate::faults::Failure;
use crate::services::{HostServices, Keys, bounded};

/// Longest message: a head and a log line.
const MESSAGE_BYTES_MAX: usize = HEAD_BYTES + 4096;
/// How long a process may live on after it has cut its connection.
const END_WAIT: Duration = Duration::from_secs(1);
/// The pause after a log line too many, and before a refusal: a plugin that floods the host waits, not the host.
const FLOOD_PAUSE: Duration = Duration::from_millis(1);

pub(super) struct Attendant {
    pub(super) shared: Arc<Shared>,
    pub(super) generation: u64,
    pub(super) process: Arc<Process>,
    pub(super) services: Arc<Mutex<HostServices>>,
}

impl Attendant {
    /// Attends to the process until it has ended, and to its replacement after that.
    pub(super) fn begin(self, socket: OwnedFd, data: Area) -> std::io::Result<()> {
        let name = format!("plugin-{}", self.generation);
        let process = Arc::clone(&self.process);
        let work = move || {
            let began = Instant::now();
            self.serve(&socket, &data);
            let end = self.process.reap(self.shared.options.memory_bytes_max);
            // What it recorded is final before anybody hears of the end.
            self.services.lock().unwrap_or_else(PoisonError::into_inner).leave_book();
            if self.shared.ended(self.generation, &self.process, end, began.elapsed()) {
                self.shared.restart(self.generation);
            }
        };
        std::thread::Builder::new().name(name).spawn(work).map(drop).inspect_err(|_| {
            process.kill(Failure::Crash, "had nobody to attend to it");
        })
    }

    /// Serves requests until the process ends, or no longer says what can be understood.
    fn serve(&self, socket: &OwnedFd, data: &Area) {
        loop {
            match socket::wait([socket.as_fd(), self.process.pidfd()], None) {
                Ok([true, _]) if self.serve_one(socket, data) => {}
                Ok([false, true]) => return,
                Ok([false, false]) => {}
                _ => break,
            }
        }
        // The connection is cut; the process is ending, or is made to.
        let until = Instant::now() + END_WAIT;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match socket::wait([self.process.pidfd(), self.process.pidfd()], Some(left)) {
                Ok([true, _]) => return,
                Ok(_) if !left.is_zero() => {}
                _ => return self.process.kill(Failure::Crash, "cut its connection and was killed"),
            }
        }
    }

    /// Serves the next request; false when there will be none.
    fn serve_one(&self, socket: &OwnedFd, data: &Area) -> bool {
        let mut message = [0; MESSAGE_BYTES_MAX];
        let Ok(got) = socket::receive(socket.as_fd(), &mut message) else { return false };
        let Some(head) = Head::of(&message[..got]) else { return false };
        let said = &message[HEAD_BYTES..got];
        let services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        match head.op {
            op::LOG => {
                let text = String::from_utf8_lossy(said).into_owned();
                let passed = services.log(u32::try_from(head.extra).unwrap_or(0), &bounded(text));
                drop(services);
                if !passed {
                    std::thread::sleep(FLOOD_PAUSE);
                }
                true
            }
            op::MAC | op::SIGN => {
                let made = used(&services, &head, &String::from_utf8_lossy(said), data);
                drop(services);
                if let Err(error) = &made {
                    // The handle is not named where it is not the plugin's: it is then any text.
                    let plugin = &self.shared.settings.id;
                    tracing::error!(%plugin, %error, "a plugin's use of a secret was refused");
                }
                let (status, bytes) = match made {
                    Ok(bytes) => (0, bytes),
                    Err(error) => (error.status(), error.reason().as_bytes().to_vec()),
                };
                answer(socket, Head { status, ..head }, &bytes)
            }
            op::DEFINE => {
                let definition = wire::take_definition(&mut Reader::new(said));
                let unreadable = || Err(Error::Invalid("a metric that cannot be read".into()));
                let given = definition.unwrap_or_else(unreadable).and_then(|metric| services.define(metric));
                drop(services);
                match given {
                    Ok(handle) => answer(socket, Head { status: 0, extra: u64::from(handle), ..head }, &[]),
                    Err(error) => refuse(socket, head, &error),
                }
            }
            op::MAP => {
                let artifacts = services.artifacts();
                drop(services); // the plugin may be slow to take the answer
                let name = std::str::from_utf8(said);
                let name = name.map_err(|_| Error::Invalid("a name that is no text".into()));
                let artifacts = name.and_then(|name| Ok((name, artifacts?)));
                match artifacts.as_ref().map(|(name, files)| files.get(name)) {
                    Ok(Ok(file)) => {
                        let head = Head { status: 0, extra: file.len(), len: 32, ..head };
                        let message = [&head.to_bytes()[..], &file.digest().0].concat();
                        socket::send_with(socket.as_fd(), &message, &[file.as_fd()], false).is_ok()
                    }
                    Ok(Err(error)) => refuse(socket, head, &error),
                    Err(error) => refuse(socket, head, error),
                }
            }
            _ => false,
        }
    }
}

/// Sends an answer with its text; false when it does not arrive.
fn answer(socket: &OwnedFd, head: Head, text: &[u8]) -> bool {
    let head = Head { len: text.len() as u64, ..head };
    socket::send(socket.as_fd(), &[&head.to_bytes()[..], text].concat(), false).is_ok()
}

/// Says why not, after a pause; the plugin's side logs it.
fn refuse(socket: &OwnedFd, head: Head, error: &Error) -> bool {
    std::thread::sleep(FLOOD_PAUSE);
    answer(socket, Head { status: error.status(), extra: 0, ..head }, error.reason().as_bytes())
}

/// The use of a key that a plugin asks for.
fn used(services: &HostServices, head: &Head, handle: &str, data: &Area) -> Result<Vec<u8>, Error> {
    let data = usize::try_from(head.len).ok().and_then(|len| data.copied(0, len));
    let data = data.ok_or_else(|| Error::Invalid("data outside their area".into()))?;
    let algorithm = u32::try_from(head.extra).unwrap_or(0);
    let make = |keys: &Keys, handle: &str, data: &[u8]| match head.op {
        op::MAC => keys.mac(handle, algorithm, data),
        _ => keys.sign(handle, algorithm, data),
    };
    services.use_key(handle, &data, make)
}
