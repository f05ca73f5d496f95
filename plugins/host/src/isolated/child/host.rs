//! The host as a plugin in a worker sees it: it takes log lines, uses keys, defines metrics and hands over files, over one socket.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use plugin_sdk::{Error, MacAlgorithm, Result, SecretService, SignAlgorithm};

use crate::isolated::area::Area;
use crate::isolated::socket;
use crate::isolated::wire::{self, Full, HEAD_BYTES, Head, Writer, op};
use crate::services::{DefineAway, LogSink, MapAway, mapped};

/// Longest answer to the use of a key, or reason for none.
const ANSWER_BYTES_MAX: usize = 4096;
/// Longest definition of a metric on its way.
const DEFINITION_BYTES_MAX: usize = 1024;
/// Longest name of an artifact that is asked for; none is as long.
const NAME_BYTES_MAX: usize = 1024;

/// The socket for what a plugin asks of its host.
pub(super) struct HostLine {
    socket: OwnedFd,
    /// Data to sign. Whoever holds it has the turn to ask and to read the answer.
    data: Mutex<Area>,
}

/// What the host answered.
struct Answer {
    head: Head,
    text: Vec<u8>,
    fds: Vec<OwnedFd>,
}

impl HostLine {
    pub(super) fn new(socket: OwnedFd, data: Area) -> Self {
        Self { socket, data: Mutex::new(data) }
    }

    /// A log whose lines go to the host. A line that the host has no room for is dropped.
    pub(super) fn log(self: &Arc<Self>, finest: u32) -> LogSink {
        let line = Arc::clone(self);
        let send = move |level: u32, text: &str| {
            let head = Head { op: op::LOG, extra: level.into(), len: text.len() as u64, ..Head::default() };
            let message = [&head.to_bytes()[..], text.as_bytes()].concat();
            let _ = socket::send(line.socket.as_fd(), &message, false);
        };
        LogSink::Away { finest, send: Box::new(send) }
    }

    /// Has the host define metrics.
    pub(super) fn define(self: &Arc<Self>) -> DefineAway {
        let line = Arc::clone(self);
        Box::new(move |definition| {
            let mut room = [0; DEFINITION_BYTES_MAX];
            let mut to = Writer::new(&mut room);
            let put = wire::put_definition(&mut to, definition);
            put.map_err(|Full| Error::Invalid("a metric too long to be sent".into()))?;
            let len = to.len();
            let _turn = line.data.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = line.asked(Head { op: op::DEFINE, ..Head::default() }, &room[..len])?;
            u32::try_from(answer.head.extra).map_err(|_| Error::Internal("a handle of the host".into()))
        })
    }

    /// Has the host hand over files of the plugin's package.
    pub(super) fn map(self: &Arc<Self>) -> MapAway {
        let line = Arc::clone(self);
        Arc::new(move |name: &str| {
            let _turn = line.data.lock().unwrap_or_else(PoisonError::into_inner);
            if name.len() > NAME_BYTES_MAX {
                return Err(Error::Invalid("no file of a package has so long a name".into()));
            }
            let answer = line.asked(Head { op: op::MAP, ..Head::default() }, name.as_bytes())?;
            let unreadable = || Error::Internal("an artifact of the host".into());
            let sha256 = <[u8; 32]>::try_from(answer.text).map_err(|_| unreadable())?;
            let file = answer.fds.first().ok_or_else(unreadable)?;
            mapped(sha256, file.as_fd(), answer.head.extra)
        })
    }

    fn used(&self, what: u32, handle: &str, algorithm: u32, data: &[u8]) -> Result<Vec<u8>> {
        let mut area = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        let most = area.len();
        // SAFETY: the mapping is writable; the host only copies from it, and this process holds the lock.
        let room = unsafe { area.writable(0) }.get_mut(..data.len());
        let too_much = || Error::Invalid(format!("{} bytes to sign, at most {most}", data.len()));
        room.ok_or_else(too_much)?.copy_from_slice(data);
        let head = Head { op: what, extra: algorithm.into(), len: data.len() as u64, ..Head::default() };
        self.asked(head, handle.as_bytes()).map(|answer| answer.text)
    }

    /// Asks the host and waits for its answer. Whoever holds `data` has the turn.
    fn asked(&self, head: Head, text: &[u8]) -> Result<Answer> {
        let lost = |_| Error::Io("the host is gone".into());
        let message = [&head.to_bytes()[..], text].concat();
        socket::send(self.socket.as_fd(), &message, true).map_err(lost)?;
        let mut answer = [0; HEAD_BYTES + ANSWER_BYTES_MAX];
        let (got, fds) = socket::receive_with(self.socket.as_fd(), &mut answer).map_err(lost)?;
        let head = Head::of(&answer[..got]).ok_or_else(|| Error::Io("the host is gone".into()))?;
        let text = &answer[HEAD_BYTES..got];
        match Error::from_status(head.status, String::from_utf8_lossy(text).into_owned()) {
            None => Ok(Answer { head, text: text.to_vec(), fds }),
            Some(error) => Err(error),
        }
    }
}

impl SecretService for HostLine {
    fn mac(&self, handle: &str, algorithm: MacAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        self.used(op::MAC, handle, algorithm.code(), data)
    }

    fn sign(&self, handle: &str, algorithm: SignAlgorithm, data: &[u8]) -> Result<Vec<u8>> {
        self.used(op::SIGN, handle, algorithm.code(), data)
    }
}
