//! Encoded pictures that a client sends one at a time: a decoder of their own, and from there on as of every camera.

use std::sync::Arc;

use gst::prelude::*;
use gstreamer as gst;
use gstreamer_app as app;

use super::decoder::{Codec, make, watch_units};
use super::tail::{self, Timing};
use super::{Fault, Reporter, damage, report};
use crate::camera::FeedCodec;
use crate::camera::seat::Seat;
use crate::still::StillLimits;

/// Pictures before the decoder; more wait nowhere.
const WAITING_MAX: u64 = 4;

/// A decoder that is fed by hand. Dropping it closes it.
pub(crate) struct Units {
    pipeline: gst::Pipeline,
    source: app::AppSrc,
}

impl Units {
    /// Opens the best decoder that is installed.
    pub(crate) fn open(
        codec: FeedCodec,
        limits: &StillLimits,
        seat: &Arc<Seat>,
        reporter: &Reporter,
    ) -> Result<Units, Fault> {
        crate::runtime::start()
            .map_err(|error| Fault::unsupported(format!("GStreamer does not start: {error}")))?;
        damage::listen();
        let known = Codec::of_encoding(codec.encoding())
            .ok_or_else(|| Fault::unsupported(format!("{} cannot be decoded here", codec.encoding())))?;
        let pipeline = gst::Pipeline::new();
        report(&pipeline, Arc::clone(seat), reporter.clone())?;
        let source = app::AppSrc::builder()
            .caps(&caps(codec))
            .format(gst::Format::Time)
            .is_live(true)
            .max_buffers(WAITING_MAX)
            .block(true)
            .build();
        let mut chain = vec![source.clone().upcast()];
        if let Some(parser) = known.parser {
            chain.push(make(parser)?);
            // Before the decoder takes memory for it: what VP8 says of its size is read before it gets here.
            chain.push(within(codec, limits)?);
        }
        let decoder = known.decoder()?;
        watch_units(&decoder, Arc::clone(seat));
        chain.push(decoder);

        let unbuildable = |_| Fault::unsupported(format!("the pipeline for {} cannot be built", known.name));
        pipeline.add_many(&chain).map_err(unbuildable)?;
        let tail = tail::add(&pipeline, Timing::Live, seat, reporter)?;
        chain.push(tail);
        gst::Element::link_many(&chain).map_err(unbuildable)?;
        let units = Units { pipeline, source };
        match units.pipeline.set_state(gst::State::Playing) {
            Ok(_) => Ok(units),
            Err(_) => Err(Fault::unsupported(format!("the decoder for {} does not start", known.name))),
        }
    }

    /// Gives the decoder a picture, taken `at` on the sender's clock. Blocks while it has not kept up.
    pub(crate) fn push(&self, data: Arc<[u8]>, at: gst::ClockTime, is_key: bool) {
        let mut buffer = gst::Buffer::from_slice(data);
        let fields = buffer.make_mut();
        fields.set_pts(at);
        if !is_key {
            fields.set_flags(gst::BufferFlags::DELTA_UNIT);
        }
        // A decoder that has failed says so on its bus.
        let _failed = self.source.push_buffer(buffer);
    }
}

impl Drop for Units {
    fn drop(&mut self) {
        if self.pipeline.set_state(gst::State::Null).is_err() {
            tracing::warn!("a client's decoder did not stop cleanly");
        }
        if let Some(bus) = self.pipeline.bus() {
            bus.unset_sync_handler();
        }
    }
}

/// One picture to a buffer.
fn caps(codec: FeedCodec) -> gst::Caps {
    match codec {
        FeedCodec::Vp8 => gst::Caps::new_empty_simple("video/x-vp8"),
        FeedCodec::H264 => gst::Caps::builder("video/x-h264")
            .field("stream-format", "byte-stream")
            .field("alignment", "au")
            .build(),
    }
}

/// Lets pictures through that are no larger than they may be.
fn within(codec: FeedCodec, limits: &StillLimits) -> Result<gst::Element, Fault> {
    let filter = make("capsfilter")?;
    let side_max = i32::try_from(limits.side_px_max).unwrap_or(i32::MAX);
    let mut caps = caps(codec);
    for side in ["width", "height"] {
        caps.make_mut().set(side, gst::IntRange::new(16, side_max));
    }
    filter.set_property("caps", caps);
    Ok(filter)
}
