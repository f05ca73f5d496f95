//! Views of the source picture: the whole of it before the camera, or the face cut out for a medium.

use super::light::Window;
use crate::still::Still;

/// A picture's eyes, left and right as in the image, in pixels.
pub type Eyes = [(f32, f32); 2];

/// Between the eyes.
pub(super) fn middle(eyes: Eyes) -> (f32, f32) {
    ((eyes[0].0 + eyes[1].0) / 2.0, (eyes[0].1 + eyes[1].1) / 2.0)
}

/// From eye to eye.
pub(super) fn eye_distance(eyes: Eyes) -> f32 {
    (eyes[1].0 - eyes[0].0).hypot(eyes[1].1 - eyes[0].1)
}

/// The largest part of a picture with this ratio of width to height, its face as near to the middle as that allows.
pub(super) fn covering(picture: &Still, eyes: Eyes, ratio: f32) -> Window {
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    placed(picture, eyes, (width.min(height * ratio), height.min(width / ratio)))
}

/// The face with what is around it: `eyes_wide` times the eye distance wide, as far as the picture reaches.
pub(super) fn face(picture: &Still, eyes: Eyes, ratio: f32, eyes_wide: f32) -> Window {
    let most = covering(picture, eyes, ratio);
    let width = (eyes_wide * eye_distance(eyes)).min(most.width).max(8.0);
    placed(picture, eyes, (width, width / ratio))
}

/// The eyes a little above the middle, moved inside the picture.
fn placed(picture: &Still, eyes: Eyes, (width, height): (f32, f32)) -> Window {
    let (x, y) = middle(eyes);
    let inside = |from: f32, length: f32, end: u32| from.min(end as f32 - length).max(0.0);
    let left = inside(x - width / 2.0, width, picture.width());
    let top = inside(y - 0.42 * height, height, picture.height());
    Window { left, top, width, height }
}

/// Where the eyes come to lie when a window is spread over `size`.
pub(super) fn eyes_in(window: Window, eyes: Eyes, size: (f32, f32)) -> Eyes {
    eyes.map(|(x, y)| ((x - window.left) * size.0 / window.width, (y - window.top) * size.1 / window.height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_keep_their_ratio_and_stay_inside_the_picture() {
        let picture = Still::from_rgb(250, 200, vec![0; 250 * 200 * 3]).unwrap();
        for eyes in
            [[(100.0, 90.0), (140.0, 90.0)], [(2.0, 3.0), (40.0, 3.0)], [(200.0, 190.0), (248.0, 195.0)]]
        {
            for ratio in [0.7, 1.0, 4.0 / 3.0] {
                for window in [covering(&picture, eyes, ratio), face(&picture, eyes, ratio, 4.0)] {
                    assert!((window.width / window.height - ratio).abs() < 1e-3, "{window:?}");
                    assert!(window.left >= 0.0 && window.left + window.width <= 250.01, "{window:?}");
                    assert!(window.top >= 0.0 && window.top + window.height <= 200.01, "{window:?}");
                }
            }
        }
    }
}
