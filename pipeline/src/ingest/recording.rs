//! A recording read picture by picture, as fast as it is asked for: nothing is skipped, and time is the recording's own.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as app;
use gstreamer_video as video;

use super::decoder::make;
use super::{Fault, any, raw_caps};
use crate::camera::CameraId;
use crate::frame::{Capture, Frame};

/// Decoded pictures that wait to be asked for.
const WAITING_MAX: u32 = 4;
/// A decoder that gives nothing for so long gives nothing any more.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(20);

/// An opened recording.
pub(crate) struct Recording {
    pipeline: gst::Pipeline,
    sink: app::AppSink,
    camera: CameraId,
    start: Instant,
    wall: SystemTime,
    read: u64,
}

impl Recording {
    /// Opens a file in any container that is installed; its first picture is taken at `start`.
    pub(crate) fn open(path: &Path, camera: CameraId, start: Instant) -> Result<Self, Fault> {
        crate::runtime::start()
            .map_err(|error| Fault::unsupported(format!("GStreamer does not start: {error}")))?;
        let pipeline = gst::Pipeline::new();
        let (source, convert) = (make("filesrc")?, make("videoconvert")?);
        source.set_property("location", path);
        let sink = app::AppSink::builder()
            .caps(&raw_caps())
            .max_buffers(WAITING_MAX)
            .drop(false)
            .sync(false)
            .enable_last_sample(false)
            .build();
        let tail = [&convert, sink.upcast_ref()];
        pipeline.add_many(tail).map_err(|_| Fault::unsupported("the pipeline cannot be built"))?;
        gst::Element::link_many(tail).map_err(|_| Fault::unsupported("the pipeline cannot be linked"))?;
        any::decode(&pipeline, &[source], &convert, None)?;
        let recording = Self { pipeline, sink, camera, start, wall: SystemTime::now(), read: 0 };
        match recording.pipeline.set_state(gst::State::Playing) {
            Ok(_) => Ok(recording),
            Err(_) => Err(recording.cause()),
        }
    }

    /// The next picture; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, Fault> {
        let Some(sample) = self.sink.try_pull_sample(PATIENCE) else {
            let whole = self.sink.is_eos() && self.read > 0;
            return if whole && self.error().is_none() { Ok(None) } else { Err(self.cause()) };
        };
        let unreadable = || Fault::unsupported("the decoder hands out pictures that cannot be read");
        let info = sample.caps().and_then(|caps| video::VideoInfo::from_caps(caps).ok());
        let (info, buffer) = info.zip(sample.buffer_owned()).ok_or_else(unreadable)?;
        let pts = buffer.pts().ok_or_else(|| Fault::unsupported("the recording has no time stamps"))?;
        let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>());
        let since = segment.and_then(|segment| segment.to_running_time(pts)).unwrap_or(pts);
        let since = Duration::from_nanos(since.nseconds());
        let (at, wall) = (self.start + since, self.wall + since);
        let captured = Capture { at, wall, pts_ns: Some(pts.nseconds()) };
        let mapped = video::VideoFrame::from_buffer_readable(buffer, &info).map_err(|_| unreadable())?;
        self.read += 1;
        let frame = Frame::from_video(self.camera.clone(), self.read, captured, mapped);
        frame.map(Some).map_err(|error| Fault::unsupported(error.to_string()))
    }

    fn error(&self) -> Option<Fault> {
        let message = self.pipeline.bus()?.pop_filtered(&[gst::MessageType::Error])?;
        match message.view() {
            gst::MessageView::Error(error) => Some(Fault::of(&error.error())),
            _ => None,
        }
    }

    fn cause(&self) -> Fault {
        self.error().unwrap_or_else(|| Fault::unsupported("there is no video in it"))
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("a recording did not stop cleanly");
        }
    }
}
