//! The socket over which a process is told what to run, and asked how its plugin is.

use std::fs::File;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::{Duration, Instant};

use super::area::Area;
use super::lane::{self, Lane};
use super::process::Process;
use super::sandbox::Enforced;
use super::shared::Shared;
use super::socket;
use super::wire::{
    ANSWER_AT, CONTROL_BYTES, Full, HEAD_BYTES, Head, REQUEST_AT, Reader, VERSION, Writer, op,
};
use crate::error::LoadError;
use crate::faults::Failure;
use crate::home::Lost;
use crate::instance::{Offers, embedding_info};
use crate::manifest::Manifest;
use crate::metrics::BOARD_BYTES;
use crate::services::{bounded, finest};
use crate::settings::Settled;

/// Most calls at once, whatever a plugin allows.
const LANES_MAX: u32 = 8;
/// Bytes for the answer of one call.
const ANSWER_BYTES: usize = 4 << 20;
/// Longest wait for a plugin to be opened, and again to become active.
const START_MAX: Duration = Duration::from_secs(30);
/// The socket over which a plugin is started, asked for its health and stopped.
pub(super) struct Control {
    pub(super) socket: OwnedFd,
    pub(super) request: Area,
    pub(super) answer: Area,
    pub(super) seq: u64,
}

impl Control {
    /// Hands over the code. The sandbox is in force before any of it runs; what it says of itself comes back.
    pub(super) fn open(
        &mut self,
        shared: &Shared,
        process: &Process,
        fds: &[BorrowedFd<'_>],
    ) -> Result<(Enforced, Manifest), LoadError> {
        let options = &shared.options;
        let id = &shared.settings.id;
        let lanes_bytes = (options.call_bytes_max + ANSWER_BYTES + REQUEST_AT + ANSWER_AT) as u64;
        let shared_bytes = u64::from(LANES_MAX) * lanes_bytes
            + (3 * CONTROL_BYTES + BOARD_BYTES) as u64
            + shared.artifacts.as_ref().map_or(0, |artifacts| artifacts.bytes())
            + shared.code.len();
        let put = |to: &mut Writer<'_>| {
            to.raw(&VERSION)?;
            to.bytes(shared.path.as_os_str().as_encoded_bytes())?;
            to.bytes(id.as_bytes())?;
            to.raw(&shared.code.digest().0)?;
            to.u32(finest())?;
            to.u32(options.unsandboxed.into())?;
            to.u64(options.memory_bytes_max)?;
            to.u64(shared_bytes)?;
            to.u64(options.cpu_s_max)
        };
        let head = self.written(op::HELLO, put).map_err(|Full| shared.failed("has too long a path"))?;
        let ended = |lost| shared.failed(&while_starting(&lost));
        socket::send_with(self.socket.as_fd(), &head.to_bytes(), fds, true)
            .map_err(|_| ended(lane::gone(process)))?;
        // The first answer is sent before any of the plugin's code has run, so it can be believed.
        let entered = self.answer(process, &head, START_MAX).map_err(ended)?.0;
        if entered.trace_id != VERSION {
            let program = shared.options.program.display();
            return Err(
                shared.failed(&format!("{program} is of another version; install both of one version"))
            );
        }
        let enforced = Enforced::from_bits(entered.extra);
        if !enforced.is_whole() {
            if !options.unsandboxed {
                return Err(shared.failed(&format!(
                    "this machine cannot enforce the sandbox ({enforced}); use a kernel with landlock and seccomp, or \
                     allow plugins.unsandboxed"
                )));
            }
            tracing::error!(plugin = %id, "PLUGIN RUNS WITHOUT A WHOLE SANDBOX: {enforced}");
        }
        let (opened, data) = self.answer(process, &head, START_MAX).map_err(ended)?;
        refused(&opened, &data)?;
        Ok((enforced, Manifest::of_json(&data, &shared.path, shared.code.digest().0, id)?))
    }

    /// Hands over settings and lanes; what the active plugin offers comes back.
    pub(super) fn activate(
        &mut self,
        shared: &Shared,
        process: &Process,
        settled: &Settled,
    ) -> Result<(Offers, Vec<Lane>), LoadError> {
        let io = |error: std::io::Error| shared.failed(&format!("could not be prepared: {error}"));
        let (manifest, _) = shared.spec.get().expect("known since the plugin was opened");
        let request_bytes = shared.options.call_bytes_max + REQUEST_AT;
        let count = manifest.max_concurrency.min(LANES_MAX);
        let (mut lanes, mut sockets, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..count {
            let (lane, socket, pair) = prepared(request_bytes).map_err(io)?;
            lanes.push(lane);
            sockets.push(socket);
            files.extend(pair);
        }
        let put = |to: &mut Writer<'_>| {
            to.bytes(settled.json.as_bytes())?;
            to.u32(settled.secret_handles.len() as u32)?;
            settled.secret_handles.iter().try_for_each(|handle| to.bytes(handle.as_bytes()))?;
            to.u32(shared.secrets.is_some().into())?;
            to.u32(shared.artifacts.is_some().into())?;
            let limits = shared.limits;
            for value in [limits.max_batch, limits.max_width, limits.max_height, limits.threads, count] {
                to.u32(value)?;
            }
            to.u64(request_bytes as u64)?;
            to.u64((ANSWER_BYTES + ANSWER_AT) as u64)
        };
        let head = self.written(op::START, put).map_err(|Full| shared.failed("has too long settings"))?;
        let mut fds: Vec<BorrowedFd<'_>> = sockets.iter().map(AsFd::as_fd).collect();
        fds.extend(files.iter().map(AsFd::as_fd));
        let ended = |lost| shared.failed(&while_starting(&lost));
        socket::send_with(self.socket.as_fd(), &head.to_bytes(), &fds, true)
            .map_err(|_| ended(lane::gone(process)))?;
        let (started, data) = self.answer(process, &head, START_MAX).map_err(ended)?;
        refused(&started, &data)?;
        let unreadable = || shared.failed("says unreadably what it offers");
        Ok((offers(manifest, &data).ok_or_else(unreadable)??, lanes))
    }

