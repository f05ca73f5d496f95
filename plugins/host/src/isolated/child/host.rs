//! The host as a plugin in a worker sees it: it takes log lines and uses keys, over one socket.

use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

use plugin_sdk::{Error, MacAlgorithm, Result, SecretService, SignAlgorithm};

use crate::isolated::area::Area;
use crate::isolated::socket;
use crate::isolated::wire::{HEAD_BYTES, Head, op};
use crate::services::LogSink;

/// Longest answer to the use of a key, or reason for none.
const ANSWER_BYTES_MAX: usize = 4096;

/// The socket for what a plugin asks of its host.
pub(super) struct HostLine {
    socket: OwnedFd,
    /// Data to sign. Whoever holds it has the turn to ask and to read the answer.
    data: Mutex<Area>,
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

    fn used(&self, what: u32, handle: &str, algorithm: u32, data: &[u8]) -> Result<Vec<u8>> {
        let mut area = self.data.lock().unwrap_or_else(PoisonError::into_inner);
        let most = area.len();
        // SAFETY: the mapping is writable; the host only copies from it, and this process holds the lock.
        let room = unsafe { area.writable(0) }.get_mut(..data.len());
        let too_much = || Error::Invalid(format!("{} bytes to sign, at most {most}", data.len()));
        room.ok_or_else(too_much)?.copy_from_slice(data);
        let head =
            Head { op: what, extra: algorithm.into(), len: data.len() as u64, ..Head::default() }.to_bytes();
        let lost = |_| Error::Io("the host is gone".into());
        let message = [&head[..], handle.as_bytes()].concat();
        socket::send(self.socket.as_fd(), &message, true).map_err(lost)?;
        let mut answer = [0; HEAD_BYTES + ANSWER_BYTES_MAX];
        let got = socket::receive(self.socket.as_fd(), &mut answer).map_err(lost)?;
        let head = Head::of(&answer[..got]).ok_or_else(|| Error::Io("the host is gone".into()))?;
        let text = &answer[HEAD_BYTES..got];
        match Error::from_status(head.status, String::from_utf8_lossy(text).into_owned()) {
            None => Ok(text.to_vec()),
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
