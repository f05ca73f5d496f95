//! How open a person's eyes are, by their pixels.
//!
//! A mesh of 468 points hardly follows the lids: shut eyes change its gap by 2 %, within its noise. The pixels know
//! better: an open eye has an iris, darker than everything around it, and a lid has none. The figure is how much darker
//! the darkest tenth of an eye is than its middle; a blink takes 30 % of it, and it varies by 5 % otherwise.

use plugin_host::Face;

use crate::frame::Frame;
use crate::quality::Sampler;

/// Samples across an eye.
const COLUMNS: usize = 24;
/// Samples down an eye.
const ROWS: usize = 12;
/// An eye is this wide, in distances between the eyes.
const WIDTH: f32 = 0.38;
/// The band looked at is this high.
const HEIGHT: f32 = 0.25;
/// Eyes nearer to each other than this have too few pixels.
const EYE_DISTANCE_PX_MIN: f32 = 24.0;

/// Mean darkness of the irises, 0 to 1; 0 where it cannot be measured.
pub(crate) fn darkness(face: &Face, frame: &Frame) -> f32 {
    let planes = frame.planes();
    let sampler = Sampler::new((frame.width(), frame.height()), &planes, frame.format(), frame.colour());
    each(face, &sampler).map_or(0.0, |[left, right]| (left + right) / 2.0)
}

/// Darkness of either iris, left in the image first, 0 to 1; `None` where it cannot be measured.
pub(crate) fn each(face: &Face, sampler: &Sampler<'_>) -> Option<[f32; 2]> {
    let [left, right, ..] = face.landmarks;
    let across = (right.x - left.x, right.y - left.y);
    let distance = across.0.hypot(across.1);
    if distance.is_nan() || distance < EYE_DISTANCE_PX_MIN {
        return None;
    }
    let of = |eye: plugin_host::Point| {
        let luma = (0..ROWS * COLUMNS).map(|sample| {
            let u = ((sample % COLUMNS) as f32 + 0.5) / COLUMNS as f32 - 0.5;
            let v = ((sample / COLUMNS) as f32 + 0.5) / ROWS as f32 - 0.5;
            let (u, v) = (u * WIDTH, v * HEIGHT);
            sampler.at(eye.x + u * across.0 - v * across.1, eye.y + u * across.1 + v * across.0)
        });
        contrast(luma.collect())
    };
    Some([of(left), of(right)])
}

/// How much darker the darkest tenth is than the middle value, as a share of that.
fn contrast(mut luma: Vec<f32>) -> f32 {
    luma.sort_by(f32::total_cmp);
    let darkest = &luma[..luma.len() / 10];
    let middle = luma[luma.len() / 2];
    let dark = darkest.iter().sum::<f32>() / darkest.len() as f32;
    if middle > 0.0 { (1.0 - dark / middle).max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Capture;
    use crate::still::Still;

    /// A face of grey skin with two eyes 60 pixels apart, open or shut.
    fn frame(open: bool) -> Frame {
        let mut rgb = vec![150; 160 * 80 * 3];
        for (x, y) in (0..160_i32).flat_map(|x| (0..80_i32).map(move |y| (x, y))) {
            let off = |eye: i32| ((x - eye).pow(2) + (y - 40).pow(2)) as f32;
            let iris = open && (off(50) < 25.0 || off(110) < 25.0);
            let lash = !open && (y == 42) && ((x - 50).abs() < 10 || (x - 110).abs() < 10);
            if iris || lash {
                let at = ((y * 160 + x) * 3) as usize;
                rgb[at..at + 3].fill(if iris { 40 } else { 110 });
            }
        }
        let still = Still::from_rgb(160, 80, rgb).unwrap();
        let captured =
            Capture { at: std::time::Instant::now(), wall: std::time::SystemTime::now(), pts_ns: None };
        Frame::from_still("till".parse().unwrap(), 1, captured, still)
    }

    fn face(distance: f32) -> Face {
        let mut face = Face::default();
        face.landmarks[0] = plugin_host::Point { x: 50.0, y: 40.0 };
        face.landmarks[1] = plugin_host::Point { x: 50.0 + distance, y: 40.0 };
        face
    }

    #[test]
    fn shut_eyes_have_no_dark_iris() {
        let (open, shut) = (darkness(&face(60.0), &frame(true)), darkness(&face(60.0), &frame(false)));
        assert!(open > 0.5 && shut < 0.6 * open, "open {open}, shut {shut}");
    }

    #[test]
    fn eyes_of_a_few_pixels_are_not_measured() {
        assert_eq!(darkness(&face(20.0), &frame(true)), 0.0);
        assert_eq!(darkness(&face(f32::NAN), &frame(true)), 0.0);
    }
}
