//! Face detection by MediaPipe BlazeFace, landmarks refined by the face mesh.
//!
//! A frame goes whole into BlazeFace, letterboxed. Each face found goes into the mesh, upright; the mesh gives the five
//! landmarks, the angles of the head and, as its presence, the face's quality. Where the configured network finds no good
//! face another one looks again: closer, tile by tile, for small faces, and from further back for faces that fill the
//! frame; and at places where the first only suspected one. Wide views can be tiled. The networks run in the host.

pub mod config;
pub mod network;

pub mod anchors;
pub mod decode;
pub mod nms;

pub mod look;
pub mod tiles;

pub mod eye;
pub mod finder;

use crate::finder::Finder;

face_mesh::export_detector!(
    /// The detector.
    BlazeFace(Finder),
    "org.facepay.detection-blazeface",
    "BlazeFace with face mesh"
);

#[cfg(test)]
mod tests;
