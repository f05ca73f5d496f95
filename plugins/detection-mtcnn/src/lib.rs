//! Face detection by MTCNN, landmarks refined by the face mesh.
//!
//! Zhang, Zhang, Li, Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional Networks" (2016): the
//! first network looks at the frame in many sizes and proposes boxes, the second and the third each look at what is left,
//! refuse most of it and correct the rest. The mesh then gives the landmarks, the angles and the quality, as it does for
//! every detector. The networks run in the host.

pub mod config;

pub mod pyramid;

pub mod stage;

pub mod finder;

use crate::finder::Finder;

face_mesh::export_detector!(
    /// The detector.
    Mtcnn(Finder),
    "org.facepay.detection-mtcnn",
    "MTCNN with face mesh"
);

#[cfg(test)]
mod tests;
