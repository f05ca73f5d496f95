//! Encoded pictures, and who takes and makes them.

use std::sync::Arc;
use std::time::Instant;

/// How a picture is encoded: what every browser can (RFC 7742).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// VP8, RFC 6386: one frame a unit.
    Vp8,
    /// H.264: the NAL units of one picture, each behind a start code.
    H264,
}

/// One encoded picture.
#[derive(Clone)]
pub struct Unit {
    pub codec: Codec,
    pub data: Arc<[u8]>,
    /// When it was taken, in 1/90 000 s since a moment of the sender's choice (the RTP time, which here does not wrap).
    pub ticks: u64,
    /// When its first packet came; of a picture that is sent, when it was taken.
    pub at: Instant,
    /// It rests on no other picture.
    pub is_key: bool,
    /// Nothing is missing between the one before and this.
    pub follows: bool,
}

/// What the sender of pictures is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Go on.
    Nothing,
    /// Send one that rests on no other.
    KeyFrame,
}

/// Takes the pictures that a browser sends. It is called on the thread of all sessions, and must not block.
pub trait Sink: Send + 'static {
    /// Takes the next picture.
    fn take(&mut self, unit: Unit) -> Wanted;
}

/// Makes the pictures that a browser is sent. As [`Sink`], it must not block.
pub trait Source: Send + 'static {
    /// The browser can make nothing of the next picture, unless that rests on no other.
    fn want_key_frame(&mut self);
}
