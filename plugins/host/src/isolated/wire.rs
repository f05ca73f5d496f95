//! What host and worker say to each other: a head of fixed size in the datagram, the rest in shared memory.

use plugin_sdk::abi;

mod definitions;
mod frames;
mod identities;
mod payments;

pub(crate) use definitions::{put_definition, take_definition};
pub(crate) use frames::{copy_into, face_bytes, put_frames, take_frames};
pub(crate) use identities::{put_id_request, take_id_request};
pub(crate) use payments::{put_effect, put_event, put_request, take_effect, take_event, take_request};

/// What both sides have to be built from alike: the version, cut to fit the head, and the number of this protocol.
pub(crate) const VERSION: [u8; 16] = {
    let (text, mut version, mut at) = (env!("CARGO_PKG_VERSION").as_bytes(), [0; 16], 0);
    while at < text.len() && at < 15 {
        version[at] = text[at];
        at += 1;
    }
    version[15] = 2;
    version
};
/// Bytes of a head.
pub(crate) const HEAD_BYTES: usize = 72;
/// Where the data of a request begin in its area; before them lies the word for giving up.
pub(crate) const REQUEST_AT: usize = 64;
/// Where the data of an answer begin in its area; before them lies the reason.
pub(crate) const ANSWER_AT: usize = 1088;
/// Largest text of a reason.
pub(crate) const REASON_BYTES_MAX: usize = abi::REASON_BYTES_MAX;
/// Bytes of each area of the control socket, and of the area for data to sign.
pub(crate) const CONTROL_BYTES: usize = (1 << 20) + (64 << 10);
/// Where pixels are placed: on multiples of this.
const PIXELS_ALIGN: usize = 64;

/// What a message is about.
pub(crate) mod op {
    /// Host: here is the code. Worker: it is open, the manifest is in the area.
    pub(crate) const HELLO: u32 = 1;
    /// Host: settings and lanes. Worker: the plugin is active, what it offers is in the area.
    pub(crate) const START: u32 = 2;
    /// Host: how fit is the plugin? Worker: as it says.
    pub(crate) const HEALTH: u32 = 3;
    /// Host: deactivate, destroy and end.
    pub(crate) const STOP: u32 = 4;
    /// On lanes, by the host.
    pub(crate) const DETECT: u32 = 10;
    pub(crate) const SCORE: u32 = 11;
    pub(crate) const EMBED: u32 = 12;
    pub(crate) const BEGIN: u32 = 13;
    pub(crate) const STEP: u32 = 14;
    pub(crate) const END: u32 = 15;
    pub(crate) const BEGIN_IDENTITY: u32 = 16;
    /// On the services' socket, by the worker: a log line follows the head.
    pub(crate) const LOG: u32 = 20;
    /// On the services' socket, by the worker: the handle follows the head, the data are in the area.
    pub(crate) const MAC: u32 = 21;
    pub(crate) const SIGN: u32 = 22;
    /// On the services' socket, by the worker: a metric's definition follows the head; its handle is answered.
    pub(crate) const DEFINE: u32 = 23;
    /// On the services' socket, by the worker: a file's path in the package follows the head; its hash and descriptor are answered.
    pub(crate) const MAP: u32 = 24;
}

/// The head of every message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// One of [`op`]; an answer repeats its request's.
    pub(crate) op: u32,
    /// Of an answer.
    pub(crate) status: i32,
    /// Of the request; an answer repeats it.
    pub(crate) seq: u64,
    /// On `CLOCK_MONOTONIC`; 0 for none.
    pub(crate) deadline_ns: i64,
    pub(crate) trace_id: [u8; 16],
    pub(crate) span_id: [u8; 8],
    /// Bytes of data in the area, or after the head.
    pub(crate) len: u64,
    /// An operation's number, a count, a level or an algorithm.
    pub(crate) extra: u64,
    /// Bytes of the reason in an answer's area.
    pub(crate) reason_len: u32,
    /// Whether the reason says how the plugin broke the contract.
    pub(crate) flawed: bool,
}

impl Head {
    pub(crate) fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        bytes[0..4].copy_from_slice(&self.op.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.status.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.seq.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.deadline_ns.to_le_bytes());
        bytes[24..40].copy_from_slice(&self.trace_id);
        bytes[40..48].copy_from_slice(&self.span_id);
        bytes[48..56].copy_from_slice(&self.len.to_le_bytes());
        bytes[56..64].copy_from_slice(&self.extra.to_le_bytes());
        bytes[64..68].copy_from_slice(&self.reason_len.to_le_bytes());
        bytes[68] = self.flawed.into();
        bytes
    }

    /// The head at the beginning of a message; `None` when the message is shorter than one.
    pub(crate) fn of(message: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(message.get(..HEAD_BYTES)?);
        Some(Self {
            op: reader.u32()?,
            status: reader.u32()?.cast_signed(),
            seq: reader.u64()?,
            deadline_ns: reader.u64()?.cast_signed(),
            trace_id: reader.array()?,
            span_id: reader.array()?,
            len: reader.u64()?,
            extra: reader.u64()?,
            reason_len: reader.u32()?,
            flawed: reader.array::<1>()? == [1],
        })
    }
}

/// Data that do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

/// Writes values one after another.
pub(crate) struct Writer<'a> {
    room: &'a mut [u8],
    at: usize,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(room: &'a mut [u8]) -> Self {
        Self { room, at: 0 }
    }

    /// Bytes written.
    pub(crate) fn len(&self) -> usize {
        self.at
    }

    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let end = self.at.checked_add(bytes.len()).ok_or(Full)?;
        self.room.get_mut(self.at..end).ok_or(Full)?.copy_from_slice(bytes);
        self.at = end;
        Ok(())
    }

    pub(crate) fn u32(&mut self, value: u32) -> Result<(), Full> {
        self.raw(&value.to_le_bytes())
    }

    pub(crate) fn u64(&mut self, value: u64) -> Result<(), Full> {
        self.raw(&value.to_le_bytes())
    }

    /// A length, and the bytes.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.u64(bytes.len() as u64)?;
        self.raw(bytes)
    }

    /// The bytes on the next multiple of [`PIXELS_ALIGN`]. This is the one copy that pixels take on their way.
    pub(crate) fn pixels(&mut self, bytes: &[u8]) -> Result<(), Full> {
        self.u64(bytes.len() as u64)?;
        self.at = self.at.next_multiple_of(PIXELS_ALIGN);
        self.raw(bytes)
    }
}

/// Reads values one after another; `None` once they are not there.
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) fn raw(&mut self, len: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(len)?;
        let bytes = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.raw(N)?.try_into().ok()
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.u64()?).ok()?;
        self.raw(len)
    }

    pub(crate) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    pub(crate) fn pixels(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.u64()?).ok()?;
        self.at = self.at.checked_next_multiple_of(PIXELS_ALIGN)?;
        self.raw(len)
    }
}

#[cfg(test)]
mod strangers;
#[cfg(test)]
mod tests;
