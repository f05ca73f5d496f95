//! A photograph or a video on a screen.

use super::grid::{Sampling, Stripes};
use super::light::{Canvas, Light};
use super::random::Draws;

/// What is held before the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Device {
    Phone,
    Tablet,
    Laptop,
}

impl Device {
    /// Width and height of the lit area in millimetres.
    pub(super) fn lit_mm(self) -> (f32, f32) {
        match self {
            Device::Phone => (68.0, 146.0),
            Device::Tablet => (160.0, 214.0),
            Device::Laptop => (300.0, 188.0),
        }
    }

    /// Pixels per millimetre: 460, 264 and 110 to 166 an inch.
    fn pixels_per_mm(self, draws: &mut Draws) -> f32 {
        let per_inch = match self {
            Device::Phone => draws.between(400.0, 480.0),
            Device::Tablet => draws.between(230.0, 270.0),
            Device::Laptop => draws.between(110.0, 166.0),
        };
        per_inch / 25.4
    }

    /// The frame around the lit area.
    fn bezel_mm(self, draws: &mut Draws) -> f32 {
        match self {
            Device::Phone => draws.between(2.0, 5.0),
            Device::Tablet => draws.between(7.0, 12.0),
            Device::Laptop => draws.between(6.0, 15.0),
        }
    }
}

/// A lit screen. Light in parts of the camera's white.
#[derive(Clone)]
pub(super) struct Display {
    pub(super) lit_mm: (f32, f32),
    bezel_mm: f32,
    bezel: f32,
    /// White point as factors, and with it the brightness: 6,500 to about 9,000 K in a warmer room.
    white: Light,
    /// Light that black pixels leak: contrast of 150 to 1,200 to 1.
    leak: f32,
    /// Exponent on the light: the screen's gamma over that of the picture, 0.9 to 1.15.
    gamma: f32,
    /// Sub-pixels: one column of each colour in each pixel.
    columns: [Stripes; 3],
    rows: Stripes,
    pixels_per_mm: f32,
    pub(super) flicker: Flicker,
}

/// Backlight that is switched on and off, seen by a shutter that rolls down the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flicker {
    /// 60 (OLED refresh) to 480 Hz (pulse width).
    pub(super) hertz: f32,
    /// Part of the light that is switched: 10 to 60 %.
    pub(super) depth: f32,
    /// Exposure of a row: 4 to 16 ms.
    pub(super) exposure_s: f32,
    /// From the first to the last row: 10 to 30 ms.
    pub(super) readout_s: f32,
}

impl Flicker {
    fn draw(draws: &mut Draws) -> Flicker {
        Flicker {
            hertz: draws.between(60.0, 480.0),
            depth: draws.between(0.1, 0.6),
            exposure_s: draws.between(0.004, 0.016),
            readout_s: draws.between(0.010, 0.030),
        }
    }

    /// The light of a row, 1 on average, in a picture begun at `seconds`; `down` is 0 for the first and 1 for the last.
    pub(super) fn row(&self, seconds: f32, down: f32) -> f32 {
        let x = std::f32::consts::PI * self.hertz * self.exposure_s;
        let averaged = (x.sin() / x).abs();
        // In parts of a cycle, lest the angle lose its precision in long clips.
        let cycle = (f64::from(self.hertz) * f64::from(seconds + down * self.readout_s)).fract() as f32;
        1.0 + self.depth * averaged * (std::f32::consts::TAU * cycle).cos()
    }
}

/// Contrast of the fundamental of stripes that are lit for a third of their period: 2 sin(pi/3) / (pi/3).
const COLUMN_CONTRAST: f32 = 1.654;
/// Of rows that are lit for nine tenths of theirs.
const ROW_CONTRAST: f32 = 0.219;

impl Display {
    pub(super) fn draw(draws: &mut Draws, device: Device) -> Display {
        let pixels_per_mm = device.pixels_per_mm(draws);
        let column = |third: f32| Stripes::new(pixels_per_mm, 0.0, third / 3.0);
        let brightness = draws.between(0.7, 1.1);
        let bluish = draws.between(0.0, 1.0);
        let tint = [1.0 - 0.16 * bluish, 1.0, 1.0 + 0.18 * bluish];
        Display {
            lit_mm: device.lit_mm(),
            bezel_mm: device.bezel_mm(draws),
            bezel: draws.between(0.01, 0.05),
            white: tint.map(|tint| tint * brightness),
            leak: 1.0 / draws.between(150.0, 1_200.0),
            gamma: draws.between(0.9, 1.15),
            columns: [column(0.0), column(1.0), column(2.0)],
            rows: Stripes::new(pixels_per_mm, 90.0, 0.0),
            pixels_per_mm,
            flicker: Flicker::draw(draws),
        }
    }

    /// Half width and half height with the bezel.
    pub(super) fn half_mm(&self) -> (f32, f32) {
        (self.lit_mm.0 / 2.0 + self.bezel_mm, self.lit_mm.1 / 2.0 + self.bezel_mm)
    }

    /// The light that the screen sends out for a picture.
    pub(super) fn lit(&self, mut picture: Canvas) -> Canvas {
        for light in &mut picture.light {
            *light = std::array::from_fn(|channel| {
                let level = self.leak + (1.0 - self.leak) * light[channel].powf(self.gamma);
                level * self.white[channel]
            });
        }
        picture
    }

    /// What the camera gets from a point of a screen that shows `lit`.
    pub(super) fn light(&self, lit: &Canvas, point: (f32, f32), px_mm: f32, sampling: &Sampling) -> Light {
        let (half_u, half_v) = (self.lit_mm.0 / 2.0, self.lit_mm.1 / 2.0);
        if point.0.abs() > half_u || point.1.abs() > half_v {
            return [self.bezel; 3];
        }
        let x = (point.0 + half_u) / self.lit_mm.0 * lit.width as f32 - 0.5;
        let y = (point.1 + half_v) / self.lit_mm.1 * lit.height as f32 - 0.5;
        let shown = lit.sample(x, y);
        let left = sampling.left(self.pixels_per_mm * px_mm);
        if left < 1e-3 {
            return shown;
        }
        let rows = 1.0 + ROW_CONTRAST * left * self.rows.at(point);
        let columns = |channel: usize| 1.0 + COLUMN_CONTRAST * left * self.columns[channel].at(point);
        std::array::from_fn(|channel| shown[channel] * rows * columns(channel))
    }

    /// Cycles of the pixel columns per millimetre.
    pub(super) fn pixels_per_mm(&self) -> f32 {
        self.pixels_per_mm
    }
}
