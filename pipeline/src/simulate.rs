//! Cameras without hardware: an RTSP server in this process whose pictures are made from still pictures.
//!
//! A [`Clip`] is encoded once and then looped from memory, so a dozen cameras cost a few per cent of a core.
//! Every picture carries its index as a [`barcode`], which tells how old a picture really is.

pub mod attack;
pub mod barcode;
mod clip;
mod codec;
mod encoder;
mod farm;
mod feeder;
mod journal;
mod mount;
mod outside;
mod room;
mod scene;
#[cfg(test)]
mod tests;

pub use clip::{Clip, ClipOptions, picture};
pub use codec::ClipCodec;
pub use farm::{MountOptions, RtspFarm};
pub use journal::Journal;
pub use mount::Mount;
pub use outside::{OutsideFarm, serve};
pub use room::{Look, Person, Room};

/// Why there are no simulated cameras.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// An element is not installed: x264enc is in Debian's gstreamer1.0-plugins-ugly, the others in -good and -bad.
    #[error("the GStreamer element {0} is not installed")]
    Missing(&'static str),
    /// Sizes, rates or pictures that cannot be used.
    #[error("{0}")]
    Options(&'static str),
    /// GStreamer did not do as it should.
    #[error("{0}")]
    Broken(String),
}
