//! What a simulated camera sees: an empty place, then somebody steps in and stands there, never quite still.

use pipeline::simulate::barcode;
use pipeline::still::Still;

/// Pictures per second.
pub(super) const FPS: u32 = 15;
/// One round: 10 seconds.
pub(super) const PICTURES: u32 = 150;
pub(super) const WIDTH: u32 = 640;
pub(super) const HEIGHT: u32 = 480;

/// From this picture on the person begins to step in.
const ENTERS: u32 = 30;
/// From this picture on the whole face is in view.
pub(super) const IN_VIEW: u32 = 36;
/// From here on the person stands.
const STANDS: u32 = 38;
/// The person begins to leave.
const LEAVES: u32 = 140;
/// The part of a round in which the person stands.
pub(super) const STANDING: std::ops::Range<u32> = STANDS..LEAVES;
/// The part of a round in which nobody is there.
pub(super) const EMPTY: std::ops::Range<u32> = 0..ENTERS;
/// Grain of the sensor: largest deviation.
const NOISE: i16 = 3;

/// A person in front of their own background, blurred beyond recognition where they do not stand.
pub(super) struct Scene {
    person: Still,
    /// RGB of the empty place, at the size of the picture.
    background: Vec<u8>,
}

impl Scene {
    pub(super) fn new(person: Still) -> Self {
        let background = blurred(&person);
        Self { person, background }
    }

    /// Interleaved RGB of picture `index`.
    pub(super) fn paint(&self, index: u32) -> Vec<u8> {
        let mut rgb = self.background.clone();
        if let Some(shift) = shift(index) {
            self.stand(&mut rgb, index, shift);
        }
        light(&mut rgb, index);
        barcode::draw(&mut rgb, WIDTH as usize, HEIGHT as usize, index);
        rgb
    }

    /// Draws the person over the whole width, moved `shift` pixels to the right, swaying a little.
    fn stand(&self, rgb: &mut [u8], index: u32, shift: f32) {
        let phase = std::f32::consts::TAU * index as f32 / PICTURES as f32;
        let (width, height) = (self.person.width() as f32, self.person.height() as f32);
        // The picture covers the frame, so that none of its edges is seen.
        let cover = (WIDTH as f32 / width).max(HEIGHT as f32 / height);
        let scale = 1.0 / (cover * (1.05 + 0.015 * (3.0 * phase).sin()));
        let left = width / 2.0 - WIDTH as f32 / 2.0 * scale + 4.0 * (2.0 * phase).sin();
        let spare = (height - HEIGHT as f32 * scale).max(0.0);
        // Faces are in the upper half of portraits.
        let top = spare * 0.25 + 3.0 * (3.0 * phase).cos();
        for y in 0..HEIGHT as usize {
            for x in (shift.max(0.0) as usize)..WIDTH as usize {
                let colour = self.person.sample(left + (x as f32 - shift) * scale, top + y as f32 * scale);
                let at = (y * WIDTH as usize + x) * 3;
                rgb[at..at + 3].copy_from_slice(&colour);
            }
        }
    }
}

/// How far to the right the person still is; `None` when they are out of view.
fn shift(index: u32) -> Option<f32> {
    let outside = |away: f32| Some(away * WIDTH as f32);
    match index {
        ENTERS..STANDS => outside(1.0 - (index - ENTERS + 1) as f32 / (STANDS - ENTERS) as f32),
        STANDS..LEAVES => Some(0.0),
        LEAVES.. => outside(((index - LEAVES) as f32 / 6.0).min(1.0)).filter(|shift| *shift < WIDTH as f32),
        _ => None,
    }
}

/// Lamps flicker and sensors are grainy. The same index gives the same grain.
fn light(rgb: &mut [u8], index: u32) {
    let phase = std::f32::consts::TAU * index as f32 / PICTURES as f32;
    let gain = ((1.0 + 0.03 * (5.0 * phase).sin()) * 256.0) as i32;
    let mut state = u64::from(index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for pixel in rgb.chunks_exact_mut(3) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let grain = i32::from((state >> 40) as i16 % (2 * NOISE + 1) - NOISE);
        for value in pixel {
            *value = (((i32::from(*value) * gain) >> 8) + grain).clamp(0, 255) as u8;
        }
    }
}

/// The picture as means over a coarse grid, smoothly joined: colours and light without anything in them.
fn blurred(picture: &Still) -> Vec<u8> {
    const CELLS: usize = 5;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let mean = |row: usize, column: usize| -> [u8; 3] {
        let (top, bottom) = (row * height / CELLS, (row + 1) * height / CELLS);
        let (left, right) = (column * width / CELLS, (column + 1) * width / CELLS);
        let count = ((bottom - top) * (right - left)).max(1) as u64;
        let sum = |channel: usize| {
            let row_sum = |y: usize| {
                (left..right).map(|x| u64::from(picture.rgb()[(y * width + x) * 3 + channel])).sum::<u64>()
            };
            (top..bottom).map(row_sum).sum::<u64>()
        };
        std::array::from_fn(|channel| (sum(channel) / count) as u8)
    };
    let cells: Vec<u8> = (0..CELLS * CELLS).flat_map(|cell| mean(cell / CELLS, cell % CELLS)).collect();
    let coarse = Still::from_rgb(CELLS as u32, CELLS as u32, cells).expect("a grid of cells has pixels");
    let cell = |position: usize, length: u32| position as f32 / length as f32 * CELLS as f32 - 0.5;
    let pixel = |at: usize| {
        let (x, y) = (at % WIDTH as usize, at / WIDTH as usize);
        coarse.sample(cell(x, WIDTH), cell(y, HEIGHT))
    };
    (0..(WIDTH * HEIGHT) as usize).flat_map(pixel).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_empty_before_the_person_steps_in_and_after_they_left() {
        let seen: Vec<bool> = (0..PICTURES).map(|index| shift(index).is_some()).collect();
        assert!(!seen[0] && !seen[ENTERS as usize - 1] && !seen[PICTURES as usize - 1]);
        assert!(STANDING.clone().all(|index| shift(index) == Some(0.0)));
    }

    #[test]
    fn the_same_index_gives_the_same_picture_and_another_another() {
        let person = Still::from_rgb(2, 2, vec![10, 20, 30, 200, 100, 50, 90, 90, 90, 0, 0, 0]).unwrap();
        let scene = Scene::new(person);
        assert_eq!(scene.paint(50), scene.paint(50));
        assert_ne!(scene.paint(50), scene.paint(51));
        assert_eq!(scene.paint(0).len(), (WIDTH * HEIGHT * 3) as usize);
    }
}
