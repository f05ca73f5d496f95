//! Cameras in, sightings out: GStreamer ingest, batching, tracking, quality, gallery.
