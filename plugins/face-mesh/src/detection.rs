//! A face as a detector hands it on.

use plugin_sdk::Point;

/// A box and two eyes in one frame, in frame pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Index into the call's frames.
    pub frame_index: u32,
    /// The detector's confidence, 0 to 1.
    pub score: f32,
    /// Top left of the box.
    pub min: Point,
    /// Bottom right of the box.
    pub max: Point,
    /// The eye on the image's left, then the one on its right.
    pub eyes: [Point; 2],
}
