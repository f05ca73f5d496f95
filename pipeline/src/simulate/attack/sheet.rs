//! A photograph on paper.

use super::eyes::Holes;
use super::grid::{Sampling, Stripes};
use super::light::{Canvas, Light, decode, encode, luma, mix};
use super::random::{Draws, grain_at};

/// Paper with a picture on it. Lengths in millimetres, light as reflectance.
#[derive(Clone)]
pub(super) struct Sheet {
    pub(super) picture: Canvas,
    pub(super) picture_mm: (f32, f32),
    /// White rim around the picture.
    margin_mm: f32,
    white: Light,
    /// Contrast of the dots at half tone, 0 (dye) to 0.5 (coarse laser print).
    dots: f32,
    /// One raster for each of cyan, magenta and yellow, which weaken red, green and blue.
    rasters: [[Stripes; 2]; 3],
    /// Deviation of the paper's grain, relative.
    grain: f32,
    grain_mm: f32,
    pub(super) holes: Option<Holes>,
}

/// The drawn properties of one print.
#[derive(Clone, Copy)]
pub(super) struct Print {
    /// Reflectance of the darkest ink: 3 to 7 %.
    black: f32,
    /// Reflectance of the paper: 72 to 90 %.
    white: f32,
    /// Share of the colours' purity that inks keep: 65 to 95 %.
    gamut: f32,
    /// Exponent on the tones: 0.9 to 1.2, dots grow when they dry.
    tone: f32,
    /// Deviation of the ink's spread: 0.08 to 0.35 mm.
    spread_mm: f32,
}

impl Sheet {
    /// Prints a picture. Rasters of 85 to 150 lines an inch at the usual 15, 75 and 0 degrees; rim of 4 to 15 mm.
    pub(super) fn draw(draws: &mut Draws, picture: Canvas, picture_mm: (f32, f32)) -> Sheet {
        let print = Print {
            black: draws.between(0.03, 0.07),
            white: draws.between(0.72, 0.90),
            gamut: draws.between(0.65, 0.95),
            tone: draws.between(0.9, 1.2),
            spread_mm: draws.between(0.08, 0.35),
        };
        let per_mm = draws.between(85.0, 150.0) / 25.4;
        let raster = |angle: f32| [Stripes::new(per_mm, angle, 0.0), Stripes::new(per_mm, angle + 90.0, 0.0)];
        // Paper is a little warm.
        let white = [1.0, 0.985, draws.between(0.93, 1.0)].map(|tint| tint * print.white);
        Sheet {
            picture: printed(picture, &print, white, picture_mm),
            picture_mm,
            margin_mm: draws.between(4.0, 15.0),
            white,
            dots: draws.between(0.0, 0.5),
            rasters: [raster(15.0), raster(75.0), raster(0.0)],
            grain: draws.between(0.01, 0.03),
            grain_mm: draws.between(0.3, 0.6),
            holes: None,
        }
    }

    /// Half width and half height of the paper.
    pub(super) fn half_mm(&self) -> (f32, f32) {
        (self.picture_mm.0 / 2.0 + self.margin_mm, self.picture_mm.1 / 2.0 + self.margin_mm)
    }

    /// What the paper reflects at a point, by how many millimetres one pixel sees.
    pub(super) fn light(&self, point: (f32, f32), px_mm: f32, sampling: &Sampling) -> Light {
        let (u, v) = point;
        let (half_u, half_v) = (self.picture_mm.0 / 2.0, self.picture_mm.1 / 2.0);
        let grain = grain_at((u / self.grain_mm).floor() as i32, (v / self.grain_mm).floor() as i32);
        // A pixel averages over the grains in it.
        let grain = 1.0 + self.grain * grain * (self.grain_mm / px_mm).min(1.0);
        if u.abs() > half_u || v.abs() > half_v {
            return self.white.map(|white| white * grain);
        }
        let x = (u + half_u) / self.picture_mm.0 * self.picture.width as f32 - 0.5;
        let y = (v + half_v) / self.picture_mm.1 * self.picture.height as f32 - 0.5;
        let ink = self.picture.sample(x, y);
        let left = self.dots * sampling.left(self.rasters_per_mm() * px_mm);
        std::array::from_fn(|channel| {
            let tone = ink[channel] / self.white[channel];
            // Full and empty areas have no dots.
            let contrast = 4.0 * tone * (1.0 - tone).max(0.0) * left;
            let dots = if contrast > 1e-3 {
                self.rasters[channel].iter().map(|stripes| stripes.at(point)).sum::<f32>() / 2.0
            } else {
                0.0
            };
            ink[channel] * (1.0 + contrast * dots) * grain
        })
    }

    fn rasters_per_mm(&self) -> f32 {
        self.rasters[0][0].per_mm()
    }
}

/// Screen colours become inks: tones, black and white of the paper, less pure colours, the ink's spread.
fn printed(mut picture: Canvas, print: &Print, white: Light, picture_mm: (f32, f32)) -> Canvas {
    for light in &mut picture.light {
        let grey = luma(*light);
        let pure = mix([grey; 3], *light, print.gamut);
        *light = std::array::from_fn(|channel| {
            // Tones are printed by their code, which is about even to the eye.
            let code = f32::from(encode(pure[channel])) / 255.0;
            let tone = decode((code.powf(print.tone) * 255.0 + 0.5) as u8);
            print.black + (white[channel] - print.black) * tone
        });
    }
    picture.blur(print.spread_mm * picture.width as f32 / picture_mm.0);
    picture
}
