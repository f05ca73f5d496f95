//! One opened source: a GStreamer pipeline built from elements, whose pictures go to the camera's seat.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Instant;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_video as video;

use crate::camera::seat::Seat;
use crate::source::{Place, SourcePolicy};

mod any;
mod damage;
mod decoder;
mod device;
mod fault;
mod local;
mod recording;
mod rtsp;
mod tail;
mod units;

pub(crate) use fault::Fault;
pub(crate) use recording::Recording;
pub(crate) use units::Units;

/// What an opened source tells its supervisor.
#[derive(Debug)]
pub(crate) enum Signal {
    /// Sent from outside: end now.
    Stop,
    /// The pictures changed the camera's state.
    Look,
    /// The source is ready to play.
    Ready,
    /// Some camera of this machine was plugged in or out.
    Plugged,
    /// A recording reached its end and can go on from its beginning.
    SegmentDone,
    /// The stream ended. A server that is killed looks like this.
    Ended,
    /// Something broke.
    Broken(Fault),
}

/// Sends signals without ever blocking the thread that has something to tell.
#[derive(Clone)]
pub(crate) struct Reporter {
    attempt: u32,
    signals: SyncSender<(u32, Signal)>,
}

impl Reporter {
    pub(crate) fn new(attempt: u32, signals: SyncSender<(u32, Signal)>) -> Reporter {
        Reporter { attempt, signals }
    }

    pub(crate) fn tell(&self, signal: Signal) {
        // When the inbox is full the supervisor has enough to act on, and its watchdog finds the rest.
        let _full = self.signals.try_send((self.attempt, signal));
    }
}

/// A source that is open. Dropping it closes it.
pub(crate) struct Ingest {
    pipeline: gst::Pipeline,
    /// A recording: it is played over and over.
    looped: bool,
    /// A camera on this machine: where it is plugged in.
    device: Option<PathBuf>,
}

impl Ingest {
    /// Opens the source of a camera.
    pub(crate) fn open(seat: &Arc<Seat>, policy: &SourcePolicy, reporter: Reporter) -> Result<Ingest, Fault> {
        crate::runtime::start()
            .map_err(|error| Fault::unsupported(format!("GStreamer does not start: {error}")))?;
        damage::listen();
        let source = &seat.config().source;
        policy.check(source)?;
        let pipeline = gst::Pipeline::new();
        report(&pipeline, Arc::clone(seat), reporter.clone())?;
        let mut ingest = Ingest { pipeline, looped: false, device: None };
        match source.place() {
            Place::Rtsp(place) => rtsp::build(&ingest.pipeline, place, policy, seat, &reporter)?,
            Place::Device(path) => {
                local::build(&ingest.pipeline, path, seat, &reporter)?;
                ingest.device = Some(path.clone());
            }
            Place::File(path) => {
                any::file(&ingest.pipeline, path, seat, &reporter)?;
                ingest.looped = true;
            }
            Place::Push => return Err(Fault::unsupported("pictures are pushed to this camera")),
        }
        // A recording is first paused: the seek that makes it loop must come before the first picture.
        let start = if ingest.looped { gst::State::Paused } else { gst::State::Playing };
        match ingest.pipeline.set_state(start) {
            Ok(_) => Ok(ingest),
            Err(_) => Err(ingest.cause()),
        }
    }

    /// Acts on a signal; a fault means that the source must be closed.
    pub(crate) fn on_signal(&mut self, signal: Signal) -> Result<(), Fault> {
        match signal {
            Signal::Ready if self.looped && self.pipeline.current_state() == gst::State::Paused => {
                // A container that cannot seek plays once and is opened again.
                let _seekable = self.rewind(gst::SeekFlags::FLUSH | gst::SeekFlags::SEGMENT);
                self.pipeline.set_state(gst::State::Playing).map(drop).map_err(|_| self.cause())
            }
            Signal::SegmentDone => self.rewind(gst::SeekFlags::SEGMENT),
            Signal::Ended => Err(Fault::offline("the stream ended")),
            // What a camera says that is pulled out is seldom that.
            Signal::Broken(fault) => self.missed().and(Err(fault)),
            Signal::Plugged => self.missed(),
            Signal::Ready | Signal::Look | Signal::Stop => Ok(()),
        }
    }

    /// Whether the camera is still plugged in; a source that is no device always is.
    fn missed(&self) -> Result<(), Fault> {
        self.device.as_deref().map_or(Ok(()), local::missed)
    }

    fn rewind(&self, flags: gst::SeekFlags) -> Result<(), Fault> {
        self.pipeline
            .seek(
                1.0,
                flags,
                gst::SeekType::Set,
                gst::ClockTime::ZERO,
                gst::SeekType::None,
                gst::ClockTime::NONE,
            )
            .map_err(|_| Fault::offline("the recording cannot be played again from its beginning"))
    }

    /// The error that made a state change fail: it is on the bus, unless the reporter saw it first.
    fn cause(&self) -> Fault {
        let message = self.pipeline.bus().and_then(|bus| bus.pop_filtered(&[gst::MessageType::Error]));
        match message.as_ref().map(|message| message.view()) {
            Some(gst::MessageView::Error(error)) => Fault::of(&error.error()),
            _ => Fault::offline("the source does not open"),
        }
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("a camera pipeline did not stop cleanly");
        }
        if let Some(bus) = self.pipeline.bus() {
            bus.unset_sync_handler();
        }
    }
}

/// Turns the messages of the pipeline into signals.
fn report(pipeline: &gst::Pipeline, seat: Arc<Seat>, reporter: Reporter) -> Result<(), Fault> {
    let bus = pipeline.bus().ok_or_else(|| Fault::unsupported("a GStreamer pipeline has no bus"))?;
    bus.set_sync_handler(move |_, message| {
        match message.view() {
            gst::MessageView::Error(error) => {
                // Kept for `cause`, too: a failing state change reads it there.
                reporter.tell(Signal::Broken(Fault::of(&error.error())));
                return gst::BusSyncReply::Pass;
            }
            // Decoders that cannot make a picture of what they got say so, and wait for more.
            gst::MessageView::Warning(warning)
                if warning.error().kind::<gst::StreamError>() == Some(gst::StreamError::Decode) =>
            {
                seat.damaged(Instant::now());
            }
            gst::MessageView::Eos(_) => reporter.tell(Signal::Ended),
            gst::MessageView::SegmentDone(_) => reporter.tell(Signal::SegmentDone),
            gst::MessageView::AsyncDone(_) => reporter.tell(Signal::Ready),
            _ => {}
        }
        gst::BusSyncReply::Drop
    });
    Ok(())
}

/// Raw video that [`crate::frame::Frame`] can hold, within sane sizes.
fn raw_caps() -> gst::Caps {
    video::VideoCapsBuilder::new()
        .format_list([video::VideoFormat::I420, video::VideoFormat::Nv12])
        .width_range(16..=8192)
        .height_range(16..=8192)
        .build()
}
