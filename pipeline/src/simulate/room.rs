//! A room for a camera to look at: furniture that stays, people who come and go, and what can be done to a camera there.

use crate::still::Still;

/// A room, larger than what a camera sees of it at a time. The same seed furnishes it in the same way.
pub struct Room {
    width: usize,
    height: usize,
    /// Interleaved RGB of the whole room, twice as wide and high as the picture.
    walls: Vec<u8>,
}

/// How the camera looks at the room.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// Pixels that the camera was turned to the right and down.
    pub turned: (i32, i32),
    /// Share of the light.
    pub light: f32,
    /// Pixels on each side over which the lens smears.
    pub blur_px: usize,
    /// Somebody in the room.
    pub person: Option<Person<'a>>,
    /// Something of this colour lies over the lens.
    pub cover: Option<[u8; 3]>,
}

/// Somebody in the room, cut out along an oval or filling the picture.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// Their portrait.
    pub portrait: &'a Still,
    /// Their middle and their feet, in shares of the picture's width and height.
    pub at: (f32, f32),
    /// Height in shares of the picture's height.
    pub size: f32,
}

impl Default for Look<'_> {
    fn default() -> Self {
        Self { turned: (0, 0), light: 1.0, blur_px: 0, person: None, cover: None }
    }
}

/// Numbers that look random, the same for each seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % end.max(1)
    }

    fn colour(&mut self) -> [u8; 3] {
        std::array::from_fn(|_| 30 + self.below(190) as u8)
    }
}

impl Room {
    /// Furnishes a room for pictures of this size.
    pub fn new(width: usize, height: usize, seed: u64) -> Self {
        let (across, down) = (2 * width, 2 * height);
        let mut room = Self { width, height, walls: vec![0; across * down * 3] };
        for (at, pixel) in room.walls.chunks_exact_mut(3).enumerate() {
            // Light from the left.
            let luma = 190 - (at % across * 60 / across) as u8;
            pixel.copy_from_slice(&[luma, luma, luma - 8]);
        }
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        for _ in 0..36 {
            let (left, top) = (dice.below(across), dice.below(down));
            let (wide, high) = (width / 16 + dice.below(width / 4), height / 12 + dice.below(height / 3));
            let (frame, inside) = (dice.colour(), dice.colour());
            room.fill((left, top), (wide, high), frame);
            room.fill((left + 4, top + 4), (wide.saturating_sub(8), high.saturating_sub(8)), inside);
            if dice.below(3) == 0 {
                room.shelve((left + 4, top + 4), (wide.saturating_sub(8), high.saturating_sub(8)), &mut dice);
            }
        }
        room
    }

    /// Interleaved RGB of the room as it is looked at; `index` gives the grain.
    pub fn paint(&self, look: &Look<'_>, index: u32) -> Vec<u8> {
        let mut rgb = match look.cover {
            Some(colour) => self.covered(colour),
            None => self.seen(look.turned),
        };
        if let Some(person) = look.person.filter(|_| look.cover.is_none()) {
            self.stand(&mut rgb, &person, index);
        }
        if look.blur_px > 0 {
            rgb = self.smeared(&rgb, look.blur_px);
        }
        grain(&mut rgb, look.light, index);
        rgb
    }

    fn fill(&mut self, (left, top): (usize, usize), (wide, high): (usize, usize), colour: [u8; 3]) {
        let (across, down) = (2 * self.width, 2 * self.height);
        for y in top..(top + high).min(down) {
            for x in left..(left + wide).min(across) {
                self.walls[(y * across + x) * 3..][..3].copy_from_slice(&colour);
            }
        }
    }

    /// Fills a place with books.
    fn shelve(&mut self, (left, top): (usize, usize), (wide, high): (usize, usize), dice: &mut Dice) {
        let mut x = left;
        while x < left + wide {
            let thick = 6 + dice.below(14);
            let low = dice.below(high / 3 + 1);
            self.fill((x, top + low), (thick.min(left + wide - x), high - low), dice.colour());
            x += thick;
        }
    }

    fn seen(&self, (right, down): (i32, i32)) -> Vec<u8> {
        let from = |middle: usize, by: i32| (middle / 2).saturating_add_signed(by as isize).min(middle);
        let (left, top) = (from(self.width, right), from(self.height, down));
        let rows = (top..top + self.height).flat_map(|y| {
            let start = (y * 2 * self.width + left) * 3;
            &self.walls[start..start + self.width * 3]
        });
        rows.copied().collect()
    }

    /// Nothing but the cover, a little darker on one side.
    fn covered(&self, colour: [u8; 3]) -> Vec<u8> {
        let pixels = (0..self.width * self.height).flat_map(|at| {
            let shade = (at % self.width * 24 / self.width) as u8;
            colour.map(|sample| sample.saturating_sub(shade))
        });
        pixels.collect()
    }

    /// Draws a person, who sways.
    fn stand(&self, rgb: &mut [u8], person: &Person<'_>, index: u32) {
        let portrait = person.portrait;
        let phase = index as f32 / 9.0;
        let high = person.size * self.height as f32;
        let wide = high * portrait.width() as f32 / portrait.height() as f32;
        let middle = person.at.0 * self.width as f32 + 4.0 * phase.sin();
        let feet = person.at.1 * self.height as f32 + 2.0 * (1.7 * phase).cos();
        // Whoever is larger than the picture has no outline in it.
        let whole = person.size > 1.5;
        for y in 0..self.height {
            for x in 0..self.width {
                let (u, v) = ((x as f32 - middle) / wide + 0.5, (y as f32 - feet) / high + 1.0);
                let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
                let oval = (2.0 * u - 1.0).powi(2) + (1.6 * v - 1.0).max(0.0).powi(2) * 0.1 < 0.7;
                if inside && (whole || oval) {
                    let colour = portrait.sample(u * portrait.width() as f32, v * portrait.height() as f32);
                    rgb[(y * self.width + x) * 3..][..3].copy_from_slice(&colour);
                }
            }
        }
    }

    /// Means over a square, twice: nearly what a lens out of focus does.
    fn smeared(&self, rgb: &[u8], by: usize) -> Vec<u8> {
        let mean = |from: &[u8], along: usize, count: usize, lines: usize, across: usize| {
            let mut out = vec![0; from.len()];
            for line in 0..lines {
                for channel in 0..3 {
                    let at = |place: usize| (line * across + place * along) * 3 + channel;
                    for place in 0..count {
                        let places = place.saturating_sub(by)..(place + by + 1).min(count);
                        let length = places.len() as u32;
                        let sum: u32 = places.map(|place| u32::from(from[at(place)])).sum();
                        out[at(place)] = (sum / length) as u8;
                    }
                }
            }
            out
        };
        let across = mean(rgb, 1, self.width, self.height, self.width);
        mean(&across, self.width, self.height, self.width, 1)
    }
}

/// Grain of a sensor, and how much light there is.
fn grain(rgb: &mut [u8], light: f32, index: u32) {
    let gain = (light * 256.0) as i32;
    let mut dice = Dice(u64::from(index + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for pixel in rgb.chunks_exact_mut(3) {
        let grain = dice.below(7) as i32 - 3;
        for value in pixel {
            *value = (((i32::from(*value) * gain) >> 8) + grain).clamp(0, 255) as u8;
        }
    }
}
