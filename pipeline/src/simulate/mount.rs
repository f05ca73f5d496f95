//! One simulated camera: a clip under a path, and the switches for what can go wrong with a camera.

use std::sync::Arc;
use std::time::{Duration, Instant};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as app;
use parking_lot::Mutex;

use super::clip::Clip;
use super::encoder::stamp;
use super::feeder::Feeder;
use super::journal::Place;

/// A simulated camera. Cheap to clone; it lives as long as its farm.
#[derive(Clone)]
pub struct Mount {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) url: String,
    pub(super) clip: Clip,
    pub(super) feeder: Feeder,
    pub(super) flow: Mutex<Flow>,
}

/// What is sent, to whom, and what is wrong with it.
#[derive(Default)]
pub(super) struct Flow {
    streams: Vec<Stream>,
    /// When each picture of the clip was last sent.
    sent: Vec<Option<Instant>>,
    stalled: bool,
    black: bool,
    frozen: bool,
    keys_only: bool,
    /// Of a thousand pictures that rest on others, so many are sent damaged.
    damaged_permille: u32,
    /// What is sent instead of the mount's own clip.
    instead: Option<Clip>,
    journal: Option<Place>,
    lag: Duration,
}

struct Stream {
    source: app::AppSrc,
    next: Instant,
    /// Which unit comes next, in the clip or in the darkness.
    position: usize,
    shows: Shows,
}

/// Which units a stream sends; others begin with a key frame.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Shows {
    #[default]
    Clip,
    Black,
    Instead,
}

impl Mount {
    /// Its RTSP address on this machine, without credentials.
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    /// Stops sending, without closing the connection, until called with `false`.
    pub fn stall(&self, on: bool) {
        self.inner.flow.lock().stalled = on;
        self.inner.feeder.wake();
    }

    /// Covers the lens.
    pub fn black(&self, on: bool) {
        self.inner.flow.lock().black = on;
    }

    /// Sends the same picture again and again.
    pub fn freeze(&self, on: bool) {
        self.inner.flow.lock().frozen = on;
    }

    /// Sends only pictures that stand for themselves: one a second.
    pub fn keys_only(&self, on: bool) {
        self.inner.flow.lock().keys_only = on;
    }

    /// Damages so many of a thousand pictures that rest on others.
    pub fn damage(&self, permille: u32) {
        self.inner.flow.lock().damaged_permille = permille;
    }

    /// Shows another clip of the same codec instead of its own, whatever its size; `None` goes back.
    pub fn show(&self, clip: Option<Clip>) {
        let mut flow = self.inner.flow.lock();
        flow.instead = clip;
        // Whatever comes next begins with its key frame.
        flow.streams.iter_mut().for_each(|stream| stream.position = 0);
    }

    /// Notes in a journal when each picture was captured.
    pub(super) fn keep(&self, place: Place) {
        self.inner.flow.lock().journal = Some(place);
    }

    /// Puts the pictures into a queue of this length, as a slow link does: they arrive late, in order.
    pub fn lag(&self, lag: Duration) {
        let mut flow = self.inner.flow.lock();
        let longer = lag.saturating_sub(flow.lag);
        flow.lag = lag;
        for stream in &mut flow.streams {
            stream.next += longer;
        }
    }

    /// Ends the stream, as a camera that restarts does; it can be opened again.
    pub fn end(&self) {
        for stream in self.inner.flow.lock().streams.drain(..) {
            // Refused only by a stream that is closed already.
            let _flow = stream.source.end_of_stream();
        }
    }

    /// How many encoded streams are being fed; viewers share one.
    pub fn streams(&self) -> usize {
        self.inner.flow.lock().streams.len()
    }

    /// When the picture with this barcode was captured last; `None` when it was not sent yet.
    pub fn captured_at(&self, index: u32) -> Option<Instant> {
        self.inner.flow.lock().sent.get(index as usize).copied().flatten()
    }
}

impl Inner {
    /// Begins to feed a stream, with its key frame.
    pub(super) fn begin(&self, source: app::AppSrc, now: Instant) {
        let stream = Stream { source, next: now, position: 0, shows: Shows::Clip };
        self.flow.lock().streams.push(stream);
        self.feeder.wake();
    }

    /// Forgets a stream that is closed.
    pub(super) fn finish(&self, source: &app::AppSrc) {
        self.flow.lock().streams.retain(|stream| stream.source != *source);
    }

    /// Sends what is due at `now`; returns when something is due next.
    pub(super) fn feed(&self, now: Instant) -> Option<Instant> {
        let mut flow = self.flow.lock();
        if flow.stalled {
            return None;
        }
        let instead = flow.instead.clone();
        let clip = instead.as_ref().map_or(&self.clip.inner, |clip| &clip.inner);
        let interval = Duration::from_secs(1) / clip.options.fps.max(1);
        let Flow { streams, sent, black, frozen, keys_only, damaged_permille, journal, lag, .. } = &mut *flow;
        sent.resize(clip.pictures.len(), None);
        let shows = match (&instead, *black) {
            (_, true) => Shows::Black,
            (Some(_), false) => Shows::Instead,
            (None, false) => Shows::Clip,
        };
        for stream in &mut *streams {
            while stream.next <= now {
                if stream.shows != shows {
                    // The other units start with a key frame, too.
                    stream.shows = shows;
                    stream.position = 0;
                }
                let units = if *black { &clip.black } else { &clip.pictures };
                let index = if *frozen { 0 } else { stream.position % units.len() };
                stream.position = index + 1;
                let key = !units[index].flags().contains(gst::BufferFlags::DELTA_UNIT);
                if key || !*keys_only {
                    if !*black {
                        sent[index] = now.checked_sub(*lag);
                        journal.iter().for_each(|place| place.note(index, *lag));
                    }
                    let damaged = !key && is_drawn(stream.position, *damaged_permille);
                    send(&stream.source, &units[index], *lag, damaged);
                }
                // After a stall the beat goes on from now: no burst.
                stream.next = (stream.next + interval).max(now);
                if stream.next == now {
                    stream.next += interval;
                }
            }
        }
        streams.iter().map(|stream| stream.next).min()
    }
}

/// Whether the picture at a position is one of so many in a thousand; spread over the clip, the same each time.
fn is_drawn(position: usize, permille: u32) -> bool {
    position.wrapping_mul(7_919) % 1_000 < permille as usize
}

/// A copy whose second half says something else, without anything that looks like the start of another unit.
fn damaged(unit: &gst::Buffer) -> Option<gst::Buffer> {
    let mut bytes = unit.map_readable().ok()?.to_vec();
    let half = bytes.len() / 2;
    for byte in bytes.iter_mut().skip(half).step_by(3) {
        *byte = (*byte ^ 0x5a) | 0x10;
    }
    let mut copy = gst::Buffer::from_mut_slice(bytes);
    copy.get_mut()?.set_flags(unit.flags());
    Some(copy)
}

fn send(source: &app::AppSrc, unit: &gst::Buffer, lag: Duration, damage: bool) {
    let mut unit = damage.then(|| damaged(unit)).flatten().unwrap_or_else(|| unit.clone());
    stamp(&mut unit, 0, 1);
    let lag = gst::ClockTime::try_from(lag).unwrap_or(gst::ClockTime::ZERO);
    let time = source.current_running_time().unwrap_or(gst::ClockTime::ZERO).saturating_sub(lag);
    let stamped = unit.make_mut();
    stamped.set_pts(time);
    stamped.set_dts(time);
    // A stream that is being closed takes nothing more; it is forgotten when it is.
    let _flow = source.push_buffer(unit);
}
