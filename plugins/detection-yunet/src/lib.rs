//! Face detection by YuNet, landmarks refined by the face mesh.
//!
//! A frame goes whole into YuNet, letterboxed. Each face found goes into the mesh, upright; the mesh gives the five
//! landmarks, the angles of the head and, as its presence, the face's quality. The networks run in the host; YuNet's
//! weights come from no package registry, so the operator installs them.

pub mod config;

pub mod decode;

pub mod finder;

use crate::finder::Finder;

face_mesh::export_detector!(
    /// The detector.
    Yunet(Finder),
    "org.facepay.detection-yunet",
    "YuNet with face mesh"
);

#[cfg(test)]
mod tests;
