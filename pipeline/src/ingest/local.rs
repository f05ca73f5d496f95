//! A camera on this machine, over V4L2: asked for the pictures that take the least work, missed by name when it is gone.

use std::path::Path;
use std::sync::Arc;

use gst::prelude::*;
use gstreamer as gst;

use super::decoder::make;
use super::tail::{self, Timing};
use super::{Fault, Reporter, any, device};
use crate::camera::seat::Seat;
use crate::devices;

#[cfg(test)]
mod tests;

/// Where the kernel tells about cameras.
const VIDEO_DEVICES: &str = "/sys/class/video4linux";

/// Opens the camera of this node, or of a link to it.
pub(super) fn build(
    pipeline: &gst::Pipeline,
    path: &Path,
    seat: &Arc<Seat>,
    reporter: &Reporter,
) -> Result<(), Fault> {
    missed(path)?;
    let source = make("v4l2src")?;
    source.set_property("device", path.to_string_lossy().as_ref());
    read(pipeline, source, path, (seat, reporter))
}

/// Whether a camera is plugged in there.
///
/// # Errors
/// The fault of one that is not.
pub(super) fn missed(path: &Path) -> Result<(), Fault> {
    match path.exists() {
        true => Ok(()),
        false => Err(Fault::offline(format!("no camera is plugged in as {}", path.display()))),
    }
}

/// `source ! capsfilter ! decodebin ! tail`, once the source has said what it can deliver.
fn read(
    pipeline: &gst::Pipeline,
    source: gst::Element,
    path: &Path,
    (seat, reporter): (&Arc<Seat>, &Reporter),
) -> Result<(), Fault> {
    seat.identify(device::of_video(path, Path::new(VIDEO_DEVICES)));
    let chosen = mode(&source, seat.config().analysed_fps_max)?;
    let mode = chosen.map_or_else(|| "whatever can be decoded".to_owned(), |mode| mode.to_string());
    tracing::info!(camera = %seat.id(), mode, "a local camera is asked for pictures");
    let filter = make("capsfilter")?;
    filter.set_property("caps", devices::filter(chosen));
    let tail = tail::add(pipeline, Timing::Live, seat, reporter)?;
    any::decode(pipeline, &[source, filter], &tail, Some(seat))
}

/// What to ask for. Opens the device as far as it must be to ask it, and closes it again: in a pipeline it is opened anew.
fn mode(source: &gst::Element, fps_min: u32) -> Result<Option<devices::Mode>, Fault> {
    let bus = gst::Bus::new();
    source.set_bus(Some(&bus));
    let opened = source.set_state(gst::State::Ready);
    let caps = source.static_pad("src").map(|pad| pad.query_caps(None));
    let closed = source.set_state(gst::State::Null);
    source.set_bus(None::<&gst::Bus>);
    let message = bus.pop_filtered(&[gst::MessageType::Error]);
    if opened.and(closed).is_err() {
        let error = message.as_ref().map(|message| message.view());
        return Err(match error {
            Some(gst::MessageView::Error(error)) => Fault::of_device(&error.error()),
            _ => Fault::offline("the camera does not open"),
        });
    }
    Ok(caps.and_then(|caps| devices::chosen(&caps, fps_min)))
}
