//! A camera's preview as video: one encoder, however many watch, and none when nobody does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as app;
use gstreamer_video as video;
use parking_lot::Mutex;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::{OverlayBox, Preview};
use crate::frame::Frame;

/// Pictures that a viewer may be behind; one that is slower goes on at the next that stands for itself.
const BEHIND_MAX: usize = 8;
/// Enough for a still scene of 640 pixels across at 15 pictures a second.
const BITS_PER_S: i32 = 800_000;
/// Pictures that stand for themselves cost the others their sharpness: viewers who ask more often share one.
const KEYS_EVERY: Duration = Duration::from_millis(300);
/// One comes unasked after so many pictures: 20 s of them.
const KEY_DISTANCE_MAX: i32 = 300;

/// One picture of a preview, in VP8.
#[derive(Clone)]
pub struct FilmUnit {
    /// The picture.
    pub data: Arc<[u8]>,
    /// When the camera took it.
    pub at: Instant,
    /// The same in 1/90 000 s, from a moment that all viewers share.
    pub ticks: u64,
    /// It rests on no other.
    pub is_key: bool,
}

/// Somebody looks. The encoder runs for as long as there is one.
pub struct Viewing {
    units: broadcast::Receiver<FilmUnit>,
    wanted: Arc<AtomicBool>,
    whole: bool,
}

impl Viewing {
    /// The next picture that can be shown; `None` when the camera is gone.
    pub async fn next(&mut self) -> Option<FilmUnit> {
        loop {
            match self.units.recv().await {
                Ok(unit) => {
                    self.whole |= unit.is_key;
                    if self.whole {
                        return Some(unit);
                    }
                }
                Err(RecvError::Lagged(_)) => self.missed(),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// A picture was not shown: those that follow are worth nothing, up to one that rests on no other.
    pub fn missed(&mut self) {
        self.whole = false;
        self.wanted.store(true, Ordering::Relaxed);
    }

    /// What is set to have a picture made that rests on no other.
    pub fn wanted(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.wanted)
    }
}

pub(crate) struct Film {
    encoder: Mutex<Option<Encoder>>,
    units: broadcast::Sender<FilmUnit>,
    wanted: Arc<AtomicBool>,
}

impl Default for Film {
    fn default() -> Film {
        let (encoder, units) = (Mutex::new(None), broadcast::Sender::new(BEHIND_MAX));
        Film { encoder, units, wanted: Arc::default() }
    }
}

impl Film {
    pub(crate) fn watch(&self) -> Viewing {
        let units = self.units.subscribe();
        self.wanted.store(true, Ordering::Relaxed);
        Viewing { units, wanted: Arc::clone(&self.wanted), whole: false }
    }

    pub(crate) fn viewers(&self) -> usize {
        self.units.receiver_count()
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.viewers() > 0
    }

    /// Nobody looks: the encoder ends.
    pub(crate) fn rest(&self) {
        drop(self.encoder.lock().take());
    }

    /// Encodes a picture; viewers get it when it is done.
    pub(crate) fn show(
        &self,
        preview: &Preview,
        frame: &Frame,
        overlay: &[OverlayBox],
    ) -> Result<(), &'static str> {
        let picture = preview.drawn(frame, overlay).television();
        let size = (picture.width, picture.height);
        let mut encoder = self.encoder.lock();
        let open = match encoder.take() {
            Some(open) if open.size == size => open,
            // What was made for another size ends here.
            _ => Encoder::open(size, frame.captured.at, self.units.clone())?,
        };
        let open = encoder.insert(open);
        open.encode(picture.planes, frame.captured.at, &self.wanted)
    }
}

struct Encoder {
    pipeline: gst::Pipeline,
    source: app::AppSrc,
    sink: app::AppSink,
    size: (usize, usize),
    epoch: Instant,
    key_at: Option<Instant>,
}

impl Encoder {
    fn open(
        size: (usize, usize),
        epoch: Instant,
        units: broadcast::Sender<FilmUnit>,
    ) -> Result<Encoder, &'static str> {
        crate::runtime::start().map_err(|_| "GStreamer does not start")?;
        let caps = video::VideoCapsBuilder::new()
            .format(video::VideoFormat::I420)
            .width(i32::try_from(size.0).unwrap_or(i32::MAX))
            .height(i32::try_from(size.1).unwrap_or(i32::MAX))
            .framerate(gst::Fraction::new(0, 1))
            .build();
        // Of pictures that it has no time for, the newest is encoded.
        let source = app::AppSrc::builder()
            .caps(&caps)
            .format(gst::Format::Time)
            .is_live(true)
            .max_buffers(1)
            .leaky_type(app::AppLeakyType::Downstream)
            .build();
        let encoder = encoder()?;
        let sink = app::AppSink::builder().sync(false).enable_last_sample(false).build();
        let on_sample = move |sink: &app::AppSink| {
            let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
            if let Some(unit) = unit(&sample, epoch) {
                // The last viewer may just have gone.
                let _viewers = units.send(unit);
            }
            Ok(gst::FlowSuccess::Ok)
        };
        sink.set_callbacks(app::AppSinkCallbacks::builder().new_sample(on_sample).build());
        let pipeline = gst::Pipeline::new();
        let chain = [source.upcast_ref(), &encoder, sink.upcast_ref()];
        pipeline.add_many(chain).map_err(|_| "the encoder cannot be built")?;
        gst::Element::link_many(chain).map_err(|_| "the encoder cannot be linked")?;
        let opened = Encoder { pipeline, source, sink, size, epoch, key_at: None };
        opened.pipeline.set_state(gst::State::Playing).map_err(|_| "the encoder does not start")?;
        Ok(opened)
    }

