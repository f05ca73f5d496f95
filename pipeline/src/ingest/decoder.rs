//! Which element decodes a codec: the best that is installed, chosen at run time and reported.

use std::sync::Arc;
use std::time::Instant;

use gst::prelude::*;
use gstreamer as gst;

use super::Fault;
use crate::camera::Unit;
use crate::camera::seat::Seat;

/// A codec as it comes over RTP, and what turns it into pictures. Hardware comes first: where its
/// element is registered, the device is there.
pub(super) struct Codec {
    pub(super) name: &'static str,
    pub(super) encoding: &'static str,
    pub(super) depayloader: &'static str,
    pub(super) parser: Option<&'static str>,
    decoders: &'static [&'static str],
}

const CODECS: [Codec; 4] = [
    Codec {
        name: "h264",
        encoding: "H264",
        depayloader: "rtph264depay",
        parser: Some("h264parse"),
        decoders: &["nvh264dec", "vah264dec", "v4l2h264dec", "avdec_h264", "openh264dec"],
    },
    Codec {
        name: "h265",
        encoding: "H265",
        depayloader: "rtph265depay",
        parser: Some("h265parse"),
        decoders: &["nvh265dec", "vah265dec", "v4l2h265dec", "avdec_h265", "libde265dec"],
    },
    Codec {
        name: "mjpeg",
        encoding: "JPEG",
        depayloader: "rtpjpegdepay",
        parser: None,
        decoders: &["jpegdec", "avdec_mjpeg"],
    },
    Codec {
        name: "vp8",
        encoding: "VP8",
        depayloader: "rtpvp8depay",
        parser: None,
        decoders: &["vp8dec", "avdec_vp8"],
    },
];

impl Codec {
    /// By the encoding name in RTP caps.
    pub(super) fn of_encoding(encoding: &str) -> Option<&'static Codec> {
        CODECS.iter().find(|codec| codec.encoding.eq_ignore_ascii_case(encoding))
    }

    /// The first decoder that can be made here.
    pub(super) fn decoder(&self) -> Result<gst::Element, Fault> {
        let mut made = self.decoders.iter().filter_map(|name| gst::ElementFactory::make(name).build().ok());
        let decoder =
            made.next().ok_or_else(|| Fault::missing(self.decoders.last().unwrap_or(&self.name)))?;
        tame(&decoder);
        Ok(decoder)
    }
}

/// Lets those pictures through that are to be decoded, and tells the seat of every one that stands for itself: what was
/// damaged before it is over with it.
pub(super) fn watch_units(decoder: &gst::Element, seat: Arc<Seat>) {
    let Some(entry) = decoder.static_pad("sink") else { return };
    entry.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        let Some(buffer) = info.buffer() else { return gst::PadProbeReturn::Ok };
        let flags = buffer.flags();
        if !flags.intersects(gst::BufferFlags::DELTA_UNIT | gst::BufferFlags::HEADER) {
            seat.key_frame();
        }
        let unit = Unit {
            at: Instant::now(),
            is_key: !flags.contains(gst::BufferFlags::DELTA_UNIT),
            pts_ns: buffer.pts().map(gst::ClockTime::nseconds),
        };
        if seat.admits(&unit) { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Drop }
    });
}

/// Whether an element turns encoded pictures into others.
pub(super) fn is_decoder(element: &gst::Element) -> bool {
    let class = element.metadata(gst::ELEMENT_METADATA_KLASS).unwrap_or_default();
    class.contains("Decoder")
        && !class.contains("Bin")
        && (class.contains("Video") || class.contains("Image"))
        && !element.is::<gst::Bin>()
}

/// One thread for each decoder: a camera needs a fraction of a core, and frame threads add a frame of delay each.
pub(super) fn tame(decoder: &gst::Element) {
    if decoder.has_property("max-threads") {
        decoder.set_property_from_str("max-threads", "1");
    }
}

/// The codec name for what flows into a decoder.
pub(super) fn codec_of_caps(caps: &gst::CapsRef) -> String {
    let media = caps.structure(0).map(|structure| structure.name().to_string()).unwrap_or_default();
    match media.as_str() {
        "image/jpeg" => "mjpeg".to_owned(),
        other => other.trim_start_matches("video/x-").trim_start_matches("video/").to_owned(),
    }
}

/// The name of an element's kind, such as `avdec_h264`.
pub(super) fn kind(element: &gst::Element) -> String {
    element.factory().map(|factory| factory.name().to_string()).unwrap_or_default()
}

/// Makes an element or says which is missing.
pub(super) fn make(kind: &str) -> Result<gst::Element, Fault> {
    gst::ElementFactory::make(kind).build().map_err(|_| Fault::missing(kind))
}
