//! Cameras in, sightings out: GStreamer ingest, batching, tracking, quality, gallery.

pub mod camera;
pub mod frame;
mod ingest;
pub mod preview;
pub mod simulate;
pub mod source;
pub mod still;

pub mod embedding;
pub mod gallery;
pub mod tracker;