    fn encode(&mut self, planes: Vec<u8>, at: Instant, wanted: &AtomicBool) -> Result<(), &'static str> {
        let due = self.key_at.is_none_or(|last| at.saturating_duration_since(last) >= KEYS_EVERY);
        if due && wanted.swap(false, Ordering::Relaxed) {
            self.key_at = Some(at);
            self.sink.send_event(video::UpstreamForceKeyUnitEvent::builder().all_headers(true).build());
        }
        let mut buffer = gst::Buffer::from_mut_slice(planes);
        let age = u64::try_from(at.saturating_duration_since(self.epoch).as_nanos()).unwrap_or(u64::MAX);
        buffer.make_mut().set_pts(gst::ClockTime::from_nseconds(age));
        self.source.push_buffer(buffer).map(drop).map_err(|_| "the encoder has failed")
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("a preview's encoder did not stop cleanly");
        }
    }
}

fn encoder() -> Result<gst::Element, &'static str> {
    let encoder = gst::ElementFactory::make("vp8enc").build();
    let encoder = encoder.map_err(|_| "the GStreamer element vp8enc is not installed")?;
    // As fast as it goes, and each picture out before the next comes in.
    encoder.set_property("deadline", 1i64);
    encoder.set_property("cpu-used", 8i32);
    encoder.set_property("lag-in-frames", 0i32);
    encoder.set_property("threads", 1i32);
    encoder.set_property("target-bitrate", BITS_PER_S);
    encoder.set_property_from_str("end-usage", "cbr");
    encoder.set_property("keyframe-max-dist", KEY_DISTANCE_MAX);
    Ok(encoder)
}

fn unit(sample: &gst::Sample, epoch: Instant) -> Option<FilmUnit> {
    let buffer = sample.buffer()?;
    let age = Duration::from(buffer.pts()?);
    let data = buffer.map_readable().ok()?;
    Some(FilmUnit {
        data: Arc::from(data.as_slice()),
        at: epoch.checked_add(age)?,
        ticks: u64::try_from(age.as_micros()).unwrap_or(u64::MAX).saturating_mul(9) / 100,
        is_key: !buffer.flags().contains(gst::BufferFlags::DELTA_UNIT),
    })
}
