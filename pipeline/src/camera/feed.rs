//! A camera whose pictures a client sends as video: decoded one after the other on a thread of their own.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use gstreamer::ClockTime;

use super::CameraError;
use super::push::{self, Claim, LIMITS};
use super::seat::Seat;
use crate::ingest::{Fault, Reporter, Signal, Units};

/// Pictures that wait for the decoder's thread: a quarter of a second of them. Later ones would be old.
const WAITING_MAX: usize = 8;
const SIGNALS_MAX: usize = 16;
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// A picture that is encoded in more is none of a camera before a payer.
const BYTES_MAX: usize = 2 << 20;

/// How a client's video is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedCodec {
    /// VP8 (RFC 6386).
    Vp8,
    /// H.264, its NAL units behind start codes (ITU-T H.264, annex B).
    H264,
}

impl FeedCodec {
    /// As RTP names it.
    pub(crate) fn encoding(self) -> &'static str {
        match self {
            FeedCodec::Vp8 => "VP8",
            FeedCodec::H264 => "H264",
        }
    }
}

/// One encoded picture.
pub struct FeedUnit {
    /// How it is encoded.
    pub codec: FeedCodec,
    /// The picture.
    pub data: Arc<[u8]>,
    /// When it was taken, in 1/90 000 s of the client's clock: how late it is follows from this.
    pub ticks: u64,
    /// It rests on no other.
    pub is_key: bool,
    /// Nothing is missing between the one before and this.
    pub follows: bool,
}

/// What became of an encoded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fed {
    /// It is on its way to the decoder.
    Taken,
    /// It was dropped, and so are those that follow up to one that rests on no other.
    NeedsKeyFrame,
    /// Nothing more is taken: another client has taken over, the camera is gone, or this is no video that can be decoded.
    Gone,
}

/// A client's video. The client is the one that delivers the camera's pictures until this is dropped.
pub struct Feed {
    seat: Arc<Seat>,
    units: SyncSender<FeedUnit>,
    codec: Option<FeedCodec>,
    /// Whether the decoder has had everything that the next picture rests on.
    whole: bool,
}

impl Feed {
    pub(super) fn start(claim: Claim, seat: Arc<Seat>) -> Result<(Feed, JoinHandle<()>), CameraError> {
        let (units, waiting) = sync_channel(WAITING_MAX);
        let decoded = Arc::clone(&seat);
        let thread = std::thread::Builder::new()
            .name(format!("feed-{}", seat.id()))
            .spawn(move || {
                if let Err(fault) = decode(&claim, &decoded, &waiting) {
                    decoded.enter(fault.state, &fault.reason);
                }
            })
            .map_err(|error| CameraError::Machine(format!("no thread for the camera: {error}")))?;
        Ok((Feed { seat, units, codec: None, whole: false }, thread))
    }

    /// Leaves a picture for the decoder. Nothing that rests on a missing picture is decoded. Does not block.
    pub fn push(&mut self, unit: FeedUnit) -> Fed {
        let fits = unit.data.len() <= BYTES_MAX && (!unit.is_key || is_small_enough(&unit));
        if *self.codec.get_or_insert(unit.codec) != unit.codec || !fits {
            return Fed::Gone;
        }
        if !unit.follows && self.whole {
            self.seat.damaged(Instant::now());
            self.whole = false;
        }
        self.whole |= unit.is_key;
        if !self.whole {
            return Fed::NeedsKeyFrame;
        }
        match self.units.try_send(unit) {
            Ok(()) => Fed::Taken,
            Err(TrySendError::Full(_)) => {
                self.whole = false;
                Fed::NeedsKeyFrame
            }
            Err(TrySendError::Disconnected(_)) => Fed::Gone,
        }
    }
}

/// Whether a picture that stands for itself is of a size that is decoded. VP8 says it in the ten bytes that such a picture
/// begins with (RFC 6386, 9.1); that of H.264 is read by its parser.
fn is_small_enough(unit: &FeedUnit) -> bool {
    let FeedCodec::Vp8 = unit.codec else { return true };
    let Some([_, _, _, 0x9d, 0x01, 0x2a, across @ .., low, high]) = unit.data.first_chunk::<10>() else {
        return false;
    };
    // The upper two bits of each say how to scale it.
    let side = |bytes: [u8; 2]| u32::from(u16::from_le_bytes(bytes) & 0x3fff);
    let (width, height) = (side(*across), side([*low, *high]));
    let sides = (16..=LIMITS.side_px_max).contains(&width) && (16..=LIMITS.side_px_max).contains(&height);
    sides && u64::from(width) * u64::from(height) <= LIMITS.pixels_max
}

/// Decodes until the feed is dropped or its claim is no longer in force.
fn decode(claim: &Claim, seat: &Arc<Seat>, waiting: &Receiver<FeedUnit>) -> Result<(), Fault> {
    let (signals, heard) = sync_channel(SIGNALS_MAX);
    let mut decoder: Option<(Units, u64)> = None;
    while claim.is_in_force() {
        match waiting.recv_timeout(LOOK_EVERY) {
            Ok(unit) => {
                let (units, first) = match &decoder {
                    Some(open) => open,
                    None => {
                        seat.opened(Instant::now(), false);
                        let reporter = Reporter::new(0, signals.clone());
                        let units = Units::open(unit.codec, &LIMITS, seat, &reporter)?;
                        decoder.insert((units, unit.ticks))
                    }
                };
                let at =
                    ClockTime::from_nseconds(unit.ticks.saturating_sub(*first).saturating_mul(100_000) / 9);
                units.push(unit.data, at, unit.is_key);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
        while let Ok((_, signal)) = heard.try_recv() {
            match signal {
                Signal::Broken(fault) => return Err(fault),
                Signal::Look => push::look(seat),
                _ => {}
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(data: &[u8], expected: bool) {
        let unit =
            FeedUnit { codec: FeedCodec::Vp8, data: data.into(), ticks: 0, is_key: true, follows: true };
        assert_eq!(is_small_enough(&unit), expected, "{data:?}");
    }

    #[test]
    fn a_picture_is_not_decoded_when_it_says_that_it_is_huge() {
        let of = |width: u16, height: u16| {
            let ([a, b], [c, d]) = (width.to_le_bytes(), height.to_le_bytes());
            [0x10, 0, 0, 0x9d, 0x01, 0x2a, a, b, c, d, 0]
        };
        check(&of(640, 480), true);
        // The way to scale it is no part of its size.
        check(&of(640 | 0x4000, 480 | 0x8000), true);
        check(&of(0x3fff, 0x3fff), false);
        check(&of(4096, 4096), false);
        check(&of(0, 480), false);
        check(&of(640, 480)[..9], false);
        check(&[0x10, 0, 0, 1, 2, 3, 128, 2, 224, 1], false);
    }
}
