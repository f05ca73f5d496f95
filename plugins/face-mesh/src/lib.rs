//! What every detector has in common: how it lives, and what it does with a face that it found: the mesh is laid over it.
//!
//! A detector finds boxes and eyes; [`Mesher`] makes of them the faces that the host takes, with the five landmarks, the
//! angles, the expression and the surface. Recognition aligns better by the mesh than by any detector's own points. This
//! crate is linked into each detection plugin; it is none by itself.

pub mod square;

pub mod model;

pub mod detection;

pub mod mesh;
pub mod pose;

pub mod expression;

pub mod mesher;

pub mod bounds;
pub mod detector;

pub use detection::Detection;
pub use detector::{FaceFinder, Settings};
pub use mesher::Mesher;
#[doc(hidden)]
pub use plugin_sdk; // named by `export_detector!`
pub use square::Square;
