//! Cameras in, sightings out: GStreamer ingest, batching, tracking, quality, gallery.

pub mod camera;
pub mod frame;
pub mod source;
pub mod still;