    /// A request of which only the head is still to be sent.
    fn written(
        &mut self,
        op: u32,
        put: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<Head, Full> {
        // SAFETY: this process alone can write the area: it is sealed so.
        let mut writer = Writer::new(unsafe { self.request.writable(REQUEST_AT) });
        put(&mut writer)?;
        self.seq += 1;
        Ok(Head { op, seq: self.seq, len: writer.len() as u64, ..Head::default() })
    }

    pub(super) fn ask(
        &mut self,
        process: &Process,
        op: u32,
        data: &[u8],
        time: Duration,
    ) -> Result<(Head, Vec<u8>), Lost> {
        let too_long = |Full| Lost::Caller("too much to ask".into());
        let head = self.written(op, |to| to.raw(data)).map_err(too_long)?;
        socket::send(self.socket.as_fd(), &head.to_bytes(), true).map_err(|_| lane::gone(process))?;
        self.answer(process, &head, time)
    }

    /// The next answer and a copy of its data. A process that gives none in time is killed.
    fn answer(&self, process: &Process, asked: &Head, time: Duration) -> Result<(Head, Vec<u8>), Lost> {
        let until = Instant::now() + time;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            match socket::wait([self.socket.as_fd(), process.pidfd()], Some(left)) {
                Ok([true, _]) => break,
                Ok([false, false]) if !left.is_zero() => {}
                Ok([false, false]) => {
                    process.kill(Failure::Hang, &format!("did not answer within {time:?} and was killed"));
                    process.end_within(time);
                    return Err(Lost::Hung(time));
                }
                _ => return Err(lane::gone(process)),
            }
        }
        let mut message = [0; HEAD_BYTES];
        let head = match socket::receive(self.socket.as_fd(), &mut message) {
            Ok(HEAD_BYTES) => Head::of(&message).filter(|head| (head.op, head.seq) == (asked.op, asked.seq)),
            _ => None,
        };
        let head = head.ok_or_else(|| lane::gone(process))?;
        let data = usize::try_from(head.len).ok().and_then(|len| self.answer.copied(0, len));
        Ok((head, data.ok_or_else(|| Lost::Malformed("an answer outside its area".into()))?))
    }
}

/// A lane, and what the worker gets of it: its end of the socket, the request's and the answer's memory.
fn prepared(request_bytes: usize) -> std::io::Result<(Lane, OwnedFd, [File; 2])> {
    let (socket, theirs) = socket::pair()?;
    let (request, request_file) = Area::to_write(request_bytes)?;
    let (answer, answer_file) = Area::to_read(ANSWER_BYTES + ANSWER_AT)?;
    Ok((Lane { socket, request, answer, seq: 0 }, theirs, [request_file, answer_file]))
}

/// The error of a process that reports one.
fn refused(head: &Head, data: &[u8]) -> Result<(), LoadError> {
    match head.status {
        0 => Ok(()),
        _ => Err(LoadError::Apart { what: bounded(String::from_utf8_lossy(data).into_owned()) }),
    }
}

fn while_starting(lost: &Lost) -> String {
    match lost {
        Lost::Crashed(how) => format!("{how} while it was loaded"),
        Lost::Hung(after) => format!("was not ready within {after:?} and was killed"),
        other => other.to_string(),
    }
}

/// What an active plugin says that it offers.
fn offers(manifest: &Manifest, data: &[u8]) -> Option<Result<Offers, LoadError>> {
    let mut from = Reader::new(data);
    let (detector, liveness) = (from.u32()? != 0, from.u32()? != 0);
    let (recognizes, dim, metric, model_tag) = (from.u32()? != 0, from.u32()?, from.u32()?, from.u32()?);
    let mut machine = || {
        let (is_one, ops_mask, caps) = (from.u32()? != 0, from.u32()?, from.u64()?);
        Some(is_one.then_some((ops_mask, caps)))
    };
    let (payment, identity) = (machine()?, machine()?);
    let recognizer = recognizes.then(|| embedding_info(manifest, dim, metric, model_tag)).transpose();
    Some(recognizer.map(|recognizer| Offers { detector, liveness, recognizer, payment, identity }))
}
