//! A recording, and whatever else GStreamer has to find out about.

use std::path::Path;
use std::sync::Arc;

use gst::prelude::*;
use gstreamer as gst;

use super::decoder::{is_decoder, make, tame, watch_units};
use super::tail::{self, Timing};
use super::{Fault, Reporter};
use crate::camera::identity::Identity;
use crate::camera::seat::Seat;

/// A recording in any container that is installed.
pub(super) fn file(
    pipeline: &gst::Pipeline,
    path: &Path,
    seat: &Arc<Seat>,
    reporter: &Reporter,
) -> Result<(), Fault> {
    let bytes = path.metadata().map_or(0, |file| file.len());
    seat.identify(Identity::of([
        ("path", path.to_string_lossy().into_owned()),
        ("bytes", bytes.to_string()),
    ]));
    let source = make("filesrc")?;
    source.set_property("location", path);
    let tail = tail::add(pipeline, Timing::Recorded, seat, reporter)?;
    decode(pipeline, &[source], &tail, Some(seat))
}

/// `head ! decodebin ! tail`, for the first video stream in it; a camera's seat says what is decoded.
pub(super) fn decode(
    pipeline: &gst::Pipeline,
    head: &[gst::Element],
    tail: &gst::Element,
    seat: Option<&Arc<Seat>>,
) -> Result<(), Fault> {
    let unbuildable = |_| Fault::unsupported("the pipeline cannot be built");
    let decodebin = make("decodebin")?;
    // Sound and subtitles are not decoded: they end where they are found.
    decodebin.connect("autoplug-continue", false, |values| {
        let caps = values.get(2).and_then(|value| value.get::<gst::Caps>().ok());
        let media =
            caps.as_ref().and_then(|caps| caps.structure(0)).map(|structure| structure.name().to_string());
        Some(media.is_none_or(|media| !media.starts_with("audio/") && !media.starts_with("text/")).to_value())
    });
    let seat = seat.cloned();
    pipeline.connect_deep_element_added(move |_, _, element| {
        tame(element);
        if let Some(seat) = seat.as_ref().filter(|_| is_decoder(element)) {
            watch_units(element, Arc::clone(seat));
        }
    });
    let entry = tail.static_pad("sink").ok_or_else(|| Fault::missing("videoconvert"))?;
    let weak = pipeline.downgrade();
    decodebin.connect_pad_added(move |_, pad| {
        let caps = pad.current_caps().unwrap_or_else(|| pad.query_caps(None));
        let video = caps.structure(0).is_some_and(|structure| structure.name() == "video/x-raw");
        if video && !entry.is_linked() {
            if pad.link(&entry).is_err() {
                tracing::warn!("a decoded stream cannot be linked");
            }
        } else if weak.upgrade().and_then(|pipeline| swallow(&pipeline, pad)).is_none() {
            tracing::debug!("a stream that is not wanted stays unlinked");
        }
    });
    pipeline.add_many(head).map_err(unbuildable)?;
    pipeline.add(&decodebin).map_err(unbuildable)?;
    gst::Element::link_many(head.iter().chain([&decodebin])).map_err(unbuildable)
}

/// Gives a stream that nobody wants an end, so that the others flow.
fn swallow(pipeline: &gst::Pipeline, pad: &gst::Pad) -> Option<()> {
    let end = make("fakesink").ok()?;
    end.set_property("async", false);
    end.set_property("sync", false);
    pipeline.add(&end).ok()?;
    end.sync_state_with_parent().ok()?;
    pad.link(&end.static_pad("sink")?).ok().map(drop)
}
