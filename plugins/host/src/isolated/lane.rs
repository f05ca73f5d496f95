//! One call at a time into a worker: a socket, an area for the request and one for the answer.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use plugin_sdk::abi::{self, fp_call, fp_status};
use plugin_sdk::monotonic_ns;

use super::area::Area;
use super::process::Process;
use super::socket;
use super::wire::{ANSWER_AT, Full, HEAD_BYTES, Head, REASON_BYTES_MAX, REQUEST_AT, Writer};
use crate::faults::Failure;
use crate::home::Lost;

/// Longest call without a deadline.
const CALL_MAX: Duration = Duration::from_secs(60);
/// What a worker is given after its deadline to give up by itself.
const GRACE: Duration = Duration::from_millis(250);
/// How soon a caller's wish to give up is passed on.
const CANCEL_LOOK: Duration = Duration::from_millis(10);
/// Longest wait for the words about a process that has ended.
const END_WAIT: Duration = Duration::from_secs(1);

/// The host's side of a lane.
pub(super) struct Lane {
    pub(super) socket: OwnedFd,
    pub(super) request: Area,
    pub(super) answer: Area,
    pub(super) seq: u64,
}

/// What a worker answered, copied out of its reach and not yet checked.
pub(super) struct Answer {
    pub(super) status: fp_status,
    pub(super) extra: u64,
    pub(super) data: Vec<u8>,
}

/// Why a lane gave no answer, and whether it can be used again.
pub(super) struct Failed {
    pub(super) lost: Lost,
    pub(super) usable: bool,
}

impl Lane {
    /// Makes a call and waits for its answer: no longer than its deadline and a grace, after which the worker is killed.
    pub(super) fn ask(
        &mut self,
        process: &Process,
        call: &fp_call,
        (op, extra): (u32, u64),
        put: impl FnOnce(&mut Writer<'_>) -> Result<(), Full>,
    ) -> Result<Answer, Failed> {
        self.cancel_word().store(0, Ordering::Relaxed);
        let most = self.request.len() - REQUEST_AT;
        // SAFETY: this process alone can write the area (it is sealed so), and the word before `REQUEST_AT` is left out.
        let mut writer = Writer::new(unsafe { self.request.writable(REQUEST_AT) });
        if put(&mut writer).is_err() {
            let lost = Lost::Caller(format!("more than the {most} bytes that one call takes to its process"));
            return Err(Failed { lost, usable: true });
        }
        let len = writer.len() as u64;
        self.seq += 1;
        let (trace_id, span_id) = (call.trace_id, call.span_id);
        let (deadline_ns, seq) = (call.deadline_ns, self.seq);
        let head = Head { op, seq, deadline_ns, trace_id, span_id, len, extra, ..Head::default() };
        let broken = |lost| Failed { lost, usable: false };
        if socket::send(self.socket.as_fd(), &head.to_bytes(), true).is_err() {
            return Err(broken(gone(process)));
        }
        let answer = self.answered(process, call).map_err(broken)?;
        self.checked(&head, &answer, call)
            .map_err(|what| {
                process.kill(Failure::Crash, &format!("answered with {what}"));
                broken(Lost::Malformed(what))
            })
            .and_then(|checked| checked.map_err(|lost| Failed { lost, usable: true }))
    }

    /// The head of the answer.
    fn answered(&self, process: &Process, call: &fp_call) -> Result<Head, Lost> {
        let began = Instant::now();
        let left_ns = (call.deadline_ns - monotonic_ns()).max(0).unsigned_abs();
        let given = if call.deadline_ns > 0 { Duration::from_nanos(left_ns) } else { CALL_MAX };
        let mut until = began + given;
        let mut told = false;
        loop {
            // SAFETY: null, or a word that outlives the call and is accessed atomically only.
            let cancel = unsafe { call.cancel.cast::<AtomicU32>().as_ref() };
            if cancel.is_some_and(|word| word.load(Ordering::Acquire) != 0) {
                self.cancel_word().store(1, Ordering::Release);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() && told {
                process.kill(Failure::Hang, &format!("did not answer within {given:?} and was killed"));
                process.end_within(END_WAIT);
                return Err(Lost::Hung(given));
            }
            if left.is_zero() {
                self.cancel_word().store(1, Ordering::Release);
                (until, told) = (Instant::now() + GRACE, true);
                continue;
            }
            let look = if cancel.is_some() { left.min(CANCEL_LOOK) } else { left };
            match socket::wait([self.socket.as_fd(), process.pidfd()], Some(look)) {
                Ok([true, _]) => return received(self.socket.as_fd()).ok_or_else(|| gone(process)),
                Ok([_, true]) | Err(_) => return Err(gone(process)),
                Ok(_) => {}
            }
        }
    }

    /// What the answer holds, copied; `Err` when it is none to this request, `Ok(Err)` when the plugin broke the contract.
    fn checked(&self, asked: &Head, answer: &Head, call: &fp_call) -> Result<Result<Answer, Lost>, String> {
        if (answer.op, answer.seq) != (asked.op, asked.seq) {
            return Err("an answer to another call".into());
        }
        let reason_len = answer.reason_len as usize;
        let reason = self.answer.copied(0, reason_len).filter(|_| reason_len <= REASON_BYTES_MAX);
        let len = usize::try_from(answer.len).unwrap_or(usize::MAX);
        let (Some(reason), Some(data)) = (reason, self.answer.copied(ANSWER_AT, len)) else {
            return Err("an answer outside its area".into());
        };
        let reason = String::from_utf8_lossy(&reason).replace(char::is_control, " ");
        if answer.flawed {
            return Ok(Err(Lost::Malformed(reason)));
        }
        // SAFETY: null or a writer that is valid during the call.
        unsafe { abi::write_text(call.reason, &reason) };
        Ok(Ok(Answer { status: answer.status, extra: answer.extra, data }))
    }

    /// The word that tells the plugin to give up.
    fn cancel_word(&self) -> &AtomicU32 {
        // SAFETY: the first word of the area, aligned, alive as long as `self`, accessed atomically only.
        unsafe { &*self.request.base().cast::<AtomicU32>() }
    }
}

/// The next head on a socket; `None` once the other side has ended, or says what is no head.
pub(super) fn received(socket: BorrowedFd<'_>) -> Option<Head> {
    let mut head = [0; HEAD_BYTES];
    match socket::receive(socket, &mut head) {
        Ok(HEAD_BYTES) => Head::of(&head),
        _ => None,
    }
}

/// A process that has ended, or cut the connection and is made to.
pub(super) fn gone(process: &Process) -> Lost {
    let end = process.end_within(END_WAIT).or_else(|| {
        process.kill(Failure::Crash, "cut its connection and was killed");
        process.end_within(END_WAIT)
    });
    Lost::Crashed(end.map_or_else(|| "ended".to_owned(), |end| end.how))
}
