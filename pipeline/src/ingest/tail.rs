//! The end of every pipeline: `videoconvert ! appsink`, which hands decoder buffers to the seat.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as app;
use gstreamer_video as video;

use super::decoder::{codec_of_caps, is_decoder, kind, make};
use super::{Fault, Reporter, Signal, damage, raw_caps};
use crate::camera::seat::Seat;
use crate::frame::{Capture, Frame};

/// Whether pictures come at their own pace already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Timing {
    /// A live source: take what comes, at once.
    Live,
    /// A recording: keep to its time stamps.
    Recorded,
}

/// Adds the tail; what is returned takes decoded video on its `sink` pad.
pub(super) fn add(
    pipeline: &gst::Pipeline,
    timing: Timing,
    seat: &Arc<Seat>,
    reporter: &Reporter,
) -> Result<gst::Element, Fault> {
    // Passes I420 and NV12 through untouched; only odd cameras pay for a conversion.
    let convert = make("videoconvert")?;
    let sink = app::AppSink::builder()
        .caps(&raw_caps())
        .max_buffers(1)
        .drop(true)
        .sync(timing == Timing::Recorded)
        .enable_last_sample(false)
        .build();
    let (seat, reporter) = (Arc::clone(seat), reporter.clone());
    let mut geometry: Option<(gst::Caps, video::VideoInfo)> = None;
    let mut mended = None;
    let on_sample = move |sink: &app::AppSink| {
        let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
        note_damage(&seat, &sample, &mut mended);
        match deliver(&seat, sink, &sample, &mut geometry) {
            Ok(true) => reporter.tell(Signal::Look),
            Ok(false) => {}
            Err(fault) => {
                reporter.tell(Signal::Broken(fault));
                return Err(gst::FlowError::NotNegotiated);
            }
        }
        Ok(gst::FlowSuccess::Ok)
    };
    sink.set_callbacks(app::AppSinkCallbacks::builder().new_sample(on_sample).build());

    let elements = [&convert, sink.upcast_ref()];
    pipeline.add_many(elements).map_err(|_| Fault::unsupported("the pipeline cannot be built"))?;
    gst::Element::link_many(elements).map_err(|_| Fault::unsupported("the pipeline cannot be linked"))?;
    Ok(convert)
}

/// Tells the seat when a picture was damaged, or one before it that was not even handed out.
fn note_damage(seat: &Seat, sample: &gst::Sample, mended: &mut Option<u64>) {
    let now = damage::mended();
    let marked = sample.buffer().is_some_and(|buffer| buffer.flags().contains(gst::BufferFlags::CORRUPTED));
    // What a decoder complains about before the first picture is that it came in the middle.
    let more = mended.replace(now).is_some_and(|before| before != now);
    if marked || more {
        seat.damaged(Instant::now());
    }
}

fn deliver(
    seat: &Seat,
    sink: &app::AppSink,
    sample: &gst::Sample,
    geometry: &mut Option<(gst::Caps, video::VideoInfo)>,
) -> Result<bool, Fault> {
    let unreadable = || Fault::unsupported("the decoder hands out pictures that cannot be read");
    let caps = sample.caps_owned().ok_or_else(unreadable)?;
    let info = match geometry {
        Some((known, info)) if *known == caps => info.clone(),
        _ => {
            let info = video::VideoInfo::from_caps(&caps).map_err(|_| unreadable())?;
            note_decoder(seat, sink);
            *geometry = Some((caps, info.clone()));
            info
        }
    };
    let buffer = sample.buffer_owned().ok_or_else(unreadable)?;
    let pts = buffer.pts();
    let stamped =
        pts.and_then(|pts| sample.segment()?.downcast_ref::<gst::ClockTime>()?.to_running_time(pts));
    let lag = match (sink.current_running_time(), stamped) {
        (Some(now), Some(stamped)) => now.nseconds() as i64 - stamped.nseconds() as i64,
        _ => 0,
    };
    let arrival = seat.arrive(Instant::now(), lag, pts.map(gst::ClockTime::nseconds));
    let captured = capture(arrival.at, arrival.behind, pts);
    let mapped = video::VideoFrame::from_buffer_readable(buffer, &info).map_err(|_| unreadable())?;
    let frame = Frame::from_video(seat.id().clone(), arrival.seq, captured, mapped)
        .map_err(|error| Fault::unsupported(error.to_string()))?;
    Ok(seat.deliver(frame, &arrival))
}

fn capture(at: Instant, behind: Duration, pts: Option<gst::ClockTime>) -> Capture {
    Capture {
        at: at.checked_sub(behind).unwrap_or(at),
        wall: SystemTime::now().checked_sub(behind).unwrap_or(SystemTime::UNIX_EPOCH),
        pts_ns: pts.map(gst::ClockTime::nseconds),
    }
}

/// Walks up from the sink to the element that decodes, and reports it.
fn note_decoder(seat: &Seat, sink: &app::AppSink) {
    let Some(pipeline) = sink.parent().and_then(|parent| parent.downcast::<gst::Bin>().ok()) else { return };
    let found = pipeline.iterate_recurse().into_iter().flatten().find(is_decoder);
    match found {
        Some(decoder) => {
            let caps = decoder.static_pad("sink").and_then(|pad| pad.current_caps());
            let codec = caps.map(|caps| codec_of_caps(&caps)).unwrap_or_default();
            seat.decodes(&codec, &kind(&decoder));
        }
        None => seat.decodes("raw", "none"),
    }
}
