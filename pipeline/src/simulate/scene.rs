//! Moves a camera over still pictures: slow pan and zoom that end where they began, and sensor noise.

use super::barcode;
use crate::still::Still;

/// Paints the pictures of a clip.
pub(super) struct Scene {
    pub(super) pictures: Vec<Still>,
    pub(super) width: usize,
    pub(super) height: usize,
    /// Pictures until the movement is back where it began.
    pub(super) period: usize,
    /// Largest deviation added to each sample.
    pub(super) noise: u8,
}

const WALL: [u8; 3] = [112, 116, 118];

impl Scene {
    /// Interleaved RGB of picture `index`: the stills side by side, a barcode below.
    pub(super) fn paint(&self, index: usize) -> Vec<u8> {
        let mut rgb = vec![0; self.width * self.height * 3];
        let room = self.height - barcode::height(self.height);
        let phase = std::f32::consts::TAU * index as f32 / self.period.max(1) as f32;
        let count = self.pictures.len();
        for (place, picture) in self.pictures.iter().enumerate() {
            let left = place * self.width / count;
            let right = (place + 1) * self.width / count;
            let view = View::of(picture, right - left, room, phase + place as f32);
            for y in 0..room {
                for x in left..right {
                    let colour = view.sample(picture, (x - left) as f32, y as f32);
                    let at = (y * self.width + x) * 3;
                    rgb[at..at + 3].copy_from_slice(&colour);
                }
            }
        }
        self.add_noise(&mut rgb[..self.width * room * 3], index);
        barcode::draw(&mut rgb, self.width, self.height, index as u32);
        rgb
    }

    /// The same index gives the same noise: clips are reproducible.
    fn add_noise(&self, rgb: &mut [u8], index: usize) {
        let span = u64::from(self.noise) * 2 + 1;
        let mut state = (index as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        for pixel in rgb.chunks_exact_mut(3) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let grain = ((state >> 32) % span) as i16 - i16::from(self.noise);
            for sample in pixel {
                *sample = (i16::from(*sample) + grain).clamp(0, 255) as u8;
            }
        }
    }
}

/// Shrinks a photograph to what a `width` by `height` place can show: sampling it would skip pixels and leave jagged faces.
pub(super) fn shrunk(picture: &Still, width: u32, height: u32) -> Still {
    let across = f64::from(picture.width()) / f64::from(width.max(1));
    let down = f64::from(picture.height()) / f64::from(height.max(1));
    let excess = across.max(down);
    let to = |side: u32| ((f64::from(side) / excess) as u32).max(1);
    let (to_width, to_height) = (to(picture.width()), to(picture.height()));
    let small = (excess > 1.0)
        .then(|| image::RgbImage::from_raw(picture.width(), picture.height(), picture.rgb().to_vec()))
        .flatten()
        .map(|rgb| image::imageops::thumbnail(&rgb, to_width, to_height));
    small
        .and_then(|small| Still::from_rgb(to_width, to_height, small.into_raw()))
        .unwrap_or_else(|| picture.clone())
}

/// Where the camera looks: room pixel → still pixel.
struct View {
    scale: f32,
    x: f32,
    y: f32,
}

impl View {
    /// The whole still fits, between 86 % and 94 % of the room, and sways by 2 % around its middle.
    fn of(picture: &Still, width: usize, height: usize, phase: f32) -> View {
        let (room, still) =
            ((width as f32, height as f32), (picture.width() as f32, picture.height() as f32));
        let fit = (room.0 / still.0).min(room.1 / still.1);
        let scale = 1.0 / (fit * (0.90 + 0.04 * (phase + 1.0).sin()));
        let sway = (0.02 * room.0 * phase.sin(), 0.02 * room.1 * (2.0 * phase).cos());
        let x = still.0 / 2.0 - (room.0 / 2.0 + sway.0) * scale;
        let y = still.1 / 2.0 - (room.1 / 2.0 + sway.1) * scale;
        View { scale, x, y }
    }

    /// Outside the still there is a wall.
    fn sample(&self, picture: &Still, x: f32, y: f32) -> [u8; 3] {
        let (u, v) = (self.x + x * self.scale, self.y + y * self.scale);
        let (right, bottom) = (picture.width() as f32 - 1.0, picture.height() as f32 - 1.0);
        if u < 0.0 || v < 0.0 || u > right || v > bottom {
            return WALL;
        }
        picture.sample(u, v)
    }
}
