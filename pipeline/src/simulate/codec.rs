//! What a simulated camera can speak, and the elements for it.

use gst::prelude::*;
use gstreamer as gst;

use super::SimulateError;
use super::encoder::make;

/// The codec of a clip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClipCodec {
    /// What nearly every camera sends.
    #[default]
    H264,
    /// Newer cameras.
    H265,
    /// Whole pictures, as old cameras send.
    Mjpeg,
    /// Browsers and some gateways.
    Vp8,
}

/// The noise of a still picture is taken for another scene, and would be given key frames of its own.
const NO_SCENE_CUTS: &str = "scenecut=0";

impl ClipCodec {
    /// Encoder and parser, set up so that every picture can be sent as soon as it is encoded; of `key_every` pictures one is a key
    /// frame.
    pub(super) fn encoder(self, key_every: u32) -> Result<Vec<gst::Element>, SimulateError> {
        let encoder = match self {
            ClipCodec::H264 => {
                let encoder = make("x264enc")?;
                encoder.set_property_from_str("tune", "zerolatency");
                encoder.set_property_from_str("speed-preset", "veryfast");
                encoder.set_property_from_str("pass", "qual");
                encoder.set_property("quantizer", 20u32);
                encoder.set_property("key-int-max", key_every);
                encoder.set_property("option-string", NO_SCENE_CUTS);
                encoder
            }
            ClipCodec::H265 => {
                let encoder = make("x265enc")?;
                encoder.set_property_from_str("tune", "zerolatency");
                encoder.set_property_from_str("speed-preset", "ultrafast");
                encoder.set_property("qp", 24i32);
                encoder.set_property("key-int-max", key_every as i32);
                encoder.set_property("option-string", NO_SCENE_CUTS);
                encoder
            }
            ClipCodec::Mjpeg => {
                let encoder = make("jpegenc")?;
                encoder.set_property("quality", 85i32);
                encoder
            }
            ClipCodec::Vp8 => {
                let encoder = make("vp8enc")?;
                encoder.set_property("deadline", 1i64);
                encoder.set_property("lag-in-frames", 0i32);
                encoder.set_property("keyframe-max-dist", key_every as i32);
                encoder.set_property("target-bitrate", 2_000_000i32);
                encoder
            }
        };
        let mut chain = vec![encoder];
        if let Some(parser) = self.parser() {
            let parser = make(parser)?;
            // Parameter sets before every key frame: a camera that joins late needs them.
            parser.set_property("config-interval", -1i32);
            chain.push(parser);
        }
        Ok(chain)
    }

    pub(super) fn parser(self) -> Option<&'static str> {
        match self {
            ClipCodec::H264 => Some("h264parse"),
            ClipCodec::H265 => Some("h265parse"),
            ClipCodec::Mjpeg | ClipCodec::Vp8 => None,
        }
    }

    /// One access unit to a buffer.
    pub(super) fn caps(self) -> gst::Caps {
        let units = |media: &str| {
            gst::Caps::builder(media).field("stream-format", "byte-stream").field("alignment", "au").build()
        };
        match self {
            ClipCodec::H264 => units("video/x-h264"),
            ClipCodec::H265 => units("video/x-h265"),
            ClipCodec::Mjpeg => gst::Caps::new_empty_simple("image/jpeg"),
            ClipCodec::Vp8 => gst::Caps::new_empty_simple("video/x-vp8"),
        }
    }

    pub(super) fn payloader(self) -> &'static str {
        match self {
            ClipCodec::H264 => "rtph264pay",
            ClipCodec::H265 => "rtph265pay",
            ClipCodec::Mjpeg => "rtpjpegpay",
            ClipCodec::Vp8 => "rtpvp8pay",
        }
    }

    /// The server's half of a mount; `camera` is where the clip goes in.
    pub(super) fn launch(self) -> &'static str {
        match self {
            ClipCodec::H264 => {
                "( appsrc name=camera ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1 )"
            }
            ClipCodec::H265 => {
                "( appsrc name=camera ! h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1 )"
            }
            ClipCodec::Mjpeg => "( appsrc name=camera ! rtpjpegpay name=pay0 pt=26 )",
            ClipCodec::Vp8 => "( appsrc name=camera ! rtpvp8pay name=pay0 pt=96 )",
        }
    }
}
